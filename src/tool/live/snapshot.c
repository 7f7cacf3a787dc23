/* SPDX-License-Identifier: MIT */
#include "tool/live/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "board/slot.h"
#include "sink/sink.h"
#include "tool/ui/memory.h"

/* 140,000 years: microseconds of it are still a number. */
#define PERSON_UNTIL_MAX (UINT64_C(1) << 52)

/* How often a text that is just being written is read again, for all slots of a board together:
 * one whose writers never end would cost minutes otherwise. */
enum { READ_TRIES = 100 };

/* A text that could not be read whole is bounded all the same. */
static void read_texts(const struct slot *slot, struct slot_view *view, unsigned *tries)
{
	(void)slot_read_text_within(slot, offsetof(struct slot, name), sizeof(view->name),
				    view->name, tries);
	(void)slot_read_text_within(slot, offsetof(struct slot, parent_name),
				    sizeof(view->parent_name), view->parent_name, tries);
	(void)slot_read_text_within(slot, offsetof(struct slot, origin), sizeof(view->origin),
				    view->origin, tries);
}

static int bounded_level(int level)
{
	if (level > MPLOG_DEBUG)
		return MPLOG_DEBUG;
	return level < MPLOG_NONE ? MPLOG_NONE : level;
}

/* Clamps a time read from a board to the past. */
static int64_t bounded_time(int64_t realtime_ns)
{
	const int64_t now_ns = clock_now_ns(CLOCK_REALTIME);

	if (realtime_ns > now_ns)
		return now_ns;
	return realtime_ns < 0 ? 0 : realtime_ns;
}

static void read_level(const struct slot *slot, struct slot_view *view)
{
	const uint64_t now_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000;
	const override_word override = atomic_load(&slot->override);
	const uint64_t until_ms = override_until_ms(override);
	const int by = atomic_load(&slot->level_by);

	view->own_level = bounded_level(atomic_load(&slot->level));
	view->own_level_by = by >= LEVEL_BY_DEFAULT && by <= LEVEL_BY_PROGRAM ? (enum level_by)by
									      : LEVEL_BY_DEFAULT;
	view->by_person = override && (!until_ms || now_ms < until_ms);
	view->level = view->by_person ? bounded_level(override_level(override)) : view->own_level;
	view->override_uid = atomic_load(&slot->override_uid);
	view->override_until_ms = until_ms < PERSON_UNTIL_MAX ? until_ms : PERSON_UNTIL_MAX;
}

static void read_numbers(const struct slot *slot, struct slot_view *view)
{
	const int sink = atomic_load(&slot->sink);
	const int end = atomic_load(&slot->end_status);

	for (int i = 0; i < COUNTER_COUNT; i++)
		view->counter[i] = figure_value(slot->counter[i]);
	view->end_status = end > 0 && end <= 0x10000 ? end - 1 : -1;
	view->sequence = figure_value(slot->sequence);
	view->sink = sink >= 0 && sink < SINK_COUNT ? sink : -1;
	view->sink_error = atomic_load(&slot->sink_error);
	view->since_ns = bounded_time(atomic_load(&slot->since_ns));
	view->last_record_ns = bounded_time(atomic_load(&slot->last_record_ns));
	view->parent = atomic_load(&slot->parent);
	view->parent_pid = (pid_t)atomic_load(&slot->parent_pid);
	view->tid = (pid_t)atomic_load(&slot->tid);
}

static void find_out_whether_it_lives(const struct slot *slot, enum slot_phase phase,
				      struct slot_view *view)
{
	const struct member *member =
		board_member(view->board, view->inner_pid, atomic_load(&slot->since_boot_ms));

	view->is_alive = member && phase == SLOT_PROCESS;
	view->pid = view->is_alive ? member->pid : view->inner_pid;
}

/* A scope lives as long as the process that entered it. */
static void find_scopes_that_live(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		struct slot_view *scope = &snapshot->view[i];
		const struct slot_view *process =
			scope->is_scope ? snapshot_process_of(snapshot, scope) : NULL;

		if (!process || !process->is_alive)
			continue;
		scope->is_alive = !scope->since_ns || scope->since_ns >= process->since_ns;
		scope->pid = process->pid;
	}
}

