/* SPDX-License-Identifier: MIT */
#include "tail-query.h"

#include "mplog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Each exact name costs a look-up in each file for each record, about a microsecond: from so
	 * many on it is cheaper to look at all records. */
	EXACT_NAMES_MAX = 256,
	MATCH_SIZE = 512,
};

static bool matches_name(const struct query *query, struct bytes name)
{
	for (size_t i = 0; i < query->n_globs; i++) {
		if (glob_match(&query->globs[i], name.data, name.size))
			return true;
	}
	return false;
}

/* Whether the record at hand is one that was asked for. */
static bool read_entry(const struct query *query, struct entry *entry)
{
	if (!entry_read_name(entry, query->journal))
		return false;
	if (!query->is_exact && !matches_name(query, entry->process))
		return false;
	return entry_read(entry) && !(query->options.hides_ends && entry->is_good_end);
}

/* ---- What is asked for ------------------------------------------------------------------------ */

static int add_match(sd_journal *journal, const char *field, const char *value)
{
	char match[MATCH_SIZE];
	const int size = snprintf(match, sizeof(match), "%s=%s", field, value);

	if (size < 0 || (size_t)size >= sizeof(match))
		return -EINVAL;
	return sd_journal_add_match(journal, match, (size_t)size);
}

static int add_level_matches(sd_journal *journal, int level)
{
	int r = 0;

	for (int i = 0; r >= 0 && level < MPLOG_DEBUG && i <= level; i++)
		r = add_match(journal, "PRIORITY", (const char[]){ (char)('0' + i), '\0' });
	return r;
}

static int add_common_matches(const struct query *query)
{
	const struct query_options *const options = &query->options;
	int r = add_level_matches(query->journal, options->level);

	if (r >= 0 && options->identifier)
		r = add_match(query->journal, "SYSLOG_IDENTIFIER", options->identifier);
	if (r >= 0 && options->run)
		r = add_match(query->journal, "RUN_ID", options->run);
	return r < 0 ? r : 0;
}

static int add_name(struct names *names, const void *data, size_t size)
{
	const size_t length = strlen("PROCESS=");
	char **const larger = reallocarray(names->name, names->n + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	names->name = larger;
	larger[names->n] = strndup((const char *)data + length, size - length);
	if (!larger[names->n])
		return -ENOMEM;
	names->n++;
	return 0;
}

static int find_names(struct query *query)
{
	const void *data;
	size_t size;
	int r = sd_journal_query_unique(query->journal, "PROCESS");

	while (r >= 0 &&
	       (r = sd_journal_enumerate_available_unique(query->journal, &data, &size)) > 0)
		r = add_name(&query->names, data, size);
	return r;
}

static bool is_wanted(const struct query *query, size_t i)
{
	const char *const name = query->names.name[i];

	return matches_name(query, (struct bytes){ name, strlen(name) });
}

bool query_matches_any(const struct query *query)
{
	for (size_t i = 0; i < query->names.n; i++) {
		if (is_wanted(query, i))
			return true;
	}
	return false;
}

static int add_name_matches(struct query *query)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < query->names.n; i++)
		n += is_wanted(query, i);
	query->is_exact = n <= EXACT_NAMES_MAX;
	for (size_t i = 0; r >= 0 && query->is_exact && i < query->names.n; i++) {
		if (is_wanted(query, i))
			r = add_match(query->journal, "PROCESS", query->names.name[i]);
	}
	return r;
}

static int compile(struct query *query, char **patterns)
{
	static const char any[] = "*";
	size_t n = 0;

	while (patterns[n])
		n++;
	query->n_globs = n > 0 ? n : 1;
	query->globs = calloc(query->n_globs, sizeof(*query->globs));
	if (!query->globs)
		return -ENOMEM;
	for (size_t i = 0; i < query->n_globs; i++)
		query->globs[i] = glob_compile(n > 0 ? patterns[i] : any);
	return 0;
}

static void remember_tail(struct query *query)
{
	if (sd_journal_seek_tail(query->journal) < 0 || sd_journal_previous(query->journal) <= 0)
		return;
	if (sd_journal_get_realtime_usec(query->journal, &query->tail_us) >= 0)
		(void)sd_journal_get_cursor(query->journal, &query->tail);
}

