/* SPDX-License-Identifier: MIT */
/* conf-scan-hint: what libconfig calls "syntax error", in words that help. */
#pragma once

#include "conf/token.h"

/* Reports why INTEGER cannot be the value of SETTING: it is too large for libconfig, whose versions
 * read it differently, or NEXT is its unit. Returns false: it can. */
bool hint_integer(struct conf_diags *diags, const struct token *setting,
		  const struct token *integer, const struct token *next);

/* Reports what is wrong with TOKEN as the value of SETTING, or as an entry of its list. */
void hint_value(struct conf_diags *diags, const struct token *setting, const struct token *token,
		bool is_entry);

/* Reports what is wrong with TOKEN where the name of a setting should be. */
void hint_name(struct conf_diags *diags, const struct token *token);
