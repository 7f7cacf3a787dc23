/* SPDX-License-Identifier: MIT */
#include "tool/run/json-role.h"

#include <string.h>
#include <strings.h>

#include "mplog.h"

enum { KEYS_MAX = 4, WORD_MAX = 16 };

/* In lower case; the first ones are the usual ones. */
static const char *const keys[ROLES][KEYS_MAX] = {
	[ROLE_LEVEL] = { "level", "severity", "lvl", "priority" },
	[ROLE_MESSAGE] = { "message", "msg" },
	[ROLE_LOGGER] = { "logger", "logger_name", "loggername" },
	[ROLE_TIME] = { "time", "timestamp", "ts", "@timestamp" },
};

/* ---- Levels ----------------------------------------------------------------------------------- */

/* Besides those of syslog. Zap and logrus call panic what ends a goroutine, not the machine. */
static const struct {
	const char *word;
	int level;
} words[] = {
	{ "emergency", MPLOG_EMERG }, { "panic", MPLOG_CRIT },
	{ "dpanic", MPLOG_CRIT },     { "severe", MPLOG_ERR },
	{ "eror", MPLOG_ERR },        { "information", MPLOG_INFO },
	{ "verbose", MPLOG_DEBUG },   { "informational", MPLOG_INFO },
	{ "dbug", MPLOG_DEBUG },
};

/* bunyan's by their tens: trace debug info warn error fatal. */
static const int tens[] = {
	MPLOG_DEBUG, MPLOG_DEBUG, MPLOG_INFO, MPLOG_WARNING, MPLOG_ERR, MPLOG_CRIT,
};

static bool read_number(const char *word, int *ret_level)
{
	const unsigned ten = (unsigned char)word[0] - (unsigned)'1';

	if (ten >= sizeof(tens) / sizeof(tens[0]) || word[1] < '0' || word[1] > '9' || word[2] ||
	    strcmp(word, "60") > 0)
		return false;
	*ret_level = tens[ten];
	return true;
}

static bool read_word(const char *word, int *ret_level)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(word, words[i].word) == 0) {
			*ret_level = words[i].level;
			return true;
		}
	}
	return false;
}

bool json_role_level(struct bytes text, int *ret_level)
{
	char word[WORD_MAX];
	int level;

	if (text.size == 0 || text.size >= sizeof(word) || memchr(text.data, '\0', text.size))
		return false;
	memcpy(word, text.data, text.size);
	word[text.size] = '\0';
	if (mplog_level_parse(word, &level) < 0 && !read_word(word, &level) &&
	    !read_number(word, &level))
		return false;
	if (level == MPLOG_NONE)
		return false;
	*ret_level = level;
	return true;
}

/* ---- Roles ------------------------------------------------------------------------------------ */

static bool suits(enum json_role role, const struct json_value *value)
{
	const bool is_string = value->type == JSON_STRING;
	int level;

	switch (role) {
	case ROLE_LEVEL:
		return (is_string || value->type == JSON_NUMBER) &&
		       json_role_level(value->text, &level);
	case ROLE_MESSAGE:
		return value->type != JSON_NULL;
	case ROLE_LOGGER:
		return is_string && value->text.size > 0 && value->text.size <= LOGGER_MAX &&
		       !memchr(value->text.data, '\0', value->text.size);
	default:
		return is_string || value->type == JSON_NUMBER;
	}
}

static bool is_key(struct bytes key, const char *name)
{
	return strlen(name) == key.size && strncasecmp(key.data, name, key.size) == 0;
}

enum json_role json_role_of(struct bytes key, const struct json_value *value, unsigned *ret_rank)
{
	for (unsigned role = 0; role < ROLES; role++) {
		for (unsigned rank = 0; rank < KEYS_MAX && keys[role][rank]; rank++) {
			if (!is_key(key, keys[role][rank]))
				continue;
			*ret_rank = rank;
			return suits((enum json_role)role, value) ? (enum json_role)role : ROLES;
		}
	}
	return ROLES;
}
