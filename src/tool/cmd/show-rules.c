/* SPDX-License-Identifier: MIT */
#include "tool/cmd/show-rules.h"

#include <stdio.h>
#include <string.h>

#include "conf/suggest.h"
#include "tool/ui/term.h"
#include "tool/ui/value.h"

bool show_is_any(const struct glob *glob)
{
	return !glob->pattern || glob->kind == GLOB_ANY;
}

static bool may_apply(const struct rule *rule, const char *identifier)
{
	const size_t length = strlen(identifier);

	return glob_match(&rule->identifier, identifier, length) &&
	       glob_match(&rule->scope, identifier, length);
}

static void print_origin(const struct rule *rule)
{
	(void)term_puts(stdout, rule->file);
	if (rule->line > 0)
		(void)printf(":%u", rule->line);
}

static void print_rule(const struct rule *rule)
{
	char name[SUGGEST_MAX], value[VALUE_SIZE];

	print_origin(rule);
	(void)term_printf(stdout, ": %s", rule->is_defaults ? "defaults" : rule->name.pattern);
	if (!show_is_any(&rule->identifier))
		(void)term_printf(stdout, " of %s", rule->identifier.pattern);
	if (!show_is_any(&rule->scope))
		(void)term_printf(stdout, " in a file for %s", rule->scope.pattern);
	(void)putchar('\n');
	for (size_t i = 0; i < rule->n_assignments; i++) {
		const struct assignment *assignment = &rule->assignments[i];

		setting_full_name(assignment->setting, name, sizeof(name));
		value_format(assignment->setting, assignment->number, assignment->text, value);
		term_line("    %s = %s", name, value);
	}
	for (size_t i = 0; i < rule->n_fields; i++)
		term_line("    fields.%s = \"%s\"", rule->fields[i].name, rule->fields[i].value);
}

static void print_rule_json(const struct rule *rule)
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
		value_print_json(&json, name, assignment->setting, assignment->number,
				 assignment->text);
	}
	json_close(&json, '}');
	json_open(&json, "fields", '{');
	for (size_t i = 0; i < rule->n_fields; i++)
		json_string(&json, rule->fields[i].name, rule->fields[i].value);
	json_close(&json, '}');
	json_end(&json);
}

void show_rules(const struct rules *rules, const char *identifier, bool is_json)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->rule[i];

		if (identifier && !may_apply(rule, identifier))
			continue;
		if (is_json)
			print_rule_json(rule);
		else
			print_rule(rule);
	}
	if (rules->n == 0 && !is_json)
		(void)puts("There are no rules: the built-in defaults hold (mplog show NAME).");
}
