/* SPDX-License-Identifier: MIT */
/* conf-rule: one rule of libconfig's tree. */
#pragma once

#include "conf/node.h"
#include "conf/settings.h"

/* `defaults` and the groups beside it may each have all settings. */
enum { CONF_ASSIGNMENTS_MAX = 2 * SETTING_COUNT };

struct rule_builder {
	struct assignment assignment[CONF_ASSIGNMENTS_MAX];
	size_t n_assignments;
	struct field_assignment *fields;
	size_t n_fields;
	const char *name, *identifier;
};

/* Adds the settings of a group such as stderr. */
void rule_builder_add_group(struct rule_builder *builder, struct conf_parser *parser,
			    const struct config_setting_t *group);

/* Adds what `defaults` and rules, which WITHIN names, can have. */
void rule_builder_add_setting(struct rule_builder *builder, struct conf_parser *parser,
			      const struct config_setting_t *value, const char *within);

void rule_builder_finish(const struct rule_builder *builder, struct conf_parser *parser,
			 struct rule *rule);

/* Parses one entry of `processes`; rule->line and what the file says are set already. */
void conf_rule(struct conf_parser *parser, const struct config_setting_t *group, struct rule *rule);

/* Warns of a setting within WITHIN that there is not: "defaults", "processes", a group's name; NULL:
 * the file's top level. */
void conf_unknown(struct conf_parser *parser, const char *within,
		  const struct config_setting_t *node);
