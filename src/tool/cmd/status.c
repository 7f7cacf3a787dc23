/* SPDX-License-Identifier: MIT */
/* mplog status: everything about one process, as it sees it. */
#include <getopt.h>

#include "tool/cmd/commands.h"
#include "tool/cmd/status-print.h"
#include "tool/live/each.h"
#include "tool/ui/options.h"
#include "tool/ui/tool.h"

struct options {
	struct filter filter;
	bool json;
};

static size_t show_views(const struct snapshot *snapshot, const struct options *options)
{
	size_t shown = 0;

	for (size_t i = 0; i < snapshot->n; i++) {
		const struct slot_view *view = &snapshot->view[i];

		if (!filter_wants(&options->filter, view) ||
		    snapshot_repeats_process(snapshot, view))
			continue;
		if (options->json)
			status_print_json(snapshot, view);
		else
			status_print(snapshot, view);
		shown++;
	}
	return shown;
}

static size_t show_programs(struct each *each, const struct options *options)
{
	size_t shown = 0;

	each_rewind(each);
	while (each_next(each))
		shown += show_views(each_snapshot(each), options);
	return shown;
}

/* Shows dead processes only where no living one has that name. */
static int status(struct options *options)
{
	struct each each;
	size_t shown;

	if (!each_begin(&each, "status", &options->filter, false))
		return STATUS_TROUBLE;
	shown = show_programs(&each, options);
	options->filter.with_dead = true;
	if (shown == 0)
		shown = show_programs(&each, options);
	if (shown == 0)
		filter_tell_none(&options->filter);
	boards_tell_unread(&each.boards);
	each_end(&each);
	return shown ? STATUS_GOOD : STATUS_BAD;
}

static int run_status(const struct command *command, int argc, char **argv)
{
	struct options options = { .filter.with_pids = true };
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &options.filter.identifier },
		{ "json", 'j', .flag = &options.json },
		{ 0 },
	};

	if (options_parse(command, rows, NULL, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
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
	.run = run_status,
};
