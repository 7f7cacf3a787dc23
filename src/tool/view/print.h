/* SPDX-License-Identifier: MIT */
/* print: pieces of a record on standard output. */
#pragma once

#include "tool/view/view.h"

/* Prints TEXT, escaped, in the color of NAME. Returns how many columns it took. */
unsigned print_colored(const struct look *look, struct bytes name, struct bytes text);

/* Prints escaped text in the color of its level. */
void print_text(const struct look *look, int level, struct bytes escaped);

void print_spaces(unsigned n);

/* Formats "2026-11-22 09:25:11,280". Returns how much of the buffer it takes. */
enum { PRINT_TIME_SIZE = 64 };
size_t print_format_time(char buffer[PRINT_TIME_SIZE], const struct journal_entry *entry);

/* Prints "+12.345678 " or nothing. *LAST_US is the time of the record before, 0 at first, and is
 * set. Returns how many columns it took. */
unsigned print_delta(const struct look *look, const struct journal_entry *entry, uint64_t *last_us);

/* Takes the first line of *rest, which moves behind it. Returns false at the end. */
bool print_next_line(struct bytes *rest, struct bytes *ret_line);
