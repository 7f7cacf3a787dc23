/* SPDX-License-Identifier: MIT */
#include "tool/ui/json.h"

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "tool/ui/term.h"

static void print_string(FILE *file, struct bytes bytes)
{
	size_t size;
	AUTO_FREE char *text = term_render(strbuf_put_json_characters, bytes, &size);

	(void)fputc('"', file);
	(void)fwrite(text, 1, size, file);
	(void)fputc('"', file);
}

static void print_name(struct json *json, const char *name)
{
	if (json->n++ > 0)
		(void)fputc(',', json->file);
	if (!name)
		return;
	print_string(json->file, term_bytes(name));
	(void)fputc(':', json->file);
}

void json_begin(struct json *json, FILE *file)
{
	*json = (struct json){ file, 0 };
	(void)fputc('{', file);
}

void json_string(struct json *json, const char *name, const char *value)
{
	print_name(json, name);
	if (value)
		print_string(json->file, term_bytes(value));
	else
		(void)fputs("null", json->file);
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

void json_bytes(struct json *json, const char *name, struct bytes value)
{
	print_name(json, name);
	if (utf8_is_text(value)) {
		print_string(json->file, value);
		return;
	}
	for (size_t i = 0; i < value.size; i++)
		(void)fprintf(json->file, "%c%u", i == 0 ? '[' : ',', (unsigned char)value.data[i]);
	(void)fputc(']', json->file);
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
