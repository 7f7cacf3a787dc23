/* SPDX-License-Identifier: MIT */
/* mplog gaps: is every record in the journal? */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "notice/notice.h"
#include "tool/cmd/commands.h"
#include "tool/cmd/gaps-live.h"
#include "tool/cmd/gaps-print.h"
#include "tool/journal/count.h"
#include "tool/journal/files.h"
#include "tool/journal/judge.h"
#include "tool/journal/match.h"
#include "tool/ui/options.h"
#include "tool/ui/tool.h"

enum { DATA_MAX = 4096 }; /* a longer field is cut */

struct options {
	const char *identifier;
	const char *run_id;
	const char *namespace;
	const char *directory;
	uint64_t since_us; /* 0: the beginning */
	char *const *match;
	size_t n_matches;
	bool json;
	bool has_unreadable; /* files in that directory, which were told */
	struct table_options table;
};

static int open_journal(const struct options *options, sd_journal **ret)
{
	if (options->directory)
		return sd_journal_open_directory(ret, options->directory, 0);
	return sd_journal_open_namespace(ret, options->namespace, SD_JOURNAL_LOCAL_ONLY);
}

static int add_matches(sd_journal *journal, const struct options *options)
{
	int r = match_add(journal, "RUN_ID", options->run_id);

	if (r >= 0)
		r = match_add(journal, "SYSLOG_IDENTIFIER", options->identifier);
	for (size_t i = 0; r >= 0 && i < options->n_matches; i++) {
		r = sd_journal_add_match(journal, options->match[i], 0);
		if (r == -EINVAL)
			tool_complain("%s: expected FIELD=VALUE", options->match[i]);
	}
	return r;
}

/* Finds the oldest entry, whatever the matches are. A journal without any is one that this user may
 * not read. */
static int find_beginning(sd_journal *journal, const struct options *options, uint64_t *ret_us)
{
	const int r = sd_journal_get_cutoff_realtime_usec(journal, ret_us, NULL);

	if (r != 0 || options->has_unreadable)
		return r != 0 ? r : -ENODATA;
	if (options->directory || options->namespace)
		tool_complain("%s: there is no journal that you may read",
			      options->directory ? options->directory : options->namespace);
	else
		tool_complain("there is no journal that you may read: root may, and the group "
			      "systemd-journal");
	return -ENODATA;
}

static int open_to_count(const struct options *options, struct tally *tally, sd_journal **ret)
{
	int r = open_journal(options, ret);

	if (r >= 0)
		r = find_beginning(*ret, options, &tally->begins_us);
	if (r >= 0)
		r = add_matches(*ret, options);
	if (r >= 0)
		r = sd_journal_set_data_threshold(*ret, DATA_MAX);
	if (r >= 0 && tally->begins_us < options->since_us) {
		tally->begins_us = options->since_us;
		r = sd_journal_seek_realtime_usec(*ret, options->since_us);
	}
	return r;
}

/* With --since: the figures of a process are of all its life, and so are the losses in them. */
static int count_before(const struct options *options, struct tally *tally,
			struct progress *progress)
{
	sd_journal *journal = NULL;
	int r = options->since_us ? open_journal(options, &journal) : 0;

	if (journal && r >= 0)
		r = add_matches(journal, options);
	if (journal && r >= 0)
		r = match_add(journal, "MESSAGE_ID", notice_message_ids[NOTICE_LOST]);
	if (journal && r >= 0)
		r = match_add(journal, "MESSAGE_ID", notice_message_ids[NOTICE_SUPPRESSED]);
	if (journal && r >= 0)
		r = count_told_before(tally, journal, options->since_us, progress);
	sd_journal_close(journal);
	return r;
}

/* What comes into the journal while boards are read is counted as well: so all records of a process
 * that is dead on its board had time to get there. */
