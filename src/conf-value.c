/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <ctype.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "hint.h"

enum {
	SHOWN_MAX = 40,
	NUMBER_MAX = 32,
	NAME_MAX_LENGTH = 63, /* of a process name */
	LEVEL_MAX = 7,
	PRECISION_MIN = 15, /* every decimal of so many digits survives a double */
	PRECISION_MAX = 17, /* every double survives so many digits */
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
		return (struct conf_found){ "true or false" };
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

static bool get_integer(const config_setting_t *value, long long *ret)
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

static char *copy(struct conf_parser *parser, const char *string)
{
	char *result = arena_copy(parser->arena, string);

	if (!result)
		parser->out_of_memory = true;
	return result;
}

static bool has_type(struct conf_parser *parser, const config_setting_t *value, int type,
		     const char *name, const char *expected)
{
	if (config_setting_type(value) == type)
		return true;
	conf_error(parser->report, line_of(value), "%s: expected %s, found %s", name, expected,
		   conf_found(value).text);
	return false;
}

const char *conf_string(struct conf_parser *parser, const config_setting_t *value,
			const char *example)
{
	long long number;

	if (config_setting_type(value) == CONFIG_TYPE_STRING)
		return config_setting_get_string(value);
	if (get_integer(value, &number))
		conf_error(parser->report, line_of(value), "%s: expected a string, write \"%lld\"",
			   config_setting_name(value), number);
	else
		conf_error(parser->report, line_of(value),
			   "%s: expected a string such as %s, found %s", config_setting_name(value),
			   example, conf_found(value).text);
	return NULL;
}

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("._:@/+-", c));
}

/* An error: "%x" would stand in every message. */
static bool check_percents(struct conf_parser *parser, unsigned line, const char *name,
			   const char *text, const char *letters)
{
	char expected[4 * sizeof(prefix_letters)] = "";

	for (const char *p = strchr(text, '%'); p; p = strchr(p + 2, '%')) {
		if (p[1] != '\0' && strchr(letters, p[1]))
			continue;
		for (size_t i = 0; letters[i] != '\0'; i++)
			(void)snprintf(expected + 3 * i, sizeof(expected) - 3 * i, " %%%c",
				       letters[i]);
		conf_error(parser->report, line, "%s: unknown \"%.2s\" (expected%s)", name, p,
			   expected);
		return false;
	}
	return true;
}

static void check_name_bytes(struct conf_parser *parser, unsigned line, const char *name,
			     const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (is_name_byte(*p) || *p == '%')
			continue;
		conf_warning(
			parser->report, line,
			"%s: '%.1s' becomes '_' (process names have A-Z a-z 0-9 . _ : @ / + -)",
			name, isprint((unsigned char)*p) ? p : "?");
		return;
	}
}

static bool text_value(struct conf_parser *parser, const config_setting_t *value,
		       enum setting setting, const char *name, struct assignment *ret)
{
	const bool is_child_name = setting == SETTING_CHILD_NAME;
	const size_t max = is_child_name ? NAME_MAX_LENGTH : CONF_TEXT_MAX;
	const unsigned line = line_of(value);
	const char *text;

	if (!has_type(parser, value, CONFIG_TYPE_STRING, name, "a string in quotes"))
		return false;
	text = config_setting_get_string(value);
	if (strlen(text) > max) {
		conf_error(parser->report, line, "%s: longer than %zu bytes", name, max);
		return false;
	}
	if (is_child_name && text[0] == '\0') {
		conf_error(parser->report, line,
			   "%s: empty (expected a name such as \"worker-%%c\")", name);
		return false;
	}
	if (!check_percents(parser, line, name, text,
			    is_child_name ? child_name_letters : prefix_letters))
		return false;
	if (is_child_name)
		check_name_bytes(parser, line, name, text);
	ret->text = copy(parser, text);
	return true;
}

static bool word_value(struct conf_parser *parser, const config_setting_t *value,
		       enum setting setting, const char *name, struct assignment *ret)
{
	char expected[HINT_MAX / 2], unknown[HINT_MAX];
	const char *text;

	hint_expected(setting, expected, sizeof(expected));
	if (!has_type(parser, value, CONFIG_TYPE_STRING, name, expected))
		return false;
	text = config_setting_get_string(value);
	if (setting_parse(setting, text, &ret->number) == 0)
		return true;
	hint_unknown_value(setting, text, unknown, sizeof(unknown));
	conf_error(parser->report, line_of(value), "%s: %s", name, unknown);
	return false;
}

static bool level_value(struct conf_parser *parser, const config_setting_t *value,
			enum setting setting, const char *name, struct assignment *ret)
{
	char expected[HINT_MAX / 2];
	long long number;

	if (!get_integer(value, &number))
		return word_value(parser, value, setting, name, ret);
	if (number < 0 || number > LEVEL_MAX) {
		hint_expected(setting, expected, sizeof(expected));
		conf_error(parser->report, line_of(value),
			   "%s: %lld is no level (expected 0 to %d or %s)", name, number, LEVEL_MAX,
			   expected);
		return false;
	}
	ret->number = (int)number;
	return true;
}

/* "true" in quotes is a string, for libconfig and for whoever reads the file with it. */
static bool switch_value(struct conf_parser *parser, const config_setting_t *value,
			 enum setting setting, const char *name, struct assignment *ret)
{
	int number;

