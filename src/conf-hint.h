/* SPDX-License-Identifier: MIT */
/* conf-hint: what libconfig calls "syntax error", in words that help. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "conf-parts.h"
#include "hint.h"

/* How many bytes of a token are shown: the precision of a %.*s. */
int conf_hint_shown(const struct token *token);

struct conf_hint_found {
	char text[64];
};

/* found ")" */
struct conf_hint_found conf_hint_found(const struct token *token);

/* What to do about a name that stands twice. */
const char *conf_hint_twice(const struct token *name);

/* Whether libconfig would keep the integer's value, and what to say if not. */
bool conf_hint_fits(const struct token *integer);
void conf_hint_number(const struct token *setting, const struct token *integer, char *buffer,
		      size_t size);

/* What to say of "10 s" as the value of a time in milliseconds. Returns false: it is not that. */
bool conf_hint_unit(const struct token *setting, const struct token *number,
		    const struct token *unit, char *buffer, size_t size);

/* What is wrong with TOKEN as the value of SETTING, or as an entry of its list. */
void conf_hint_value(const struct token *setting, const struct token *token, bool is_entry,
		     char *buffer, size_t size);

/* What is wrong with TOKEN where the name of a setting should be. */
void conf_hint_name(const struct token *token, size_t depth, char *buffer, size_t size);
