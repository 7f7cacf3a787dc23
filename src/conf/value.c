/* SPDX-License-Identifier: MIT */
#include "conf/value.h"

#include <ctype.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/level.h"
#include "base/name.h"
#include "conf/internal.h"
#include "conf/suggest.h"
#include "record/field-name.h"

enum {
	NAME_SIZE = 40,
	LEVEL_MAX = 7,
	NUMBER_LENGTH = 10, /* digits of the largest one */
	NUMBER_SIZE = 32,   /* of any number as text */
	PRECISION_MIN = 15, /* every decimal of so many digits survives a double */
	PRECISION_MAX = 17, /* every double survives so many digits */
};

/* What may stand behind a '%'. */
static const char prefix_letters[] = "nipcPh%";
static const char child_name_letters[] = "cCiPp%";

static void not_a_string(struct conf_parser *parser, const config_setting_t *value)
{
	long long number;

	if (node_integer(value, &number))
		conf_error(parser->diags, node_line(value), "%s: expected a string, write \"%lld\"",
			   config_setting_name(value), number);
	else
		conf_error(parser->diags, node_line(value),
			   "%s: expected a string such as \"worker-*\", found %s",
			   config_setting_name(value), node_describe(value).text);
}

const char *conf_glob(struct conf_parser *parser, const config_setting_t *value)
{
	const char *name = config_setting_name(value), *text = node_string(value), *mistake;
	const unsigned line = node_line(value);

	if (!text) {
		not_a_string(parser, value);
		return NULL;
	}
	mistake = glob_mistake(text);
	if (text[0] == '\0')
		conf_error(parser->diags, line, "%s: empty (\"*\" matches all)", name);
	else if (strlen(text) > CONF_TEXT_MAX)
		conf_error(parser->diags, line, "%s: longer than %d bytes", name, CONF_TEXT_MAX);
	else if (mistake)
		conf_error(parser->diags, line, "%s: malformed pattern \"%.64s\": %s", name, text,
			   mistake);
	else
		return conf_copy(parser, text);
	return NULL;
}

/* The value of a setting. */
struct value {
	struct conf_parser *parser;
	const config_setting_t *node;
	enum setting setting;
	const char *text; /* NULL: it is no string */
};

