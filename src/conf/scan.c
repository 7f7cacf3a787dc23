/* SPDX-License-Identifier: MIT */
#include "conf/scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/internal.h"
#include "conf/scan-hint.h"

/* What has to come next. */
enum state { NAME, EQUALS, VALUE, SEPARATOR, N_STATES, GOOD = N_STATES, MISTAKE };

struct bracket {
	char open, close; /* '\0': the file as a whole */
	unsigned line;
	struct token name; /* of the setting that it is the value of */
	size_t n;          /* of names in a group */
};

struct scan {
	struct lexer lexer;
	struct token token; /* the next one */
	unsigned last_line; /* of the one before it */
	struct token name;  /* of the setting at hand */
	struct bracket bracket[CONF_DEPTH_MAX + 1];
	size_t depth;
	size_t n_values;
};

static struct bracket *innermost(struct scan *s)
{
	return &s->bracket[s->depth];
}

static bool is_in_entries(const struct scan *s)
{
	return s->bracket[s->depth].close == ')' || s->bracket[s->depth].close == ']';
}

static void advance(struct scan *s)
{
	s->last_line = s->token.line;
	s->token = lexer_next(&s->lexer);
}

static bool starts_value(const struct token *token)
{
	return token_is_mark(token, "{([") ||
	       (token->kind != TOKEN_MARK && token->kind != TOKEN_END);
}

#define mistake(s, line, ...) (conf_error((s)->lexer.diags, line, __VA_ARGS__), MISTAKE)

struct found {
	char text[2 * TOKEN_SHOWN_MAX];
};

/* Says what there is in place of what was expected: found ")" */
static struct found describe_found(const struct token *token)
{
	struct found found = { "found a string" };

	if (token->kind == TOKEN_END)
		return (struct found){ "found the end of the file" };
	if (token->kind != TOKEN_STRING)
		(void)snprintf(found.text, sizeof(found.text), "found \"%s\"",
			       token_shown(token).text);
	return found;
}

static enum state not_closed(struct scan *s)
{
	const struct bracket *bracket = innermost(s);

	return mistake(s, bracket->line,
		       "the \"%c\" on this line is not closed: expected \"%c\", %s", bracket->open,
		       bracket->close, describe_found(&s->token).text);
}

static bool is_closed(const struct scan *s)
{
	return s->token.kind == TOKEN_MARK && s->token.text[0] == s->bracket[s->depth].close;
}

static enum state close_bracket(struct scan *s)
{
	s->name = innermost(s)->name;
	s->depth--;
	advance(s);
	return SEPARATOR;
}

/* Such a mark stands once. */
static enum state pass_mark(struct scan *s, const char *marks, enum state next)
{
	advance(s);
	if (token_is_mark(&s->token, marks))
		return mistake(s, s->token.line, "one \"%c\" too many", s->token.text[0]);
	return next;
}

static enum state expect_name(struct scan *s)
{
	struct bracket *group = innermost(s);

	if (s->token.kind == TOKEN_NAME) {
		if (group->n++ == CONF_GROUP_MAX)
			return mistake(s, s->token.line, "more than %d settings in one group",
				       CONF_GROUP_MAX);
		s->name = s->token;
		advance(s);
		return EQUALS;
	}
	if (s->depth == 0 && s->token.kind == TOKEN_END)
		return GOOD;
	if (is_closed(s))
		return close_bracket(s);
	if (s->depth > 0 && (token_is_mark(&s->token, "})]{") || s->token.kind == TOKEN_END))
		return not_closed(s);
	hint_name(s->lexer.diags, &s->token);
	return MISTAKE;
}

static enum state expect_equals(struct scan *s)
{
	if (token_is_mark(&s->token, "=:"))
		return pass_mark(s, "=:", VALUE);
	return mistake(s, s->last_line, "%s: expected \"=\" after the name, %s",
		       token_shown(&s->name).text, describe_found(&s->token).text);
}

static enum state open_bracket(struct scan *s, char close)
{
	if (s->depth == CONF_DEPTH_MAX)
		return mistake(s, s->token.line, "nested deeper than %d", CONF_DEPTH_MAX);
	s->bracket[++s->depth] = (struct bracket){
		.open = s->token.text[0],
		.close = close,
		.line = s->token.line,
		.name = s->name,
	};
	advance(s);
	if (close == '}')
		return NAME;
	return is_closed(s) ? close_bracket(s) : VALUE;
}

