/* SPDX-License-Identifier: MIT */
#include "tool/ui/value.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/level.h"
#include "tool/ui/tool.h"

void value_format(enum setting setting, int number, const char *text, char buffer[VALUE_SIZE])
{
	const struct setting_info *info = &setting_infos[setting];
	const char *word = "unset";

	switch (info->kind) {
	case KIND_LEVEL:
		word = mplog_level_name(number);
		break;
	case KIND_TEXT:
		if (text)
			(void)snprintf(buffer, VALUE_SIZE, "\"%s\"", text);
		else
			(void)snprintf(buffer, VALUE_SIZE, "%s", word);
		return;
	case KIND_CHOICE:
		if (number >= 0)
			word = info->choices[number];
		break;
	case KIND_NUMBER:
		(void)snprintf(buffer, VALUE_SIZE, "%d", number);
		return;
	default:
		word = number == SETTING_AUTO ? "auto" : number ? "true" : "false";
		break;
	}
	(void)snprintf(buffer, VALUE_SIZE, "%s", word);
}

void value_print_json(struct json *json, const char *name, enum setting setting, int number,
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
