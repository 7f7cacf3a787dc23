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
};

static const char *const no_words[] = { NULL };
static const char *const switch_words[] = { "true", "false", NULL };
static const char *const auto_words[] = { "auto", "true", "false", NULL };

/* What a setting of that kind may have as its value. */
static const struct {
	const char *expected;
	const char *const *words;
} kinds[] = {
	[KIND_LEVEL] = { LEVEL_NAMES, level_words },
	[KIND_TEXT] = { "a string in quotes", no_words },
	[KIND_SWITCH] = { "true or false", switch_words },
	[KIND_AUTO] = { "true, false or \"auto\"", auto_words },
	[KIND_CHOICE] = { "", no_words },
	[KIND_NUMBER] = { "", no_words },
};

/* What people write for something that has another name here. */
static const struct {
	const char *meant, *words[5];
} synonyms[] = {
	{ "debug", { "verbose", "finest", "all" } },
	{ "info", { "information" } },
	{ "emerg", { "panic", "emergency" } },
	{ "true", { "yes", "on", "enabled", "always" } },
	{ "false", { "no", "off", "disabled", "never" } },
	{ "journal", { "journald", "systemd" } },
	{ "stderr", { "console", "file" } },
	{ "text", { "plain" } },
	{ "level", { "severity", "priority" } },
	{ "color", { "colour" } },
	{ "identifier", { "program", "ident" } },
	{ "timeout_ms", { "timeout" } },
	{ "interval_ms", { "interval" } },
	{ "size_kb", { "size" } },
	{ "name", { "match" } },
	{ "processes", { "process", "rules", "rule" } },
	{ "sink", { "target", "output" } },
	{ "rate_limit", { "ratelimit" } },
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

	(void)snprintf(buffer, size, "%s", kinds[info->kind].expected);
	if (info->kind == KIND_NUMBER)
		(void)snprintf(buffer, size, "%d to %d", info->min, info->max);
	for (size_t i = 0; info->choices && info->choices[i]; i++) {
		if (info->choices[i][0] != '\0')
			append(buffer, size, " ", info->choices[i]);
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Returns how many letters have to be put in, taken out, changed or swapped with their neighbour. */
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

/* Returns that of the words, in its own case, or NULL. */
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

/* Returns whether WORD is nearer to CANDIDATE than BEST, which becomes their distance then. */
static bool is_closer(const char *word, const char *candidate, size_t *best)
{
	const size_t n = strnlen(word, WORD_MAX), m = strnlen(candidate, WORD_MAX);
	size_t d;

	/* The distance is at least the difference of the lengths: most words need no closer look. */
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

		for (size_t j = 0; meant && synonyms[i].words[j]; j++) {
			if (is_closer(word, synonyms[i].words[j], &best))
				found = meant;
		}
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

void suggest_value(enum setting setting, const char *value, char *buffer, size_t size)
{
	const struct setting_info *info = &setting_infos[setting];
	const char *closest =
		suggest_word(value, info->choices ? info->choices : kinds[info->kind].words);
	const char *quote = closest && find_word(closest, switch_words) ? "" : "\"";
	char expected[SUGGEST_MAX / 2], meant[SUGGEST_MAX / 4] = "";

	setting_describe_values(setting, expected, sizeof(expected));
	if (closest)
		(void)snprintf(meant, sizeof(meant), "; did you mean %s%s%s?", quote, closest,
			       quote);
	(void)snprintf(buffer, size, "unknown %s \"%.*s\" (expected %s)%s", info->key, VALUE_MAX,
		       value, expected, meant);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* Where a key may stand; a setting of a group stands nowhere else. */
enum place { GROUP, TOP = 1, DEFAULTS = 2, RULE = 4 };

static const char *const homes[] = {
	[TOP] = "the top level of the file",
	[RULE] = "an entry of processes",
	[RULE | TOP] = "an entry of processes or the top level of the file",
	[DEFAULTS | RULE] = "defaults = { ... } or an entry of processes",
	[DEFAULTS | RULE | TOP] = "defaults = { ... } or an entry of processes",
};

/* The keys that are not settings. */
static const struct {
	const char *name;
	unsigned places;
} others[] = {
	{ "name", RULE },
	{ "identifier", TOP | RULE },
	{ "fields", DEFAULTS | RULE },
	{ "rate_limit", DEFAULTS | RULE },
	{ "blackbox", DEFAULTS | RULE },
	{ "defaults", TOP },
	{ "processes", TOP },
	{ "journal", TOP | DEFAULTS | RULE },
	{ "syslog", TOP | DEFAULTS | RULE },
	{ "stderr", TOP | DEFAULTS | RULE },
};

enum { N_OTHERS = sizeof(others) / sizeof(others[0]) };

static unsigned places_of(const char *name)
{
	for (size_t i = 0; i < N_OTHERS; i++) {
		if (strcmp(others[i].name, name) == 0)
			return others[i].places;
	}
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (!setting_infos[i].group && strcmp(setting_infos[i].key, name) == 0)
			return DEFAULTS | RULE;
	}
	return GROUP;
}

static bool is_of_group(const struct setting_info *info, const char *group, const char *name)
{
	return info->group && (!group || strcmp(info->group, group) == 0) &&
	       strcmp(info->key, name) == 0;
}

/* Returns whether the key may stand within WITHIN: "defaults", "processes", a group's name; NULL: the
 * top level. */
static bool may_stand(const char *name, const char *within)
{
	if (!within)
		return places_of(name) & TOP;
	if (strcmp(within, "defaults") == 0)
		return places_of(name) & DEFAULTS;
	if (strcmp(within, "processes") == 0)
		return places_of(name) & RULE;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (is_of_group(&setting_infos[i], within, name))
			return true;
	}
	return false;
}

/* Where the key belongs: "stderr = { ... } or syslog = { ... }". */
static void describe_home(const char *name, char *buffer, size_t size)
{
	const unsigned places = places_of(name);

	(void)snprintf(buffer, size, "%s", places == GROUP ? "" : homes[places]);
	for (size_t i = 0; places == GROUP && i < SETTING_COUNT; i++) {
		if (!is_of_group(&setting_infos[i], NULL, name))
			continue;
		append(buffer, size, " or ", setting_infos[i].group);
		append(buffer, size, "", " = { ... }");
	}
}

static const char *suggest_key(const char *name)
{
	const char *words[N_OTHERS + SETTING_COUNT + 1] = { NULL };

	for (size_t i = 0; i < N_OTHERS; i++)
		words[i] = others[i].name;
	for (size_t i = 0; i < SETTING_COUNT; i++)
		words[N_OTHERS + i] = setting_infos[i].key;
	return suggest_word(name, words);
}

void suggest_setting(const char *within, const char *name, char text[SUGGEST_MAX])
{
	const char *closest = suggest_key(name);
	char home[SUGGEST_MAX / 2];

	if (!closest) {
		(void)snprintf(text, SUGGEST_MAX, "unknown setting");
		return;
	}
	describe_home(closest, home, sizeof(home));
	if (strcmp(closest, name) == 0)
		(void)snprintf(text, SUGGEST_MAX, "not a setting here: it belongs in %s", home);
	else if (may_stand(closest, within))
		(void)snprintf(text, SUGGEST_MAX, "unknown setting; did you mean \"%s\"?", closest);
	else
		(void)snprintf(text, SUGGEST_MAX,
			       "unknown setting; did you mean \"%s\"? If so, it belongs in %s",
			       closest, home);
}
