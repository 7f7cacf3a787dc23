/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf-hint.h"

enum { CAPACITY_MIN = 256 };

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

	struct opening opening[CONF_DEPTH_MAX];
	size_t depth;
	struct name names[(CONF_DEPTH_MAX + 1) * CONF_GROUP_MAX];
	size_t n_names;
	size_t n_values;
	struct token setting; /* the name that the value at hand is for */
};

static bool parse_value(struct syntax *s);
static void parse_settings(struct syntax *s, char close);

static void advance(struct syntax *s)
{
	s->last_line = s->token.line;
	s->token = conf_lex(&s->lexer);
}

static bool reserve(struct syntax *s, size_t more)
{
	size_t capacity = s->capacity;
	char *out;

	if (more < capacity - s->length)
		return true;
	while (more >= capacity - s->length)
		capacity *= 2;
	out = realloc(s->out, capacity);
	if (!out) {
		s->out_of_memory = true;
		return false;
	}
	s->out = out;
	s->capacity = capacity;
	return true;
}

static bool is_part_of_word(char c)
{
	switch (c) {
	case '=':
	case ':':
	case ';':
	case ',':
	case '{':
	case '}':
	case '(':
	case ')':
	case '[':
	case ']':
	case '"':
	case '\n':
		return false;
	default:
		return true;
	}
}

/* Whether two tokens would become one without a space between them. */
static bool would_join(char before, char next)
{
	return is_part_of_word(before) && is_part_of_word(next);
}

/* Behind a space, where it needs one, or as many newlines as lead to that line. */
static void emit(struct syntax *s, unsigned line, const char *text, size_t length)
{
	const size_t newlines = line > s->out_line ? line - s->out_line : 0;

	if (!reserve(s, newlines + 1 + length))
		return;
	if (newlines == 0 && s->length > 0 && would_join(s->out[s->length - 1], text[0]))
		s->out[s->length++] = ' ';
	for (; s->out_line < line; s->out_line++)
		s->out[s->length++] = '\n';
	memcpy(s->out + s->length, text, length);
	s->length += length;
}

static void emit_token(struct syntax *s)
{
	emit(s, s->token.line, s->token.text, s->token.length);
	advance(s);
}

/* Where the output stood, to go back to when it turns out that what follows is wrong. */
struct mark {
	size_t length;
	unsigned line;
};

static struct mark mark(const struct syntax *s)
{
	return (struct mark){ s->length, s->out_line };
}

static void take_back(struct syntax *s, struct mark to)
{
	s->length = to.length;
	s->out_line = to.line;
}

static bool is_opening(const struct token *token)
{
	return token_is(token, '{') || token_is(token, '(') || token_is(token, '[');
}

static bool is_closing(const struct token *token)
{
	return token_is(token, '}') || token_is(token, ')') || token_is(token, ']');
}

static bool is_separator(const struct token *token)
{
	return token_is(token, ';') || token_is(token, ',');
}

static bool starts_value(const struct token *token)
{
	return is_opening(token) || (token->kind != TOKEN_MARK && token->kind != TOKEN_END);
}

