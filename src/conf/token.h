/* SPDX-License-Identifier: MIT */
/* conf-token: the bytes of a file as tokens. Comments are skipped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "conf/diag.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,    /* level */
	TOKEN_STRING,  /* with its quotes */
	TOKEN_INTEGER, /* 1, -1, 0x1f, 1L, 0x1fL */
	TOKEN_PLAIN,   /* a float, true or false */
	TOKEN_MARK,    /* = : ; , { } ( ) [ ] */
	TOKEN_WORD,    /* anything else up to a blank or mark */
	TOKEN_BROKEN   /* a string or comment that is a mistake: the diagnostics have it */
};

struct token {
	enum token_kind kind;
	const char *text;
	size_t length;
	unsigned line;
};

enum { TOKEN_SHOWN_MAX = 40 };

struct lexer {
	const char *at; /* in a string */
	unsigned line;
	struct conf_diags *diags;
};

/* Returns the next token, and moves the lexer behind it. */
struct token lexer_next(struct lexer *lexer);

/* Returns whether the token is that word, in any case. */
bool token_is_word(const struct token *token, const char *word);

struct token_shown {
	char text[TOKEN_SHOWN_MAX + 1];
};

/* Returns as much of a token as messages show. */
struct token_shown token_shown(const struct token *token);

/* Returns whether the token is one of the marks. */
bool token_is_mark(const struct token *token, const char *marks);
