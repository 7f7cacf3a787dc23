/* SPDX-License-Identifier: MIT */
#include "conf-unknown.h"

#include <stdio.h>
#include <string.h>

#include "hint.h"

enum { WORDS_MAX = 32 };

static bool is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

static bool has(const char *const *words, const char *word)
{
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0)
			return true;
	}
	return false;
}

static void add(const char **words, const char *word)
{
	size_t n = 0;

	while (words[n])
		n++;
	if (n + 1 < WORDS_MAX && !has(words, word))
		words[n] = word;
}

/* Keys of the group, or those without one and the groups themselves. */
static void add_settings(const char **words, const char *group)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_info *info = &setting_infos[i];

		if (group ? is(info->group, group) : true)
			add(words, group || !info->group ? info->key : info->group);
	}
}

static void collect(const char **words, const char *within)
{
	static const char *const top[] = { "identifier", "defaults", "processes",
					   "journal",    "syslog",   "stderr" };

	if (!within) {
		for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
			add(words, top[i]);
	} else if (is(within, "defaults") || is(within, "processes")) {
		add_settings(words, NULL);
		add(words, "fields");
		if (is(within, "processes")) {
			add(words, "name");
			add(words, "identifier");
		}
	} else {
		add_settings(words, within);
	}
}

/* The groups that have such a key: stderr = { ... } or syslog = { ... } */
static bool find_groups(const char *key, char *buffer, size_t size)
{
	static const char begin[] = "it belongs in ";

	(void)snprintf(buffer, size, "%s", begin);
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_info *info = &setting_infos[i];
		const size_t length = strlen(buffer);

		if (info->group && is(info->key, key))
			(void)snprintf(buffer + length, size - length, "%s%s = { ... }",
				       length > strlen(begin) ? " or " : "", info->group);
	}
	return strlen(buffer) > strlen(begin);
}

/* Where the key would be right. */
static bool find_home(const char *within, const char *key, char *buffer, size_t size)
{
	const char *words[WORDS_MAX] = { NULL };

	if (is(key, "name")) {
		(void)snprintf(buffer, size, "it belongs in an entry of processes");
		return true;
	}
	if (is(key, "identifier")) {
		(void)snprintf(buffer, size,
			       "it belongs in an entry of processes, or at the top of the file");
		return true;
	}
	if (is(key, "defaults") || is(key, "processes")) {
		(void)snprintf(buffer, size,
			       "it belongs at the top of the file: is a \"}\" missing before it?");
		return true;
	}
	collect(words, "defaults");
	if (has(words, key)) {
		(void)snprintf(buffer, size,
			       "it belongs in defaults = { ... } or an entry of processes%s",
			       within ? ", outside of this group" : "");
		return true;
	}
	return find_groups(key, buffer, size);
}

/* Like something that there is elsewhere. */
static const char *find_anywhere(const char *key)
{
	const char *words[WORDS_MAX] = { NULL };

	collect(words, NULL);
	collect(words, "processes");
	for (size_t i = 0; i < SETTING_COUNT; i++)
		add(words, setting_infos[i].key);
	return hint_closest(key, words);
}

static void describe(const char *within, const char *key, char *buffer, size_t size)
{
	const char *words[WORDS_MAX] = { NULL };
	const char *closest;
	char home[HINT_MAX / 2];

	collect(words, within);
	closest = hint_closest(key, words);
	if (closest) {
		(void)snprintf(buffer, size, "unknown setting; did you mean \"%s\"?", closest);
		return;
	}
	closest = find_anywhere(key);
	if (!closest || !find_home(within, closest, home, sizeof(home)))
		(void)snprintf(buffer, size, "unknown setting");
	else if (is(closest, key))
		(void)snprintf(buffer, size, "not a setting here: %s", home);
	else
		(void)snprintf(buffer, size, "unknown setting; did you mean \"%s\"? If so, %s",
			       closest, home);
}

void conf_unknown(struct conf_parser *parser, const char *within, const char *key, unsigned line)
{
	const bool is_group = within && !is(within, "defaults") && !is(within, "processes");
	char text[HINT_MAX];

	describe(within, key, text, sizeof(text));
	conf_warning(parser->report, line, "%s%s%.64s: %s", is_group ? within : "",
		     is_group ? "." : "", key, text);
}
