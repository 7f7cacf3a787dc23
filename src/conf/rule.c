/* SPDX-License-Identifier: MIT */
#include "conf/rule.h"

#include <libconfig.h>
#include <string.h>

#include "base/name.h"
#include "conf/suggest.h"
#include "conf/value.h"

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

void conf_unknown(struct conf_parser *parser, const char *within, const config_setting_t *node)
{
	const bool is_group = within && is_settings_group(within);
	const char *key = config_setting_name(node);
	char text[SUGGEST_MAX];

	suggest_setting(within, key, text);
	conf_warning(parser->diags, node_line(node), "%s%s%.64s: %s", is_group ? within : "",
		     is_group ? "." : "", key, text);
}

static void parse_value(struct conf_parser *parser, const config_setting_t *value,
			enum setting setting, struct rule_builder *builder)
{
	struct assignment *assignment = &builder->assignment[builder->n_assignments];

	if (conf_value(parser, value, setting, assignment))
		builder->n_assignments++;
}

void rule_builder_add_group(struct rule_builder *builder, struct conf_parser *parser,
			    const config_setting_t *group)
{
	const char *name = config_setting_name(group);

	if (!node_check_group(parser, group))
		return;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);
		const enum setting setting = find_setting(name, config_setting_name(value));

		if (setting == SETTING_COUNT)
			conf_unknown(parser, name, value);
		else
			parse_value(parser, value, setting, builder);
	}
}

static void parse_fields(struct conf_parser *parser, const config_setting_t *group,
			 struct rule_builder *builder)
{
	const int length = config_setting_length(group);

	if (!node_check_group(parser, group))
		return;
	if (length > SETTINGS_FIELDS_MAX) {
		conf_error(parser->diags, node_line(group), "fields: more than %d of them",
			   SETTINGS_FIELDS_MAX);
		return;
	}
	builder->fields = conf_allocate(parser, (size_t)length * sizeof(*builder->fields));
	for (int i = 0; i < length && builder->fields; i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);

		if (conf_field(parser, value, &builder->fields[builder->n_fields]))
			builder->n_fields++;
	}
}

void rule_builder_add_setting(struct rule_builder *builder, struct conf_parser *parser,
			      const config_setting_t *value, const char *within)
{
	const char *name = config_setting_name(value);
	const enum setting setting = find_setting(NULL, name);

	if (setting != SETTING_COUNT)
		parse_value(parser, value, setting, builder);
	else if (node_is_named(value, "fields"))
		parse_fields(parser, value, builder);
	else if (is_settings_group(name))
		rule_builder_add_group(builder, parser, value);
	else
		conf_unknown(parser, within, value);
}

/* Process names have no other bytes, and are not longer. */
static void check_name(struct conf_parser *parser, const char *name, unsigned line)
{
	const struct glob glob = glob_compile(name);
	size_t allowed = 0;

	if (glob.literal > PROCESS_NAME_SIZE - 1)
		conf_warning(parser->diags, line,
			     "name: matches nothing: process names have at most %d bytes",
			     PROCESS_NAME_SIZE - 1);
	while (allowed < glob.literal && process_name_allows(name[allowed]))
		allowed++;
	if (allowed < glob.literal)
		conf_warning(
			parser->diags, line,
			"name: \"%.64s\" matches nothing: process names consist of " PROCESS_NAME_BYTES,
			name);
}

void rule_builder_finish(const struct rule_builder *builder, struct conf_parser *parser,
			 struct rule *rule)
{
	const size_t size = builder->n_assignments * sizeof(builder->assignment[0]);
	struct assignment *assignments = conf_allocate(parser, size);

	if (assignments)
		memcpy(assignments, builder->assignment, size);
	rule->assignments = assignments;
	rule->n_assignments = builder->n_assignments;
	rule->fields = builder->fields;
	rule->n_fields = builder->n_fields;
	rule->name = glob_compile(builder->name ? builder->name : "*");
	rule->identifier = glob_compile(builder->identifier ? builder->identifier : "*");
}

static void check_scope(struct conf_parser *parser, const struct rule *rule)
{
	if (rule->identifier.kind == GLOB_LITERAL && rule->scope.pattern &&
	    rule->scope.kind == GLOB_LITERAL &&
	    strcmp(rule->identifier.pattern, rule->scope.pattern) != 0)
		conf_warning(
			parser->diags, rule->line,
			"identifier: \"%.64s\" matches nothing here: the whole file is for \"%.64s\"",
			rule->identifier.pattern, rule->scope.pattern);
}

void conf_rule(struct conf_parser *parser, const config_setting_t *group, struct rule *rule)
{
	struct rule_builder builder = { .n_assignments = 0 };
	bool has_name = false;

	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *value = config_setting_get_elem(group, (unsigned)i);

		if (node_is_named(value, "name")) {
			has_name = true;
			builder.name = conf_glob(parser, value);
			if (builder.name)
				check_name(parser, builder.name, node_line(value));
		} else if (node_is_named(value, "identifier")) {
			builder.identifier = conf_glob(parser, value);
		} else {
			rule_builder_add_setting(&builder, parser, value, "processes");
		}
	}
	if (!has_name)
		conf_error(
			parser->diags, rule->line,
			"processes: an entry without name (expected one such as name = \"worker-*\")");
	rule_builder_finish(&builder, parser, rule);
	check_scope(parser, rule);
}