/* A string may be written in pieces. */
static enum state take_string(struct scan *s)
{
	const unsigned line = s->token.line;
	size_t length = 0;

	for (; s->token.kind == TOKEN_STRING; advance(s))
		length += s->token.length - strlen("\"\"");
	if (length > CONF_VALUE_MAX && s->token.kind != TOKEN_BROKEN)
		return mistake(s, line, "%s: longer than %d bytes", token_shown(&s->name).text,
			       CONF_VALUE_MAX);
	return SEPARATOR;
}

static enum state take_integer(struct scan *s)
{
	const struct token integer = s->token;

	advance(s);
	if (s->token.kind != TOKEN_BROKEN &&
	    hint_integer(s->lexer.diags, &s->name, &integer, &s->token))
		return MISTAKE;
	return SEPARATOR;
}

static enum state take_value(struct scan *s)
{
	switch (s->token.kind) {
	case TOKEN_STRING:
		return take_string(s);
	case TOKEN_INTEGER:
		return take_integer(s);
	case TOKEN_PLAIN:
		advance(s);
		return SEPARATOR;
	case TOKEN_MARK:
		return open_bracket(s, s->token.text[0] == '{'   ? '}'
				       : s->token.text[0] == '(' ? ')'
								 : ']');
	default:
		hint_value(s->lexer.diags, &s->name, &s->token, innermost(s)->close == ')');
		return MISTAKE;
	}
}

static enum state expect_value(struct scan *s)
{
	if (!is_in_entries(s) && (!starts_value(&s->token) ||
				  (s->token.kind == TOKEN_NAME && s->token.line != s->name.line)))
		return mistake(s, s->name.line, "%s: its value is missing",
			       token_shown(&s->name).text);
	if (!starts_value(&s->token))
		return not_closed(s);
	if (s->n_values++ == CONF_VALUES_MAX)
		return mistake(s, s->token.line, "more than %d values in one file",
			       CONF_VALUES_MAX);
	if (innermost(s)->close == ']' && s->token.kind == TOKEN_MARK)
		return mistake(
			s, s->token.line,
			"a \"%c\" in an array [ ], which has plain values only: expected a list ( )",
			s->token.text[0]);
	return take_value(s);
}

static enum state expect_comma(struct scan *s)
{
	const unsigned line = s->token.line;
	enum state state;

	if (is_closed(s))
		return close_bracket(s);
	if (starts_value(&s->token))
		return mistake(s, s->last_line, "a comma is missing after this entry");
	if (!token_is_mark(&s->token, ";,"))
		return not_closed(s);
	if (token_is_mark(&s->token, ";"))
		return mistake(s, line, "a \";\" between entries: expected a comma");
	state = pass_mark(s, ";,", VALUE);
	if (token_is_mark(&s->token, "})]"))
		return mistake(s, line, "a comma after the last entry: remove it");
	return state;
}

/* Between settings there may be one, between entries there has to be. */
static enum state expect_separator(struct scan *s)
{
	if (is_in_entries(s))
		return expect_comma(s);
	return token_is_mark(&s->token, ";,") ? pass_mark(s, ";,", NAME) : NAME;
}

static bool is_text(const char *text, size_t size, struct conf_diags *diags)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	const char *nul = memchr(text, '\0', size);
	unsigned line = 1;

	if (size >= strlen(byte_order_mark) &&
	    memcmp(text, byte_order_mark, strlen(byte_order_mark)) == 0) {
		conf_error(diags, 1, "begins with a byte-order mark: save it as UTF-8 without one");
		return false;
	}
	if (!nul)
		return true;
	for (const char *p = text; p < nul; p++)
		line += *p == '\n';
	conf_error(diags, line, "not a text file: it has a NUL byte here");
	return false;
}

int conf_scan(const char *text, size_t size, struct conf_diags *diags, size_t *ret_n_values)
{
	static enum state (*const expect[N_STATES])(struct scan *) = {
		[NAME] = expect_name,
		[EQUALS] = expect_equals,
		[VALUE] = expect_value,
		[SEPARATOR] = expect_separator,
	};
	struct scan s = { .lexer = { text, 1, diags } };
	enum state state = NAME;

	if (!is_text(text, size, diags))
		return -EBADMSG;
	for (advance(&s); state < N_STATES && s.token.kind != TOKEN_BROKEN;)
		state = expect[state](&s);
	if (state != GOOD)
		return -EBADMSG;
	*ret_n_values = s.n_values;
	return 0;
}
