/* SPDX-License-Identifier: MIT */
#include "tool/timeline/survey.h"

#include <stdlib.h>

#include "base/glob.h"
#include "record/field-name.h"
#include "tool/journal/count.h"
#include "tool/journal/entry.h"
#include "tool/journal/judge.h"
#include "tool/timeline/tell.h"
#include "tool/timeline/tree.h"
#include "tool/ui/memory.h"

enum {
	CHANGES_MAX = 256, /* later ones are not shown */
	PATTERN_SIZE = PROCESS_NAME_SIZE,
};

/* A level that an operator has set for names that match a pattern. */
struct level_change {
	struct run *run;
	uint64_t when_us;
	pid_t pid; /* as the process sees itself; 0: all */
	uid_t uid; /* whose record says so */
	struct bytes text;
	char pattern[PATTERN_SIZE];
};

static int level_of(const struct record_at_hand *record)
{
	const struct bytes level = record->scan.value[VALUE_LEVEL];

	if (level.size != 1 || level.data[0] < '0' || level.data[0] > '7')
		return LEVEL_UNKNOWN;
	return level.data[0] - '0';
}

/* Copies the pattern of the record at hand. Returns false where it is none. */
static bool copy_pattern(sd_journal *journal, char pattern[PATTERN_SIZE])
{
	const struct bytes value = entry_get(journal, "MPLOG_PATTERN");

	if (!value.size || value.size >= PATTERN_SIZE || memchr(value.data, '\0', value.size))
		return false;
	memcpy(pattern, value.data, value.size);
	pattern[value.size] = '\0';
	return !glob_mistake(pattern);
}

static void note_change(struct survey *survey, const struct record_at_hand *record)
{
	struct level_change change = {
		.run = tally_get_run(&survey->tally, record->run_id, record->uid),
		.when_us = record_sent_us(record),
		.pid = (pid_t)entry_get_number(record->journal, "MPLOG_TARGET_PID"),
		.uid = record->uid,
	};

	/* Another user's are not believed, and must not crowd out the others. */
	if (change.uid != 0 && change.uid != change.run->uid)
		return;
	if (survey->n_changes == CHANGES_MAX || !copy_pattern(record->journal, change.pattern))
		return;
	change.text = tally_copy(entry_get(record->journal, "MESSAGE"));
	survey->change = memory_grow(survey->change, survey->n_changes + 1, &survey->changes_room,
				     sizeof(change));
	survey->change[survey->n_changes++] = change;
}

/* Whose records a black box held: they are sent by another process where the first is dead. */
static struct counted *find_dumped(struct survey *survey, const struct counted *sender,
				   const struct record_at_hand *record)
{
	const pid_t pid = (pid_t)entry_get_number(record->journal, FIELD_NAME_PID);
	struct counted *process;

	if (!pid || pid == sender->pid)
		return (struct counted *)(uintptr_t)sender;
	process = tally_get(&survey->tally, sender->run, record->boot_id, pid, record->uid);
	return counted_trusts(process, record->uid) ? process : NULL;
}

static struct lane *lane_of(struct survey *survey, struct counted *process,
			    const struct record_at_hand *record)
{
	struct bytes name = record->scan.value[VALUE_PROCESS];
	struct lane *lane;

	if (!name.data || !process)
		return NULL;
	if (name.size > PROCESS_NAME_SIZE - 1)
		name.size = PROCESS_NAME_SIZE - 1;
	if (!source_wants(survey->source, name))
		return NULL;
	lane = lanes_get(&survey->lanes, process, name);
	if (lane && !lane->parent_name.data)
		lane->parent_name = tally_copy(entry_get(record->journal, "PROCESS_PARENT"));
	return lane;
}

static void count_record(struct survey *survey, struct lane *lane,
			 const struct record_at_hand *record)
{
	const int level = level_of(record);

	lane->count[level]++;
	lane->records++;
	survey->count[level]++;
	survey->records++;
}

static void note_notice(struct lane *lane, const struct record_at_hand *record, uint64_t when_us)
{
	static const enum note_kind kinds[NOTICE_COUNT + 1] = {
		[NOTICE_LOST] = NOTE_LOSS + 1,
		[NOTICE_SUPPRESSED] = NOTE_SUPPRESSED + 1,
		[NOTICE_LEVEL] = NOTE_LEVEL + 1,
	};
	uint64_t since_us;

	if (!kinds[record->kind])
		return;
	since_us = entry_get_number(record->journal, FIELD_NAME_SINCE);
	(void)lane_note(lane, kinds[record->kind] - 1,
			since_us && since_us >= lane->first_us ? since_us : when_us, when_us,
			entry_get(record->journal, "MESSAGE"));
}

