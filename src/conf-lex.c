/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <string.h>
#include <strings.h>

static const char marks[] = "=:;,{}()[]";

static bool is_mark(char c)
{
	return c != '\0' && strchr(marks, c) != NULL;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool starts(const struct lexer *lexer, const char *with)
{
	const size_t length = strlen(with);

	return (size_t)(lexer->end - lexer->at) >= length && memcmp(lexer->at, with, length) == 0;
}

static void skip_line(struct lexer *lexer)
{
	const char *newline = memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));

	lexer->at = newline ? newline : lexer->end;
}

/* libconfig takes a comment without an end for a good one, and the rest of the file for nothing. */
static void skip_comment(struct lexer *lexer)
{
	const unsigned first = lexer->line;

	for (lexer->at += 2; !starts(lexer, "*/"); lexer->at++) {
		if (lexer->at == lexer->end) {
			conf_error(lexer->report, first,
				   "the comment that begins here has no end (\"*/\" is missing)");
			return;
		}
		lexer->line += *lexer->at == '\n';
	}
	lexer->at += 2;
}

static void skip_blank(struct lexer *lexer)
{
	while (lexer->at < lexer->end) {
		if (is_space(*lexer->at))
			lexer->line += *lexer->at++ == '\n';
		else if (*lexer->at == '#' || starts(lexer, "//"))
			skip_line(lexer);
		else if (starts(lexer, "/*"))
			skip_comment(lexer);
		else
			break;
	}
}

/* The bytes of a string are left to libconfig, but for \x00: it would cut the string there. */
static struct token lex_string(struct lexer *lexer)
{
	struct token token = { TOKEN_STRING, lexer->at, 0, lexer->line };

	for (lexer->at++; lexer->at < lexer->end && *lexer->at != '\n'; lexer->at++) {
		if (*lexer->at == '"') {
			lexer->at++;
			token.length = (size_t)(lexer->at - token.text);
			return token;
		}
		if (starts(lexer, "\\x00") || starts(lexer, "\\X00")) {
			conf_error(lexer->report, token.line, "a string cannot hold a NUL (\\x00)");
			token.kind = TOKEN_BROKEN;
		}
		if (*lexer->at == '\\' && lexer->at + 1 < lexer->end && lexer->at[1] != '\n')
			lexer->at++;
	}
	conf_error(
		lexer->report, token.line,
		"the string that begins here has no end on its line (a '\"' is missing; a newline is written \\n)");
	token.kind = TOKEN_BROKEN;
	token.length = (size_t)(lexer->at - token.text);
	return token;
}

static bool is_name(const char *s, size_t length)
{
	if (!is_letter(s[0]) && s[0] != '*')
		return false;
	for (size_t i = 1; i < length; i++) {
		if (!is_letter(s[i]) && !is_digit(s[i]) && !strchr("-_*", s[i]))
			return false;
	}
	return true;
}

static size_t count(const char *s, size_t length, bool (*is)(char c))
{
	size_t n = 0;

	while (n < length && is(s[n]))
		n++;
	return n;
}

/* Takes off what ends an integer of 64 bits. */
static size_t without_suffix(const char *s, size_t length)
{
	for (int i = 0; i < 2 && length > 0 && s[length - 1] == 'L'; i++)
		length--;
	return length;
}

static bool is_integer(const char *s, size_t length)
{
	const size_t sign = s[0] == '+' || s[0] == '-';

	length = without_suffix(s, length);
	if (length > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		return count(s + 2, length - 2, is_hex) == length - 2;
	return length > sign && count(s + sign, length - sign, is_digit) == length - sign;
}

/* What every version of libconfig takes for one: with a point. */
static bool is_float(const char *s, size_t length)
{
	const char *end = s + length;
	size_t whole, fraction;

	s += *s == '+' || *s == '-';
	whole = count(s, (size_t)(end - s), is_digit);
	s += whole;
	if (s == end || *s++ != '.')
		return false;
	fraction = count(s, (size_t)(end - s), is_digit);
	s += fraction;
	if (whole + fraction == 0)
		return false;
	if (s < end && (*s == 'e' || *s == 'E')) {
		s++;
		s += s < end && (*s == '+' || *s == '-');
		if (s == end)
			return false;
		s += count(s, (size_t)(end - s), is_digit);
	}
	return s == end;
}

static bool is_word(const struct token *token, const char *word)
{
	return token->length == strlen(word) && strncasecmp(token->text, word, token->length) == 0;
}

static enum token_kind kind_of(const struct token *token)
{
	if (is_word(token, "true") || is_word(token, "false"))
		return TOKEN_BOOLEAN;
	if (is_word(token, "@include"))
		return TOKEN_INCLUDE;
	if (is_name(token->text, token->length))
		return TOKEN_NAME;
	if (is_integer(token->text, token->length))
		return TOKEN_INTEGER;
	if (is_float(token->text, token->length))
		return TOKEN_FLOAT;
	return TOKEN_WORD;
}

static struct token lex_word(struct lexer *lexer)
{
	struct token token = { TOKEN_WORD, lexer->at, 0, lexer->line };

	while (lexer->at < lexer->end && !is_space(*lexer->at) && !is_mark(*lexer->at) &&
	       *lexer->at != '"' && *lexer->at != '#' && !starts(lexer, "//") &&
	       !starts(lexer, "/*"))
		lexer->at++;
	token.length = (size_t)(lexer->at - token.text);
	token.kind = kind_of(&token);
	return token;
}

struct token conf_lex(struct lexer *lexer)
{
	skip_blank(lexer);
	if (lexer->at == lexer->end)
		return (struct token){ TOKEN_END, lexer->at, 0, lexer->line };
	if (*lexer->at == '"')
		return lex_string(lexer);
	if (is_mark(*lexer->at))
		return (struct token){ TOKEN_MARK, lexer->at++, 1, lexer->line };
	return lex_word(lexer);
}
