/* SPDX-License-Identifier: MIT */
/* mplog timeline: a picture of a run: which process did what when. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/glob.h"
#include "tool/cmd/commands.h"
#include "tool/journal/files.h"
#include "tool/timeline/output.h"
#include "tool/ui/options.h"
#include "tool/ui/tool.h"

static const struct output *const outputs[] = { &output_svg, &output_html, &output_perfetto };

enum { N_OUTPUTS = sizeof(outputs) / sizeof(outputs[0]) };

struct arguments {
	struct source_options source;
	const struct output *output;
	const char *file;    /* NULL: standard output */
	bool has_unreadable; /* files in the source's directory, which were told */
};

/* Reports why there is nothing to be drawn. */
static void explain_nothing(const struct source *source)
{
	const struct source_options *const options = &source->options;

	if (sd_journal_has_runtime_files(source->journal) <= 0 &&
	    sd_journal_has_persistent_files(source->journal) <= 0 && !options->directory) {
		tool_complain("there is no journal that you may read: root may, and the group "
			      "systemd-journal");
		return;
	}
	tool_complain("timeline: the journal has no record%s%s%s%s%s",
		      options->identifier ? " of program " : "",
		      options->identifier ? options->identifier : "",
		      options->run ? " of run " : "", options->run ? options->run : "",
		      options->patterns[0] ? " by such a name" : "");
}

/* Complains, with the name of the file. */
static int complain_of_file(const char *file)
{
	tool_complain("timeline: cannot write %s: %s", file, strerror(errno));
	return STATUS_TROUBLE;
}

static int print_to(const struct arguments *arguments, const struct survey *survey, FILE *file)
{
	const int r = arguments->output->print(survey, file);

	if (r >= 0)
		return STATUS_GOOD;
	tool_complain("timeline: the journal: %s", strerror(-r));
	return STATUS_TROUBLE;
}

static int print_timeline(const struct arguments *arguments, const struct survey *survey)
{
	FILE *file;
	int status;

	if (!arguments->file)
		return print_to(arguments, survey, stdout);
	file = fopen(arguments->file, "we");
	if (!file)
		return complain_of_file(arguments->file);
	status = print_to(arguments, survey, file);
	if (ferror(file)) {
		(void)fclose(file);
		return complain_of_file(arguments->file);
	}
	return fclose(file) == 0 ? status : complain_of_file(arguments->file);
}

static int draw(const struct arguments *arguments, struct source *source)
{
	struct survey survey;
	int status = STATUS_TROUBLE;
	const int r = survey_make(&survey, source);

	if (r < 0) {
		tool_complain("timeline: the journal: %s", strerror(-r));
	} else if (survey.lanes.n == 0) {
		if (!arguments->has_unreadable)
			explain_nothing(source);
		status = STATUS_BAD;
	} else {
		status = print_timeline(arguments, &survey);
	}
	survey_free(&survey);
	return status;
}

static int timeline(struct arguments *arguments)
{
	const char *const directory = arguments->source.directory;
	struct source source;
	int r, status = STATUS_TROUBLE;

	arguments->has_unreadable = directory && files_tell_unreadable(directory);
	r = source_open(&source, &arguments->source);
	if (r >= 0)
		status = draw(arguments, &source);
	else if (!arguments->has_unreadable)
		tool_complain("timeline: the journal: %s", strerror(-r));
	source_close(&source);
	return arguments->has_unreadable ? STATUS_TROUBLE : status;
}

static int parse_output(void *userdata, const char *name)
{
	struct arguments *const arguments = userdata;

	for (size_t i = 0; i < N_OUTPUTS; i++) {
		if (strcmp(outputs[i]->name, name) == 0) {
			arguments->output = outputs[i];
			return STATUS_GOOD;
		}
	}
	return tool_usage(&command_timeline, "unknown output \"%s\" (expected svg, html, perfetto)",
			  name);
}

/* The ending of the file's name says what is in it, unless --output does. */
static const struct output *guess_output(const char *file)
{
	const size_t size = file ? strlen(file) : 0;

	for (size_t i = 0; i < N_OUTPUTS; i++) {
		const size_t ending = strlen(outputs[i]->ending);

		if (size > ending && strcmp(file + size - ending, outputs[i]->ending) == 0)
			return outputs[i];
	}
	return &output_svg;
}

static int check_arguments(const struct arguments *arguments)
{
	const struct source_options *const source = &arguments->source;

	for (char **pattern = source->patterns; *pattern; pattern++) {
		if (glob_mistake(*pattern))
			return tool_usage(&command_timeline, "malformed pattern \"%s\": %s",
					  *pattern, glob_mistake(*pattern));
	}
	if (source->until_us && source->until_us <= source->since_us)
		return tool_usage(&command_timeline, "--until is not later than --since");
	if (source->directory && source->namespace)
		return tool_usage(&command_timeline,
				  "--directory and --namespace exclude each other");
	if (!arguments->file && isatty(STDOUT_FILENO) == 1)
		return tool_usage(&command_timeline,
				  "standard output is a terminal: expected -o FILE, or a pipe");
	return STATUS_GOOD;
}

static int run_timeline(const struct command *command, int argc, char **argv)
{
	struct arguments arguments = { .output = NULL };
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &arguments.source.identifier },
		{ "run", .text = &arguments.source.run },
		{ "since", .time_us = &arguments.source.since_us },
		{ "until", .time_us = &arguments.source.until_us },
		{ "directory", 'D', .text = &arguments.source.directory },
		{ "namespace", .text = &arguments.source.namespace },
		{ "file", 'o', .text = &arguments.file },
		{ "output", .parse = parse_output },
		{ 0 },
	};
	int status = options_parse(command, rows, &arguments, argc, argv);

	arguments.source.patterns = argv + optind;
	if (status == STATUS_GOOD)
		status = check_arguments(&arguments);
	if (status != STATUS_GOOD)
		return status;
	if (!arguments.output)
		arguments.output = guess_output(arguments.file);
	return timeline(&arguments);
}

const struct command command_timeline = {
	.name = "timeline",
	.summary = "Draw which process did what when",
	.arguments =
		"[-t IDENTIFIER] [--run=RUN_ID] [--since=TIME] [--until=TIME]\n"
		"                  [-D DIR | --namespace=NAME] [--output=FORMAT] [-o FILE] [NAME...]",
	.help = "A picture with a lane for each process, and for each scope; of the newest run where\n"
		"neither a run nor a time is given. NAME may have *, ? and [...].\n"
		"\n"
		"  -o, --file=FILE              into this file, not to standard output\n"
		"      --output=FORMAT          svg, html (zoom, hover, a filter by level), or perfetto\n"
		"                               (ui.perfetto.dev); else as FILE ends: .svg, .html, .json\n"
		"  -t, --identifier=IDENTIFIER  of this program\n"
		"      --run=RUN_ID             of this run: mplog ps shows it\n"
		"      --since=TIME             of records from then on: as of mplog tail\n"
		"      --until=TIME             of records before\n"
		"  -D, --directory=DIR          of the journal files there\n"
		"      --namespace=NAME         of the journal of this namespace\n"
		"\n"
		"Exit status: 0, 1 where there is no such record, 2 usage, or something cannot be read.\n",
	.run = run_timeline,
};
