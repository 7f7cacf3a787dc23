/* SPDX-License-Identifier: MIT */
/* conf-scan-hint: what libconfig calls "syntax error", in words that help. */
#pragma once

#include "conf/token.h"

enum { SCAN_HINT_MAX = 512 };

/* Returns how many bytes of a token are shown: the precision of a %.*s. */
int hint_shown(const struct token *token);

struct hint_found {
	char text[64];
};

/* found ")" */
struct hint_found hint_found(const struct token *token);

/* Says why INTEGER cannot be the value of SETTING: it is too large for libconfig, its versions read
 * it differently, or the token behind it is its unit. Returns false: it can. */
bool hint_integer(const struct token *setting, const struct token *integer,
		  const struct token *next, char text[SCAN_HINT_MAX]);

/* Says what is wrong with TOKEN as the value of SETTING, or as an entry of its list. */
void hint_value(const struct token *setting, const struct token *token, bool is_entry,
		char text[SCAN_HINT_MAX]);

/* Says what is wrong with TOKEN where the name of a setting should be. */
void hint_name(const struct token *token, char text[SCAN_HINT_MAX]);
