/* SPDX-License-Identifier: MIT */
#include "conf/scan-hint.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/settings.h"

enum {
	SHOWN_MAX = 40,
	NUMBER_MAX = 24, /* digits of 64 bits, sign, prefix and suffix */
};

static const char include_hint[] =
	"@include is refused: files in mplog.conf.d are read by themselves";

/* UTF-8 of the typographic quotes, single and double, that word processors make. */
static const char *const quotes[] = {
	"\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e", "\xe2\x80\x98", "\xe2\x80\x99", "\xc2\xab",
};

/* Units that are written behind a time, in milliseconds. */
static const struct {
	const char *unit;
	unsigned long ms;
} units[] = {
	{ "ms", 1 },    { "msec", 1 },    { "s", 1000 },       { "sec", 1000 },
	{ "m", 60000 }, { "min", 60000 }, { "seconds", 1000 }, { "minutes", 60000 },
};

int hint_shown(const struct token *token)
{
	return token->length > SHOWN_MAX ? SHOWN_MAX : (int)token->length;
}

struct hint_found hint_found(const struct token *token)
{
	struct hint_found found;

	if (token->kind == TOKEN_END)
		(void)snprintf(found.text, sizeof(found.text), "found the end of the file");
	else if (token->kind == TOKEN_STRING)
		(void)snprintf(found.text, sizeof(found.text), "found a string");
	else
		(void)snprintf(found.text, sizeof(found.text), "found \"%.*s\"", hint_shown(token),
			       token->text);
	return found;
}

static bool is_long(const struct token *integer)
{
	return integer->text[integer->length - 1] == 'L';
}

/* Whether libconfig would keep the integer's value. */
static bool fits(const struct token *integer)
{
	const bool is_hex =
		integer->length > 2 && (integer->text[1] == 'x' || integer->text[1] == 'X');
	char text[NUMBER_MAX];
	long long value;

	if (integer->length >= sizeof(text))
		return false;
	memcpy(text, integer->text, integer->length);
	text[integer->length] = '\0';

	errno = 0;
	value = strtoll(text, NULL, is_hex ? 16 : 10);
	if (errno == ERANGE)
		return false;
	return is_long(integer) || (value >= INT_MIN && value <= INT_MAX);
}

/* The setting of that name if it has a number; else NULL. */
static const struct setting_info *find_number(const struct token *setting)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (setting_infos[i].kind == KIND_NUMBER && token_is(setting, setting_infos[i].key))
			return &setting_infos[i];
	}
	return NULL;
}

static void hint_large(const struct token *setting, const struct token *integer,
		       char text[SCAN_HINT_MAX])
{
	const struct setting_info *info = find_number(setting);
	const int shown = hint_shown(integer);

	if (info)
		(void)snprintf(text, SCAN_HINT_MAX, "%.*s is out of range (expected %d to %d)",
			       shown, integer->text, info->min, info->max);
	else
		(void)snprintf(text, SCAN_HINT_MAX,
			       "%.*s is too large a number (expected at most %s)", shown,
			       integer->text,
			       is_long(integer) ? "9223372036854775807L"
						: "2147483647, or with an L after it");
}

/* libconfig 1.7 reads 0500 as octal and 080 as a mistake, other versions read both as decimal. */
static bool hint_zero(const struct token *integer, char text[SCAN_HINT_MAX])
{
	const char *end = integer->text + integer->length, *sign = integer->text;
	const char *first = sign + (*sign == '+' || *sign == '-'), *rest = first;

	while (rest + 1 < end && *rest == '0' && rest[1] >= '0' && rest[1] <= '9')
		rest++;
	if (rest == first)
		return false;
	(void)snprintf(text, SCAN_HINT_MAX, "%.*s begins with a zero: write %.*s%.*s",
		       hint_shown(integer), sign, (int)(first - sign), sign,
		       (int)(end - rest < SHOWN_MAX ? end - rest : SHOWN_MAX), rest);
	return true;
}

/* "10s", "10 s" */
static bool hint_time(const struct token *setting, const char *word, char text[SCAN_HINT_MAX])
{
	const bool is_time =
		setting->length > 3 && memcmp(setting->text + setting->length - 3, "_ms", 3) == 0;
	unsigned long number;
	char *end;

	number = strtoul(word, &end, 10);
	end += strspn(end, " ");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0 || !is_time || number > INT_MAX / units[i].ms)
			continue;
		(void)snprintf(text, SCAN_HINT_MAX,
			       "\"%s\" is not a number: it is in milliseconds, write %lu", word,
			       number * units[i].ms);
		return true;
	}
	return false;
}

