/* SPDX-License-Identifier: MIT */
#include "base/level.h"

#include <errno.h>
#include <stddef.h>
#include <strings.h>

/* First the name of each level, by its number, and the name of MPLOG_NONE; then the aliases. */
const char *const level_words[] = {
	"emerg", "alert", "crit",     "err",   "warning", "notice", "info", "debug",
	"none",  "error", "critical", "fatal", "warn",    "trace",  "off",  NULL,
};

static const int level_of_word[] = {
	MPLOG_EMERG,  MPLOG_ALERT, MPLOG_CRIT,    MPLOG_ERR,   MPLOG_WARNING,
	MPLOG_NOTICE, MPLOG_INFO,  MPLOG_DEBUG,   MPLOG_NONE,  MPLOG_ERR,
	MPLOG_CRIT,   MPLOG_CRIT,  MPLOG_WARNING, MPLOG_DEBUG, MPLOG_NONE,
};

_Static_assert(sizeof(level_of_word) / sizeof(level_of_word[0]) + 1 ==
		       sizeof(level_words) / sizeof(level_words[0]),
	       "each word has a level");

struct bytes level_upper(int level)
{
	static const struct bytes names[] = {
		{ "EMERG", 5 },   { "ALERT", 5 },  { "CRIT", 4 }, { "ERR", 3 },
		{ "WARNING", 7 }, { "NOTICE", 6 }, { "INFO", 4 }, { "DEBUG", 5 },
	};

	return names[level & MPLOG_DEBUG];
}

enum { WORD_OF_NONE = MPLOG_DEBUG + 1 };

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

	for (size_t i = 0; level_words[i]; i++) {
		if (strcasecmp(name, level_words[i]) == 0) {
			*ret_level = level_of_word[i];
			return 0;
		}
	}
	return parse_digit(name, ret_level);
}

const char *mplog_level_name(int level)
{
	if (level == MPLOG_NONE)
		return level_words[WORD_OF_NONE];
	return level >= MPLOG_EMERG && level <= MPLOG_DEBUG ? level_words[level] : NULL;
}
