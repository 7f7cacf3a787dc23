/* SPDX-License-Identifier: MIT */
/* mplog gaps: is every record in the journal? */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaps-board.h"
#include "gaps.h"
#include "tool.h"

enum { DATA_MAX = 4096 }; /* more of a field is never looked at */

struct options {
	const char *identifier;
	const char *run_id;
	const char *namespace;
	const char *directory;
	char *const *match;
	size_t n_matches;
	bool json;
};

static int open_journal(const struct options *options, sd_journal **ret)
{
	if (options->directory)
		return sd_journal_open_directory(ret, options->directory, 0);
	return sd_journal_open_namespace(ret, options->namespace, SD_JOURNAL_LOCAL_ONLY);
}

static int add_match(sd_journal *journal, const char *field, const char *value)
{
	char *match;
	int r;

	if (!value)
		return 0;
	if (asprintf(&match, "%s=%s", field, value) < 0)
		return -ENOMEM;
	r = sd_journal_add_match(journal, match, 0);
	free(match);
	return r;
}

static int add_matches(sd_journal *journal, const struct options *options)
{
	int r = add_match(journal, "RUN_ID", options->run_id);

	if (r >= 0)
		r = add_match(journal, "SYSLOG_IDENTIFIER", options->identifier);
	for (size_t i = 0; r >= 0 && i < options->n_matches; i++) {
		r = sd_journal_add_match(journal, options->match[i], 0);
		if (r == -EINVAL)
			tool_complain("%s: expected FIELD=VALUE", options->match[i]);
	}
	return r;
}

/* Whatever the matches are. A journal that has nothing to show is none that was read. */
static int find_beginning(sd_journal *journal, const struct options *options, uint64_t *ret_us)
{
	const int r = sd_journal_get_cutoff_realtime_usec(journal, ret_us, NULL);

	if (r != 0)
		return r;
	if (options->directory || options->namespace)
		tool_complain("%s: there is no journal that you may read",
			      options->directory ? options->directory : options->namespace);
	else
		tool_complain("there is no journal that you may read: root may, and the group "
			      "systemd-journal");
	return -ENODATA;
}

static int tally_journal(const struct options *options, struct tally *tally)
{
	sd_journal *journal;
	int r = open_journal(options, &journal);

	if (r < 0)
		return r;
	r = find_beginning(journal, options, &tally->begins_us);
	if (r >= 0)
		r = add_matches(journal, options);
	if (r >= 0)
		r = sd_journal_set_data_threshold(journal, DATA_MAX);
	if (r >= 0)
		r = gaps_read_journal(tally, journal);
	sd_journal_close(journal);
	return r;
}

static int count(const struct options *options, struct tally *tally)
{
	struct obituaries obituaries;
	int r = gaps_read_boards(&obituaries);

	if (r < 0)
		return r;
	r = tally_journal(options, tally);
	if (r >= 0)
		gaps_add_boards(tally, &obituaries, options->n_matches == 0);
	gaps_find_older(tally);
	gaps_free_boards(&obituaries);
	return r;
}

static bool is_anything_missing(const struct tally *tally)
{
	for (size_t i = 0; i < tally->n; i++) {
		if (gaps_judge(tally->process[i]).missing)
			return true;
	}
	return false;
}

static int gaps(const struct options *options)
{
	struct tally tally = { 0 };
	const int r = count(options, &tally);
	int status = STATUS_TROUBLE;

	if (r < 0) {
		if (r != -EINVAL && r != -ENODATA) /* of these it was said more clearly */
			tool_complain("gaps: %s", strerror(-r));
	} else {
		if (options->json)
			gaps_print_json(&tally);
		else
			gaps_print(&tally);
		status = is_anything_missing(&tally) ? STATUS_BAD : STATUS_GOOD;
	}
	gaps_free(&tally);
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "identifier", required_argument, NULL, 't' },
		{ "run", required_argument, NULL, 'r' },
		{ "namespace", required_argument, NULL, 'n' },
		{ "directory", required_argument, NULL, 'D' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	struct options options = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "t:D:", long_options, NULL)) >= 0) {
		switch (option) {
		case 't':
			options.identifier = optarg;
			break;
		case 'r':
			options.run_id = optarg;
			break;
		case 'n':
			options.namespace = optarg;
			break;
		case 'D':
			options.directory = optarg;
			break;
		case 'j':
			options.json = true;
			break;
		default:
			return tool_usage(command, NULL);
		}
	}
	options.match = argv + optind;
	options.n_matches = (size_t)(argc - optind);
	return gaps(&options);
}

const struct command command_gaps = {
	.name = "gaps",
	.summary = "Tell whether every record is in the journal, by PROCESS_SEQ",
	.arguments = "[-t IDENTIFIER] [--run=RUN_ID] [--namespace=NAME] [-D DIRECTORY] [--json] "
		     "[FIELD=VALUE...]",
	.help = "For each process: how many records are there, which numbers are missing, and what mplog's\n"
		"own records say of them. Matches are journalctl's; they should hold for all records of a\n"
		"process, as PROCESS=worker-1 or _PID=4711 do.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  of this program\n"
		"  --run=RUN_ID                 of this run: mplog ps shows it\n"
		"  --namespace=NAME             the journal of this namespace\n"
		"  -D, --directory=DIRECTORY    the journal files in this directory\n"
		"  --json                       one JSON object a line\n"
		"\n"
		"Exit status: 0 nothing is missing, 1 something is, 2 usage or trouble.\n",
	.run = run,
};
