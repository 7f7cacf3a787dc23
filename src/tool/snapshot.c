/* SPDX-License-Identifier: MIT */
#include "snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sink.h"
#include "slot.h"

/* 140,000 years: microseconds of it are still a number. */
#define PERSON_UNTIL_MAX (UINT64_C(1) << 52)

/* How often a text that is just being written is read again, for all slots of a board together:
 * one whose writers never end would cost minutes otherwise. */
enum { READ_TRIES = 100 };

/* A text that could not be read whole is bounded all the same. */
static void read_texts(const struct slot *slot, struct entry *entry, unsigned *tries)
{
	(void)slot_read_text_within(slot, offsetof(struct slot, name), sizeof(entry->name),
				    entry->name, tries);
	(void)slot_read_text_within(slot, offsetof(struct slot, parent_name),
				    sizeof(entry->parent_name), entry->parent_name, tries);
	(void)slot_read_text_within(slot, offsetof(struct slot, origin), sizeof(entry->origin),
				    entry->origin, tries);
}

static int bounded_level(int level)
{
	if (level > MPLOG_DEBUG)
		return MPLOG_DEBUG;
	return level < MPLOG_NONE ? MPLOG_NONE : level;
}

/* A moment that was. */
static int64_t bounded_time(int64_t realtime_ns)
{
	const int64_t now_ns = clock_now_ns(CLOCK_REALTIME);

	if (realtime_ns > now_ns)
		return now_ns;
	return realtime_ns < 0 ? 0 : realtime_ns;
}

static void read_level(const struct slot *slot, struct entry *entry)
{
	const uint64_t now_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000;
	const person_word person = atomic_load(&slot->person);
	const uint64_t until_ms = person_until_ms(person);
	const int by = atomic_load(&slot->level_by);

	entry->own_level = bounded_level(atomic_load(&slot->level));
	entry->own_level_by = by >= LEVEL_BY_DEFAULT && by <= LEVEL_BY_PROGRAM ? (enum level_by)by
									       : LEVEL_BY_DEFAULT;
	entry->by_person = person && (!until_ms || now_ms < until_ms);
	entry->level = entry->by_person ? bounded_level(person_level(person)) : entry->own_level;
	entry->person_uid = atomic_load(&slot->person_uid);
	entry->person_until_ms = until_ms < PERSON_UNTIL_MAX ? until_ms : PERSON_UNTIL_MAX;
}

static void read_numbers(const struct slot *slot, struct entry *entry)
{
	const int sink = atomic_load(&slot->sink);

	for (int i = 0; i < COUNTER_COUNT; i++)
		entry->counter[i] = atomic_load(&slot->counter[i]);
	entry->sequence = atomic_load(&slot->sequence);
	entry->sink = sink >= 0 && sink < SINK_COUNT ? sink : -1;
	entry->sink_error = atomic_load(&slot->sink_error);
	entry->since_ns = bounded_time(atomic_load(&slot->since_ns));
	entry->last_record_ns = bounded_time(atomic_load(&slot->last_record_ns));
	entry->parent = atomic_load(&slot->parent);
	entry->parent_pid = (pid_t)atomic_load(&slot->parent_pid);
	entry->tid = (pid_t)atomic_load(&slot->tid);
}

static void find_out_whether_it_lives(const struct slot *slot, enum slot_phase phase,
				      struct entry *entry)
{
	const struct member *member =
		board_member(entry->board, entry->inner_pid, atomic_load(&slot->since_boot_ms));

	entry->is_alive = member && phase == SLOT_PROCESS;
	entry->pid = entry->is_alive ? member->pid : entry->inner_pid;
}

/* A scope lives as long as the process that entered it. */
static void find_scopes_that_live(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		struct entry *scope = &snapshot->entry[i];
		const struct entry *process =
			scope->is_scope ? snapshot_process_of(snapshot, scope) : NULL;

		if (!process || !process->is_alive)
			continue;
		scope->is_alive = !scope->since_ns || scope->since_ns >= process->since_ns;
		scope->pid = process->pid;
	}
}

