/* SPDX-License-Identifier: MIT */
/* conf-token: the bytes of a file as tokens. Comments are skipped. */
#pragma once

#include <stdbool.h>

#include "conf/diag.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,    /* level */
	TOKEN_STRING,  /* with its quotes */
	TOKEN_INTEGER, /* 1, -1, 0x1f, 1L, 0x1fL */
	TOKEN_FLOAT,
	TOKEN_BOOLEAN,
	TOKEN_MARK,    /* = : ; , { } ( ) [ ] */
	TOKEN_INCLUDE, /* @include */
	TOKEN_WORD,    /* anything else up to a space or mark */
	TOKEN_BROKEN   /* a string or comment that is a mistake: the diagnostics have it */
};

struct token {
	enum token_kind kind;
	const char *text;
	size_t length;
	unsigned line;
};

struct lexer {
	const char *at, *end;
	unsigned line;
	struct conf_diags *diags;
};

struct token lexer_next(struct lexer *lexer);

static inline bool token_is_mark(const struct token *token, char mark)
{
	return token->kind == TOKEN_MARK && token->text[0] == mark;
}

bool token_is(const struct token *token, const char *text);
