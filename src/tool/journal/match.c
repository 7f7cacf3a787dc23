/* SPDX-License-Identifier: MIT */
#include "tool/journal/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "mplog.h"
#include "tool/ui/memory.h"

enum { FIELD_SIZE = sizeof("PROCESS=") - 1 };

bool match_wants(const struct match *match, struct bytes name)
{
	for (size_t i = 0; i < match->n_globs; i++) {
		if (glob_match(&match->globs[i], name.data, name.size))
			return true;
	}
	return false;
}

const char *match_name(const struct match *match, size_t i)
{
	return match->names[i].data + FIELD_SIZE;
}

static bool is_wanted(const struct match *match, size_t i)
{
	return match_wants(
		match, (struct bytes){ match_name(match, i), match->names[i].size - FIELD_SIZE });
}

static void add_name(struct match *match, const void *data, size_t size)
{
	char *const copy = memory_new(size + 1, 1);

	memcpy(copy, data, size);
	match->names = memory_grow(match->names, match->n_names + 1, &match->names_room,
				   sizeof(*match->names));
	match->names[match->n_names++] = (struct bytes){ copy, size };
	match->n_wanted += is_wanted(match, match->n_names - 1);
}

static void compile_globs(struct match *match)
{
	static const char any[] = "*";
	char **const patterns = match->options.patterns;
	size_t n = 0;

	while (patterns[n])
		n++;
	match->n_globs = n > 0 ? n : 1;
	match->globs = memory_new(match->n_globs, sizeof(*match->globs));
	for (size_t i = 0; i < match->n_globs; i++)
		match->globs[i] = glob_compile(n > 0 ? patterns[i] : any);
}

int match_init(struct match *match, sd_journal *journal, const struct match_options *options)
{
	const void *data;
	size_t size;
	int r;

	*match = (struct match){ .options = *options, .journal = journal };
	compile_globs(match);
	r = sd_journal_query_unique(journal, "PROCESS");
	while (r >= 0 && (r = sd_journal_enumerate_available_unique(journal, &data, &size)) > 0)
		add_name(match, data, size);
	return r;
}

void match_free(struct match *match)
{
	for (size_t i = 0; i < match->n_names; i++)
		free((char *)(uintptr_t)match->names[i].data);
	free(match->names);
	free(match->globs);
}

int match_add(sd_journal *journal, const char *name, const char *value)
{
	AUTO_FREE char *text = NULL;

	if (!value)
		return 0;
	if (asprintf(&text, "%s=%s", name, value) < 0)
		memory_exhausted();
	return sd_journal_add_match(journal, text, 0);
}

static int add_level_matches(sd_journal *journal, int level)
{
	int r = 0;

	for (int i = 0; r >= 0 && level < MPLOG_DEBUG && i <= level; i++)
		r = match_add(journal, "PRIORITY", (const char[]){ (char)('0' + i), '\0' });
	return r;
}

int match_any_name(struct match *match)
{
	int r;

	match->is_exact = false;
	sd_journal_flush_matches(match->journal);
	r = add_level_matches(match->journal, match->options.level);
	if (r >= 0)
		r = match_add(match->journal, "SYSLOG_IDENTIFIER", match->options.identifier);
	if (r >= 0)
		r = match_add(match->journal, "RUN_ID", match->options.run);
	return r < 0 ? r : 0;
}

int match_names(struct match *match)
{
	int r = match_any_name(match);

	match->is_exact = true;
	for (size_t i = 0; r >= 0 && i < match->n_names; i++) {
		if (is_wanted(match, i))
			r = sd_journal_add_match(match->journal, match->names[i].data,
						 match->names[i].size);
	}
	return r < 0 ? r : 0;
}

/* Only literal patterns can be left to the index. */
int match_names_to_come(struct match *match)
{
	int r = match_any_name(match);

	match->is_exact = true;
	for (size_t i = 0; i < match->n_globs; i++)
		match->is_exact = match->is_exact && match->globs[i].kind == GLOB_LITERAL;
	for (size_t i = 0; r >= 0 && match->is_exact && i < match->n_globs; i++)
		r = match_add(match->journal, "PROCESS", match->globs[i].pattern);
	return r < 0 ? r : 0;
}
