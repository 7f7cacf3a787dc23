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

/* One thing that is looked for in all rules: a setting, or a field by name. */
struct subject {
	const struct show *show;
	const char *identifier, *process;
	const char *title;
	enum setting setting;
	const char *field; /* or NULL */
};

/* What one rule says of it. */
struct saying {
	const struct rule *rule;
	unsigned line;
	int number;
	const char *text;
};

static bool find_in_rule(const struct subject *subject, const struct rule *rule, struct saying *ret)
{
	bool found = false;

	for (size_t i = 0; !subject->field && i < rule->n_assignments; i++) {
		const struct assignment *assignment = &rule->assignments[i];

		if (assignment->setting != subject->setting)
			continue;
		*ret = (struct saying){ rule, assignment->line, assignment->number,
					assignment->text };
		found = true;
	}
	for (size_t i = 0; subject->field && i < rule->n_fields; i++) {
		const struct field_assignment *field = &rule->fields[i];

		if (strcmp(field->name, subject->field) != 0)
			continue;
		*ret = (struct saying){ rule, field->line, 0, field->value };
		found = true;
	}
	return found;
}

/* Backwards from rule *i: the last one is in force, the others were overridden. */
static bool next_saying(const struct subject *subject, size_t *i, struct saying *ret)
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

/* Returns how wide it is. */
static unsigned print_what_is_said(const struct subject *subject, const struct saying *saying)
{
	char value[VALUE_SIZE];

	if (subject->field) /* its value may be long */
		return term_printf(stdout, "\"%s\"", saying->text);
	value_format(subject->setting, saying->number, saying->text, value);
	return term_puts(stdout, value);
}

static void print_value(const struct subject *subject, const struct saying *saying)
{
	const unsigned width = print_what_is_said(subject, saying);

	(void)printf("%*s  ", (int)(width < VALUE_WIDTH ? VALUE_WIDTH - width : 0), "");
	if (saying->rule)
		(void)term_printf(stdout, "%s:%u", saying->rule->file, saying->line);
	else
		(void)fputs("built in", stdout);
}

static void print_subject(const struct subject *subject, const char *name)
{
	const struct setting_info *info = &setting_infos[subject->setting];
	struct saying saying = { NULL, 0, info->number, info->text };
	size_t i = subject->show->rules->n;
	bool is_overridden = next_saying(subject, &i, &saying);

	(void)printf("  %-*s ", NAME_WIDTH, name);
	print_value(subject, &saying);
	(void)putchar('\n');
	while (is_overridden && next_saying(subject, &i, &saying)) {
		(void)printf("  %-*s ", NAME_WIDTH, "");
		print_value(subject, &saying);
		(void)puts(", overridden");
	}
}

static void put_saying(struct json *json, const struct subject *subject,
		       const struct saying *saying)
{
	if (subject->field)
		json_string(json, "value", saying->text);
	else
		value_print_json(json, "value", subject->setting, saying->number, saying->text);
	json_string(json, "file", saying->rule ? saying->rule->file : NULL);
	if (saying->rule)
		json_number(json, "line", saying->line);
	else
		json_null(json, "line");
}

static void print_json(const struct subject *subject, const char *name)
{
	const struct setting_info *info = &setting_infos[subject->setting];
	struct saying saying = { NULL, 0, info->number, info->text };
	size_t i = subject->show->rules->n;
	const bool is_set = next_saying(subject, &i, &saying);
	struct json json;

	json_begin(&json, stdout);
	json_string(&json, "identifier", subject->title);
	json_string(&json, "process", subject->process);
	json_string(&json, "setting", name);
	put_saying(&json, subject, &saying);
	json_open(&json, "overridden", '[');
	while (is_set && next_saying(subject, &i, &saying)) {
		json_open(&json, NULL, '{');
		put_saying(&json, subject, &saying);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_end(&json);
}

static void print(const struct subject *subject)
{
	char name[SUGGEST_MAX];

	if (subject->field)
		(void)snprintf(name, sizeof(name), "fields.%s", subject->field);
	else
		setting_full_name(subject->setting, name, sizeof(name));
	if (subject->show->is_json)
		print_json(subject, name);
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
		print(&subject);
	}
	settings_init(&settings, fields);
	settings_apply(&settings, show->rules, identifier, name);
	for (size_t i = 0; fields && i < fields->n; i++) {
		subject.field = fields->field[i]->name;
		print(&subject);
	}
}
