/* SPDX-License-Identifier: MIT */
/* mplog show: which settings a process name has, and why. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf.h"
#include "show.h"
#include "tool.h"
#include "voice.h"

/* A name that no rule can mean: what holds for all that are not named. */
static const char anybody[] = "\177 any other";

static void print_diag(void *userdata, const struct conf_diag *diag)
{
	bool *is_bad = userdata;

	if (diag->severity == CONF_ERROR)
		*is_bad = true;
	(void)fputs("mplog: ", stderr);
	tool_print_escaped(stderr, diag->file);
	if (diag->line > 0)
		(void)fprintf(stderr, ":%u", diag->line);
	(void)fputs(diag->severity == CONF_ERROR ? ": error: " : ": warning: ", stderr);
	tool_print_escaped(stderr, diag->text);
	(void)fputc('\n', stderr);
}

/* The identifier that the rule is for; NULL: for all. */
static const char *identifier_of(const struct rule *rule)
{
	return !show_is_any(&rule->identifier) ? rule->identifier.pattern
	       : !show_is_any(&rule->scope)    ? rule->scope.pattern
					       : NULL;
}

static bool is_named_before(const struct rules *rules, size_t i, const char *identifier)
{
	for (size_t j = 0; j < i; j++) {
		const char *other = identifier_of(&rules->rule[j]);

		if (other && strcmp(other, identifier) == 0)
			return true;
	}
	return false;
}

/* Of all identifiers that rules name, and of the rest. A pattern stands for those that match it:
 * taken as a name it does so itself. */
static void show_each(const struct show *show, const char *name)
{
	for (size_t i = 0; i < show->rules->n; i++) {
		const char *identifier = identifier_of(&show->rules->rule[i]);

		if (identifier && !is_named_before(show->rules, i, identifier))
			show_settings(show, identifier, identifier, name);
	}
	show_settings(show, anybody, NULL, name);
}

/* As the library does with such a name. */
static void show_name(const struct show *show, const char *given)
{
	char name[PROCESS_NAME_SIZE];

	if (!process_name_clean(name, given))
		tool_complain("\"%s\" is not a process name: programs make it \"%s\"", given, name);
	if (show->identifier)
		show_settings(show, show->identifier, show->identifier, name);
	else
		show_each(show, name);
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "directory", required_argument, NULL, 'd' },
		{ "identifier", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL },
	};
	struct conf_options conf_options;
	const char *directory = NULL;
	struct show show = { .rules = NULL };
	struct conf *conf;
	bool is_bad = false;
	int option;

	while ((option = getopt_long(argc, argv, "d:t:", options, NULL)) >= 0) {
		if (option == 'd')
			directory = optarg;
		else if (option == 't')
			show.identifier = optarg;
		else if (option == 'j')
			show.is_json = true;
		else
			return tool_usage(command, NULL);
	}
	for (int i = optind; i < argc; i++) {
		if (argv[i][0] == '\0')
			return tool_usage(command, "a NAME is empty");
	}
	if (!tool_has_directory(directory))
		return STATUS_TROUBLE;
	conf_options = tool_conf_options(directory);
	(void)conf_load(&conf_options, NULL, CONF_DROP_MISSING, print_diag, &is_bad, &conf);
	if (!conf)
		return STATUS_TROUBLE;
	show.rules = conf_rules(conf);
	if (optind == argc)
		show_rules(&show);
	for (int i = optind; i < argc; i++)
		show_name(&show, argv[i]);
	conf_free(conf);
	return is_bad ? STATUS_BAD : STATUS_GOOD;
}

const struct command command_show = {
	.name = "show",
	.summary = "Show the settings of a process name, and which line decided each",
	.arguments = "[-t IDENTIFIER] [-d DIRECTORY] [--json] [NAME...]",
	.help = "Without NAME: all rules, in the order in which they apply. Without -t: a block for each\n"
		"identifier that rules name, and one for all others.\n"
		"\n"
		"  -d, --directory=DIRECTORY    DIRECTORY/mplog.conf and mplog.conf.d instead of the system's\n"
		"  -t, --identifier=IDENTIFIER  as this program\n"
		"  --json                       one JSON object a line\n"
		"\n"
		"It reads the files as they are now. What a running process has is told by mplog status.\n"
		"Exit status: 0, 1 if a file has a mistake and was left out, 2 usage or no DIRECTORY.\n",
	.run = run,
};
