/* SPDX-License-Identifier: MIT */
/* conf-value: one value of libconfig's tree, checked. */
#pragma once

#include "conf/node.h"
#include "conf/settings.h"

/* Each returns whether the value is one for that setting or field; if not, that was reported. */
bool conf_value(struct conf_parser *parser, const struct config_setting_t *value,
		enum setting setting, struct assignment *ret);
bool conf_field(struct conf_parser *parser, const struct config_setting_t *value,
		struct field_assignment *ret);

/* Returns a pattern, or NULL: the value is none, which was reported. */
const char *conf_glob(struct conf_parser *parser, const struct config_setting_t *value);
