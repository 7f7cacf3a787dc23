/* SPDX-License-Identifier: MIT */
#include "hint.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "level.h"

enum {
	WORD_MAX = 32,  /* longer words are compared as far as this */
	VALUE_MAX = 64, /* what is shown of a wrong value */
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

void hint_setting_name(enum setting setting, char *buffer, size_t size)
{
	const struct setting_info *info = &setting_infos[setting];

	(void)snprintf(buffer, size, "%s%s%s", info->group ? info->group : "",
		       info->group ? "." : "", info->key);
}

static void append(char *buffer, size_t size, const char *text)
{
	const size_t length = strlen(buffer);

	(void)snprintf(buffer + length, size - length, "%s", text);
}

static void append_words(char *buffer, size_t size, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		if (words[i][0] == '\0')
			continue;
		if (buffer[0] != '\0')
			append(buffer, size, " ");
		append(buffer, size, words[i]);
	}
}

void hint_expected(enum setting setting, char *buffer, size_t size)
{
	const struct setting_info *info = &setting_infos[setting];

	buffer[0] = '\0';
	switch (info->kind) {
	case KIND_LEVEL:
		append(buffer, size, LEVEL_NAMES);
		break;
	case KIND_TEXT:
		append(buffer, size, "a string in quotes");
		break;
	case KIND_CHOICE:
		append_words(buffer, size, info->choices);
		break;
	case KIND_SWITCH:
		append(buffer, size, "true or false");
		break;
	case KIND_AUTO:
		append(buffer, size, "true, false or \"auto\"");
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

/* Each letter that one has more has to be put in: most words need no closer look. */
static bool may_be_closer(const char *a, const char *b, size_t best)
{
	const size_t n = strnlen(a, WORD_MAX), m = strnlen(b, WORD_MAX);

	return (n > m ? n - m : m - n) < best;
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

static const char *find_synonym(const char *word, const char *const *words)
{
	size_t best = too_far(word) - 1;
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++) {
		const char *meant;
		size_t d;

		if (!may_be_closer(word, synonyms[i].word, best))
			continue;
		meant = find_word(synonyms[i].meant, words);
		d = meant ? distance(word, synonyms[i].word) : best;
		if (d < best) {
			best = d;
			found = meant;
		}
	}
	return found;
}

const char *hint_closest(const char *word, const char *const *words)
{
	size_t best = too_far(word);
	const char *closest = find_word(word, words);

	if (closest)
		return closest;
	for (size_t i = 0; words[i]; i++) {
		size_t d;

		if (words[i][0] == '\0' || !may_be_closer(word, words[i], best))
			continue;
		d = distance(word, words[i]);
		if (d < best && d < strlen(words[i])) {
			best = d;
			closest = words[i];
		}
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
static void hint_meant(const char *word, const char *const *words, char *buffer, size_t size)
{
	const char *closest = hint_closest(word, words);
	const char *quote = closest && find_word(closest, switch_words) ? "" : "\"";

	buffer[0] = '\0';
	if (closest)
		(void)snprintf(buffer, size, "; did you mean %s%s%s?", quote, closest, quote);
}

void hint_unknown_value(enum setting setting, const char *value, char *buffer, size_t size)
{
	const struct setting_info *info = &setting_infos[setting];
	char expected[HINT_MAX / 2], meant[HINT_MAX / 4];

	hint_expected(setting, expected, sizeof(expected));
	hint_meant(value, words_of(info), meant, sizeof(meant));
	(void)snprintf(buffer, size, "unknown %s \"%.*s\" (expected %s)%s", info->key, VALUE_MAX,
		       value, expected, meant);
}
