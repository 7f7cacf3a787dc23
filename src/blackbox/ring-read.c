/* SPDX-License-Identifier: MIT */
#include "blackbox/ring-read.h"

#include <string.h>

enum {
	/* Of a ring that was made so that many places look like the beginning of a long entry no more
	 * is read than this many times its size. */
	BUDGET_FACTOR = 4,
	LEVEL_MASK = 7,
};

size_t ring_data_size(const struct ring *ring)
{
	const uint32_t size = ring->size;

	if (ring->magic != RING_MAGIC || ring->version != RING_VERSION || size < RING_SIZE_MIN ||
	    size > RING_SIZE_MAX || (size & (size - 1)))
		return 0;
	return size;
}

bool ring_copy_from(struct ring_copy *copy, const struct ring *ring, size_t size)
{
	const char *const data = (const char *)ring + RING_DATA_AT;
	uint64_t head;
	size_t first;

	memcpy(&copy->head, ring, sizeof(copy->head));
	head = atomic_load(&copy->head.head) & ~(uint64_t)(ENTRY_UNIT - 1);
	if (size == 0 || ring_data_size(&copy->head) != size)
		return false;
	copy->start = head > size ? head - size : 0;
	copy->size = (size_t)(head - copy->start);
	first = copy->start % size;
	memcpy(copy->data, data + first, copy->size < size ? copy->size : size - first);
	if (copy->size == size)
		memcpy(copy->data + size - first, data, first);
	return true;
}

struct ring_cursor ring_begin(const struct ring_copy *copy, bool all)
{
	const uint64_t dumped = atomic_load(&copy->head.dumped) & ~(uint64_t)(ENTRY_UNIT - 1);
	struct ring_cursor cursor = { copy, 0, copy->size * BUDGET_FACTOR };

	if (all || dumped <= copy->start)
		return cursor;
	cursor.at = dumped - copy->start < copy->size ? (size_t)(dumped - copy->start) : copy->size;
	return cursor;
}

static bool has_right_sum(struct ring_cursor *cursor, const char *data, const struct entry *entry)
{
	struct entry_sum sum = { 0 };

	if (entry->size > cursor->budget)
		return false;
	cursor->budget -= entry->size;
	for (size_t i = ENTRY_UNIT; i < entry->size; i += ENTRY_UNIT) { /* not mark and sum */
		entry_pair pair;

		memcpy(&pair, data + i, sizeof(pair));
		entry_sum_add(&sum, pair);
	}
	return entry_sum_value(&sum) == entry->sum;
}

/* Returns the text at AT if it ends with a NUL before END, and moves AT behind it; or NULL. */
static const char *take_string(const char **at, const char *end)
{
	const char *const string = *at, *const nul = memchr(string, '\0', (size_t)(end - string));

	if (nul)
		*at = nul + 1;
	return nul ? string : NULL;
}

static bool read_speaker(const char *names, size_t names_size, size_t prefix_size,
			 struct ring_entry *ret)
{
	const char *const end = names + names_size;

	ret->process = take_string(&names, end);
	ret->parent = ret->process ? take_string(&names, end) : NULL;
	ret->prefix = (struct bytes){ end, prefix_size };
	return ret->parent;
}

static bool read_common_speaker(const struct ring *head, struct ring_entry *ret)
{
	return head->names_size <= sizeof(head->speaker) &&
	       head->prefix_size <= sizeof(head->speaker) - head->names_size &&
	       read_speaker(head->speaker, head->names_size, head->prefix_size, ret);
}

static bool read_entry(struct ring_cursor *cursor, struct entry *entry, struct ring_entry *ret)
{
	const struct ring_copy *copy = cursor->copy;
	const char *const data = copy->data + cursor->at;
	const size_t left = copy->size - cursor->at;
	size_t rest, padding, front;
	const char *fields;

	memcpy(entry, data, sizeof(*entry));
	if (entry->mark != copy->start + cursor->at + 1 || entry->size > left ||
	    entry->size < sizeof(*entry) || entry->size % ENTRY_UNIT)
		return false;
	rest = entry->size - sizeof(*entry);
	padding = entry->level >> 4;
	front = entry_padded((size_t)entry->names_size + entry->prefix_size);
	if (padding + front > rest || entry->fields_size > rest - padding - front ||
	    !has_right_sum(cursor, data, entry))
		return false;
	fields = data + sizeof(*entry) + front;
	*ret = (struct ring_entry){
		.end = copy->start + cursor->at + entry->size,
		.number = entry->number,
		.time_ns = entry->time_ns > 0 ? entry->time_ns : 0,
		.tid = (pid_t)entry->tid,
		.level = entry->level & LEVEL_MASK,
		.fields = { fields, entry->fields_size },
		.text = { fields + entry->fields_size,
			  rest - padding - front - entry->fields_size },
	};
	return entry->names_size > 0 ? read_speaker(data + sizeof(*entry), entry->names_size,
						    entry->prefix_size, ret)
				     : read_common_speaker(&copy->head, ret);
}

bool ring_next(struct ring_cursor *cursor, struct ring_entry *ret)
{
	struct entry entry;

	for (; cursor->at + sizeof(entry) <= cursor->copy->size; cursor->at += ENTRY_UNIT) {
		if (!read_entry(cursor, &entry, ret))
			continue;
		cursor->at += entry.size;
		return true;
	}
	return false;
}

struct ring_survey ring_survey(const struct ring_copy *copy)
{
	const uint64_t before = atomic_load(&copy->head.dumped_number);
	const uint64_t written = atomic_load(&copy->head.number);
	struct ring_cursor cursor = ring_begin(copy, false);
	struct ring_survey survey = { 0 };
	uint64_t least = UINT64_MAX;
	struct ring_entry entry;

	while (ring_next(&cursor, &entry)) {
		if (!survey.entries++)
			survey.since_ns = entry.time_ns;
		if (entry.number < least)
			least = entry.number;
	}
	if (!survey.entries)
		return survey;
	if (least > before)
		survey.overwritten = least - before - 1;
	if (written >= least && written - least + 1 > survey.entries)
		survey.torn = written - least + 1 - survey.entries;
	return survey;
}
