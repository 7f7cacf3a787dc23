/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "conf-suggest.h"
#include "show.h"
#include "tool.h"

static bool may_apply(const struct rule *rule, const char *identifier)
{
	const size_t length = strlen(identifier);

	return glob_match(&rule->identifier, identifier, length) &&
	       glob_match(&rule->scope, identifier, length);
}

static void print_origin(const struct rule *rule)
{
	tool_print_escaped(stdout, rule->file);
	if (rule->line > 0)
		(void)printf(":%u", rule->line);
}

static void print_rule(const struct rule *rule)
{
	char name[SUGGEST_MAX], value[TOOL_VALUE_MAX];

	print_origin(rule);
	(void)fputs(": ", stdout);
	tool_print_escaped(stdout, rule->is_defaults ? "defaults" : rule->name.pattern);
	if (!show_is_any(&rule->identifier)) {
		(void)fputs(" of ", stdout);
		tool_print_escaped(stdout, rule->identifier.pattern);
	}
	if (!show_is_any(&rule->scope)) {
		(void)fputs(" in a file for ", stdout);
		tool_print_escaped(stdout, rule->scope.pattern);
	}
	(void)putchar('\n');
	for (size_t i = 0; i < rule->n_assignments; i++) {
		const struct assignment *assignment = &rule->assignments[i];

		setting_full_name(assignment->setting, name, sizeof(name));
		tool_format_setting(assignment->setting, assignment->number, assignment->text,
				    value, sizeof(value));
		(void)printf("    %s = ", name);
		tool_print_escaped(stdout, value);
		(void)putchar('\n');
	}
	for (size_t i = 0; i < rule->n_fields; i++) {
		(void)printf("    fields.%s = \"", rule->fields[i].name);
		tool_print_escaped(stdout, rule->fields[i].value);
		(void)puts("\"");
	}
}

static void print_json(const struct rule *rule)
{
	struct json json;
	char name[SUGGEST_MAX];

	json_begin(&json, stdout);
	json_string(&json, "file", rule->file);
	json_number(&json, "line", rule->line);
	json_bool(&json, "defaults", rule->is_defaults);
	json_string(&json, "name", rule->name.pattern);
	json_string(&json, "identifier",
		    show_is_any(&rule->identifier) ? "*" : rule->identifier.pattern);
	json_string(&json, "file_identifier",
		    show_is_any(&rule->scope) ? "*" : rule->scope.pattern);
	json_open(&json, "settings", '{');
	for (size_t i = 0; i < rule->n_assignments; i++) {
		const struct assignment *assignment = &rule->assignments[i];

		setting_full_name(assignment->setting, name, sizeof(name));
		json_setting(&json, name, assignment->setting, assignment->number,
			     assignment->text);
	}
	json_close(&json, '}');
	json_open(&json, "fields", '{');
	for (size_t i = 0; i < rule->n_fields; i++)
		json_string(&json, rule->fields[i].name, rule->fields[i].value);
	json_close(&json, '}');
	json_end(&json);
}

void show_rules(const struct show *show)
{
	for (size_t i = 0; i < show->rules->n; i++) {
		const struct rule *rule = &show->rules->rule[i];

		if (show->identifier && !may_apply(rule, show->identifier))
			continue;
		if (show->is_json)
			print_json(rule);
		else
			print_rule(rule);
	}
	if (show->rules->n == 0 && !show->is_json)
		(void)puts("There are no rules: the built-in defaults hold (mplog show NAME).");
}
