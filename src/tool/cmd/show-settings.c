/* SPDX-License-Identifier: MIT */
#include "tool/cmd/show-settings.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "conf/suggest.h"
#include "tool/ui/term.h"
#include "tool/ui/value.h"

enum {
	NAME_WIDTH = 22,
	VALUE_WIDTH = 20,
};

/* A setting, or a field by name, that is looked for in all rules. */
struct subject {
	const struct show *show;
	const char *identifier, *process;
	const char *title;
	enum setting setting;
	const char *field; /* or NULL */
};

/* The value that one rule gives it. */
struct assigned {
	const struct rule *rule;
	unsigned line;
	int number;
	const char *text;
};

static bool find_in_rule(const struct subject *subject, const struct rule *rule,
			 struct assigned *ret)
{
	bool found = false;

	for (size_t i = 0; !subject->field && i < rule->n_assignments; i++) {
		const struct assignment *assignment = &rule->assignments[i];

		if (assignment->setting != subject->setting)
			continue;
		*ret = (struct assigned){ rule, assignment->line, assignment->number,
					  assignment->text };
		found = true;
	}
	for (size_t i = 0; subject->field && i < rule->n_fields; i++) {
		const struct field_assignment *field = &rule->fields[i];

		if (strcmp(field->name, subject->field) != 0)
			continue;
		*ret = (struct assigned){ rule, field->line, 0, field->value };
		found = true;
	}
	return found;
}

/* Backwards from rule *i: the last one is in force, the others were overridden. */
static bool next_assigned(const struct subject *subject, size_t *i, struct assigned *ret)
{
	while (*i > 0) {
		const struct rule *rule = &subject->show->rules->rule[--*i];

		if (rule_applies(rule, subject->identifier, strlen(subject->identifier),
				 subject->process, strlen(subject->process)) &&
		    find_in_rule(subject, rule, ret))
			return true;
	}
	return false;
}

/* Prints the value. Returns how many columns it took. */
static unsigned print_assigned(const struct subject *subject, const struct assigned *assigned)
{
	char value[VALUE_SIZE];

	if (subject->field) /* its value may be long */
		return term_printf(stdout, "\"%s\"", assigned->text);
	value_format(subject->setting, assigned->number, assigned->text, value);
	return term_puts(stdout, value);
}

static void print_value(const struct subject *subject, const struct assigned *assigned)
{
	const unsigned width = print_assigned(subject, assigned);

	(void)printf("%*s  ", (int)(width < VALUE_WIDTH ? VALUE_WIDTH - width : 0), "");
	if (assigned->rule)
		(void)term_printf(stdout, "%s:%u", assigned->rule->file, assigned->line);
	else
		(void)fputs("built in", stdout);
}

static void print_subject(const struct subject *subject, const char *name)
{
	const struct setting_info *info = &setting_infos[subject->setting];
	struct assigned assigned = { NULL, 0, info->number, info->text };
	size_t i = subject->show->rules->n;
	bool is_overridden = next_assigned(subject, &i, &assigned);

	(void)printf("  %-*s ", NAME_WIDTH, name);
	print_value(subject, &assigned);
	(void)putchar('\n');
	while (is_overridden && next_assigned(subject, &i, &assigned)) {
		(void)printf("  %-*s ", NAME_WIDTH, "");
		print_value(subject, &assigned);
		(void)puts(", overridden");
	}
}

static void put_assigned(struct json *json, const struct subject *subject,
			 const struct assigned *assigned)
{
	if (subject->field)
		json_string(json, "value", assigned->text);
	else
		value_print_json(json, "value", subject->setting, assigned->number, assigned->text);
	json_string(json, "file", assigned->rule ? assigned->rule->file : NULL);
	if (assigned->rule)
		json_number(json, "line", assigned->line);
	else
		json_string(json, "line", NULL);
}

static void print_subject_json(const struct subject *subject, const char *name)
{
	const struct setting_info *info = &setting_infos[subject->setting];
	struct assigned assigned = { NULL, 0, info->number, info->text };
	size_t i = subject->show->rules->n;
	const bool is_set = next_assigned(subject, &i, &assigned);
	struct json json;

	json_begin(&json, stdout);
	json_string(&json, "identifier", subject->title);
	json_string(&json, "process", subject->process);
	json_string(&json, "setting", name);
	put_assigned(&json, subject, &assigned);
	json_open(&json, "overridden", '[');
	while (is_set && next_assigned(subject, &i, &assigned)) {
		json_open(&json, NULL, '{');
		put_assigned(&json, subject, &assigned);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_end(&json);
}

static void show_subject(const struct subject *subject)
{
	char name[SUGGEST_MAX];

	if (subject->field)
		(void)snprintf(name, sizeof(name), "fields.%s", subject->field);
	else
		setting_full_name(subject->setting, name, sizeof(name));
	if (subject->show->is_json)
		print_subject_json(subject, name);
	else
		print_subject(subject, name);
}

void show_settings(const struct show *show, const char *identifier, const char *title,
		   const char *name)
{
	AUTO_FREE struct settings_fields *fields = calloc(1, sizeof(*fields));
	struct settings settings;
	struct subject subject = { show, identifier, name, title, SETTING_LEVEL, NULL };

	if (!show->is_json)
		term_line("%s of %s:", name, title ? title : "any other program");
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		subject.setting = (enum setting)i;
		show_subject(&subject);
	}
	settings_init(&settings, fields);
	settings_apply(&settings, show->rules, identifier, name);
	for (size_t i = 0; fields && i < fields->n; i++) {
		subject.field = fields->field[i]->name;
		show_subject(&subject);
	}
}
