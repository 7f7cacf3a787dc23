/* SPDX-License-Identifier: MIT */
/* conf-rule: one rule of libconfig's tree. */
#pragma once

#include "conf-parts.h"

/* `defaults` and the groups beside it may each have all settings. */
enum { CONF_ASSIGNMENTS_MAX = 2 * SETTING_COUNT };

/* A rule in the making. */
struct draft {
	struct assignment assignment[CONF_ASSIGNMENTS_MAX];
	size_t n_assignments;
	struct field_assignment *fields;
	size_t n_fields;
	const char *name, *identifier;
};

/* In the arena, or NULL: out of memory, which the parser remembers. */
void *conf_allocate(struct conf_parser *parser, size_t size);

/* If it is none, that was complained of. */
bool conf_is_group(struct conf_parser *parser, const struct config_setting_t *setting);

/* A pattern, or NULL: it is none. */
const char *conf_glob(struct conf_parser *parser, const struct config_setting_t *value);

/* Adds the settings of a group such as stderr to the draft. */
void conf_draft_group(struct conf_parser *parser, const struct config_setting_t *group,
		      struct draft *draft);

/* Adds what `defaults` and rules, which WITHIN names, can have. */
void conf_draft_setting(struct conf_parser *parser, const struct config_setting_t *value,
			const char *within, struct draft *draft);

void conf_draft_finish(struct conf_parser *parser, const struct draft *draft, struct rule *rule);

/* One entry of `processes`; rule->line and what the file says are set already. */
void conf_rule(struct conf_parser *parser, const struct config_setting_t *group, struct rule *rule);
