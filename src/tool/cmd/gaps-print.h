/* SPDX-License-Identifier: MIT */
/* gaps-print: what was found, for people and for machines. */
#pragma once

#include "tool/journal/tally.h"

/* Puts the processes into order and prints them. */
void gaps_print(const struct tally *tally);
void gaps_print_json(const struct tally *tally);
