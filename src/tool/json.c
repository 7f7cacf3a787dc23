/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "escape.h"
#include "level.h"
#include "tool.h"

static void print_string(FILE *file, const char *value)
{
	enum { GROWTH = 6 }; /* \u0001 */
	const struct bytes bytes = { value, strlen(value) };
	struct text text = { .capacity = GROWTH * bytes.size };
	AUTO_FREE char *data = malloc(text.capacity + 1);

	if (!data)
		abort();
	text.data = data;
	text_put_json_characters(&text, bytes);
	(void)fputc('"', file);
	(void)fwrite(data, 1, text.size, file);
	(void)fputc('"', file);
}

static void print_name(struct json *json, const char *name)
{
	if (json->n++ > 0)
		(void)fputc(',', json->file);
	if (!name)
		return;
	print_string(json->file, name);
	(void)fputc(':', json->file);
}

void json_begin(struct json *json, FILE *file)
{
	*json = (struct json){ file, 0 };
	(void)fputc('{', file);
}

void json_string(struct json *json, const char *name, const char *value)
{
	if (!value) {
		json_null(json, name);
		return;
	}
	print_name(json, name);
	print_string(json->file, value);
}

void json_number(struct json *json, const char *name, long long value)
{
	print_name(json, name);
	(void)fprintf(json->file, "%lld", value);
}

void json_bool(struct json *json, const char *name, bool value)
{
	print_name(json, name);
	(void)fputs(value ? "true" : "false", json->file);
}

void json_null(struct json *json, const char *name)
{
	print_name(json, name);
	(void)fputs("null", json->file);
}

void json_end(struct json *json)
{
	(void)fputs("}\n", json->file);
}

void json_open(struct json *json, const char *name, char bracket)
{
	print_name(json, name);
	(void)fputc(bracket, json->file);
	json->n = 0;
}

void json_close(struct json *json, char bracket)
{
	(void)fputc(bracket, json->file);
	json->n = 1;
}

void json_setting(struct json *json, const char *name, enum setting setting, int number,
		  const char *text)
{
	const struct setting_info *info = &setting_infos[setting];

	switch (info->kind) {
	case KIND_LEVEL:
		json_string(json, name, mplog_level_name(number));
		break;
	case KIND_TEXT:
		json_string(json, name, text);
		break;
	case KIND_CHOICE:
		json_string(json, name, number < 0 ? NULL : info->choices[number]);
		break;
	case KIND_NUMBER:
		json_number(json, name, number);
		break;
	default:
		if (number == SETTING_AUTO)
			json_string(json, name, "auto");
		else
			json_bool(json, name, number != 0);
		break;
	}
}
