/* SPDX-License-Identifier: MIT */
#include "level.h"

#include <errno.h>
#include <stddef.h>
#include <strings.h>

/* The first name of each level is the one that is printed. */
static const struct level {
	const char *name;
	int number;
} levels[] = {
	{ "emerg", MPLOG_EMERG },   { "alert", MPLOG_ALERT },     { "crit", MPLOG_CRIT },
	{ "err", MPLOG_ERR },       { "warning", MPLOG_WARNING }, { "notice", MPLOG_NOTICE },
	{ "info", MPLOG_INFO },     { "debug", MPLOG_DEBUG },     { "none", MPLOG_NONE },

	{ "critical", MPLOG_CRIT }, { "fatal", MPLOG_CRIT },      { "error", MPLOG_ERR },
	{ "warn", MPLOG_WARNING },  { "trace", MPLOG_DEBUG },     { "off", MPLOG_NONE },
};

enum {
	N_LEVELS = sizeof(levels) / sizeof(levels[0]),
};

static int parse_digit(const char *name, int *ret_level)
{
	if (name[0] < '0' || name[0] > '7' || name[1] != '\0')
		return -EINVAL;
	*ret_level = name[0] - '0';
	return 0;
}

int mplog_level_parse(const char *name, int *ret_level)
{
	if (!name || !ret_level)
		return -EINVAL;

	for (size_t i = 0; i < N_LEVELS; i++) {
		if (strcasecmp(name, levels[i].name) == 0) {
			*ret_level = levels[i].number;
			return 0;
		}
	}
	return parse_digit(name, ret_level);
}

const char *mplog_level_name(int level)
{
	for (size_t i = 0; i < N_LEVELS; i++) {
		if (levels[i].number == level)
			return levels[i].name;
	}
	return NULL;
}
