/* SPDX-License-Identifier: MIT */
#include "tool/timeline/source.h"

#include <stdlib.h>
#include <string.h>

#include "notice/notice.h"
#include "tool/journal/entry.h"
#include "tool/journal/match.h"
#include "tool/ui/memory.h"

enum { DATA_MAX = 4096 }; /* a longer field is cut */

static void compile_globs(struct source *source, char **patterns)
{
	while (patterns[source->n_globs])
		source->n_globs++;
	source->globs = memory_new(source->n_globs, sizeof(*source->globs));
	for (size_t i = 0; i < source->n_globs; i++)
		source->globs[i] = glob_compile(patterns[i]);
}

bool source_wants(const struct source *source, struct bytes name)
{
	for (size_t i = 0; i < source->n_globs; i++) {
		if (glob_match(&source->globs[i], name.data, name.size))
			return true;
	}
	return source->n_globs == 0;
}

static const char *run_of(const struct source *source)
{
	return source->run[0] ? source->run : NULL;
}

/* The command's notices of levels are records of its own: they name the program. Process names are no
 * matches: the numbers of a process count all of its scopes. */
static int add_matches(const struct source *source)
{
	const char *const identifier = source->options.identifier;
	int r;

	sd_journal_flush_matches(source->journal);
	r = match_add(source->journal, "RUN_ID", run_of(source));
	if (r < 0 || !identifier)
		return r;
	r = match_add(source->journal, "SYSLOG_IDENTIFIER", identifier);
	if (r >= 0)
		r = sd_journal_add_disjunction(source->journal);
	if (r >= 0)
		r = match_add(source->journal, "RUN_ID", run_of(source));
	if (r >= 0)
		r = match_add(source->journal, "MESSAGE_ID", notice_message_ids[NOTICE_LEVEL]);
	return r < 0 ? r : match_add(source->journal, "MPLOG_IDENTIFIER", identifier);
}

/* Takes the run of the record at hand, if it is of a process that is wanted. */
static bool take_run(struct source *source)
{
	const struct bytes process = entry_get(source->journal, "PROCESS");
	struct bytes run;

	if (!process.data || !source_wants(source, process))
		return false;
	run = entry_get(source->journal, "RUN_ID");
	if (!run.size || run.size >= sizeof(source->run) || memchr(run.data, '\0', run.size))
		return false;
	memcpy(source->run, run.data, run.size);
	source->run[run.size] = '\0';
	return true;
}

static int find_newest_run(struct source *source)
{
	int r = sd_journal_seek_tail(source->journal);

	if (r < 0)
		return r;
	while ((r = sd_journal_previous(source->journal)) > 0) {
		entry_tell_progress(&source->progress, source->journal);
		if (take_run(source))
			break;
	}
	return r;
}

static int open_journal(struct source *source)
{
	const struct source_options *const options = &source->options;

	if (options->directory)
		return sd_journal_open_directory(&source->journal, options->directory, 0);
	return sd_journal_open_namespace(&source->journal, options->namespace,
					 SD_JOURNAL_LOCAL_ONLY);
}

int source_open(struct source *source, const struct source_options *options)
{
	int r;

	*source = (struct source){ .options = *options, .progress = progress_begin() };
	compile_globs(source, options->patterns);
	if (options->run)
		strncat(source->run, options->run, sizeof(source->run) - 1);
	r = open_journal(source);
	if (r >= 0)
		r = sd_journal_set_data_threshold(source->journal, DATA_MAX);
	if (r >= 0)
		r = add_matches(source);
	if (r >= 0 && !options->run && !options->since_us && !options->until_us) {
		r = find_newest_run(source);
		if (r >= 0)
			r = add_matches(source);
	}
	return r < 0 ? r : source_rewind(source);
}

int source_rewind(struct source *source)
{
	const int r =
		source->options.since_us
			? sd_journal_seek_realtime_usec(source->journal, source->options.since_us)
			: sd_journal_seek_head(source->journal);

	source->progress.records = 0;
	return r < 0 ? r : 0;
}

void source_close(struct source *source)
{
	if (source->journal)
		sd_journal_close(source->journal);
	free(source->globs);
}
