/* SPDX-License-Identifier: MIT */
#include "numbers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first range that ends at or behind the number. */
static size_t find(const struct numbers *numbers, uint64_t number)
{
	size_t low = 0, high = numbers->n;

	/* Records come almost in order: it is mostly the last one. */
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

static void remove_range(struct numbers *numbers, size_t i)
{
	numbers->n--;
	memmove(&numbers->range[i], &numbers->range[i + 1],
		(numbers->n - i) * sizeof(*numbers->range));
}

static int insert_range(struct numbers *numbers, size_t i, struct range range)
{
	if (numbers->n == numbers->room) {
		const size_t room = numbers->room ? 2 * numbers->room : 4;
		struct range *grown = reallocarray(numbers->range, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		numbers->range = grown;
		numbers->room = room;
	}
	memmove(&numbers->range[i + 1], &numbers->range[i], (numbers->n - i) * sizeof(range));
	numbers->range[i] = range;
	numbers->n++;
	return 0;
}

static void blur(struct numbers *numbers)
{
	struct range *range = numbers->range;

	while (numbers->n > NUMBERS_RANGES_MAX) {
		/* What is missing before the first range is not known one by one any more, either. */
		if (!numbers->blurred_last)
			numbers->blurred_missing = range[0].first - 1;
		numbers->blurred_missing += range[1].first - range[0].last - 1;
		numbers->blurred_last = range[1].last;
		range[1].first = 1;
		remove_range(numbers, 0);
	}
}

/* One that comes late, for one of the gaps that are not known one by one: which of them it is, or
 * whether it was there, nobody knows. */
static int add_blurred(struct numbers *numbers)
{
	if (numbers->blurred_missing == 0)
		return 0;
	numbers->blurred_missing--;
	return 1;
}

static bool touches(const struct range *left, const struct range *right)
{
	return left->last + 1 >= right->first;
}

int numbers_add(struct numbers *numbers, uint64_t number)
{
	const struct range alone = { number, number };
	size_t i;

	if (number == 0 || number == UINT64_MAX)
		return 0;
	if (number <= numbers->blurred_last)
		return add_blurred(numbers);
	if (numbers_has(numbers, number))
		return 0;
	i = find(numbers, number);
	if (i > 0 && touches(&numbers->range[i - 1], &alone))
		numbers->range[--i].last = number;
	else if (i < numbers->n && touches(&alone, &numbers->range[i]))
		numbers->range[i].first = number;
	else if (insert_range(numbers, i, alone) < 0)
		return -ENOMEM;
	if (i + 1 < numbers->n && touches(&numbers->range[i], &numbers->range[i + 1])) {
		numbers->range[i].last = numbers->range[i + 1].last;
		remove_range(numbers, i + 1);
	}
	blur(numbers);
	return 1;
}

int numbers_add_range(struct numbers *numbers, struct range range)
{
	size_t i;

	if (range.first == 0 || range.last < range.first || range.last == UINT64_MAX)
		return 0;
	i = find(numbers, range.first);
	if (i > 0 && touches(&numbers->range[i - 1], &range))
		i--;
	while (i < numbers->n && touches(&range, &numbers->range[i]) &&
	       touches(&numbers->range[i], &range)) {
		if (numbers->range[i].first < range.first)
			range.first = numbers->range[i].first;
		if (numbers->range[i].last > range.last)
			range.last = numbers->range[i].last;
		remove_range(numbers, i);
	}
	if (insert_range(numbers, i, range) < 0)
		return -ENOMEM;
	blur(numbers);
	return 0;
}

bool numbers_has(const struct numbers *numbers, uint64_t number)
{
	const size_t i = find(numbers, number);

	return i < numbers->n && numbers->range[i].first <= number;
}

uint64_t numbers_same_until(const struct numbers *numbers, uint64_t number)
{
	const size_t i = find(numbers, number);

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
	uint64_t behind = 0; /* the end of the range before */

	for (size_t at = 0; at <= numbers->n; at++) {
		const bool is_end = at == numbers->n;
		const uint64_t next = is_end ? UINT64_MAX : numbers->range[at].first;
		const uint64_t end = next - 1 < last ? next - 1 : last;

		if (end > behind && i-- == 0) {
			*ret = (struct range){ behind + 1, end };
			return true;
		}
		if (!is_end)
			behind = numbers->range[at].last;
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
