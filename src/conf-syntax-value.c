/* SPDX-License-Identifier: MIT */
#include "conf-hint.h"
#include "conf-syntax.h"

static bool open_bracket(struct syntax *s, char close)
{
	if (s->depth == CONF_DEPTH_MAX) {
		conf_error(s->report, s->token.line, "nested deeper than %d", CONF_DEPTH_MAX);
		return false;
	}
	s->opening[s->depth++] = (struct opening){ close, s->token.line, s->n_names };
	syntax_emit_token(s);
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
static void close_bracket(struct syntax *s)
{
	const struct opening *opening = &s->opening[s->depth - 1];
	const char open = opening->close == '}' ? '{' : opening->close == ')' ? '(' : '[';

	if (token_is(&s->token, opening->close)) {
		syntax_emit_token(s);
	} else {
		if (!s->end_told)
			conf_error(s->report, opening->line,
				   "the \"%c\" on this line is not closed: expected \"%c\", %s",
				   open, opening->close, conf_hint_found(&s->token).text);
		s->end_told = s->token.kind == TOKEN_END;
		syntax_emit(s, s->last_line, &opening->close, 1);
		if (is_closing(&s->token) && !closes_outer(s))
			syntax_advance(s);
	}
	s->n_names = opening->first_name;
	s->depth--;
}

static bool parse_string(struct syntax *s)
{
	bool good = true;

	while (s->token.kind == TOKEN_STRING || s->token.kind == TOKEN_BROKEN) {
		good &= s->token.kind == TOKEN_STRING;
		syntax_emit_token(s);
	}
	return good;
}

static void complain_of_value(struct syntax *s, unsigned line, const char *text)
{
	conf_error(s->report, line, "%.*s: %s", conf_hint_shown(&s->setting), s->setting.text,
		   text);
}

static bool parse_integer(struct syntax *s)
{
	const struct token integer = s->token;
	char text[HINT_MAX];

	if (!conf_hint_fits(&integer)) {
		conf_hint_number(&s->setting, &integer, text, sizeof(text));
		complain_of_value(s, integer.line, text);
		syntax_advance(s);
		return false;
	}
	syntax_emit_token(s);
	if (s->token.kind == TOKEN_NAME && s->token.line == integer.line &&
	    conf_hint_unit(&s->setting, &integer, &s->token, text, sizeof(text))) {
		complain_of_value(s, integer.line, text);
		syntax_advance(s);
		return false;
	}
	return true;
}

static bool parse_group(struct syntax *s)
{
	const struct token setting = s->setting;

	if (!open_bracket(s, '}')) {
		syntax_skip(s, false);
		return false;
	}
	syntax_settings(s, '}');
	close_bracket(s);
	s->setting = setting;
	return true;
}

/* Between two entries. Returns whether there may be another. */
static bool parse_comma(struct syntax *s)
{
	const unsigned line = s->token.line;

	if (starts_value(&s->token)) {
		conf_error(s->report, s->last_line, "a comma is missing after this entry");
		return true;
	}
	if (!is_separator(&s->token))
		return false;

	if (token_is(&s->token, ';'))
		conf_error(s->report, line, "a \";\" between entries: expected a comma");
	syntax_advance(s);
	if (is_closing(&s->token))
		conf_error(s->report, line, "a comma after the last entry: remove it");
	while (is_separator(&s->token)) {
		conf_error(s->report, s->token.line, "an entry is missing before this \"%c\"",
			   s->token.text[0]);
		syntax_advance(s);
	}
	return true;
}

/* What libconfig tells apart in an array, of which all entries have to be alike. */
static int type_of(const struct token *token)
{
	enum { N_KINDS = TOKEN_BROKEN + 1 };

	if (token->kind == TOKEN_INTEGER && token->text[token->length - 1] == 'L')
		return N_KINDS;
	return token->kind == TOKEN_BROKEN ? TOKEN_STRING : token->kind;
}

static bool check_entry(struct syntax *s, char close, int *type)
{
	const bool is_first = *type < 0;

	if (close == ')')
		return true;
	if (is_opening(&s->token)) {
		conf_error(
			s->report, s->token.line,
			"a \"%c\" in an array [ ], which has plain values only: expected a list ( )",
			s->token.text[0]);
		return false;
	}
	if (is_first)
		*type = type_of(&s->token);
	if (*type == type_of(&s->token))
		return true;
	conf_error(s->report, s->token.line,
		   "different kinds of values in an array [ ]: expected a list ( )");
	return false;
}

static bool parse_entries(struct syntax *s, char close)
{
	int type = -1; /* of the entries */
	size_t n = 0;

	if (!open_bracket(s, close)) {
		syntax_skip(s, false);
		return false;
	}
	while (starts_value(&s->token)) {
		const struct mark before = syntax_mark(s);

		if (n > 0)
			syntax_emit(s, s->last_line, ",", 1);
		if (check_entry(s, close, &type) && syntax_value(s)) {
			n++;
		} else {
			syntax_take_back(s, before);
			syntax_skip(s, false);
		}
		if (!parse_comma(s))
			break;
	}
	close_bracket(s);
	return true;
}

static bool parse_other(struct syntax *s)
{
	const bool is_entry = s->depth > 0 && s->opening[s->depth - 1].close == ')';
	char text[HINT_MAX];

	conf_hint_value(&s->setting, &s->token, is_entry, text, sizeof(text));
	complain_of_value(s, s->token.line, text);
	if (starts_value(&s->token))
		syntax_advance(s);
	return false;
}

bool syntax_value(struct syntax *s)
{
	if (s->n_values++ == CONF_VALUES_MAX) {
		conf_error(s->report, s->token.line, "more than %d values in one file",
			   CONF_VALUES_MAX);
		s->lexer.at = s->lexer.end;
		syntax_advance(s);
		s->is_hopeless = true;
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
		syntax_emit_token(s);
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
