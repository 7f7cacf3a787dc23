/* SPDX-License-Identifier: MIT */
#include "conf/scan-hint.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/settings.h"

/* UTF-8 of the typographic quotes, single and double, that word processors make. */
static const char *const quotes[] = {
	"'",
	"`",
	"\xe2\x80\x9c",
	"\xe2\x80\x9d",
	"\xe2\x80\x9e",
	"\xe2\x80\x98",
	"\xe2\x80\x99",
	"\xc2\xab",
};

/* Units that are written behind a time, in milliseconds. */
static const struct {
	const char *unit;
	unsigned long ms;
} units[] = {
	{ "ms", 1 },    { "msec", 1 },    { "s", 1000 },       { "sec", 1000 },
	{ "m", 60000 }, { "min", 60000 }, { "seconds", 1000 }, { "minutes", 60000 },
};

/* Returns whether libconfig keeps the integer's value. */
static bool fits(const struct token *integer)
{
	const bool is_hex = integer->text[1] == 'x' || integer->text[1] == 'X';
	const bool is_long = integer->text[integer->length - 1] == 'L';
	long long value;

	errno = 0;
	value = strtoll(integer->text, NULL, is_hex ? 16 : 10);
	return errno != ERANGE && (is_long || (value >= INT_MIN && value <= INT_MAX));
}

/* Returns the setting of that name if it has a number; else NULL. */
static const struct setting_info *find_number(const struct token *setting)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (setting_infos[i].kind == KIND_NUMBER &&
		    token_is_word(setting, setting_infos[i].key))
			return &setting_infos[i];
	}
	return NULL;
}

static void hint_large(struct conf_diags *diags, const struct token *setting,
		       const struct token *integer)
{
	const struct setting_info *info = find_number(setting);
	const struct token_shown name = token_shown(setting), shown = token_shown(integer);

	if (info)
		conf_error(diags, integer->line, "%s: %s is out of range (expected %d to %d)",
			   name.text, shown.text, info->min, info->max);
	else
		conf_error(diags, integer->line, "%s: %s is too large a number", name.text,
			   shown.text);
}

/* libconfig 1.7 reads 0500 as octal and 080 as a mistake, other versions read both as decimal. */
static bool hint_zero(struct conf_diags *diags, const struct token *setting,
		      const struct token *integer)
{
	const bool has_sign = !isdigit((unsigned char)integer->text[0]);
	const char *const first = integer->text + has_sign;
	struct token rest = *integer;

	rest.text = first;
	while (rest.text[0] == '0' && isdigit((unsigned char)rest.text[1]))
		rest.text++;
	if (rest.text == first)
		return false;
	rest.length -= (size_t)(rest.text - integer->text);
	conf_error(diags, integer->line, "%s: %s begins with a zero: write %.*s%s",
		   token_shown(setting).text, token_shown(integer).text, has_sign, integer->text,
		   token_shown(&rest).text);
	return true;
}

/* "10s", "10 s" */
static bool hint_time(struct conf_diags *diags, const struct token *setting, unsigned line,
		      const char *text)
{
	const struct token_shown name = token_shown(setting);
	const char *suffix = strrchr(name.text, '_');
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	end += strspn(end, " ");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0 || !suffix || strcmp(suffix, "_ms") != 0 ||
		    value > INT_MAX / units[i].ms)
			continue;
		conf_error(diags, line,
			   "%s: \"%s\" is not a number: it is in milliseconds, write %lu",
			   name.text, text, value * units[i].ms);
		return true;
	}
	return false;
}

bool hint_integer(struct conf_diags *diags, const struct token *setting,
		  const struct token *integer, const struct token *next)
{
	char text[2 * sizeof(struct token_shown)];

	if (hint_zero(diags, setting, integer))
		return true;
	if (!fits(integer)) {
		hint_large(diags, setting, integer);
		return true;
	}
	(void)snprintf(text, sizeof(text), "%s %s", token_shown(integer).text,
		       token_shown(next).text);
	return next->kind == TOKEN_NAME && next->line == integer->line &&
	       hint_time(diags, setting, integer->line, text);
}

/* "10s" for a time, "100/s" for another number. */
static bool hint_number(struct conf_diags *diags, const struct token *setting,
			const struct token *token)
{
	const struct setting_info *info = find_number(setting);
	const struct token_shown shown = token_shown(token);

	if (!info || !isdigit((unsigned char)token->text[0]))
		return false;
	if (!hint_time(diags, setting, token->line, shown.text))
		conf_error(diags, token->line, "%s: \"%s\" is not a number (expected %d to %d)",
			   token_shown(setting).text, shown.text, info->min, info->max);
	return true;
}

static bool is_switch_word(const struct token *token)
{
	return token_is_word(token, "yes") || token_is_word(token, "no") ||
	       token_is_word(token, "on") || token_is_word(token, "off");
}

static bool has_other_quotes(const struct token *token)
{
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		if (memmem(token->text, token->length, quotes[i], strlen(quotes[i])))
			return true;
	}
	return false;
}

void hint_value(struct conf_diags *diags, const struct token *setting, const struct token *token,
		bool is_entry)
{
	const struct token_shown name = token_shown(setting), found = token_shown(token);
	const unsigned line = token->line;

	if (has_other_quotes(token))
		conf_error(diags, line, "%s: %s has the wrong quotes (expected \"...\")", name.text,
			   found.text);
	else if (is_entry && token->kind == TOKEN_NAME)
		conf_error(diags, line,
			   "%s: found \"%s\" in the list: expected { ... } around each entry",
			   name.text, found.text);
	else if (is_switch_word(token))
		conf_error(diags, line, "%s: \"%s\" is not a value: write true or false", name.text,
			   found.text);
	else if (!hint_number(diags, setting, token))
		conf_error(diags, line, "%s: %s is not in quotes: write \"%s\"", name.text,
			   found.text, found.text);
}

void hint_name(struct conf_diags *diags, const struct token *token)
{
	const struct token_shown found = token_shown(token);

	if (token_is_word(token, "@include"))
		conf_error(diags, token->line,
			   "@include is refused: files in mplog.conf.d are read by themselves");
	else if (token->kind == TOKEN_STRING)
		conf_error(diags, token->line, "%s: write the name of a setting without quotes",
			   found.text);
	else if (token_is_mark(token, "})]"))
		conf_error(diags, token->line, "this \"%s\" closes nothing", found.text);
	else if (token->kind == TOKEN_MARK)
		conf_error(diags, token->line, "expected the name of a setting, found \"%s\"",
			   found.text);
	else
		conf_error(
			diags, token->line,
			"\"%s\" cannot be the name of a setting (expected a letter, then letters, digits, - or _)",
			found.text);
}