/* Reports what is wrong with the value. Returns false. */
__attribute__((format(printf, 2, 3))) static bool wrong(const struct value *value, const char *fmt,
							...)
{
	char name[NAME_SIZE], text[SUGGEST_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	setting_full_name(value->setting, name, sizeof(name));
	conf_error(value->parser->diags, node_line(value->node), "%s: %s", name, text);
	return false;
}

static bool wrong_type(const struct value *value)
{
	char expected[SUGGEST_MAX / 2];

	setting_describe_values(value->setting, expected, sizeof(expected));
	return wrong(value, "expected %s, found %s", expected, node_describe(value->node).text);
}

/* An error: "%x" would stand in every message. */
static bool check_percents(const struct value *value, const char *letters)
{
	char expected[4 * sizeof(prefix_letters)] = "";

	for (const char *p = strchr(value->text, '%'); p; p = strchr(p + 2, '%')) {
		if (p[1] != '\0' && strchr(letters, p[1]))
			continue;
		for (size_t i = 0; letters[i] != '\0'; i++)
			(void)snprintf(expected + 3 * i, sizeof(expected) - 3 * i, " %%%c",
				       letters[i]);
		return wrong(value, "unknown \"%.2s\" (expected%s)", p, expected);
	}
	return true;
}

static bool check_child_name(const struct value *value)
{
	const char *odd = value->text;

	if (odd[0] == '\0')
		return wrong(value, "empty (expected a name such as \"worker-%%c\")");
	while (*odd == '%' || process_name_allows(*odd))
		odd++;
	if (*odd != '\0')
		conf_warning(
			value->parser->diags, node_line(value->node),
			"child_name: '%.1s' becomes '_' (process names consist of " PROCESS_NAME_BYTES
			")",
			isprint((unsigned char)*odd) ? odd : "?");
	return true;
}

static bool text_value(const struct value *value, struct assignment *ret)
{
	const bool is_child_name = value->setting == SETTING_CHILD_NAME;
	const size_t max = is_child_name ? PROCESS_NAME_SIZE - 1 : CONF_TEXT_MAX;

	if (!value->text)
		return wrong_type(value);
	if (strlen(value->text) > max)
		return wrong(value, "longer than %zu bytes", max);
	if (is_child_name && !check_child_name(value))
		return false;
	if (!check_percents(value, is_child_name ? child_name_letters : prefix_letters))
		return false;
	ret->text = conf_copy(value->parser, value->text);
	return true;
}

static bool word_value(const struct value *value, struct assignment *ret)
{
	char unknown[SUGGEST_MAX];

	if (!value->text)
		return wrong_type(value);
	if (setting_parse(value->setting, value->text, &ret->number) == 0)
		return true;
	suggest_value(value->setting, value->text, unknown, sizeof(unknown));
	return wrong(value, "%s", unknown);
}

static bool level_value(const struct value *value, struct assignment *ret)
{
	long long number;

	if (!node_integer(value->node, &number))
		return word_value(value, ret);
	if (number < 0 || number > LEVEL_MAX)
		return wrong(value, "%lld is not a level (expected 0 to %d or " LEVEL_NAMES ")",
			     number, LEVEL_MAX);
	ret->number = (int)number;
	return true;
}

/* "true" in quotes is a string, for libconfig and for other programs that read the file with it. */
static bool switch_value(const struct value *value, struct assignment *ret)
{
	int number;

	if (config_setting_type(value->node) == CONFIG_TYPE_BOOL) {
		ret->number = config_setting_get_bool(value->node) != 0;
		return true;
	}
	if (value->text && setting_parse(value->setting, value->text, &number) == 0 &&
	    number != SETTING_AUTO)
		return wrong(value, "\"%s\" is a string: write %s without quotes", value->text,
			     number ? "true" : "false");
	return word_value(value, ret);
}

/* "50" */
static bool is_quoted_number(const char *text)
{
	return text && text[0] != '\0' && strlen(text) <= NUMBER_LENGTH &&
	       text[strspn(text, "0123456789")] == '\0';
}

static bool number_value(const struct value *value, struct assignment *ret)
{
	const struct setting_info *info = &setting_infos[value->setting];
	long long number;

	if (is_quoted_number(value->text))
		return wrong(value, "\"%s\" is a string: write %s without quotes", value->text,
			     value->text);
	if (!node_integer(value->node, &number))
		return wrong(value, "expected a whole number (%d to %d), found %s", info->min,
			     info->max, node_describe(value->node).text);
	if (number < info->min || number > info->max)
		return wrong(value, "%lld is out of range (expected %d to %d)", number, info->min,
			     info->max);
	ret->number = (int)number;
	return true;
}

typedef bool value_fn(const struct value *value, struct assignment *ret);

static value_fn *const value_fns[] = {
	[KIND_LEVEL] = level_value, [KIND_TEXT] = text_value,     [KIND_CHOICE] = word_value,
	[KIND_AUTO] = switch_value, [KIND_SWITCH] = switch_value, [KIND_NUMBER] = number_value,
};

bool conf_value(struct conf_parser *parser, const config_setting_t *node, enum setting setting,
		struct assignment *ret)
{
	const struct value value = { parser, node, setting, node_string(node) };

	*ret = (struct assignment){ .setting = setting, .line = node_line(node) };
	return value_fns[setting_infos[setting].kind](&value, ret);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

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
			parser->diags, node_line(value),
			"fields: \"%.*s\" is not a field name (expected A-Z 0-9 _, a letter first, at most %d)%s%s%s",
			FIELD_NAME_MAX, name, FIELD_NAME_MAX, has_meant ? "; did you mean \"" : "",
			has_meant ? meant : "", has_meant ? "\"?" : "");
		return false;
	}
	if (field_name_is_reserved(name, strlen(name))) {
		conf_error(parser->diags, node_line(value),
			   "fields: %s is one of mplog's own fields: choose another name", name);
		return false;
	}
	return true;
}

/* The shortest decimal of %g that is the same double, with a point whatever the locale. */
static void print_double(double number, char *buffer, size_t size)
{
	const char *rest;
	char *point;

	for (int precision = PRECISION_MIN; precision <= PRECISION_MAX; precision++) {
		(void)snprintf(buffer, size, "%.*g", precision, number);
		if (strtod(buffer, NULL) == number)
			break;
	}
	point = buffer + strspn(buffer, "-0123456789");
	rest = point + strcspn(point, "0123456789");
	if (*rest == '\0' || *point == 'e') /* whole, or inf */
		return;
	*point = '.';
	memmove(point + 1, rest, strlen(rest) + 1);
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
		print_double(config_setting_get_float(value), buffer, size);
		return buffer;
	default:
		if (!node_integer(value, &number))
			return NULL;
		(void)snprintf(buffer, size, "%lld", number);
		return buffer;
	}
}

bool conf_field(struct conf_parser *parser, const config_setting_t *value,
		struct field_assignment *ret)
{
	const char *name = config_setting_name(value);
	char buffer[NUMBER_SIZE];
	const char *text;

	if (!check_field_name(parser, value))
		return false;
	text = field_text(value, buffer, sizeof(buffer));
	if (!text) {
		conf_error(parser->diags, node_line(value),
			   "fields: %s: expected a string, a number, true or false, found %s", name,
			   node_describe(value).text);
		return false;
	}
	ret->name = conf_copy(parser, name);
	ret->value = conf_copy(parser, text);
	ret->line = node_line(value);
	return true;
}