/* False: nobody's, or its owner changed while it was read. */
static bool read_entry(const struct found_board *found, unsigned i, struct entry *entry,
		       unsigned *tries)
{
	const struct slot *slot = &found->board->slot[i];
	const uint64_t word = atomic_load(&found->board->state[i]);
	const enum slot_phase phase = slot_word_phase(word);

	if (phase == SLOT_FREE || phase == SLOT_TAKEN || phase > SLOT_TOLD)
		return false;
	*entry = (struct entry){
		.board = found,
		.index = i,
		.is_scope = phase == SLOT_SCOPE,
		.has_said_so = phase == SLOT_ENDED,
		.inner_pid = slot_word_pid(word),
	};
	read_texts(slot, entry, tries);
	read_level(slot, entry);
	read_numbers(slot, entry);
	find_out_whether_it_lives(slot, phase, entry);
	return (atomic_load(&found->board->state[i]) & ~UINT64_C(0xff)) == (word & ~UINT64_C(0xff));
}

static int compare_ages(const void *a, const void *b)
{
	const struct entry *left = *(const struct entry *const *)a,
			   *right = *(const struct entry *const *)b;

	if (left->inner_pid != right->inner_pid)
		return left->inner_pid < right->inner_pid ? -1 : 1;
	return (left->since_ns > right->since_ns) - (left->since_ns < right->since_ns);
}

/* A process that nobody saw die, and whose number went to a younger one, is dead. */
static int bury_predecessors(struct snapshot *snapshot)
{
	struct entry **by_pid = calloc(snapshot->n + 1, sizeof(struct entry *));
	size_t n = 0;

	if (!by_pid)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->n; i++) {
		if (snapshot->entry[i].is_alive && !snapshot->entry[i].is_scope)
			by_pid[n++] = &snapshot->entry[i];
	}
	qsort(by_pid, n, sizeof(struct entry *), compare_ages);
	for (size_t i = 0; i + 1 < n; i++) {
		if (by_pid[i]->pid == by_pid[i + 1]->pid)
			by_pid[i]->is_alive = false;
	}
	free(by_pid);
	return 0;
}

int snapshot_take(const struct found_board *found, struct snapshot *ret)
{
	struct snapshot snapshot = { .entry = calloc(found->used + 1, sizeof(struct entry)) };
	unsigned tries = READ_TRIES;

	if (!snapshot.entry)
		return -ENOMEM;
	for (unsigned i = 0; i < found->used; i++)
		snapshot.n += read_entry(found, i, &snapshot.entry[snapshot.n], &tries);
	if (bury_predecessors(&snapshot) < 0) {
		snapshot_free(&snapshot);
		return -ENOMEM;
	}
	find_scopes_that_live(&snapshot);
	*ret = snapshot;
	return 0;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->entry);
	*snapshot = (struct snapshot){ 0 };
}

bool snapshot_is_current(const struct entry *entry)
{
	const uint64_t word = atomic_load(&entry->board->board->state[entry->index]);
	const enum slot_phase phase = slot_word_phase(word);

	return slot_word_pid(word) == entry->inner_pid &&
	       phase == (entry->is_scope ? SLOT_SCOPE : SLOT_PROCESS);
}

struct entry *snapshot_find(const struct snapshot *snapshot, int slot)
{
	size_t low = 0, high = snapshot->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if ((int)snapshot->entry[middle].index < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low < snapshot->n && (int)snapshot->entry[low].index == slot ? &snapshot->entry[low]
									    : NULL;
}

const struct entry *snapshot_process_of(const struct snapshot *snapshot, const struct entry *scope)
{
	const struct entry *found = NULL;

	for (size_t i = 0; i < snapshot->n; i++) {
		const struct entry *entry = &snapshot->entry[i];

		if (entry->is_scope || entry->inner_pid != scope->inner_pid)
			continue;
		if (!found || entry->since_ns > found->since_ns)
			found = entry;
	}
	return found;
}

bool snapshot_repeats_process(const struct snapshot *snapshot, const struct entry *scope)
{
	const struct entry *process = scope->is_scope ? snapshot_process_of(snapshot, scope) : NULL;

	return process && process->level == scope->level && strcmp(process->name, scope->name) == 0;
}

void snapshot_read_report(const struct entry *entry, char ret[SLOT_REPORT_SIZE])
{
	const struct slot *slot = &entry->board->board->slot[entry->index];
	unsigned tries = 0;

	if (!slot_read_text_within(slot, offsetof(struct slot, report), SLOT_REPORT_SIZE, ret,
				   &tries))
		ret[0] = '\0';
}
