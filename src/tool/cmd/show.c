/* SPDX-License-Identifier: MIT */
/* mplog show: which settings a process name has, and why. */
#include <getopt.h>
#include <string.h>

#include "base/name.h"
#include "conf/conf.h"
#include "tool/cmd/commands.h"
#include "tool/cmd/show-rules.h"
#include "tool/cmd/show-settings.h"
#include "tool/ui/options.h"
#include "tool/ui/tool.h"
#include "tool/ui/value.h"

/* An identifier that no rule can name: its settings hold for all unnamed programs. */
static const char any_other[] = "\177 any other";

static void print_diag(void *userdata, const struct conf_diag *diag)
{
	const bool is_error = diag->severity == CONF_ERROR;
	const char *severity = is_error ? "error" : "warning";

	*(bool *)userdata |= is_error;
	if (diag->line > 0)
		tool_complain("%s:%u: %s: %s", diag->file, diag->line, severity, diag->text);
	else
		tool_complain("%s: %s: %s", diag->file, severity, diag->text);
}

/* Returns the identifier that the rule is for, or NULL: the rule is for all. */
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

/* Shows each identifier that rules name, and the rest. A pattern is taken as a name: it matches
 * itself. */
static void show_each(const struct show *show, const char *name)
{
	for (size_t i = 0; i < show->rules->n; i++) {
		const char *identifier = identifier_of(&show->rules->rule[i]);

		if (identifier && !is_named_before(show->rules, i, identifier))
			show_settings(show, identifier, identifier, name);
	}
	show_settings(show, any_other, NULL, name);
}

/* Changes the name as the library does. */
static void show_name(const struct show *show, const char *given)
{
	char name[PROCESS_NAME_SIZE];

	if (!process_name_sanitize(name, given))
		tool_complain("\"%s\" is not a process name: programs make it \"%s\"", given, name);
	if (show->identifier)
		show_settings(show, show->identifier, show->identifier, name);
	else
		show_each(show, name);
}

static int run_show(const struct command *command, int argc, char **argv)
{
	struct conf_options conf_options;
	const char *directory = NULL;
	struct show show = { .rules = NULL };
	const struct option_row rows[] = {
		{ "directory", 'd', .text = &directory },
		{ "identifier", 't', .text = &show.identifier },
		{ "json", .flag = &show.is_json },
		{ 0 },
	};
	struct conf *conf;
	bool is_bad = false;

	if (options_parse(command, rows, NULL, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	for (int i = optind; i < argc; i++) {
		if (argv[i][0] == '\0')
			return tool_usage(command, "a NAME must not be empty");
	}
	if (!value_has_directory(directory))
		return STATUS_TROUBLE;
	conf_options = value_conf_options(directory);
	(void)conf_load(&conf_options, NULL, CONF_DROP_MISSING, print_diag, &is_bad, &conf);
	if (!conf)
		return STATUS_TROUBLE;
	show.rules = conf_rules(conf);
	if (optind == argc)
		show_rules(show.rules, show.identifier, show.is_json);
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
	.run = run_show,
};