	if (config_setting_type(value) == CONFIG_TYPE_BOOL) {
		ret->number = config_setting_get_bool(value) != 0;
		return true;
	}
	if (config_setting_type(value) == CONFIG_TYPE_STRING &&
	    setting_parse(setting, config_setting_get_string(value), &number) == 0 &&
	    number != SETTING_AUTO) {
		conf_error(parser->report, line_of(value),
			   "%s: \"%s\" is a string: write %s without quotes", name,
			   config_setting_get_string(value), number ? "true" : "false");
		return false;
	}
	return word_value(parser, value, setting, name, ret);
}

static bool number_value(struct conf_parser *parser, const config_setting_t *value,
			 enum setting setting, const char *name, struct assignment *ret)
{
	const struct setting_info *info = &setting_infos[setting];
	char expected[HINT_MAX / 2];
	long long number;

	hint_expected(setting, expected, sizeof(expected));
	if (!get_integer(value, &number)) {
		conf_error(parser->report, line_of(value), "%s: expected a number (%s), found %s",
			   name, expected, conf_found(value).text);
		return false;
	}
	if (number < info->min || number > info->max) {
		conf_error(parser->report, line_of(value), "%s: %lld is out of range (expected %s)",
			   name, number, expected);
		return false;
	}
	ret->number = (int)number;
	return true;
}

typedef bool value_fn(struct conf_parser *parser, const config_setting_t *value,
		      enum setting setting, const char *name, struct assignment *ret);

static value_fn *const value_fns[] = {
	[KIND_LEVEL] = level_value, [KIND_TEXT] = text_value,     [KIND_CHOICE] = word_value,
	[KIND_AUTO] = switch_value, [KIND_SWITCH] = switch_value, [KIND_NUMBER] = number_value,
};

bool conf_value(struct conf_parser *parser, const config_setting_t *value, enum setting setting,
		struct assignment *ret)
{
	char name[SHOWN_MAX];

	*ret = (struct assignment){ .setting = setting, .line = line_of(value) };
	hint_setting_name(setting, name, sizeof(name));
	return value_fns[setting_infos[setting].kind](parser, value, setting, name, ret);
}

/* Upper case, with '_' for '-': what people mean. */
static bool suggest_field_name(const char *name, char *buffer, size_t size)
{
	const size_t length = strlen(name);

	if (length >= size)
		return false;
	for (size_t i = 0; i <= length; i++)
		buffer[i] = name[i] == '-' ? '_' : (char)toupper((unsigned char)name[i]);
	return field_name_is_valid(buffer, length) && !field_name_is_reserved(buffer, length);
}

static bool check_field_name(struct conf_parser *parser, const config_setting_t *value)
{
	const char *name = config_setting_name(value);
	char meant[FIELD_NAME_MAX + 1];
	bool has_meant;

	if (!field_name_is_valid(name, strlen(name))) {
		has_meant = suggest_field_name(name, meant, sizeof(meant));
		conf_error(
			parser->report, line_of(value),
			"fields: \"%.*s\" is no field's name (expected A-Z 0-9 _, a letter first, at most %d)%s%s%s",
			FIELD_NAME_MAX, name, FIELD_NAME_MAX, has_meant ? "; did you mean \"" : "",
			has_meant ? meant : "", has_meant ? "\"?" : "");
		return false;
	}
	if (field_name_is_reserved(name, strlen(name))) {
		conf_error(parser->report, line_of(value),
			   "fields: %s is one of mplog's own fields: choose another name", name);
		return false;
	}
	return true;
}

/* The shortest decimal that is the same double, with a point whatever the locale. */
static void print_float(double number, char *buffer, size_t size)
{
	char *point;
	size_t length;

	for (int precision = PRECISION_MIN; precision <= PRECISION_MAX; precision++) {
		(void)snprintf(buffer, size, "%.*g", precision, number);
		if (strtod(buffer, NULL) == number)
			break;
	}
	point = buffer + strspn(buffer, "+-0123456789");
	length = strcspn(point, "0123456789");
	if (length > 0 && *point != 'e' && !isalpha((unsigned char)*point)) {
		*point = '.';
		memmove(point + 1, point + length, strlen(point + length) + 1);
	}
}

static const char *field_text(const config_setting_t *value, char *buffer, size_t size)
{
	long long number;

	switch (config_setting_type(value)) {
	case CONFIG_TYPE_STRING:
		return config_setting_get_string(value);
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(value) ? "true" : "false";
	case CONFIG_TYPE_FLOAT:
		print_float(config_setting_get_float(value), buffer, size);
		return buffer;
	default:
		if (!get_integer(value, &number))
			return NULL;
		(void)snprintf(buffer, size, "%lld", number);
		return buffer;
	}
}

bool conf_field(struct conf_parser *parser, const config_setting_t *value,
		struct field_assignment *ret)
{
	const char *name = config_setting_name(value);
	char buffer[NUMBER_MAX];
	const char *text;

	if (!check_field_name(parser, value))
		return false;
	text = field_text(value, buffer, sizeof(buffer));
	if (!text) {
		conf_error(parser->report, line_of(value),
			   "fields: %s: expected a string, a number, true or false, found %s", name,
			   conf_found(value).text);
		return false;
	}
	if (strlen(text) > CONF_VALUE_MAX) {
		conf_error(parser->report, line_of(value), "fields: %s: longer than %d bytes", name,
			   CONF_VALUE_MAX);
		return false;
	}
	ret->name = copy(parser, name);
	ret->value = copy(parser, text);
	ret->line = line_of(value);
	return true;
}
