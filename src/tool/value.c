/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "level.h"
#include "tool.h"

void tool_format_setting(enum setting setting, int number, const char *text, char *buffer,
			 size_t size)
{
	const struct setting_info *info = &setting_infos[setting];
	const char *word = "unset";

	switch (info->kind) {
	case KIND_LEVEL:
		word = mplog_level_name(number);
		break;
	case KIND_TEXT:
		if (text)
			(void)snprintf(buffer, size, "\"%s\"", text);
		else
			(void)snprintf(buffer, size, "%s", word);
		return;
	case KIND_CHOICE:
		if (number >= 0)
			word = info->choices[number];
		break;
	case KIND_NUMBER:
		(void)snprintf(buffer, size, "%d", number);
		return;
	default:
		word = number == SETTING_AUTO ? "auto" : number ? "true" : "false";
		break;
	}
	(void)snprintf(buffer, size, "%s", word);
}

struct conf_options tool_conf_options(const char *directory)
{
	const char *file = directory ? NULL : getenv("MPLOG_CONF");

	return (struct conf_options){
		.file = file && file[0] != '\0' ? file : NULL,
		.directory = directory,
	};
}

bool tool_has_directory(const char *directory)
{
	DIR *stream = directory ? opendir(directory) : NULL;

	if (directory && !stream)
		tool_complain("%s: %s", directory, strerror(errno));
	if (stream)
		(void)closedir(stream);
	return !directory || stream;
}
