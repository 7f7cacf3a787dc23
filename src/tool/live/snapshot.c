/* SPDX-License-Identifier: MIT */
#include "tool/live/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "board/slot.h"
#include "sink/sink.h"
#include "tool/ui/memory.h"

static void read_text(char *ret, const char *text, size_t size)
{
	memcpy(ret, text, size);
	ret[size - 1] = '\0';
}

static void read_texts(const struct slot *slot, struct slot_view *view)
{
	read_text(view->name, slot->name, sizeof(view->name));
	read_text(view->parent_name, slot->parent_name, sizeof(view->parent_name));
	read_text(view->origin, slot->origin, sizeof(view->origin));
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

	view->own_level = slot_own_level(slot);
	view->own_level_by = by >= LEVEL_BY_DEFAULT && by <= LEVEL_BY_PROGRAM ? (enum level_by)by
									      : LEVEL_BY_DEFAULT;
	view->by_person = override_is_set(override) && (!until_ms || now_ms < until_ms);
	view->level = view->by_person ? override_level(override) : view->own_level;
	view->override_uid = atomic_load(&slot->override_uid);
	view->override_until_ms = until_ms;
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

static void find_life(const struct slot *slot, enum slot_phase phase, struct slot_view *view)
{
	const struct member *member =
		board_member(view->board, view->inner_pid, atomic_load(&slot->since_boot_ms));

	view->is_alive = member && phase == SLOT_PROCESS;
	view->pid = view->is_alive ? member->pid : view->inner_pid;
}

/* Returns false where the slot shows no process or scope: each of them has a name. */
static bool read_view(const struct found_board *found, unsigned i, struct slot_view *view)
{
	const struct slot *slot = &found->copy->slot[i];
	const uint64_t state = atomic_load(&found->copy->state[i]);
	const enum slot_phase phase = slot_word_phase(state);

	if (phase == SLOT_FREE || phase == SLOT_TAKEN || phase > SLOT_REPORTED || !slot->name[0])
		return false;
	*view = (struct slot_view){
		.board = found,
		.index = i,
		.state = state,
		.is_scope = phase == SLOT_SCOPE,
		.has_said_so = phase == SLOT_ENDED,
		.inner_pid = slot_word_pid(state),
	};
	read_texts(slot, view);
	read_level(slot, view);
	read_numbers(slot, view);
	find_life(slot, phase, view);
	return true;
}

/* ---- Processes and their scopes ---------------------------------------------------------------- */

static int compare_ages(const void *a, const void *b)
{
	const struct slot_view *left = *(const struct slot_view *const *)a,
			       *right = *(const struct slot_view *const *)b;

	if (left->inner_pid != right->inner_pid)
		return left->inner_pid < right->inner_pid ? -1 : 1;
	if (left->since_ns != right->since_ns)
		return left->since_ns < right->since_ns ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static void sort_processes(struct snapshot *snapshot)
{
	snapshot->process = memory_new(snapshot->n, sizeof(void *));
	for (size_t i = 0; i < snapshot->n; i++) {
		if (!snapshot->view[i].is_scope)
			snapshot->process[snapshot->n_processes++] = &snapshot->view[i];
	}
	qsort(snapshot->process, snapshot->n_processes, sizeof(void *), compare_ages);
}

/* A process whose end was not seen, and whose pid went to a younger process, is dead. */
static void bury_predecessors(const struct snapshot *snapshot)
{
	const struct slot_view *younger = NULL;

	for (size_t i = snapshot->n_processes; i-- > 0;) {
		struct slot_view *view = snapshot->process[i];

		if (!view->is_alive)
			continue;
		if (younger && younger->inner_pid == view->inner_pid && younger->pid == view->pid)
			view->is_alive = false;
		else
			younger = view;
	}
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

static bool read_copy(const struct found_board *found, struct board *copy)
{
	const int fd = board_open_file(found, false);
	bool good;

	if (fd < 0)
		return false;
	good = board_file_read_head(fd, copy) && board_file_read_slots(fd, copy);
	(void)close(fd);
	return good;
}

void snapshot_take(struct found_board *found, struct snapshot *ret)
{
	struct snapshot snapshot = { .n = 0 };
	struct board *copy = board_file_new_copy();
	const uint32_t used = read_copy(found, copy) ? board_used(copy) : 0;

	found->copy = copy;
	snapshot.view = memory_new(used + 1, sizeof(struct slot_view));
	for (uint32_t i = 0; i < used; i++)
		snapshot.n += read_view(found, i, &snapshot.view[snapshot.n]);
	sort_processes(&snapshot);
	bury_predecessors(&snapshot);
	find_scopes_that_live(&snapshot);
	*ret = snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->view);
	free(snapshot->process);
	*snapshot = (struct snapshot){ 0 };
}

bool snapshot_is_current(const struct board *board, const struct slot_view *view)
{
	return atomic_load(&board->state[view->index]) == view->state;
}

const struct slot *snapshot_slot(const struct slot_view *view)
{
	return &view->board->copy->slot[view->index];
}

static int compare_index(const void *key, const void *view)
{
	const int slot = *(const int *)key, index = (int)((const struct slot_view *)view)->index;

	return (slot > index) - (slot < index);
}

struct slot_view *snapshot_find(const struct snapshot *snapshot, int slot)
{
	return bsearch(&slot, snapshot->view, snapshot->n, sizeof(*snapshot->view), compare_index);
}

const struct slot_view *snapshot_process_of(const struct snapshot *snapshot,
					    const struct slot_view *scope)
{
	size_t low = 0, high = snapshot->n_processes; /* behind the youngest with that pid */

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (snapshot->process[middle]->inner_pid <= scope->inner_pid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || snapshot->process[low - 1]->inner_pid != scope->inner_pid)
		return NULL;
	return snapshot->process[low - 1];
}

bool snapshot_repeats_process(const struct snapshot *snapshot, const struct slot_view *scope)
{
	const struct slot_view *process =
		scope->is_scope ? snapshot_process_of(snapshot, scope) : NULL;

	return process && process->level == scope->level && strcmp(process->name, scope->name) == 0;
}

void snapshot_read_report(const struct slot *slot, char ret[SLOT_REPORT_SIZE])
{
	const uint32_t sequence = atomic_load(&slot->text_sequence);

	read_text(ret, slot->report, SLOT_REPORT_SIZE);
	atomic_thread_fence(memory_order_acquire);
	if (sequence & 1 || sequence != atomic_load(&slot->text_sequence))
		ret[0] = '\0';
}
