/* SPDX-License-Identifier: MIT */
/* gaps-print: what was found, for people and for machines. */
#pragma once

#include "tool/journal/tally.h"
#include "tool/ui/table-columns.h"

/* Returns those of its table. */
struct table_options gaps_print_options(void);

/* Puts the processes into order and prints them. */
void gaps_print(const struct tally *tally, const struct table_options *options);
void gaps_print_json(const struct tally *tally);
