/* SPDX-License-Identifier: MIT */
#include "tool/journal/ended.h"

#include <stdlib.h>

#include "base/hash.h"
#include "tool/ui/memory.h"

enum {
	/* How long a record may be in flight: far longer than any timeout_ms in use. */
	ARRIVAL_US = 60 * 1000 * 1000,
	/* How much two clocks of one machine may differ, and be set. */
	SLACK_US = 1000 * 1000,
	/* How many processes with the same number, or name, are looked at for one report. */
	CANDIDATES_MAX = 256,
};

void reports_add(struct reports *reports, const struct report *report)
{
	struct report *added;

	reports->report =
		memory_grow(reports->report, reports->n + 1, &reports->room, sizeof(*added));
	added = &reports->report[reports->n++];
	*added = *report;
	added->order = reports->n;
}

void reports_free(struct reports *reports)
{
	for (size_t i = 0; i < reports->n; i++) {
		free((char *)(uintptr_t)reports->report[i].identifier.data);
		free((char *)(uintptr_t)reports->report[i].name.data);
	}
	free(reports->report);
}

/* ---- An index of the processes ---------------------------------------------------------------- */

/* What a process is found by: its pid, or where it is in another pid namespace than journald, the
 * number that it sees itself, or its name. */
enum key_kind { BY_PID, BY_TID, BY_NAME, KEYS };

struct key {
	size_t run;
	enum key_kind kind;
	uint64_t value;
	struct counted *process;
};

struct index {
	struct key *key; /* sorted; of one value the oldest process first */
	size_t n;
};

static uint64_t hash_of(struct bytes name)
{
	return fnv1a_64(FNV1A_64_BASIS, name.data, name.size);
}

static int compare_values(const struct key *left, const struct key *right)
{
	if (left->run != right->run)
		return left->run < right->run ? -1 : 1;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return (left->value > right->value) - (left->value < right->value);
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *left = a, *right = b;
	const int order = compare_values(left, right);

	if (order)
		return order;
	return (left->process->order > right->process->order) -
	       (left->process->order < right->process->order);
}

static struct index make_index(const struct tally *tally)
{
	struct index index = { .key = memory_new(KEYS * tally->n, sizeof(struct key)) };

	for (size_t i = 0; i < tally->n; i++) {
		struct counted *process = tally->process[i];
		const size_t run = process->run->order;

		index.key[index.n++] = (struct key){ run, BY_PID, (uint64_t)process->pid, process };
		if (process->tid == process->pid || !process->tid)
			continue;
		index.key[index.n++] = (struct key){ run, BY_TID, (uint64_t)process->tid, process };
		index.key[index.n++] =
			(struct key){ run, BY_NAME, hash_of(process->name), process };
	}
	qsort(index.key, index.n, sizeof(struct key), compare_keys);
	return index;
}

/* Returns how many keys stand before all those of a higher value. */
static size_t find_end(const struct index *index, const struct key *wanted)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare_values(&index->key[middle], wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- Which process a report is about ---------------------------------------------------------- */

/* Returns how many numbers would be unaccounted for, or reported and there, if MISSING were missing. */
static uint64_t cost_of(const struct report *report, uint64_t missing)
{
	const struct figures *figures = &report->figures;
	const uint64_t expected = figures->last > figures->sent ? figures->last - figures->sent : 0;

	return missing > expected ? missing - expected : expected - missing;
}

static uint64_t cost_of_process(const struct report *report, const struct counted *process)
{
	const uint64_t last = numbers_last(&process->numbers);

	if (report->is_alive)
		return 0;
	if (last > report->figures.last)
		return last - report->figures.last;
	return cost_of(report, numbers_missing(&process->numbers, report->figures.last));
}

static bool may_be(const struct report *report, const struct counted *process)
{
	return !process->is_reported && counted_trusts(process, report->uid) &&
	       process->last_us + SLACK_US >= report->since_us &&
	       (!report->until_us || process->first_us <= report->until_us + ARRIVAL_US);
}

/* Returns the process that leaves the least unaccounted for, the youngest of several, or NULL. */
static struct counted *find_process(const struct index *index, const struct report *report,
				    enum key_kind kind)
{
	const struct key wanted = { report->run->order, kind,
				    kind == BY_NAME ? hash_of(report->name) : (uint64_t)report->pid,
				    NULL };
	uint64_t least = report->is_alive ? 1 : cost_of(report, report->figures.last) + 1;
	struct counted *best = NULL;
	size_t i = find_end(index, &wanted);

	for (size_t n = 0; i-- > 0 && n < CANDIDATES_MAX && least > 0; n++) {
		struct counted *process = index->key[i].process;
		uint64_t cost;

		if (compare_values(&index->key[i], &wanted) != 0)
			break;
		cost = may_be(report, process) ? cost_of_process(report, process) : UINT64_MAX;
		if (cost < least) {
			least = cost;
			best = process;
		}
	}
	return best;
}

static void apply_to(struct counted *process, const struct report *report)
{
	process->is_reported = true;
	process->since_us = report->since_us;
	process->until_us = report->until_us;
	process->figures = report->figures;
}

/* Returns whether the report is about a process that has no record. */
static bool is_of_silent(const struct report *report)
{
	const struct losses *losses = &report->figures.losses;

	return report->is_own && !report->is_alive &&
	       (report->figures.last || losses->lost || losses->diverted || losses->suppressed);
}

static struct counted *add_silent(struct tally *tally, const struct report *report)
{
	struct counted *process =
		tally_get(tally, report->run, report->boot_id, report->pid, report->uid);

	if (process->records || process->is_reported)
		process = tally_renew(tally, process);
	if (!process->name.data) {
		process->name = tally_copy(report->name);
		process->identifier = tally_copy(report->identifier);
	}
	return process;
}

/* Sorts by run and pid, the youngest process first; a notice was added before what a board has. */
static int compare_reports(const void *a, const void *b)
{
	const struct report *left = a, *right = b;

	if (left->run != right->run)
		return left->run->order < right->run->order ? -1 : 1;
	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	if (left->since_us != right->since_us)
		return left->since_us > right->since_us ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

/* Returns whether both reports are about one process. */
static bool is_repeated(const struct report *report, const struct report *before)
{
	return before && report->since_us && report->run == before->run &&
	       report->pid == before->pid && report->since_us == before->since_us;
}

/* Applies the reports that are left to processes that are left. INDEX NULL: to new ones. */
static void apply_all(struct reports *reports, struct tally *tally, const struct index *index,
		      enum key_kind kind)
{
	const struct report *applied = NULL;

	for (size_t i = 0; i < reports->n; i++) {
		struct report *report = &reports->report[i];
		struct counted *process = NULL;

		report->is_applied = report->is_applied || is_repeated(report, applied);
		if (report->is_applied)
			continue;
		if (index)
			process = find_process(index, report, kind);
		else if (reports->may_add && is_of_silent(report))
			process = add_silent(tally, report);
		if (!process)
			continue;
		apply_to(process, report);
		report->is_applied = true;
		applied = report;
	}
}

void reports_apply(struct reports *reports, struct tally *tally)
{
	struct index index = make_index(tally);

	if (reports->n > 1)
		qsort(reports->report, reports->n, sizeof(struct report), compare_reports);
	for (int kind = BY_PID; kind < KEYS; kind++)
		apply_all(reports, tally, &index, (enum key_kind)kind);
	free(index.key);
	apply_all(reports, tally, NULL, BY_PID);
}