/* Returns false where the slot is free, or its owner changed while it was read. */
static bool read_view(const struct found_board *found, unsigned i, struct slot_view *view,
		      unsigned *tries)
{
	const struct slot *slot = &found->board->slot[i];
	const uint64_t word = atomic_load(&found->board->state[i]);
	const enum slot_phase phase = slot_word_phase(word);

	if (phase == SLOT_FREE || phase == SLOT_TAKEN || phase > SLOT_REPORTED)
		return false;
	*view = (struct slot_view){
		.board = found,
		.index = i,
		.is_scope = phase == SLOT_SCOPE,
		.has_said_so = phase == SLOT_ENDED,
		.inner_pid = slot_word_pid(word),
	};
	read_texts(slot, view, tries);
	read_level(slot, view);
	read_numbers(slot, view);
	find_out_whether_it_lives(slot, phase, view);
	return (atomic_load(&found->board->state[i]) & ~UINT64_C(0xff)) == (word & ~UINT64_C(0xff));
}

static int compare_ages(const void *a, const void *b)
{
	const struct slot_view *left = *(const struct slot_view *const *)a,
			       *right = *(const struct slot_view *const *)b;

	if (left->inner_pid != right->inner_pid)
		return left->inner_pid < right->inner_pid ? -1 : 1;
	return (left->since_ns > right->since_ns) - (left->since_ns < right->since_ns);
}

/* A process whose end was not seen, and whose pid went to a younger process, is dead. */
static void bury_predecessors(struct snapshot *snapshot)
{
	AUTO_FREE struct slot_view **by_pid = memory_new(snapshot->n, sizeof(struct slot_view *));
	size_t n = 0;

	for (size_t i = 0; i < snapshot->n; i++) {
		if (snapshot->view[i].is_alive && !snapshot->view[i].is_scope)
			by_pid[n++] = &snapshot->view[i];
	}
	qsort(by_pid, n, sizeof(struct slot_view *), compare_ages);
	for (size_t i = 0; i + 1 < n; i++) {
		if (by_pid[i]->pid == by_pid[i + 1]->pid)
			by_pid[i]->is_alive = false;
	}
}

void snapshot_take(const struct found_board *found, struct snapshot *ret)
{
	struct snapshot snapshot = { .view = memory_new(found->used + 1,
							sizeof(struct slot_view)) };
	unsigned tries = READ_TRIES;

	for (unsigned i = 0; i < found->used; i++)
		snapshot.n += read_view(found, i, &snapshot.view[snapshot.n], &tries);
	bury_predecessors(&snapshot);
	find_scopes_that_live(&snapshot);
	*ret = snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->view);
	*snapshot = (struct snapshot){ 0 };
}

bool snapshot_is_current(const struct slot_view *view)
{
	const uint64_t word = atomic_load(&view->board->board->state[view->index]);
	const enum slot_phase phase = slot_word_phase(word);

	return slot_word_pid(word) == view->inner_pid &&
	       phase == (view->is_scope ? SLOT_SCOPE : SLOT_PROCESS);
}

struct slot_view *snapshot_find(const struct snapshot *snapshot, int slot)
{
	size_t low = 0, high = snapshot->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if ((int)snapshot->view[middle].index < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low < snapshot->n && (int)snapshot->view[low].index == slot ? &snapshot->view[low]
									   : NULL;
}

const struct slot_view *snapshot_process_of(const struct snapshot *snapshot,
					    const struct slot_view *scope)
{
	const struct slot_view *found = NULL;

	for (size_t i = 0; i < snapshot->n; i++) {
		const struct slot_view *view = &snapshot->view[i];

		if (view->is_scope || view->inner_pid != scope->inner_pid)
			continue;
		if (!found || view->since_ns > found->since_ns)
			found = view;
	}
	return found;
}

bool snapshot_repeats_process(const struct snapshot *snapshot, const struct slot_view *scope)
{
	const struct slot_view *process =
		scope->is_scope ? snapshot_process_of(snapshot, scope) : NULL;

	return process && process->level == scope->level && strcmp(process->name, scope->name) == 0;
}

void snapshot_read_report(const struct slot_view *view, char ret[SLOT_REPORT_SIZE])
{
	const struct slot *slot = &view->board->board->slot[view->index];
	unsigned tries = 0;

	if (!slot_read_text_within(slot, offsetof(struct slot, report), SLOT_REPORT_SIZE, ret,
				   &tries))
		ret[0] = '\0';
}