static bool count_all(const struct options *options, struct tally *tally, struct progress *progress)
{
	const struct gaps_live live = {
		.identifier = options->identifier,
		.run_id = options->directory || options->namespace ? NULL : options->run_id,
		.since_us = options->since_us,
	};
	struct reports reports = { .may_add = options->n_matches == 0 };
	sd_journal *journal = NULL;
	bool good = true;
	int r = open_to_count(options, tally, &journal);

	if (r >= 0)
		r = count_before(options, tally, progress);
	if (r >= 0)
		r = count_journal(tally, &reports, journal, NULL, progress);
	progress_hide(progress);
	if (r >= 0)
		good = gaps_add_live(tally, &reports, &live);
	if (r >= 0)
		r = sd_journal_wait(journal, 0);
	if (r >= 0)
		r = count_journal(tally, &reports, journal, NULL, progress);
	progress_hide(progress);
	if (r < 0 && r != -EINVAL && r != -ENODATA &&
	    !options->has_unreadable) /* these were told */
		tool_complain("gaps: %s", strerror(-r));
	sd_journal_close(journal);
	reports_apply(&reports, tally);
	reports_free(&reports);
	judge_find_older(tally);
	return r >= 0 && good;
}

static void complain_of_nothing(const struct options *options)
{
	tool_complain("gaps: the journal has no record%s%s%s%s%s",
		      options->identifier ? " of program " : "",
		      options->identifier ? options->identifier : "",
		      options->run_id ? " of run " : "", options->run_id ? options->run_id : "",
		      options->n_matches ? " that matches" : "");
}

static int print_and_judge(const struct options *options, struct tally *tally)
{
	bool is_missing = false, is_empty = true;

	for (size_t i = 0; i < tally->n; i++) {
		is_missing |= judge(tally->process[i]).missing > 0;
		is_empty &= !judge_is_worth_a_line(tally->process[i]);
	}
	if (is_empty)
		complain_of_nothing(options);
	else if (options->json)
		gaps_print_json(tally);
	else
		gaps_print(tally, &options->table);
	return is_missing || is_empty ? STATUS_BAD : STATUS_GOOD;
}

static int gaps(struct options *options)
{
	struct progress progress = progress_begin();
	struct tally tally = { 0 };
	int status;

	options->has_unreadable = options->directory && files_tell_unreadable(options->directory);
	status = count_all(options, &tally, &progress) ? print_and_judge(options, &tally)
						       : STATUS_TROUBLE;
	tally_free(&tally);
	return options->has_unreadable ? STATUS_TROUBLE : status;
}

static int run_gaps(const struct command *command, int argc, char **argv)
{
	struct options options = { .table = gaps_print_options() };
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &options.identifier },
		{ "run", .text = &options.run_id },
		{ "namespace", .text = &options.namespace },
		{ "directory", 'D', .text = &options.directory },
		{ "since", .time_us = &options.since_us },
		{ "json", .flag = &options.json },
		{ "output", 'o', .text = &options.table.list },
		{ "noheadings", .flag = &options.table.has_no_headings },
		{ "raw", .flag = &options.table.is_raw },
		{ 0 },
	};

	if (options_parse(command, rows, NULL, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (options.json && table_options_are_given(&options.table))
		return tool_usage(command, "--json has all there is: expected no --output, "
					   "--noheadings, --raw");
	if (table_options_choose(&options.table, command) != STATUS_GOOD)
		return STATUS_TROUBLE;
	options.match = argv + optind;
	options.n_matches = (size_t)(argc - optind);
	return gaps(&options);
}

const struct command command_gaps = {
	.name = "gaps",
	.summary = "Tell whether every record is in the journal, by PROCESS_SEQ",
	.arguments =
		"[-t IDENTIFIER] [--run=RUN_ID] [--namespace=NAME] [-D DIRECTORY]\n"
		"                  [--since=TIME] [--json | [-o COLUMNS] [--noheadings] [--raw]]\n"
		"                  [FIELD=VALUE...]",
	.help = "For each process: how many records are there, which numbers are missing, and what mplog's\n"
		"own records say of them. Matches are journalctl's; they should hold for all records of a\n"
		"process, as PROCESS=worker-1 or _PID=4711 do.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  of this program\n"
		"  --run=RUN_ID                 of this run: mplog ps shows it\n"
		"  --namespace=NAME             the journal of this namespace\n"
		"  -D, --directory=DIRECTORY    the journal files in this directory\n"
		"  --since=TIME                 records from then on: as of mplog tail\n"
		"  --json                       one JSON object a line\n"
		"  -o, --output=COLUMNS         process,pid,records: these, and identifier and run-id\n"
		"      --noheadings             rows alone\n"
		"      --raw                    for scripts: a blank between cells, none in them\n"
		"\n"
		"Exit status: 0 nothing is missing, 1 something is or there is no record, 2 usage or trouble.\n",
	.run = run_gaps,
};
