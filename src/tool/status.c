/* SPDX-License-Identifier: MIT */
/* mplog status: everything about one process, as it sees it. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "boards.h"
#include "filter.h"
#include "print.h"
#include "snapshot.h"
#include "status.h"
#include "tool.h"

struct options {
	struct filter filter;
	bool json;
};

static size_t show_entries(const struct snapshot *snapshot, const struct options *options)
{
	size_t shown = 0;

	for (size_t i = 0; i < snapshot->n; i++) {
		const struct entry *entry = &snapshot->entry[i];

		if (!filter_wants(&options->filter, entry) ||
		    snapshot_repeats_process(snapshot, entry))
			continue;
		if (options->json)
			status_print_json(snapshot, entry);
		else
			status_print(snapshot, entry);
		shown++;
	}
	return shown;
}

static int show(const struct boards *boards, const struct options *options, size_t *shown)
{
	for (size_t i = 0; i < boards->n; i++) {
		struct snapshot snapshot;
		int r;

		if (!filter_wants_program(&options->filter, &boards->board[i]))
			continue;
		r = snapshot_take(&boards->board[i], &snapshot);
		if (r < 0)
			return r;
		*shown += show_entries(&snapshot, options);
		snapshot_free(&snapshot);
	}
	return 0;
}

/* The dead are of interest where nobody of that name lives. */
static int status(struct options *options)
{
	struct boards boards;
	size_t shown = 0;
	int r = boards_find(false, &boards);

	if (r == 0)
		r = show(&boards, options, &shown);
	options->filter.with_dead = true;
	if (r == 0 && shown == 0)
		r = show(&boards, options, &shown);
	if (r < 0) {
		tool_complain("status: %s", strerror(-r));
		return STATUS_TROUBLE;
	}
	if (shown == 0)
		filter_tell_nobody(&options->filter);
	boards_tell_hidden(&boards);
	boards_free(&boards);
	return shown ? STATUS_GOOD : STATUS_BAD;
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "identifier", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	struct options options = { .filter.with_pids = true };
	int option;

	while ((option = getopt_long(argc, argv, "t:j", long_options, NULL)) >= 0) {
		switch (option) {
		case 't':
			options.filter.identifier = optarg;
			break;
		case 'j':
			options.json = true;
			break;
		default:
			return tool_usage(command, NULL);
		}
	}
	if (optind == argc)
		return tool_usage(command, "expected NAME or PID");
	options.filter.name = argv + optind;
	options.filter.n_names = (size_t)(argc - optind);
	return status(&options);
}

const struct command command_status = {
	.name = "status",
	.summary = "Show everything about one process: level, sink, files, figures, and why",
	.arguments = "[-t IDENTIFIER] [--json] NAME|PID...",
	.help = "NAME may be a glob. Of the dead it tells where nobody of that name lives.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  of this program\n"
		"  --json                       one JSON object a line\n"
		"\n"
		"Exit status: 0, 1 no such process, 2 usage or trouble.\n",
	.run = run,
};
