/* SPDX-License-Identifier: MIT */
#include "conf/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/level.h"

enum {
	WORD_MAX = 32,  /* longer words are compared as far as this */
	VALUE_MAX = 64, /* what is shown of a wrong value */
	KEYS_MAX = 32,  /* of settings, groups and what stands beside them */
};

static const char *const switch_words[] = { "true", "false", NULL };
static const char *const no_words[] = { NULL };
static const char *const auto_words[] = { "auto", "true", "false", NULL };

/* What people write for something that has another name here. */
static const struct {
	const char *word, *meant;
} synonyms[] = {
	{ "verbose", "debug" },
	{ "finest", "debug" },
	{ "all", "debug" },
	{ "information", "info" },
	{ "panic", "emerg" },
	{ "emergency", "emerg" },
	{ "yes", "true" },
	{ "no", "false" },
	{ "on", "true" },
	{ "off", "false" },
	{ "enabled", "true" },
	{ "disabled", "false" },
	{ "always", "true" },
	{ "never", "false" },
	{ "journald", "journal" },
	{ "systemd", "journal" },
	{ "console", "stderr" },
	{ "file", "stderr" },
	{ "plain", "text" },
	{ "severity", "level" },
	{ "priority", "level" },
	{ "colour", "color" },
	{ "program", "identifier" },
	{ "ident", "identifier" },
	{ "timeout", "timeout_ms" },
	{ "interval", "interval_ms" },
	{ "match", "name" },
	{ "process", "processes" },
	{ "rules", "processes" },
	{ "rule", "processes" },
	{ "target", "sink" },
	{ "output", "sink" },
	{ "ratelimit", "rate_limit" },
};

void setting_full_name(enum setting setting, char *buffer, size_t size)
{
	const struct setting_info *info = &setting_infos[setting];

	(void)snprintf(buffer, size, "%s%s%s", info->group ? info->group : "",
		       info->group ? "." : "", info->key);
}

static void append(char *buffer, size_t size, const char *separator, const char *text)
{
	const size_t length = strlen(buffer);

	(void)snprintf(buffer + length, size - length, "%s%s", length > 0 ? separator : "", text);
}

void setting_describe_values(enum setting setting, char *buffer, size_t size)
{
	const struct setting_info *info = &setting_infos[setting];

	buffer[0] = '\0';
	switch (info->kind) {
	case KIND_LEVEL:
		append(buffer, size, "", LEVEL_NAMES);
		break;
	case KIND_TEXT:
		append(buffer, size, "", "a string in quotes");
		break;
	case KIND_CHOICE:
		for (size_t i = 0; info->choices[i]; i++) {
			if (info->choices[i][0] != '\0')
				append(buffer, size, " ", info->choices[i]);
		}
		break;
	case KIND_SWITCH:
		append(buffer, size, "", "true or false");
		break;
	case KIND_AUTO:
		append(buffer, size, "", "true, false or \"auto\"");
		break;
	case KIND_NUMBER:
		(void)snprintf(buffer, size, "%d to %d", info->min, info->max);
		break;
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters have to be put in, taken out, changed or swapped with their neighbour. */
static size_t distance(const char *a, const char *b)
{
	const size_t n = strnlen(a, WORD_MAX), m = strnlen(b, WORD_MAX);
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			const int x = tolower((unsigned char)a[i - 1]);
			const int y = tolower((unsigned char)b[j - 1]);

			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
					d[i - 1][j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    tolower((unsigned char)a[i - 2]) == y)
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

static const char *find_word(const char *word, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		if (words[i][0] != '\0' && strcasecmp(words[i], word) == 0)
			return words[i];
	}
	return NULL;
}

/* One slip in a short word, two in a longer one, three in a long one. */
static size_t too_far(const char *word)
{
	const size_t length = strlen(word);

	return length > 8 ? 4 : length > 4 ? 3 : 2;
}

/* Whether WORD is nearer to CANDIDATE than it was to another one, at BEST, which is set then. */
static bool is_closer(const char *word, const char *candidate, size_t *best)
{
	const size_t n = strnlen(word, WORD_MAX), m = strnlen(candidate, WORD_MAX);
	size_t d;

	/* Each letter that one has more has to be put in: most words need no closer look. */
	if ((n > m ? n - m : m - n) >= *best)
		return false;
	d = distance(word, candidate);
	if (d >= *best || d >= m)
		return false;
	*best = d;
	return true;
}

static const char *find_synonym(const char *word, const char *const *words)
{
	size_t best = too_far(word) - 1;
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++) {
		const char *meant = find_word(synonyms[i].meant, words);

		if (meant && is_closer(word, synonyms[i].word, &best))
			found = meant;
	}
	return found;
}

const char *suggest_word(const char *word, const char *const *words)
{
	size_t best = too_far(word);
	const char *closest = find_word(word, words);

	if (closest)
		return closest;
	for (size_t i = 0; words[i]; i++) {
		if (words[i][0] != '\0' && is_closer(word, words[i], &best))
			closest = words[i];
	}
	return closest ? closest : find_synonym(word, words);
}

static const char *const *words_of(const struct setting_info *info)
{
	switch (info->kind) {
	case KIND_LEVEL:
		return level_words;
	case KIND_CHOICE:
		return info->choices;
	case KIND_SWITCH:
		return switch_words;
	case KIND_AUTO:
		return auto_words;
	default:
		return no_words;
	}
}

/* "; did you mean ...?", or nothing. */
static void put_meant(const char *word, const char *const *words, char *buffer, size_t size)
{
	const char *closest = suggest_word(word, words);
	const char *quote = closest && find_word(closest, switch_words) ? "" : "\"";

	buffer[0] = '\0';
	if (closest)
		(void)snprintf(buffer, size, "; did you mean %s%s%s?", quote, closest, quote);
}

void suggest_value(enum setting setting, const char *value, char *buffer, size_t size)
{
	const struct setting_info *info = &setting_infos[setting];
	char expected[SUGGEST_MAX / 2], meant[SUGGEST_MAX / 4];

	setting_describe_values(setting, expected, sizeof(expected));
	put_meant(value, words_of(info), meant, sizeof(meant));
	(void)snprintf(buffer, size, "unknown %s \"%.*s\" (expected %s)%s", info->key, VALUE_MAX,
		       value, expected, meant);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

enum place { TOP = 1, DEFAULTS = 2, RULE = 4, ANYWHERE = 8 };

/* The keys that are no settings; settings without a group belong in DEFAULTS and RULE. */
static const struct {
	const char *key;
	unsigned places;
} keys[] = {
	{ "name", RULE },
	{ "identifier", TOP | RULE },
	{ "fields", DEFAULTS | RULE },
	{ "rate_limit", DEFAULTS | RULE },
	{ "defaults", TOP },
	{ "processes", TOP },
	{ "journal", TOP | DEFAULTS | RULE },
	{ "syslog", TOP | DEFAULTS | RULE },
	{ "stderr", TOP | DEFAULTS | RULE },
};

enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

/* Where the key is right; 0: only within a group. */
static unsigned places_of(const char *key)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(keys[i].key, key) == 0)
			return keys[i].places;
	}
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (!setting_infos[i].group && strcmp(setting_infos[i].key, key) == 0)
			return DEFAULTS | RULE;
	}
	return 0;
}