int query_open(struct query *query, const struct query_options *options)
{
	int r;

	*query = (struct query){ .options = *options };
	if (options->directory)
		r = sd_journal_open_directory(&query->journal, options->directory, 0);
	else
		r = sd_journal_open(&query->journal, SD_JOURNAL_LOCAL_ONLY);
	if (r >= 0)
		r = sd_journal_set_data_threshold(query->journal, 0);
	if (r >= 0)
		r = compile(query, options->patterns);
	if (r >= 0)
		r = find_names(query);
	if (r >= 0)
		remember_tail(query);
	return r < 0 ? r : 0;
}

void query_close(struct query *query)
{
	if (query->journal)
		sd_journal_close(query->journal);
	for (size_t i = 0; i < query->names.n; i++)
		free(query->names.name[i]);
	free(query->names.name);
	free(query->globs);
	free(query->tail);
	*query = (struct query){ 0 };
}

/* ---- What there is ---------------------------------------------------------------------------- */

static bool is_in_time(const struct query *query, const struct entry *entry, bool is_followed)
{
	return entry->realtime_us >= query->options.since_us &&
	       (!is_followed || entry->realtime_us <= query->tail_us);
}

/* Backwards over as many as are asked for, to the first of them. */
static int seek_back(struct query *query, bool is_followed)
{
	struct entry entry;
	size_t n = 0;
	int r = sd_journal_seek_tail(query->journal);

	while (r >= 0 && (r = sd_journal_previous(query->journal)) > 0) {
		if (!read_entry(query, &entry))
			continue;
		if (entry.realtime_us < query->options.since_us)
			return sd_journal_next(query->journal);
		n += is_in_time(query, &entry, is_followed);
		if (n == query->options.count)
			return r;
	}
	if (r >= 0)
		r = sd_journal_seek_head(query->journal);
	return r < 0 ? r : sd_journal_next(query->journal);
}

static int seek_first(struct query *query, bool is_followed)
{
	int r;

	if (query->options.count != QUERY_ALL)
		return seek_back(query, is_followed);
	if (query->options.since_us > 0)
		r = sd_journal_seek_realtime_usec(query->journal, query->options.since_us);
	else
		r = sd_journal_seek_head(query->journal);
	return r < 0 ? r : sd_journal_next(query->journal);
}

int query_history(struct query *query, bool is_followed, size_t max, query_fn *fn, void *userdata)
{
	struct entry entry;
	int r;

	if (query->options.count == 0 || !query_matches_any(query))
		return 0;
	sd_journal_flush_matches(query->journal);
	r = add_common_matches(query);
	if (r >= 0)
		r = add_name_matches(query);
	if (r >= 0)
		r = seek_first(query, is_followed);
	for (; r > 0 && max > 0; r = sd_journal_next(query->journal)) {
		if (!read_entry(query, &entry) || !is_in_time(query, &entry, is_followed))
			continue;
		fn(&entry, userdata);
		max--;
	}
	return r < 0 ? r : 0;
}

/* ---- What will come --------------------------------------------------------------------------- */

/* Names that nobody has had yet may match, so that only literal ones are left to the index. */
static int add_literal_matches(struct query *query)
{
	int r = 0;

	query->is_exact = true;
	for (size_t i = 0; i < query->n_globs; i++)
		query->is_exact = query->is_exact && query->globs[i].kind == GLOB_LITERAL;
	for (size_t i = 0; r >= 0 && query->is_exact && i < query->n_globs; i++)
		r = add_match(query->journal, "PROCESS", query->globs[i].pattern);
	return r;
}

static int seek_behind_tail(struct query *query)
{
	int r;

	sd_journal_flush_matches(query->journal);
	r = add_common_matches(query);
	if (r >= 0)
		r = add_literal_matches(query);
	if (r >= 0 && query->tail)
		r = sd_journal_seek_cursor(query->journal, query->tail);
	else if (r >= 0)
		r = sd_journal_seek_head(query->journal);
	return r;
}

static bool is_tail(struct query *query)
{
	if (!query->tail || sd_journal_test_cursor(query->journal, query->tail) <= 0)
		return false;
	free(query->tail);
	query->tail = NULL;
	return true;
}

int query_follow(struct query *query, query_fn *fn, void (*flush)(void *userdata), void *userdata)
{
	struct entry entry;
	int r = seek_behind_tail(query);

	while (r >= 0) {
		while ((r = sd_journal_next(query->journal)) > 0) {
			if (!is_tail(query) && read_entry(query, &entry))
				fn(&entry, userdata);
		}
		flush(userdata);
		if (r >= 0)
			r = sd_journal_wait(query->journal, UINT64_MAX);
	}
	return r;
}
