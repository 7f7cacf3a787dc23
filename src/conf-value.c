/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <ctype.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hint.h"
#include "name.h"

enum {
	NAME_SIZE = 40,
	LEVEL_MAX = 7,
	NUMBER_LENGTH = 10, /* digits of the largest one */
};

/* What may stand behind a '%'. */
static const char prefix_letters[] = "nipcPh%";
static const char child_name_letters[] = "cCiPp%";

static unsigned line_of(const config_setting_t *value)
{
	return config_setting_source_line(value);
}

struct conf_found conf_found(const config_setting_t *value)
{
	struct conf_found found = { "a string" };

	switch (config_setting_type(value)) {
	case CONFIG_TYPE_INT:
		(void)snprintf(found.text, sizeof(found.text), "%d", config_setting_get_int(value));
		break;
	case CONFIG_TYPE_INT64:
		(void)snprintf(found.text, sizeof(found.text), "%lld",
			       config_setting_get_int64(value));
		break;
	case CONFIG_TYPE_FLOAT:
		(void)snprintf(found.text, sizeof(found.text), "%g",
			       config_setting_get_float(value));
		break;
	case CONFIG_TYPE_BOOL:
		(void)snprintf(found.text, sizeof(found.text), "%s",
			       config_setting_get_bool(value) ? "true" : "false");
		break;
	case CONFIG_TYPE_GROUP:
		return (struct conf_found){ "a group { }" };
	case CONFIG_TYPE_LIST:
		return (struct conf_found){ "a list ( )" };
	case CONFIG_TYPE_ARRAY:
		return (struct conf_found){ "an array [ ]" };
	default:
		break;
	}
	return found;
}

bool conf_get_integer(const config_setting_t *value, long long *ret)
{
	switch (config_setting_type(value)) {
	case CONFIG_TYPE_INT:
		*ret = config_setting_get_int(value);
		return true;
	case CONFIG_TYPE_INT64:
		*ret = config_setting_get_int64(value);
		return true;
	default:
		return false;
	}
}

const char *conf_string(struct conf_parser *parser, const config_setting_t *value,
			const char *example)
{
	long long number;

	if (config_setting_type(value) == CONFIG_TYPE_STRING)
		return config_setting_get_string(value);
	if (conf_get_integer(value, &number))
		conf_error(parser->report, line_of(value), "%s: expected a string, write \"%lld\"",
			   config_setting_name(value), number);
	else
		conf_error(parser->report, line_of(value),
			   "%s: expected a string such as %s, found %s", config_setting_name(value),
			   example, conf_found(value).text);
	return NULL;
}

__attribute__((format(printf, 4, 5))) static void complain(struct conf_parser *parser,
							   const config_setting_t *value,
							   enum setting setting, const char *fmt,
							   ...)
{
	char name[NAME_SIZE], text[HINT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hint_setting_name(setting, name, sizeof(name));
	conf_error(parser->report, line_of(value), "%s: %s", name, text);
}

static void complain_of_type(struct conf_parser *parser, const config_setting_t *value,
			     enum setting setting)
{
	char expected[HINT_MAX / 2];

	hint_expected(setting, expected, sizeof(expected));
	complain(parser, value, setting, "expected %s, found %s", expected, conf_found(value).text);
}

/* An error: "%x" would stand in every message. */
static bool check_percents(struct conf_parser *parser, const config_setting_t *value,
			   enum setting setting, const char *text, const char *letters)
{
	char expected[4 * sizeof(prefix_letters)] = "";

	for (const char *p = strchr(text, '%'); p; p = strchr(p + 2, '%')) {
		if (p[1] != '\0' && strchr(letters, p[1]))
			continue;
		for (size_t i = 0; letters[i] != '\0'; i++)
			(void)snprintf(expected + 3 * i, sizeof(expected) - 3 * i, " %%%c",
				       letters[i]);
		complain(parser, value, setting, "unknown \"%.2s\" (expected%s)", p, expected);
		return false;
	}
	return true;
}

static bool check_child_name(struct conf_parser *parser, const config_setting_t *value,
			     const char *text)
{
	if (text[0] == '\0') {
		complain(parser, value, SETTING_CHILD_NAME,
			 "empty (expected a name such as \"worker-%%c\")");
		return false;
	}
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '%' || process_name_allows(*p))
			continue;
		conf_warning(
			parser->report, line_of(value),
			"child_name: '%.1s' becomes '_' (process names consist of " PROCESS_NAME_BYTES
			")",
			isprint((unsigned char)*p) ? p : "?");
		break;
	}
	return true;
}

