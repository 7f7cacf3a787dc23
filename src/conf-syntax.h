/* SPDX-License-Identifier: MIT */
/* conf-syntax: what the two halves of the syntax, settings and values, and the writer share. */
#pragma once

#include "conf-parts.h"

struct name {
	const char *text;
	size_t length;
	unsigned line;
};

struct opening {
	char close; /* the mark that closes it */
	unsigned line;
	size_t first_name; /* of a group: where its names begin in names[] */
};

struct syntax {
	struct lexer lexer;
	struct token token; /* the next one */
	unsigned last_line; /* of the one before it */
	struct conf_report *report;

	char *out;
	size_t length, capacity;
	unsigned out_line;
	bool out_of_memory, end_told;
	bool is_hopeless; /* too large for libconfig to look at it */

	struct opening opening[CONF_DEPTH_MAX];
	size_t depth;
	struct name *names; /* of all groups that are open */
	size_t n_names, names_capacity;
	size_t n_values;
	struct token setting; /* the name that the value at hand is for */
};

/* ---- conf-emit.c: the text for libconfig ---------------------------------------------------- */

/* Writes behind a space, where it needs one, or as many newlines as lead to that line. */
void syntax_emit(struct syntax *s, unsigned line, const char *text, size_t length);

/* Writes the token at hand and goes on to the next one. */
void syntax_emit_token(struct syntax *s);

void syntax_advance(struct syntax *s);

/* Where the output stood, to go back to when it turns out that what follows is wrong. */
struct mark {
	size_t length;
	unsigned line;
};

struct mark syntax_mark(const struct syntax *s);
void syntax_take_back(struct syntax *s, struct mark to);

/* ---- conf-syntax.c: settings ---------------------------------------------------------------- */

/* Those of a group, up to what closes it; CLOSE is '\0' for a file. */
void syntax_settings(struct syntax *s, char close);

/* Goes on behind a mistake: to the end of the entry, or to the next line that begins a setting. */
void syntax_skip(struct syntax *s, bool to_setting);

/* ---- conf-syntax-value.c: values ------------------------------------------------------------ */

/* Whether it was a good one. */
bool syntax_value(struct syntax *s);

static inline bool is_opening(const struct token *token)
{
	return token_is(token, '{') || token_is(token, '(') || token_is(token, '[');
}

static inline bool is_closing(const struct token *token)
{
	return token_is(token, '}') || token_is(token, ')') || token_is(token, ']');
}

static inline bool is_separator(const struct token *token)
{
	return token_is(token, ';') || token_is(token, ',');
}

static inline bool starts_value(const struct token *token)
{
	return is_opening(token) || (token->kind != TOKEN_MARK && token->kind != TOKEN_END);
}
