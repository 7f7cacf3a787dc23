/* SPDX-License-Identifier: MIT */
#include "tool/timeline/lanes.h"

#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tool/ui/memory.h"
#include "tool/ui/term.h"

static int compare_lanes(const void *a, const void *b)
{
	const struct lane *left = a, *right = b;

	if (left->process != right->process)
		return left->process->order < right->process->order ? -1 : 1;
	return bytes_compare(left->name, right->name);
}

static struct lane *add_lane(struct lanes *lanes, struct counted *process, struct bytes name)
{
	struct lane *lane = memory_new(1, sizeof(*lane));

	*lane = (struct lane){ .process = process, .name = tally_copy(name), .order = lanes->n };
	lanes->lane = memory_grow(lanes->lane, lanes->n + 1, &lanes->room, sizeof(struct lane *));
	lanes->lane[lanes->n++] = lane;
	if (!tsearch(lane, &lanes->tree, compare_lanes))
		memory_exhausted();
	return lane;
}

struct lane *lanes_get(struct lanes *lanes, struct counted *process, struct bytes name)
{
	const struct lane key = { .process = process, .name = name };
	struct lane *const *found = tfind(&key, &lanes->tree, compare_lanes);

	if (found)
		return *found;
	if (lanes->n < LANES_MAX)
		return add_lane(lanes, process, name);
	lanes->is_full = true;
	return NULL;
}

void lane_extend(struct lane *lane, uint64_t when_us)
{
	if (!lane->first_us || when_us < lane->first_us)
		lane->first_us = when_us;
	if (when_us > lane->last_us)
		lane->last_us = when_us;
}

/* ---- Notes ------------------------------------------------------------------------------------ */

struct note *lane_note(struct lane *lane, enum note_kind kind, uint64_t from_us, uint64_t to_us,
		       struct bytes text)
{
	struct note *note;

	lane->is_dumping = false;
	if (lane->n_notes >= NOTES_MAX && kind != NOTE_END) {
		note = &lane->note[NOTES_MAX - 1];
		note->more++;
		note->to_us = to_us > note->to_us ? to_us : note->to_us;
		return note;
	}
	if (text.size > NOTE_TEXT_MAX)
		text.size = NOTE_TEXT_MAX;
	lane->note =
		memory_grow(lane->note, lane->n_notes + 1, &lane->notes_room, sizeof(*lane->note));
	note = &lane->note[lane->n_notes++];
	*note = (struct note){ .kind = kind,
			       .from_us = from_us < to_us ? from_us : to_us,
			       .to_us = to_us,
			       .text = tally_copy(text) };
	return note;
}

void lane_notef(struct lane *lane, enum note_kind kind, uint64_t from_us, uint64_t to_us,
		const char *fmt, ...)
{
	char text[NOTE_TEXT_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)lane_note(lane, kind, from_us, to_us, term_bytes(text));
}

void lane_note_dumped(struct lane *lane, uint64_t when_us)
{
	struct note *note;

	if (!lane->is_dumping)
		(void)lane_note(lane, NOTE_DUMP, when_us, when_us, (struct bytes){ "", 0 });
	lane->is_dumping = true;
	note = &lane->note[lane->n_notes - 1];
	note->n++;
	if (when_us < note->from_us)
		note->from_us = when_us;
	if (when_us > note->to_us)
		note->to_us = when_us;
}

/* ---- Which lane a record is of ---------------------------------------------------------------- */

static int compare_pids(const struct counted *left, const struct run *run, sd_id128_t boot_id,
			pid_t pid)
{
	if (left->run != run)
		return left->run->order < run->order ? -1 : 1;
	if (left->pid != pid)
		return left->pid < pid ? -1 : 1;
	return memcmp(&left->boot_id, &boot_id, sizeof(boot_id));
}

static int compare_indexed(const void *a, const void *b)
{
	const struct lane *left = *(struct lane *const *)a, *right = *(struct lane *const *)b;
	const int order = compare_pids(left->process, right->process->run, right->process->boot_id,
				       right->process->pid);

	return order ? order : compare_lanes(left, right);
}

void lanes_index(struct lanes *lanes)
{
	lanes->by_pid = memory_new(lanes->n, sizeof(struct lane *));
	if (lanes->n == 0)
		return;
	memcpy(lanes->by_pid, lanes->lane, lanes->n * sizeof(struct lane *));
	qsort(lanes->by_pid, lanes->n, sizeof(struct lane *), compare_indexed);
}

static size_t find_first(const struct lanes *lanes, const struct lane_key *key)
{
	size_t low = 0, high = lanes->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare_pids(lanes->by_pid[middle]->process, key->run, key->boot_id, key->pid) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of several processes that had one pid, the one that the journal knows at that time; else the last
 * that began before. */
struct lane *lanes_find(const struct lanes *lanes, const struct lane_key *key)
{
	struct lane *best = NULL;

	for (size_t i = find_first(lanes, key); i < lanes->n; i++) {
		struct lane *const lane = lanes->by_pid[i];
		const struct counted *const process = lane->process;

		if (compare_pids(process, key->run, key->boot_id, key->pid) != 0)
			break;
		if (!bytes_equal(lane->name, key->name))
			continue;
		if (!best || process->first_us <= key->when_us)
			best = lane;
		if (process->first_us <= key->when_us && key->when_us <= process->last_us)
			break;
	}
	return best;
}

static void keep_item(void *item)
{
	(void)item; /* freed with the array */
}

static void free_bytes(struct bytes bytes)
{
	free((char *)(uintptr_t)bytes.data);
}

void lanes_free(struct lanes *lanes)
{
	tdestroy(lanes->tree, keep_item);
	for (size_t i = 0; i < lanes->n; i++) {
		struct lane *const lane = lanes->lane[i];

		for (size_t k = 0; k < lane->n_notes; k++)
			free_bytes(lane->note[k].text);
		free(lane->note);
		free_bytes(lane->name);
		free_bytes(lane->parent_name);
		free(lane);
	}
	free(lanes->by_pid);
	free(lanes->lane);
	*lanes = (struct lanes){ 0 };
}
