/* SPDX-License-Identifier: MIT */
#include "conf-syntax.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf-hint.h"

enum { CAPACITY_MIN = 256, NAMES_MIN = 32 };

void syntax_skip(struct syntax *s, bool to_setting)
{
	const unsigned line = s->token.line;
	size_t depth = 0;

	for (; s->token.kind != TOKEN_END; syntax_advance(s)) {
		if (is_opening(&s->token))
			depth++;
		else if (is_closing(&s->token) && depth-- == 0)
			return;
		else if (depth == 0 && is_separator(&s->token))
			return;
		else if (depth == 0 && to_setting && s->token.kind == TOKEN_NAME &&
			 s->token.line > line)
			return;
	}
}

static bool push_name(struct syntax *s, const struct token *token)
{
	if (s->n_names == s->names_capacity) {
		const size_t capacity = s->names_capacity ? 2 * s->names_capacity : NAMES_MIN;
		struct name *names = reallocarray(s->names, capacity, sizeof(*names));

		if (!names) {
			s->out_of_memory = true;
			return false;
		}
		s->names = names;
		s->names_capacity = capacity;
	}
	s->names[s->n_names++] = (struct name){ token->text, token->length, token->line };
	return true;
}

/* libconfig compares a new name with each before it. */
static bool add_name(struct syntax *s)
{
	const size_t first = s->depth ? s->opening[s->depth - 1].first_name : 0;
	const struct token *token = &s->token;

	for (size_t i = first; i < s->n_names; i++) {
		if (s->names[i].length == token->length &&
		    memcmp(s->names[i].text, token->text, token->length) == 0) {
			conf_error(s->report, token->line,
				   "%.*s: set a second time (first on line %u)%s",
				   conf_hint_shown(token), token->text, s->names[i].line,
				   conf_hint_twice(token));
			return false;
		}
	}
	if (s->n_names - first == CONF_GROUP_MAX) {
		conf_error(s->report, token->line, "more than %d settings in one group",
			   CONF_GROUP_MAX);
		return false;
	}
	return push_name(s, token);
}

/* libconfig takes both. */
static bool is_assign(const struct token *token)
{
	return token_is(token, '=') || token_is(token, ':');
}

/* What is behind a name; it is put in where a value follows without it. */
static bool parse_assign(struct syntax *s)
{
	const int shown = conf_hint_shown(&s->setting);

	if (is_assign(&s->token)) {
		syntax_emit_token(s);
		for (; is_assign(&s->token); syntax_advance(s))
			conf_error(s->report, s->token.line, "one \"%c\" too many",
				   s->token.text[0]);
		return true;
	}
	if (starts_value(&s->token) && s->token.line == s->last_line) {
		conf_error(s->report, s->last_line, "%.*s: expected \"=\" after the name, %s",
			   shown, s->setting.text, conf_hint_found(&s->token).text);
		syntax_emit(s, s->last_line, "=", 1);
		return true;
	}
	conf_error(s->report, s->last_line, "\"%.*s\" is not a setting: expected NAME = VALUE",
		   shown, s->setting.text);
	return false;
}

static bool parse_assigned(struct syntax *s, unsigned line)
{
	if (!parse_assign(s))
		return false;
	if (starts_value(&s->token) && (s->token.kind != TOKEN_NAME || s->token.line == line))
		return syntax_value(s);
	conf_error(s->report, line, "%.*s: its value is missing", conf_hint_shown(&s->setting),
		   s->setting.text);
	return false;
}

static void end_setting(struct syntax *s)
{
	if (is_separator(&s->token))
		syntax_emit_token(s);
	while (is_separator(&s->token)) {
		conf_error(s->report, s->token.line, "one \"%c\" too many", s->token.text[0]);
		syntax_advance(s);
	}
}

static void parse_setting(struct syntax *s)
{
	const struct mark before = syntax_mark(s);
	const unsigned line = s->token.line;
	bool good;

	s->setting = s->token;
	good = add_name(s);
	syntax_emit_token(s);
	good &= parse_assigned(s, line);
	if (!good) {
		syntax_take_back(s, before);
		if (s->token.line == s->last_line)
			syntax_skip(s, true);
		while (is_separator(&s->token))
			syntax_advance(s);
		return;
	}
	end_setting(s);
}

static void parse_no_setting(struct syntax *s)
{
	char text[HINT_MAX];

	conf_hint_name(&s->token, s->depth, text, sizeof(text));
	if (s->token.kind != TOKEN_BROKEN)
		conf_error(s->report, s->token.line, "%s", text);
	if (is_opening(&s->token))
		syntax_skip(s, true);
	else
		syntax_advance(s);
	if (!is_closing(&s->token) && s->token.line == s->last_line)
		syntax_skip(s, true);
	while (is_separator(&s->token))
		syntax_advance(s);
}

void syntax_settings(struct syntax *s, char close)
{
	while (s->token.kind != TOKEN_END) {
		if (s->token.kind == TOKEN_NAME)
			parse_setting(s);
		else if (close && is_closing(&s->token))
			return;
		else
			parse_no_setting(s);
	}
}

static bool is_text(const char *text, size_t size, struct conf_report *report)
{
	const char *nul = memchr(text, '\0', size);
	unsigned line = 1;

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		conf_error(report, 1,
			   "begins with a byte-order mark: save it as UTF-8 without one");
		return false;
	}
	if (!nul)
		return true;
	for (const char *p = text; p < nul; p++)
		line += *p == '\n';
	conf_error(report, line, "not a text file: it has a NUL byte here");
	return false;
}

int conf_normalise(const char *text, size_t size, struct conf_report *report,
		   struct conf_normalised *ret)
{
	struct syntax s = {
		.lexer = { text, text + size, 1, report },
		.report = report,
		.out_line = 1,
		.capacity = size + size / 4 + CAPACITY_MIN,
	};

	s.out = malloc(s.capacity);
	if (!s.out)
		return -ENOMEM;
	if (is_text(text, size, report)) {
		syntax_advance(&s);
		syntax_settings(&s, '\0');
	}
	free(s.names);
	if (s.out_of_memory) {
		free(s.out);
		return -ENOMEM;
	}
	if (s.is_hopeless)
		s.length = s.n_values = 0;
	s.out[s.length] = '\0';
	*ret = (struct conf_normalised){ s.out, s.length, s.n_values };
	return 0;
}
