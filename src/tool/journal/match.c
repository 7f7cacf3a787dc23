/* SPDX-License-Identifier: MIT */
#include "tool/journal/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/name.h"
#include "mplog.h"
#include "record/field-name.h"
#include "tool/journal/entry.h"
#include "tool/ui/memory.h"

enum {
	FIELD_SIZE = sizeof("PROCESS=") - 1,
	/* For each record that it finds the index costs a little for each name, and a scan a little for each
	 * record that it passes over: as much as for four names. */
	NAMES_A_RECORD = 4,
	NAMES_BY_INDEX = 64,
	SAMPLE = 200,
};

static bool matches_any(const struct glob *globs, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++) {
		if (glob_match(&globs[i], name.data, name.size))
			return true;
	}
	return false;
}

bool match_wants(const struct match *match, struct bytes name)
{
	if (match->n_globs > 0 && !matches_any(match->globs, match->n_globs, name))
		return false;
	return !matches_any(match->unwanted, match->n_unwanted, name);
}

bool match_wants_entry(const struct match *match)
{
	struct bytes process = entry_get(match->journal, "PROCESS");

	if (process.size > PROCESS_NAME_SIZE)
		process.size = PROCESS_NAME_SIZE;
	return process.data && match_wants(match, process);
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
	char **const patterns = match->options.patterns;
	size_t n = 0;

	while (patterns[n])
		n++;
	match->globs = memory_new(n, sizeof(*match->globs));
	match->unwanted = match->globs + n;
	for (size_t i = 0; i < n; i++) {
		if (patterns[i][0] != '!') {
			match->globs[match->n_globs++] = glob_compile(patterns[i]);
			continue;
		}
		*--match->unwanted = glob_compile(patterns[i] + 1);
		match->n_unwanted++;
	}
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

/* Records whose level is not known are left out where any level is. */
static int add_level_matches(sd_journal *journal, int first, int level)
{
	const bool has_all = first == MPLOG_EMERG && level == MPLOG_DEBUG;
	int r = 0;

	for (int i = first; r >= 0 && !has_all && i <= level; i++)
		r = match_add(journal, "PRIORITY", (const char[]){ (char)('0' + i), '\0' });
	return r;
}

bool match_is_field(const char *text)
{
	const size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return size > 0 && size <= FIELD_NAME_MAX && (text[0] < '0' || text[0] > '9') &&
	       text[size] == '=';
}

/* The caller's matches hold besides those that follow, which may be of the same fields. */
static int add_field_matches(sd_journal *journal, const struct match_options *options)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < options->n_fields; i++)
		r = sd_journal_add_match(journal, options->fields[i], 0);
	if (r >= 0 && options->n_fields > 0)
		r = sd_journal_add_conjunction(journal);
	return r;
}

static int match_any_name(struct match *match)
{
	int r;

	sd_journal_flush_matches(match->journal);
	r = add_field_matches(match->journal, &match->options);
	if (r >= 0)
		r = add_level_matches(match->journal, match->options.first_level,
				      match->options.level);
	if (r >= 0)
		r = match_add(match->journal, "SYSLOG_IDENTIFIER", match->options.identifier);
	if (r >= 0)
		r = match_add(match->journal, "RUN_ID", match->options.run);
	return r < 0 ? r : 0;
}

/* How many of the newest records are of wanted names, among those that match besides. */
static int sample(struct match *match, size_t *ret_wanted, size_t *ret_all)
{
	int r = match_any_name(match);

	if (r >= 0)
		r = sd_journal_seek_tail(match->journal);
	*ret_wanted = *ret_all = 0;
	while (r >= 0 && *ret_all < SAMPLE && (r = sd_journal_previous(match->journal)) > 0) {
		*ret_wanted += match_wants_entry(match);
		++*ret_all;
	}
	return r < 0 ? r : 0;
}

/* Chooses whether the index is to find the records of wanted names among all others. */
static int choose_way(struct match *match)
{
	size_t wanted, all;
	int r;

	match->way = match->n_wanted > NAMES_BY_INDEX ? MATCH_BY_SCAN : MATCH_BY_INDEX;
	if (match->n_wanted <= NAMES_A_RECORD || match->n_wanted > NAMES_BY_INDEX)
		return 0;
	r = sample(match, &wanted, &all);
	if (match->n_wanted * wanted > NAMES_A_RECORD * all)
		match->way = MATCH_BY_SCAN;
	return r;
}

int match_names(struct match *match)
{
	const struct match_options *const options = &match->options;
	int r = match->way == MATCH_UNKNOWN ? choose_way(match) : 0;

	if (r >= 0)
		r = match_any_name(match);
	match->is_exact =
		(options->run || options->identifier) && match->n_globs + match->n_unwanted == 0;
	if (match->way == MATCH_BY_SCAN)
		return r;
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

	match->is_exact = match->n_globs > 0 && match->n_unwanted == 0;
	for (size_t i = 0; i < match->n_globs; i++)
		match->is_exact = match->is_exact && match->globs[i].kind == GLOB_LITERAL;
	for (size_t i = 0; r >= 0 && match->is_exact && i < match->n_globs; i++)
		r = match_add(match->journal, "PROCESS", match->globs[i].pattern);
	return r < 0 ? r : 0;
}
