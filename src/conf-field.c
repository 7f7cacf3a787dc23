/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <ctype.h>
#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "dtoa.h"
#include "field-name.h"

enum { NUMBER_SIZE = 32 }; /* sign, 17 digits, point, exponent or zeros, NUL */

static unsigned line_of(const config_setting_t *value)
{
	return config_setting_source_line(value);
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
			"fields: \"%.*s\" is not a field name (expected A-Z 0-9 _, a letter first, at most %d)%s%s%s",
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

static const char *print_float(double number, char *buffer, size_t size)
{
	struct text text = { buffer, size - 1, 0 };

	text_put_real(&text, number);
	buffer[text.size] = '\0';
	return buffer;
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
		return print_float(config_setting_get_float(value), buffer, size);
	default:
		if (!conf_get_integer(value, &number))
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
	ret->name = conf_copy(parser, name);
	ret->value = conf_copy(parser, text);
	ret->line = line_of(value);
	return true;
}