/* No process is older than the boot of its machine, whatever a record says. */
static bool may_have_been(const struct record_at_hand *record, uint64_t when_us)
{
	uint64_t monotonic_us = 0;
	sd_id128_t boot_id; /* asked for, so that it may be another one than this */

	(void)sd_journal_get_monotonic_usec(record->journal, &monotonic_us, &boot_id);
	return when_us <= record->when_us && when_us >= record->when_us - monotonic_us;
}

static void see_dumped(struct survey *survey, struct counted *sender,
		       const struct record_at_hand *record)
{
	const uint64_t when_us = entry_get_number(record->journal, FIELD_NAME_TIME);
	struct lane *const lane = lane_of(survey, find_dumped(survey, sender, record), record);

	if (!lane || !may_have_been(record, when_us))
		return;
	lane_extend(lane, when_us);
	lane_note_dumped(lane, when_us);
	count_record(survey, lane, record);
}

/* The end of a child is shown where the child is. */
static void see(void *userdata, struct counted *process, const struct record_at_hand *record)
{
	struct survey *const survey = userdata;
	const uint64_t when_us = record_sent_us(record);
	struct lane *lane;

	if (!process) {
		note_change(survey, record);
		return;
	}
	if (record->is_dumped) {
		see_dumped(survey, process, record);
		return;
	}
	lane = lane_of(survey, process, record);
	if (!lane)
		return;
	lane->is_dumping = false;
	lane_extend(lane, when_us);
	if (record->kind == NOTICE_CHILD)
		return;
	count_record(survey, lane, record);
	note_notice(lane, record, when_us);
}

/* ---- After the last record -------------------------------------------------------------------- */

/* Adds lanes for processes that were reported and have no record. */
static void add_silent(struct survey *survey)
{
	for (size_t i = 0; i < survey->tally.n; i++) {
		struct counted *const process = survey->tally.process[i];

		if (process->records || !process->is_reported || !process->name.size ||
		    !source_wants(survey->source, process->name))
			continue;
		process->booted_us = survey->tally.begins_us;
		(void)lanes_get(&survey->lanes, process, process->name);
	}
}

static bool concerns(const struct level_change *change, const struct lane *lane)
{
	const struct counted *const process = lane->process;

	return process->run == change->run && counted_trusts(process, change->uid) &&
	       change->when_us >= lane->begin_us && change->when_us <= lane->end_us &&
	       (!change->pid || change->pid == process->tid || change->pid == process->pid);
}

static void show_change(struct survey *survey, const struct level_change *change)
{
	const struct glob glob = glob_compile(change->pattern);

	for (size_t i = 0; i < survey->lanes.n; i++) {
		struct lane *const lane = survey->lanes.lane[i];

		if (concerns(change, lane) && glob_match(&glob, lane->name.data, lane->name.size))
			(void)lane_note(lane, NOTE_LEVEL, change->when_us, change->when_us,
					change->text);
	}
}

static void find_extent(struct survey *survey)
{
	for (size_t i = 0; i < survey->lanes.n; i++) {
		const struct lane *const lane = survey->lanes.lane[i];

		if (!survey->begin_us || lane->begin_us < survey->begin_us)
			survey->begin_us = lane->begin_us;
		if (lane->end_us > survey->end_us)
			survey->end_us = lane->end_us;
	}
}

static void finish(struct survey *survey, struct reports *reports)
{
	const struct source_options *const options = &survey->source->options;

	reports_apply(reports, &survey->tally);
	judge_find_older(&survey->tally);
	add_silent(survey);
	tree_arrange(&survey->lanes, options->since_us, options->until_us);
	lanes_index(&survey->lanes);
	for (size_t i = 0; i < survey->n_changes; i++)
		show_change(survey, &survey->change[i]);
	tell_gaps(&survey->lanes);
	tell_ends(&survey->lanes);
	find_extent(survey);
}

int survey_make(struct survey *survey, struct source *source)
{
	struct reports reports = { .may_add = true };
	const struct count_watch watch = { .until_us = source->options.until_us,
					   .see = see,
					   .userdata = survey };
	int r;

	*survey = (struct survey){ .source = source };
	r = sd_journal_get_cutoff_realtime_usec(source->journal, &survey->tally.begins_us, NULL);
	if (survey->tally.begins_us < source->options.since_us)
		survey->tally.begins_us = source->options.since_us;
	if (r >= 0)
		r = count_journal(&survey->tally, &reports, source->journal, &watch,
				  &source->progress);
	progress_hide(&source->progress);
	finish(survey, &reports);
	reports_free(&reports);
	return r < 0 ? r : 0;
}

void survey_free(struct survey *survey)
{
	for (size_t i = 0; i < survey->n_changes; i++)
		free((char *)(uintptr_t)survey->change[i].text.data);
	free(survey->change);
	lanes_free(&survey->lanes);
	tally_free(&survey->tally);
}
