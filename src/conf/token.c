/* SPDX-License-Identifier: MIT */
#include "conf/token.h"

#include <string.h>
#include <strings.h>

/* What each byte is: a table, for most of the work is done here. */
enum { SPACE = 1, MARK = 2, LETTER = 4, DIGIT = 8, HEX = 16, IN_NAME = 32, ENDS_WORD = 64 };

#define ALPHA   (LETTER | IN_NAME)
#define NUMERAL (DIGIT | HEX | IN_NAME)

static const unsigned char classes[256] = {
	/* Not a vertical tab: before 1.8 libconfig does not take it. */
	['\t' ... '\n'] = SPACE | ENDS_WORD,
	['\f' ... '\r'] = SPACE | ENDS_WORD,
	[' '] = SPACE | ENDS_WORD,
	['='] = MARK | ENDS_WORD,
	[':'] = MARK | ENDS_WORD,
	[';'] = MARK | ENDS_WORD,
	[','] = MARK | ENDS_WORD,
	['{'] = MARK | ENDS_WORD,
	['}'] = MARK | ENDS_WORD,
	['('] = MARK | ENDS_WORD,
	[')'] = MARK | ENDS_WORD,
	['['] = MARK | ENDS_WORD,
	[']'] = MARK | ENDS_WORD,
	['"'] = ENDS_WORD,
	['#'] = ENDS_WORD,
	['0' ... '9'] = NUMERAL,
	['a' ... 'f'] = ALPHA | HEX,
	['g' ... 'z'] = ALPHA,
	['A' ... 'F'] = ALPHA | HEX,
	['G' ... 'Z'] = ALPHA,
	['-'] = IN_NAME,
	['_'] = IN_NAME,
	['*'] = IN_NAME,
};

static bool is(char c, unsigned class)
{
	return classes[(unsigned char)c] & class;
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
static bool skip_comment(struct lexer *lexer)
{
	const unsigned first = lexer->line;

	for (lexer->at += 2; !starts(lexer, "*/"); lexer->at++) {
		if (lexer->at == lexer->end) {
			conf_error(lexer->diags, first,
				   "the comment that begins here has no end (\"*/\" is missing)");
			return false;
		}
		lexer->line += *lexer->at == '\n';
	}
	lexer->at += 2;
	return true;
}

/* Returns false: a comment has no end. */
static bool skip_blank(struct lexer *lexer)
{
	while (lexer->at < lexer->end) {
		if (is(*lexer->at, SPACE))
			lexer->line += *lexer->at++ == '\n';
		else if (*lexer->at == '#' || starts(lexer, "//"))
			skip_line(lexer);
		else if (!starts(lexer, "/*"))
			break;
		else if (!skip_comment(lexer))
			return false;
	}
	return true;
}

/* What a backslash and the next byte mean is left to libconfig, where its versions agree. Returns
 * how many bytes of the text they are; 0: a mistake. */
static size_t lex_escape(const struct lexer *lexer)
{
	const bool has_digits =
		lexer->end - lexer->at >= 4 && is(lexer->at[2], HEX) && is(lexer->at[3], HEX);
	const char next = lexer->at + 1 < lexer->end ? lexer->at[1] : '\n';

	switch (next) {
	case '\n':
		return 1;
	case 'x':
	case 'X':
		/* It would cut the string there. */
		if (has_digits && lexer->at[2] == '0' && lexer->at[3] == '0') {
			conf_error(lexer->diags, lexer->line, "a string cannot hold a NUL");
			return 0;
		}
		return has_digits ? 4 : 2;
	case 'a':
	case 'b':
	case 'v': /* two bytes before libconfig 1.8, one from then on */
		conf_error(lexer->diags, lexer->line,
			   "a backslash before \"%c\" in a string: write two of them for one",
			   next);
		return 0;
	default:
		return 2;
	}
}

static struct token lex_string(struct lexer *lexer)
{
	struct token token = { TOKEN_BROKEN, lexer->at, 1, lexer->line };
	size_t step;

	for (lexer->at++; lexer->at < lexer->end && *lexer->at != '\n'; lexer->at += step) {
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

static const char *skip(const char *s, const char *end, unsigned class)
{
	while (s < end && is(*s, class))
		s++;
	return s;
}

static const char *skip_sign(const char *s, const char *end)
{
	return s < end && (*s == '+' || *s == '-') ? s + 1 : s;
}

static bool is_name(const char *s, const char *end)
{
	return (is(*s, LETTER) || *s == '*') && skip(s, end, IN_NAME) == end;
}

static bool is_integer(const char *s, const char *end)
{
	const bool has_prefix = end - s > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	const char *digits = has_prefix ? s + 2 : skip_sign(s, end);
	const char *suffix = skip(digits, end, has_prefix ? HEX : DIGIT);

	if (suffix == digits)
		return false;
	for (int i = 0; i < 2 && suffix < end && *suffix == 'L'; i++)
		suffix++;
	return suffix == end;
}

/* What every version of libconfig takes for one: with a point. */
static bool is_float(const char *s, const char *end)
{
	const char *whole = skip_sign(s, end), *point = skip(whole, end, DIGIT);
	const char *rest = point < end && *point == '.' ? skip(point + 1, end, DIGIT) : NULL;
	const char *exponent;

	if (!rest || rest - whole == 1)
		return false;
	if (rest == end || (*rest != 'e' && *rest != 'E'))
		return rest == end;
	exponent = skip_sign(rest + 1, end);
	return exponent < end && skip(exponent, end, DIGIT) == end;
}

bool token_is(const struct token *token, const char *text)
{
	return strlen(text) == token->length && memcmp(token->text, text, token->length) == 0;
}

static bool is_word(const struct token *token, const char *word)
{
	return token->length == strlen(word) && strncasecmp(token->text, word, token->length) == 0;
}

static enum token_kind kind_of(const struct token *token)
{
	const char *end = token->text + token->length;

	if (is_word(token, "true") || is_word(token, "false"))
		return TOKEN_BOOLEAN;
	if (is_word(token, "@include"))
		return TOKEN_INCLUDE;
	if (is_name(token->text, end))
		return TOKEN_NAME;
	if (is_integer(token->text, end))
		return TOKEN_INTEGER;
	if (is_float(token->text, end))
		return TOKEN_FLOAT;
	return TOKEN_WORD;
}

static bool starts_comment(const struct lexer *lexer)
{
	return *lexer->at == '/' && (starts(lexer, "//") || starts(lexer, "/*"));
}

static struct token lex_word(struct lexer *lexer)
{
	struct token token = { TOKEN_WORD, lexer->at, 0, lexer->line };

	while (lexer->at < lexer->end && !is(*lexer->at, ENDS_WORD) && !starts_comment(lexer))
		lexer->at++;
	token.length = (size_t)(lexer->at - token.text);
	token.kind = kind_of(&token);
	return token;
}

struct token lexer_next(struct lexer *lexer)
{
	if (!skip_blank(lexer))
		return (struct token){ TOKEN_BROKEN, "", 0, lexer->line };
	if (lexer->at == lexer->end)
		return (struct token){ TOKEN_END, lexer->at, 0, lexer->line };
	if (*lexer->at == '"')
		return lex_string(lexer);
	if (is(*lexer->at, MARK))
		return (struct token){ TOKEN_MARK, lexer->at++, 1, lexer->line };
	return lex_word(lexer);
}
