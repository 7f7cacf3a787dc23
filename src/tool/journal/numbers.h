/* SPDX-License-Identifier: MIT */
/* numbers: a set of sequence numbers as the ranges that it is made of. Pure. A set of a million
 * numbers without gaps takes no more room than one of a single number, and no set has more than
 * NUMBERS_RANGES_MAX ranges: beyond that the lowest ones become one range, of which only the count
 * of missing numbers is kept. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBERS_RANGES_MAX = 1024 };

struct range {
	uint64_t first, last;
	uint64_t first_us,
		last_us; /* when these were, CLOCK_REALTIME; of a gap: its neighbors; 0: unknown */
};

struct numbers {
	struct range *range; /* in order; none touches the next */
	size_t n, room;
	uint64_t blurred_last;    /* up to here gaps are not known one by one; 0: all are */
	uint64_t blurred_missing; /* how many are missing there */
};

/* Adds a number, of that moment. Returns whether it is new. */
bool numbers_add(struct numbers *numbers, uint64_t number, uint64_t us);

/* Adds all of a range; overlaps are allowed. */
void numbers_add_range(struct numbers *numbers, struct range range);

bool numbers_has(const struct numbers *numbers, uint64_t number);

/* Returns the last number of the range, or of the gap, that this number is in. */
uint64_t numbers_same_until(const struct numbers *numbers, uint64_t number);

/* Returns the highest; 0: there is none. */
uint64_t numbers_last(const struct numbers *numbers);

/* Returns how many of 1 to LAST are missing. */
uint64_t numbers_missing(const struct numbers *numbers, uint64_t last);

/* Finds the I-th gap between 1 and LAST, of those known one by one. Returns false where there are no
 * more. */
bool numbers_gap(const struct numbers *numbers, size_t i, uint64_t last, struct range *ret);

void numbers_free(struct numbers *numbers);
