/* SPDX-License-Identifier: MIT */
#include "tool/journal/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "tool/ui/memory.h"

/* The first range that ends at or behind the number. */
static size_t find_range(const struct numbers *numbers, uint64_t number)
{
	size_t low = 0, high = numbers->n;

	/* Records come almost in order: mostly the last range is the one. */
	if (high && numbers->range[high - 1].first <= number)
		return numbers->range[high - 1].last < number ? high : high - 1;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (numbers->range[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Puts the range in the place of those from I up to END, at least one. */
static void replace_ranges(struct numbers *numbers, size_t i, size_t end, struct range range)
{
	numbers->range[i] = range;
	memmove(&numbers->range[i + 1], &numbers->range[end], (numbers->n - end) * sizeof(range));
	numbers->n -= end - i - 1;
}

static void insert_range(struct numbers *numbers, size_t i, struct range range)
{
	numbers->range = memory_grow(numbers->range, numbers->n + 1, &numbers->room, sizeof(range));
	memmove(&numbers->range[i + 1], &numbers->range[i], (numbers->n - i) * sizeof(range));
	numbers->range[i] = range;
	numbers->n++;
}

static void blur_lowest(struct numbers *numbers)
{
	struct range *range = numbers->range;

	while (numbers->n > NUMBERS_RANGES_MAX) {
		/* The gap before the first range is not known one by one any more, either. */
		if (!numbers->blurred_last)
			numbers->blurred_missing = range[0].first - 1;
		numbers->blurred_missing += range[1].first - range[0].last - 1;
		numbers->blurred_last = range[1].last;
		replace_ranges(numbers, 0, 2,
			       (struct range){ 1, range[1].last, 0, range[1].last_us });
	}
}

/* Takes a late number for one of the blurred gaps: which one the number fills, or whether it came
 * twice, is not known. */
static bool add_blurred(struct numbers *numbers)
{
	if (numbers->blurred_missing == 0)
		return false;
	numbers->blurred_missing--;
	return true;
}

bool numbers_add(struct numbers *numbers, uint64_t number, uint64_t us)
{
	if (number <= numbers->blurred_last)
		return number && add_blurred(numbers);
	if (number == UINT64_MAX || numbers_has(numbers, number))
		return false;
	numbers_add_range(numbers, (struct range){ number, number, us, us });
	return true;
}

void numbers_add_range(struct numbers *numbers, struct range range)
{
	size_t i, end;

	if (range.first == 0 || range.last < range.first || range.last == UINT64_MAX)
		return;
	i = find_range(numbers, range.first - 1); /* the first that touches it, if any does */
	for (end = i; end < numbers->n && numbers->range[end].first <= range.last + 1; end++) {
		const struct range *other = &numbers->range[end];

		if (other->first < range.first) {
			range.first = other->first;
			range.first_us = other->first_us;
		}
		if (other->last > range.last) {
			range.last = other->last;
			range.last_us = other->last_us;
		}
	}
	if (end == i)
		insert_range(numbers, i, range);
	else
		replace_ranges(numbers, i, end, range);
	blur_lowest(numbers);
}

bool numbers_has(const struct numbers *numbers, uint64_t number)
{
	const size_t i = find_range(numbers, number);

	return i < numbers->n && numbers->range[i].first <= number;
}

uint64_t numbers_same_until(const struct numbers *numbers, uint64_t number)
{
	const size_t i = find_range(numbers, number);

	if (i == numbers->n)
		return UINT64_MAX;
	return numbers->range[i].first <= number ? numbers->range[i].last
						 : numbers->range[i].first - 1;
}

uint64_t numbers_last(const struct numbers *numbers)
{
	return numbers->n ? numbers->range[numbers->n - 1].last : 0;
}

bool numbers_gap(const struct numbers *numbers, size_t i, uint64_t last, struct range *ret)
{
	static const struct range end_of_all = { .first = UINT64_MAX };
	struct range before = { 0 };

	for (size_t at = 0; at <= numbers->n; at++) {
		const struct range *next = at == numbers->n ? &end_of_all : &numbers->range[at];
		const uint64_t end = next->first - 1 < last ? next->first - 1 : last;

		if (end > before.last && i-- == 0) {
			*ret = (struct range){ before.last + 1, end, before.last_us,
					       next->first_us };
			return true;
		}
		before = *next;
	}
	return false;
}

uint64_t numbers_missing(const struct numbers *numbers, uint64_t last)
{
	uint64_t missing = numbers->blurred_missing, behind = 0;

	for (size_t at = 0; at <= numbers->n; at++) {
		const uint64_t next = at == numbers->n ? UINT64_MAX : numbers->range[at].first;
		const uint64_t end = next - 1 < last ? next - 1 : last;

		if (end > behind)
			missing += end - behind;
		if (at < numbers->n)
			behind = numbers->range[at].last;
	}
	return missing;
}

void numbers_free(struct numbers *numbers)
{
	free(numbers->range);
	*numbers = (struct numbers){ 0 };
}
