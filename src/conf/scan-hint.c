/* SPDX-License-Identifier: MIT */
#include "conf/scan-hint.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/settings.h"

enum {
	SHOWN_MAX = 40,
	NUMBER_MAX = 24, /* digits of 64 bits, sign, prefix and suffix */
	WORD_SIZE = 2 * SHOWN_MAX,
	TEXT_MAX = 512,
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
		return (struct hint_found){ "found the end of the file" };
	if (token->kind == TOKEN_STRING)
		return (struct hint_found){ "found a string" };
	(void)snprintf(found.text, sizeof(found.text), "found \"%.*s\"", hint_shown(token),
		       token->text);
	return found;
}

__attribute__((format(printf, 4, 5))) static void wrong_value(struct conf_diags *diags,
							      const struct token *setting,
							      unsigned line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	conf_error(diags, line, "%.*s: %s", hint_shown(setting), setting->text, text);
}

static bool is_long(const struct token *integer)
{
	return integer->text[integer->length - 1] == 'L';
}

/* Returns whether libconfig keeps the integer's value. */
static bool fits(const struct token *integer)
{
	const bool is_hex = integer->text[1] == 'x' || integer->text[1] == 'X';
	long long value;

	errno = 0;
	value = strtoll(integer->text, NULL, is_hex ? 16 : 10);
	if (errno == ERANGE)
		return false;
	return is_long(integer) || (value >= INT_MIN && value <= INT_MAX);
}

/* Returns the setting of that name if it has a number; else NULL. */
static const struct setting_info *find_number(const struct token *setting)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const char *key = setting_infos[i].key;

		if (setting_infos[i].kind == KIND_NUMBER && strlen(key) == setting->length &&
		    memcmp(key, setting->text, setting->length) == 0)
			return &setting_infos[i];
	}
	return NULL;
}

static void hint_large(struct conf_diags *diags, const struct token *setting,
		       const struct token *integer)
{
	const struct setting_info *info = find_number(setting);
	const int shown = hint_shown(integer);

	if (info)
		wrong_value(diags, setting, integer->line,
			    "%.*s is out of range (expected %d to %d)", shown, integer->text,
			    info->min, info->max);
	else
		wrong_value(diags, setting, integer->line,
			    "%.*s is too large a number (expected at most %s)", shown,
			    integer->text,
			    is_long(integer) ? "9223372036854775807L"
					     : "2147483647, or with an L after it");
}

/* libconfig 1.7 reads 0500 as octal and 080 as a mistake, other versions read both as decimal. */
static bool hint_zero(struct conf_diags *diags, const struct token *setting,
		      const struct token *integer)
{
	const char *sign = integer->text, *first = sign + (*sign == '+' || *sign == '-');
	const char *rest = first;
	struct token shortened = *integer;

	while (*rest == '0' && rest[1] >= '0' && rest[1] <= '9')
		rest++;
	if (rest == first)
		return false;
	shortened.length -= (size_t)(rest - sign);
	wrong_value(diags, setting, integer->line, "%.*s begins with a zero: write %.*s%.*s",
		    hint_shown(integer), sign, (int)(first - sign), sign, hint_shown(&shortened),
		    rest);
	return true;
}

/* "10s", "10 s" */
static bool hint_time(struct conf_diags *diags, const struct token *setting,
		      const struct token *number, const char *word)
{
	const bool is_time =
		setting->length > 3 && memcmp(setting->text + setting->length - 3, "_ms", 3) == 0;
	unsigned long value;
	char *end;

	value = strtoul(word, &end, 10);
	end += strspn(end, " ");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0 || !is_time || value > INT_MAX / units[i].ms)
			continue;
		wrong_value(diags, setting, number->line,
			    "\"%s\" is not a number: it is in milliseconds, write %lu", word,
			    value * units[i].ms);
		return true;
	}
	return false;
}

bool hint_integer(struct conf_diags *diags, const struct token *setting,
		  const struct token *integer, const struct token *next)
{
	char word[WORD_SIZE];

	if (hint_zero(diags, setting, integer))
		return true;
	if (!fits(integer)) {
		hint_large(diags, setting, integer);
		return true;
	}
	(void)snprintf(word, sizeof(word), "%.*s %.*s", hint_shown(integer), integer->text,
		       hint_shown(next), next->text);
	return next->kind == TOKEN_NAME && next->line == integer->line &&
	       hint_time(diags, setting, integer, word);
}

static bool hint_digits(struct conf_diags *diags, const struct token *setting,
			const struct token *token)
{
	const struct setting_info *info = find_number(setting);
	char word[WORD_SIZE];

	if (token->length >= NUMBER_MAX || token->text[0] < '0' || token->text[0] > '9')
		return false;
	(void)snprintf(word, sizeof(word), "%.*s", (int)token->length, token->text);
	if (hint_time(diags, setting, token, word))
		return true;
	if (info)
		wrong_value(diags, setting, token->line,
			    "\"%s\" is not a number (expected %d to %d)", word, info->min,
			    info->max);
	else
		wrong_value(diags, setting, token->line,
			    "\"%s\" is not a number: write it without a unit, or in quotes", word);
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

void hint_value(struct conf_diags *diags, const struct token *setting, const struct token *token,
		bool is_entry)
{
	const int shown = hint_shown(token);

	if (token->kind == TOKEN_INCLUDE)
		wrong_value(diags, setting, token->line, "%s", include_hint);
	else if (has_other_quotes(token))
		wrong_value(diags, setting, token->line,
			    "%.*s has the wrong quotes (expected \"...\")", shown, token->text);
	else if (is_entry && token->kind == TOKEN_NAME)
		wrong_value(diags, setting, token->line,
			    "found \"%.*s\" in the list: expected { ... } around each entry", shown,
			    token->text);
	else if (is_switch_word(token))
		wrong_value(diags, setting, token->line,
			    "\"%.*s\" is not a value: write true or false", shown, token->text);
	else if (!hint_digits(diags, setting, token))
		wrong_value(diags, setting, token->line, "%.*s is not in quotes: write \"%.*s\"",
			    shown, token->text, shown, token->text);
}

void hint_name(struct conf_diags *diags, const struct token *token)
{
	const int shown = hint_shown(token);

	if (token->kind == TOKEN_INCLUDE)
		conf_error(diags, token->line, "%s", include_hint);
	else if (token->kind == TOKEN_STRING)
		conf_error(diags, token->line, "%.*s: write the name of a setting without quotes",
			   shown, token->text);
	else if (token_is_mark(token, "})]"))
		conf_error(diags, token->line, "this \"%c\" closes nothing", token->text[0]);
	else if (token->kind == TOKEN_MARK)
		conf_error(diags, token->line, "expected the name of a setting, found \"%c\"",
			   token->text[0]);
	else
		conf_error(
			diags, token->line,
			"\"%.*s\" cannot be the name of a setting (expected a letter, then letters, digits, - or _)",
			shown, token->text);
}