/* Goes on behind a mistake: to the end of the entry, or to the next line that begins one. */
static void skip(struct syntax *s, bool to_setting)
{
	const unsigned line = s->token.line;
	size_t depth = 0;

	for (; s->token.kind != TOKEN_END; advance(s)) {
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

static bool enter(struct syntax *s, char close)
{
	if (s->depth == CONF_DEPTH_MAX) {
		conf_error(s->report, s->token.line, "nested deeper than %d", CONF_DEPTH_MAX);
		return false;
	}
	s->opening[s->depth++] = (struct opening){ close, s->token.line, s->n_names };
	emit_token(s);
	return true;
}

static bool closes_outer(const struct syntax *s)
{
	for (size_t i = 0; i + 1 < s->depth; i++) {
		if (token_is(&s->token, s->opening[i].close))
			return true;
	}
	return false;
}

/* At what should be the closing mark; where it is another, that one is taken to be meant, unless
 * it belongs to something further out. */
static void leave(struct syntax *s)
{
	const struct opening *opening = &s->opening[s->depth - 1];
	const char open = opening->close == '}' ? '{' : opening->close == ')' ? '(' : '[';

	if (token_is(&s->token, opening->close)) {
		emit_token(s);
	} else {
		if (!s->end_told)
			conf_error(s->report, opening->line,
				   "the \"%c\" of this line is not closed: expected \"%c\", %s",
				   open, opening->close, conf_hint_found(&s->token).text);
		s->end_told = s->token.kind == TOKEN_END;
		emit(s, s->last_line, &opening->close, 1);
		if (is_closing(&s->token) && !closes_outer(s))
			advance(s);
	}
	s->n_names = opening->first_name;
	s->depth--;
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
	s->names[s->n_names++] = (struct name){ token->text, token->length, token->line };
	return true;
}

static bool parse_string(struct syntax *s)
{
	bool good = true;

	while (s->token.kind == TOKEN_STRING || s->token.kind == TOKEN_BROKEN) {
		good &= s->token.kind == TOKEN_STRING;
		emit_token(s);
	}
	return good;
}

static bool parse_integer(struct syntax *s)
{
	if (!conf_hint_fits(&s->token)) {
		conf_error(s->report, s->token.line, "%.*s: %.*s is too large a number%s",
			   conf_hint_shown(&s->setting), s->setting.text,
			   conf_hint_shown(&s->token), s->token.text, conf_hint_number(&s->token));
		advance(s);
		return false;
	}
	emit_token(s);
	return true;
}

static bool parse_group(struct syntax *s)
{
	const struct token setting = s->setting;

	if (!enter(s, '}')) {
		skip(s, false);
		return false;
	}
	parse_settings(s, '}');
	leave(s);
	s->setting = setting;
	return true;
}

/* Between two entries. Returns whether there may be another. */
static bool parse_comma(struct syntax *s)
{
	const unsigned line = s->token.line;

	if (starts_value(&s->token)) {
		conf_error(s->report, s->last_line, "a comma is missing behind this entry");
		return true;
	}
	if (!is_separator(&s->token))
		return false;

	if (token_is(&s->token, ';'))
		conf_error(s->report, line, "a \";\" between entries: expected a comma");
	advance(s);
	if (is_closing(&s->token))
		conf_error(s->report, line, "a comma after the last entry: take it away");
	while (is_separator(&s->token)) {
		conf_error(s->report, s->token.line, "an entry is missing before this \"%c\"",
			   s->token.text[0]);
		advance(s);
	}
	return true;
}

static bool parse_entries(struct syntax *s, char close)
{
	size_t n = 0;

	if (!enter(s, close)) {
		skip(s, false);
		return false;
	}
	while (starts_value(&s->token)) {
		const struct mark before = mark(s);

		if (n > 0)
			emit(s, s->last_line, ",", 1);
		if (parse_value(s)) {
			n++;
		} else {
			take_back(s, before);
			skip(s, false);
		}
		if (!parse_comma(s))
			break;
	}
	leave(s);
	return true;
}

static bool parse_other(struct syntax *s)
{
	const bool is_entry = s->depth > 0 && s->opening[s->depth - 1].close == ')';
	char text[HINT_MAX];

	conf_hint_value(&s->setting, &s->token, is_entry, text, sizeof(text));
	conf_error(s->report, s->token.line, "%.*s: %s", conf_hint_shown(&s->setting),
		   s->setting.text, text);
	if (starts_value(&s->token))
		advance(s);
	return false;
}

static bool parse_value(struct syntax *s)
{
	if (s->n_values++ == CONF_VALUES_MAX) {
		conf_error(s->report, s->token.line, "more than %d values in one file",
			   CONF_VALUES_MAX);
		s->lexer.at = s->lexer.end;
		advance(s);
		return false;
	}
	switch (s->token.kind) {
	case TOKEN_STRING:
	case TOKEN_BROKEN:
		return parse_string(s);
	case TOKEN_INTEGER:
		return parse_integer(s);
	case TOKEN_FLOAT:
	case TOKEN_BOOLEAN:
		emit_token(s);
		return true;
	default:
		break;
	}
	if (token_is(&s->token, '{'))
		return parse_group(s);
	if (token_is(&s->token, '(') || token_is(&s->token, '['))
		return parse_entries(s, s->token.text[0] == '(' ? ')' : ']');
	return parse_other(s);
}

/* libconfig takes both. */
static bool is_assign(const struct token *token)
{
	return token_is(token, '=') || token_is(token, ':');
}

static void parse_assign(struct syntax *s)
{
	if (is_assign(&s->token)) {
		emit_token(s);
		for (; is_assign(&s->token); advance(s))
			conf_error(s->report, s->token.line, "a \"%c\" too many", s->token.text[0]);
		return;
	}
	conf_error(s->report, s->last_line, "%.*s: expected \"=\" behind the name, %s",
		   conf_hint_shown(&s->setting), s->setting.text, conf_hint_found(&s->token).text);
	emit(s, s->last_line, "=", 1);
}

static void end_setting(struct syntax *s)
{
	if (is_separator(&s->token))
		emit_token(s);
	while (is_separator(&s->token)) {
		conf_error(s->report, s->token.line, "a \"%c\" too many", s->token.text[0]);
		advance(s);
	}
}

static void parse_setting(struct syntax *s)
{
	const struct mark before = mark(s);
	const unsigned line = s->token.line;
	bool good;

	s->setting = s->token;
	good = add_name(s);
	emit_token(s);
	parse_assign(s);
	if (starts_value(&s->token) && (s->token.kind != TOKEN_NAME || s->token.line == line)) {
		good &= parse_value(s);
	} else {
		conf_error(s->report, line, "%.*s: its value is missing",
			   conf_hint_shown(&s->setting), s->setting.text);
		good = false;
	}
	if (!good) {
		take_back(s, before);
		if (s->token.line == s->last_line)
			skip(s, true);
		while (is_separator(&s->token))
			advance(s);
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
		skip(s, true);
	else
		advance(s);
	if (!is_closing(&s->token) && s->token.line == s->last_line)
		skip(s, true);
	while (is_separator(&s->token))
		advance(s);
}

static void parse_settings(struct syntax *s, char close)
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
	AUTO_FREE struct syntax *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->capacity = size + size / 4 + CAPACITY_MIN;
	s->out = malloc(s->capacity);
	if (!s->out)
		return -ENOMEM;

	s->lexer = (struct lexer){ text, text + size, 1, report };
	s->report = report;
	s->out_line = 1;
	if (is_text(text, size, report)) {
		advance(s);
		parse_settings(s, '\0');
	}
	if (s->out_of_memory) {
		free(s->out);
		return -ENOMEM;
	}
	s->out[s->length] = '\0';
	*ret = (struct conf_normalised){ s->out, s->length, s->n_values };
	return 0;
}
