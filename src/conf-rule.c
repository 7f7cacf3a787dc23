/* SPDX-License-Identifier: MIT */
#include "conf-rule.h"

#include <libconfig.h>
#include <string.h>

#include "conf-unknown.h"
#include "name.h"

static unsigned line_of(const config_setting_t *value)
{
	return config_setting_source_line(value);
}

static bool is_named(const config_setting_t *setting, const char *name)
{
	return strcmp(config_setting_name(setting), name) == 0;
}

bool conf_is_group(struct conf_parser *parser, const config_setting_t *setting)
{
	if (config_setting_type(setting) == CONFIG_TYPE_GROUP)
		return true;
	conf_error(parser->report, line_of(setting), "%s: expected a group { ... }, found %s",
		   config_setting_name(setting), conf_found(setting).text);
	return false;
}

/* The setting GROUP.KEY, or SETTING_COUNT: there is none. */
static enum setting find_setting(const char *group, const char *key)
{
	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		const struct setting_info *info = &setting_infos[i];

		if (info->key[0] == key[0] && strcmp(info->key, key) == 0 &&
		    (group ? info->group && strcmp(info->group, group) == 0 : !info->group))
			return (enum setting)i;
	}
	return SETTING_COUNT;
}

static bool is_settings_group(const char *name)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (setting_infos[i].group && strcmp(setting_infos[i].group, name) == 0)
			return true;
	}
	return false;
}

static void parse_value(struct conf_parser *parser, const config_setting_t *value,
			enum setting setting, struct draft *draft)
{
	struct assignment *assignment = &draft->assignment[draft->n_assignments];

	if (conf_value(parser, value, setting, assignment))
		draft->n_assignments++;
}

void conf_draft_group(struct conf_parser *parser, const config_setting_t *group,
		      struct draft *draft)
{
	const char *name = config_setting_name(group);

	if (!conf_is_group(parser, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);
		const enum setting setting = find_setting(name, config_setting_name(value));

		if (setting == SETTING_COUNT)
			conf_unknown(parser, name, config_setting_name(value), line_of(value));
		else
			parse_value(parser, value, setting, draft);
	}
}

static void parse_fields(struct conf_parser *parser, const config_setting_t *group,
			 struct draft *draft)
{
	const int length = config_setting_length(group);

	if (!conf_is_group(parser, group))
		return;
	if (length > SETTINGS_FIELDS_MAX) {
		conf_error(parser->report, line_of(group), "fields: more than %d of them",
			   SETTINGS_FIELDS_MAX);
		return;
	}
	draft->fields = conf_allocate(parser, (size_t)length * sizeof(*draft->fields));
	for (int i = 0; i < length && draft->fields; i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);

		if (conf_field(parser, value, &draft->fields[draft->n_fields]))
			draft->n_fields++;
	}
}

/* A setting as `defaults` and rules have it. */
void conf_draft_setting(struct conf_parser *parser, const config_setting_t *value,
			const char *within, struct draft *draft)
{
	const char *name = config_setting_name(value);
	const enum setting setting = find_setting(NULL, name);

	if (setting != SETTING_COUNT)
		parse_value(parser, value, setting, draft);
	else if (is_named(value, "fields"))
		parse_fields(parser, value, draft);
	else if (is_settings_group(name))
		conf_draft_group(parser, value, draft);
	else
		conf_unknown(parser, within, name, line_of(value));
}

const char *conf_glob(struct conf_parser *parser, const config_setting_t *value)
{
	const char *text = conf_string(parser, value, "\"worker-*\""), *mistake;

	if (!text)
		return NULL;
	if (text[0] == '\0') {
		conf_error(parser->report, line_of(value), "%s: empty (\"*\" matches all)",
			   config_setting_name(value));
		return NULL;
	}
	if (strlen(text) > CONF_TEXT_MAX) {
		conf_error(parser->report, line_of(value), "%s: longer than %d bytes",
			   config_setting_name(value), CONF_TEXT_MAX);
		return NULL;
	}
	mistake = glob_mistake(text);
	if (mistake) {
		conf_error(parser->report, line_of(value), "%s: malformed pattern \"%.64s\": %s",
			   config_setting_name(value), text, mistake);
		return NULL;
	}
	return conf_copy(parser, text);
}

/* No process has a name with other bytes, or a longer one. */
static void check_name(struct conf_parser *parser, const char *name, unsigned line)
{
	const struct glob glob = glob_compile(name);

	if (glob.literal > PROCESS_NAME_SIZE - 1)
		conf_warning(parser->report, line,
			     "name: matches nothing: process names have at most %d bytes",
			     PROCESS_NAME_SIZE - 1);
	for (size_t i = 0; i < glob.literal; i++) {
		if (process_name_allows(name[i]))
			continue;
		conf_warning(
			parser->report, line,
			"name: \"%.64s\" matches nothing: process names consist of " PROCESS_NAME_BYTES,
			name);
		return;
	}
}

void conf_draft_finish(struct conf_parser *parser, const struct draft *draft, struct rule *rule)
{
	const size_t size = draft->n_assignments * sizeof(draft->assignment[0]);
	struct assignment *assignments = conf_allocate(parser, size);

	if (assignments)
		memcpy(assignments, draft->assignment, size);
	rule->assignments = assignments;
	rule->n_assignments = draft->n_assignments;
	rule->fields = draft->fields;
	rule->n_fields = draft->n_fields;
	rule->name = glob_compile(draft->name ? draft->name : "*");
	rule->identifier = glob_compile(draft->identifier ? draft->identifier : "*");
}

static void check_scope(struct conf_parser *parser, const struct rule *rule)
{
	if (rule->identifier.kind == GLOB_LITERAL && rule->scope.pattern &&
	    rule->scope.kind == GLOB_LITERAL &&
	    strcmp(rule->identifier.pattern, rule->scope.pattern) != 0)
		conf_warning(
			parser->report, rule->line,
			"identifier: \"%.64s\" matches nothing here: the whole file is for \"%.64s\"",
			rule->identifier.pattern, rule->scope.pattern);
}

void conf_rule(struct conf_parser *parser, const config_setting_t *group, struct rule *rule)
{
	struct draft draft = { .n_assignments = 0 };
	bool has_name = false;

	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);

		if (is_named(value, "name")) {
			has_name = true;
			draft.name = conf_glob(parser, value);
			if (draft.name)
				check_name(parser, draft.name, line_of(value));
		} else if (is_named(value, "identifier")) {
			draft.identifier = conf_glob(parser, value);
		} else {
			conf_draft_setting(parser, value, "processes", &draft);
		}
	}
	if (!has_name && !parser->has_gaps)
		conf_error(
			parser->report, rule->line,
			"processes: an entry without name (expected one such as name = \"worker-*\")");
	conf_draft_finish(parser, &draft, rule);
	check_scope(parser, rule);
}