static bool hint_unit(const struct token *setting, const struct token *number,
		      const struct token *unit, char text[SCAN_HINT_MAX])
{
	char word[2 * NUMBER_MAX];

	if (unit->kind != TOKEN_NAME || unit->line != number->line || unit->length > NUMBER_MAX)
		return false;
	(void)snprintf(word, sizeof(word), "%.*s %.*s", (int)number->length, number->text,
		       (int)unit->length, unit->text);
	return hint_time(setting, word, text);
}

bool hint_integer(const struct token *setting, const struct token *integer,
		  const struct token *next, char text[SCAN_HINT_MAX])
{
	if (hint_zero(integer, text))
		return true;
	if (fits(integer))
		return hint_unit(setting, integer, next, text);
	hint_large(setting, integer, text);
	return true;
}

static bool hint_digits(const struct token *setting, const struct token *token,
			char text[SCAN_HINT_MAX])
{
	const struct setting_info *info = find_number(setting);
	char word[NUMBER_MAX];

	if (token->length >= sizeof(word) || token->text[0] < '0' || token->text[0] > '9')
		return false;
	memcpy(word, token->text, token->length);
	word[token->length] = '\0';

	if (hint_time(setting, word, text))
		return true;
	if (info)
		(void)snprintf(text, SCAN_HINT_MAX, "\"%s\" is not a number (expected %d to %d)",
			       word, info->min, info->max);
	else
		(void)snprintf(text, SCAN_HINT_MAX,
			       "\"%s\" is not a number: write it without a unit, or in quotes",
			       word);
	return true;
}

static bool is_switch_word(const struct token *token)
{
	static const char *const words[] = { "yes", "no", "on", "off" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (token->length == strlen(words[i]) &&
		    strncasecmp(token->text, words[i], token->length) == 0)
			return true;
	}
	return false;
}

static bool has_other_quotes(const struct token *token)
{
	if (token->text[0] == '\'' || token->text[0] == '`')
		return true;
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		if (memmem(token->text, token->length, quotes[i], strlen(quotes[i])))
			return true;
	}
	return false;
}

void hint_value(const struct token *setting, const struct token *token, bool is_entry,
		char text[SCAN_HINT_MAX])
{
	const int shown = hint_shown(token);

	if (token->kind == TOKEN_INCLUDE)
		(void)snprintf(text, SCAN_HINT_MAX, "%s", include_hint);
	else if (has_other_quotes(token))
		(void)snprintf(text, SCAN_HINT_MAX, "%.*s has the wrong quotes (expected \"...\")",
			       shown, token->text);
	else if (is_entry && token->kind == TOKEN_NAME)
		(void)snprintf(text, SCAN_HINT_MAX,
			       "found \"%.*s\" in the list: expected { ... } around each entry",
			       shown, token->text);
	else if (is_switch_word(token))
		(void)snprintf(text, SCAN_HINT_MAX, "\"%.*s\" is not a value: write true or false",
			       shown, token->text);
	else if (!hint_digits(setting, token, text))
		(void)snprintf(text, SCAN_HINT_MAX, "%.*s is not in quotes: write \"%.*s\"", shown,
			       token->text, shown, token->text);
}

void hint_name(const struct token *token, char text[SCAN_HINT_MAX])
{
	const int shown = hint_shown(token);

	if (token->kind == TOKEN_INCLUDE)
		(void)snprintf(text, SCAN_HINT_MAX, "%s", include_hint);
	else if (token->kind == TOKEN_STRING)
		(void)snprintf(text, SCAN_HINT_MAX,
			       "%.*s: write the name of a setting without quotes", shown,
			       token->text);
	else if (token_is_mark(token, '}') || token_is_mark(token, ')') ||
		 token_is_mark(token, ']'))
		(void)snprintf(text, SCAN_HINT_MAX, "this \"%c\" closes nothing", token->text[0]);
	else if (token->kind == TOKEN_MARK)
		(void)snprintf(text, SCAN_HINT_MAX, "expected the name of a setting, found \"%c\"",
			       token->text[0]);
	else
		(void)snprintf(
			text, SCAN_HINT_MAX,
			"\"%.*s\" cannot be the name of a setting (expected a letter, then letters, digits, - or _)",
			shown, token->text);
}
