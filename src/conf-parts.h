/* SPDX-License-Identifier: MIT */
/* What the files conf*.c are to one another:
 *
 *   conf.c               what the others ask
 *   conf-load.c          which files there are, and all of their rules
 *   conf-layer.c         one file, and which version of it is in force
 *   conf-file.c          reads it, if it may be trusted
 *   conf-lex.c           text -> tokens
 *   conf-syntax.c        tokens -> text that libconfig takes; every mistake of syntax
 *   conf-syntax-value.c  likewise, for values
 *   conf-emit.c          that text
 *   conf-parse.c         libconfig's tree -> rules; every other mistake
 *   conf-rule.c          likewise, one rule
 *   conf-value.c         likewise, one value
 *   conf-field.c         likewise, one field
 *   conf-unknown.c       settings that there are not
 *   conf-hint.c          mistakes of syntax in words
 *   conf-report.c        how a mistake is told */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "arena.h"
#include "conf.h"

enum {
	CONF_SIZE_MAX = 8 << 20,    /* of a file: 10,000 rules take about 1 MiB */
	CONF_DEPTH_MAX = 8,         /* of nesting: fields in a rule in processes are at 3 */
	CONF_GROUP_MAX = 1024,      /* settings in one group: libconfig compares each with each */
	CONF_VALUES_MAX = 500000,   /* in a file: libconfig takes about 100 bytes for each */
	CONF_MISTAKES_MAX = 100,    /* that are told of one file */
	CONF_TEXT_MAX = 256,        /* bytes of a prefix or pattern */
	CONF_VALUE_MAX = 64 * 1024, /* bytes of a field's value */
	CONF_FILES_MAX = 1024       /* drop-ins */
};

/* ---- conf-report.c -------------------------------------------------------------------------- */

struct conf_report {
	conf_complain_fn *complain;
	void *userdata;
	const char *file;
	size_t n_told;
	size_t n_errors;
	unsigned first_line;
	char *first_error; /* that of the lowest line: "12: level: ..."; malloc'ed */
};

__attribute__((format(printf, 3, 4))) void conf_error(struct conf_report *report, unsigned line,
						      const char *fmt, ...);
__attribute__((format(printf, 3, 4))) void conf_warning(struct conf_report *report, unsigned line,
							const char *fmt, ...);

void conf_no_memory(struct conf_report *report);

/* ---- conf-lex.c ----------------------------------------------------------------------------- */

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
	TOKEN_BROKEN   /* a string or comment without an end: was complained of */
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
	struct conf_report *report;
};

struct token conf_lex(struct lexer *lexer);

static inline bool token_is(const struct token *token, char mark)
{
	return token->kind == TOKEN_MARK && token->text[0] == mark;
}

/* ---- conf-syntax.c -------------------------------------------------------------------------- */

struct conf_normalised {
	char *text; /* malloc'ed */
	size_t size;
	size_t n_values; /* how many settings libconfig will make of it */
};

/* Checks the syntax and writes the text anew, line for line, as every version of libconfig takes
 * it: libconfig sees nothing that was not understood here. What has a mistake is left out, so that
 * the rest can be looked at too. Returns 0 and sets *ret, or -ENOMEM. */
int conf_normalise(const char *text, size_t size, struct conf_report *report,
		   struct conf_normalised *ret);

/* ---- conf-parse.c, conf-value.c, conf-field.c ----------------------------------------------- */

/* What one version of one file says. Shared and counted. */
struct conf_content {
	unsigned references;
	struct arena arena;
	struct timespec mtime;
	struct rule *defaults; /* or NULL */
	struct rule *rules;
	size_t n_rules;
};

/* Returns 0 and sets *ret, or -EBADMSG (the report has it), or -ENOMEM. */
int conf_parse(const struct conf_normalised *normalised, const char *path,
	       struct conf_report *report, struct conf_content **ret);

struct conf_parser {
	struct conf_report *report;
	struct arena *arena;
	bool out_of_memory;
	bool has_gaps; /* mistakes of syntax were left out: what is missing may be there */
};

struct config_setting_t; /* libconfig's */

/* In the arena; NULL: out of memory, which the parser remembers. */
const char *conf_copy(struct conf_parser *parser, const char *string);

bool conf_get_integer(const struct config_setting_t *value, long long *ret);

/* Whether the value is one for that setting; if not, it was complained of. */
bool conf_value(struct conf_parser *parser, const struct config_setting_t *value,
		enum setting setting, struct assignment *ret);
bool conf_field(struct conf_parser *parser, const struct config_setting_t *value,
		struct field_assignment *ret);

/* A string as it stands, or NULL: it is none. EXAMPLE is told then. */
const char *conf_string(struct conf_parser *parser, const struct config_setting_t *value,
			const char *example);

struct conf_found {
	char text[64];
};

/* What a value is, in a few words: 5, a string, a group { } */
struct conf_found conf_found(const struct config_setting_t *value);

struct conf_content *conf_content_ref(struct conf_content *content);
void conf_content_unref(struct conf_content *content);

/* ---- conf-file.c ---------------------------------------------------------------------------- */

/* Which version of a file: any change of it changes one of these. */
struct conf_identity {
	bool exists;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec mtime, ctime;
};

struct conf_identity conf_identity_of(const struct stat *st);
struct conf_identity conf_identity_at(const char *path);
bool conf_identity_equal(const struct conf_identity *a, const struct conf_identity *b);

struct conf_text {
	char *data; /* malloc'ed */
	size_t size;
	struct conf_identity identity;
};

/* Reads the file, which st describes, if it is a regular one, not too large, and may be trusted;
 * /dev/null is empty. Returns 0 or a negative errno, which was reported. */
int conf_read(const char *path, const struct stat *st, bool secure, struct conf_report *report,
	      struct conf_text *ret);