static bool text_value(struct conf_parser *parser, const config_setting_t *value,
		       enum setting setting, struct assignment *ret)
{
	const bool is_child_name = setting == SETTING_CHILD_NAME;
	const size_t max = is_child_name ? PROCESS_NAME_SIZE - 1 : CONF_TEXT_MAX;
	const char *text;

	if (config_setting_type(value) != CONFIG_TYPE_STRING) {
		complain_of_type(parser, value, setting);
		return false;
	}
	text = config_setting_get_string(value);
	if (strlen(text) > max) {
		complain(parser, value, setting, "longer than %zu bytes", max);
		return false;
	}
	if (is_child_name && !check_child_name(parser, value, text))
		return false;
	if (!check_percents(parser, value, setting, text,
			    is_child_name ? child_name_letters : prefix_letters))
		return false;
	ret->text = conf_copy(parser, text);
	return true;
}

static bool word_value(struct conf_parser *parser, const config_setting_t *value,
		       enum setting setting, struct assignment *ret)
{
	char unknown[HINT_MAX];
	const char *text;

	if (config_setting_type(value) != CONFIG_TYPE_STRING) {
		complain_of_type(parser, value, setting);
		return false;
	}
	text = config_setting_get_string(value);
	if (setting_parse(setting, text, &ret->number) == 0)
		return true;
	hint_unknown_value(setting, text, unknown, sizeof(unknown));
	complain(parser, value, setting, "%s", unknown);
	return false;
}

static bool level_value(struct conf_parser *parser, const config_setting_t *value,
			enum setting setting, struct assignment *ret)
{
	char expected[HINT_MAX / 2];
	long long number;

	if (!conf_get_integer(value, &number))
		return word_value(parser, value, setting, ret);
	if (number < 0 || number > LEVEL_MAX) {
		hint_expected(setting, expected, sizeof(expected));
		complain(parser, value, setting, "%lld is not a level (expected 0 to %d or %s)",
			 number, LEVEL_MAX, expected);
		return false;
	}
	ret->number = (int)number;
	return true;
}

/* "true" in quotes is a string, for libconfig and for whoever reads the file with it. */
static bool switch_value(struct conf_parser *parser, const config_setting_t *value,
			 enum setting setting, struct assignment *ret)
{
	int number;

	if (config_setting_type(value) == CONFIG_TYPE_BOOL) {
		ret->number = config_setting_get_bool(value) != 0;
		return true;
	}
	if (config_setting_type(value) == CONFIG_TYPE_STRING &&
	    setting_parse(setting, config_setting_get_string(value), &number) == 0 &&
	    number != SETTING_AUTO) {
		complain(parser, value, setting, "\"%s\" is a string: write %s without quotes",
			 config_setting_get_string(value), number ? "true" : "false");
		return false;
	}
	return word_value(parser, value, setting, ret);
}

/* "50" */
static bool is_quoted_number(const config_setting_t *value)
{
	const char *text = config_setting_type(value) == CONFIG_TYPE_STRING
				   ? config_setting_get_string(value)
				   : "";

	return text[0] != '\0' && strlen(text) <= NUMBER_LENGTH &&
	       text[strspn(text, "0123456789")] == '\0';
}

static bool number_value(struct conf_parser *parser, const config_setting_t *value,
			 enum setting setting, struct assignment *ret)
{
	const struct setting_info *info = &setting_infos[setting];
	long long number;

	if (is_quoted_number(value)) {
		complain(parser, value, setting, "\"%s\" is a string: write %s without quotes",
			 config_setting_get_string(value), config_setting_get_string(value));
		return false;
	}
	if (!conf_get_integer(value, &number)) {
		complain(parser, value, setting, "expected a whole number (%d to %d), found %s",
			 info->min, info->max, conf_found(value).text);
		return false;
	}
	if (number < info->min || number > info->max) {
		complain(parser, value, setting, "%lld is out of range (expected %d to %d)", number,
			 info->min, info->max);
		return false;
	}
	ret->number = (int)number;
	return true;
}

typedef bool value_fn(struct conf_parser *parser, const config_setting_t *value,
		      enum setting setting, struct assignment *ret);

static value_fn *const value_fns[] = {
	[KIND_LEVEL] = level_value, [KIND_TEXT] = text_value,     [KIND_CHOICE] = word_value,
	[KIND_AUTO] = switch_value, [KIND_SWITCH] = switch_value, [KIND_NUMBER] = number_value,
};

bool conf_value(struct conf_parser *parser, const config_setting_t *value, enum setting setting,
		struct assignment *ret)
{
	*ret = (struct assignment){ .setting = setting, .line = line_of(value) };
	return value_fns[setting_infos[setting].kind](parser, value, setting, ret);
}