/* The keys that are right in PLACE, or else in the group. */
static void collect_keys(const char *words[KEYS_MAX], unsigned place, const char *group)
{
	size_t n = 0;

	for (size_t i = 0; i < N_KEYS; i++) {
		if (keys[i].places & place || place == ANYWHERE)
			words[n++] = keys[i].key;
	}
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_info *info = &setting_infos[i];
		const bool is_in_group = group && info->group && strcmp(group, info->group) == 0;

		if (place == ANYWHERE || is_in_group || (!info->group && place & (DEFAULTS | RULE)))
			words[n++] = info->key;
	}
	words[n] = NULL;
}

/* Where the key belongs: "stderr = { ... } or syslog = { ... }". */
static void describe_home(const char *key, char *buffer, size_t size)
{
	const unsigned places = places_of(key);

	buffer[0] = '\0';
	if (places & DEFAULTS)
		append(buffer, size, "", "defaults = { ... }");
	if (places & RULE)
		append(buffer, size, " or ", "an entry of processes");
	if (places & TOP && !(places & DEFAULTS))
		append(buffer, size, " or ", "the top level of the file");
	for (size_t i = 0; places == 0 && i < SETTING_COUNT; i++) {
		if (!setting_infos[i].group || strcmp(setting_infos[i].key, key) != 0)
			continue;
		append(buffer, size, " or ", setting_infos[i].group);
		append(buffer, size, "", " = { ... }");
	}
}

void suggest_setting(const char *within, const char *key, char text[SUGGEST_MAX])
{
	const unsigned place = !within                            ? TOP
			       : strcmp(within, "defaults") == 0  ? DEFAULTS
			       : strcmp(within, "processes") == 0 ? RULE
								  : 0;
	const char *words[KEYS_MAX], *closest;
	char home[SUGGEST_MAX / 2];

	collect_keys(words, place, within);
	closest = suggest_word(key, words);
	if (closest) {
		(void)snprintf(text, SUGGEST_MAX, "unknown setting; did you mean \"%s\"?", closest);
		return;
	}
	collect_keys(words, ANYWHERE, NULL);
	closest = suggest_word(key, words);
	if (!closest) {
		(void)snprintf(text, SUGGEST_MAX, "unknown setting");
		return;
	}
	describe_home(closest, home, sizeof(home));
	if (strcmp(closest, key) == 0)
		(void)snprintf(text, SUGGEST_MAX, "not a setting here: it belongs in %s", home);
	else
		(void)snprintf(text, SUGGEST_MAX,
			       "unknown setting; did you mean \"%s\"? If so, it belongs in %s",
			       closest, home);
}
