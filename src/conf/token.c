/* SPDX-License-Identifier: MIT */
#include "conf/token.h"

#include <string.h>
#include <strings.h>

/* What each byte is: a table, for most of the work is done here. */
enum { BLANK = 1, MARK = 2, BORDER = 4, LETTER = 8, DIGIT = 16, HEX = 32, DASH = 64 };
enum { ENDS_WORD = BLANK | MARK | BORDER, IN_NAME = LETTER | DIGIT | DASH };

/* Not a vertical tab: libconfig before 1.8 does not take it for a blank. */
static const unsigned char classes[256] = {
	['\t' ... '\n'] = BLANK,
	['\f' ... '\r'] = BLANK,
	[' '] = BLANK,
	['='] = MARK,
	[':' ... ';'] = MARK,
	[','] = MARK,
	['{'] = MARK,
	['}'] = MARK,
	['(' ... ')'] = MARK,
	['['] = MARK,
	[']'] = MARK,
	['"'] = BORDER,
	['#'] = BORDER,
	['\0'] = BORDER,
	['0' ... '9'] = DIGIT | HEX,
	['a' ... 'f'] = LETTER | HEX,
	['g' ... 'z'] = LETTER,
	['A' ... 'F'] = LETTER | HEX,
	['G' ... 'Z'] = LETTER,
	['*'] = LETTER,
	['-'] = DASH,
	['_'] = DASH,
};

static bool is(char c, unsigned class)
{
	return classes[(unsigned char)c] & class;
}

static const char *skip(const char *s, unsigned class)
{
	while (is(*s, class))
		s++;
	return s;
}

static const char *skip_sign(const char *s)
{
	return *s == '+' || *s == '-' ? s + 1 : s;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* To libconfig a comment without an end is a good one, and the rest of the file is a part of it. */
static bool skip_comment(struct lexer *lexer)
{
	const char *end = strstr(lexer->at + strlen("/*"), "*/");

	if (!end) {
		conf_error(lexer->diags, lexer->line,
			   "the comment that begins here has no end (\"*/\" is missing)");
		return false;
	}
	for (end += strlen("*/"); lexer->at < end; lexer->at++)
		lexer->line += *lexer->at == '\n';
	return true;
}

/* Returns false: a comment has no end. */
static bool skip_blanks(struct lexer *lexer)
{
	for (;;) {
		if (is(*lexer->at, BLANK))
			lexer->line += *lexer->at++ == '\n';
		else if (*lexer->at == '#' || starts(lexer->at, "//"))
			lexer->at = strchrnul(lexer->at, '\n');
		else if (!starts(lexer->at, "/*"))
			return true;
		else if (!skip_comment(lexer))
			return false;
	}
}

/* Returns how many bytes a backslash and what belongs to it are; 0: a mistake. Their meaning is left
 * to libconfig, where its versions agree. */
static size_t lex_escape(const struct lexer *lexer)
{
	const char *next = lexer->at + 1;
	bool has_digits;

	switch (*next) {
	case '\0':
	case '\n':
		return 1;
	case 'x':
	case 'X':
		has_digits = is(next[1], HEX) && is(next[2], HEX);
		if (!has_digits || next[1] != '0' || next[2] != '0')
			return has_digits ? strlen("\\x00") : strlen("\\x");
		/* libconfig would cut the string there. */
		conf_error(lexer->diags, lexer->line, "a string cannot hold a NUL");
		return 0;
	case 'a':
	case 'b':
	case 'v': /* two bytes before libconfig 1.8, one from then on */
		conf_error(lexer->diags, lexer->line,
			   "a backslash before \"%c\" in a string: write two of them for one",
			   *next);
		return 0;
	default:
		return 2;
	}
}

static struct token lex_string(struct lexer *lexer)
{
	struct token token = { TOKEN_BROKEN, lexer->at, 1, lexer->line };
	size_t step;

	for (lexer->at++; *lexer->at != '\0' && *lexer->at != '\n'; lexer->at += step) {
		if (*lexer->at == '"') {
			token.kind = TOKEN_STRING;
			token.length = (size_t)(++lexer->at - token.text);
			return token;
		}
		step = *lexer->at == '\\' ? lex_escape(lexer) : 1;
		if (step == 0)
			return token;
	}
	conf_error(
		lexer->diags, token.line,
		"the string that begins here has no end on its line (a closing quote is missing)");
	return token;
}

static bool is_integer(const char *s, const char *end)
{
	const bool has_prefix = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	const char *digits = has_prefix ? s + 2 : skip_sign(s);
	const char *suffix = skip(digits, has_prefix ? HEX : DIGIT), *rest = suffix;

	for (int i = 0; i < 2 && *rest == 'L'; i++)
		rest++;
	return suffix > digits && rest == end;
}

/* With a point: so every version of libconfig takes it for one. */
static bool is_float(const char *s, const char *end)
{
	const char *whole = skip_sign(s), *point = skip(whole, DIGIT), *rest, *exponent;

	if (*point != '.')
		return false;
	rest = skip(point + 1, DIGIT);
	if (rest - whole == 1 || (*rest != 'e' && *rest != 'E'))
		return rest - whole > 1 && rest == end;
	exponent = skip_sign(rest + 1);
	rest = skip(exponent, DIGIT);
	return rest > exponent && rest == end;
}

bool token_is_word(const struct token *token, const char *word)
{
	return token->length == strlen(word) && strncasecmp(token->text, word, token->length) == 0;
}

static enum token_kind kind_of(const struct token *token)
{
	const char *end = token->text + token->length;

	if (token_is_word(token, "true") || token_is_word(token, "false"))
		return TOKEN_PLAIN;
	if (is(*token->text, LETTER) && skip(token->text, IN_NAME) == end)
		return TOKEN_NAME;
	if (is_integer(token->text, end))
		return TOKEN_INTEGER;
	return is_float(token->text, end) ? TOKEN_PLAIN : TOKEN_WORD;
}

static bool starts_comment(const char *s)
{
	return s[0] == '/' && (s[1] == '/' || s[1] == '*');
}

static struct token lex_word(struct lexer *lexer)
{
	struct token token = { TOKEN_WORD, lexer->at, 0, lexer->line };

	while (!is(*lexer->at, ENDS_WORD) && !starts_comment(lexer->at))
		lexer->at++;
	token.length = (size_t)(lexer->at - token.text);
	token.kind = kind_of(&token);
	return token;
}

struct token lexer_next(struct lexer *lexer)
{
	if (!skip_blanks(lexer))
		return (struct token){ TOKEN_BROKEN, "", 0, lexer->line };
	if (*lexer->at == '\0')
		return (struct token){ TOKEN_END, lexer->at, 0, lexer->line };
	if (*lexer->at == '"')
		return lex_string(lexer);
	if (is(*lexer->at, MARK))
		return (struct token){ TOKEN_MARK, lexer->at++, 1, lexer->line };
	return lex_word(lexer);
}

bool token_is_mark(const struct token *token, const char *marks)
{
	return token->kind == TOKEN_MARK && strchr(marks, token->text[0]);
}

struct token_shown token_shown(const struct token *token)
{
	const size_t length = token->length < TOKEN_SHOWN_MAX ? token->length : TOKEN_SHOWN_MAX;
	struct token_shown shown = { "" };

	memcpy(shown.text, token->text, length);
	return shown;
}
