/* SPDX-License-Identifier: MIT */
#include "tool/ui/value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/level.h"
#include "tool/ui/tool.h"

/* Returns the word for a value that is neither text nor number, or NULL: it is unset. */
static const char *word_of(const struct setting_info *info, int number)
{
	if (info->kind == KIND_LEVEL)
		return mplog_level_name(number);
	if (info->kind == KIND_CHOICE)
		return number < 0 ? NULL : info->choices[number];
	return number == SETTING_AUTO ? "auto" : number ? "true" : "false";
}

void value_format(enum setting setting, int number, const char *text, char buffer[VALUE_SIZE])
{
	const struct setting_info *info = &setting_infos[setting];
	const char *const word = info->kind == KIND_TEXT ? NULL : word_of(info, number);

	if (info->kind == KIND_NUMBER)
		(void)snprintf(buffer, VALUE_SIZE, "%d", number);
	else if (info->kind == KIND_TEXT && text)
		(void)snprintf(buffer, VALUE_SIZE, "\"%s\"", text);
	else
		(void)snprintf(buffer, VALUE_SIZE, "%s", word ? word : "unset");
}

void value_print_json(struct json *json, const char *name, enum setting setting, int number,
		      const char *text)
{
	const struct setting_info *info = &setting_infos[setting];

	if (info->kind == KIND_NUMBER)
		json_number(json, name, number);
	else if (info->kind == KIND_TEXT)
		json_string(json, name, text);
	else if (info->kind == KIND_LEVEL || info->kind == KIND_CHOICE || number == SETTING_AUTO)
		json_string(json, name, word_of(info, number));
	else
		json_bool(json, name, number != 0);
}

struct conf_options value_conf_options(const char *directory)
{
	const char *file = directory ? NULL : getenv("MPLOG_CONF");

	return (struct conf_options){
		.file = file && file[0] != '\0' ? file : NULL,
		.directory = directory,
	};
}

bool value_has_directory(const char *directory)
{
	AUTO_CLOSE int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (directory && fd < 0)
		tool_complain("%s: %s", directory, strerror(errno));
	return !directory || fd >= 0;
}
