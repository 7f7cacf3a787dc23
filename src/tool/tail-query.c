/* SPDX-License-Identifier: MIT */
#include "tail-query.h"

#include "tail-match.h"

#include <errno.h>
#include <stdlib.h>

enum {
	/* What a record costs, in microseconds: by the index, for each name that is looked up; */
	INDEX_COST = 1,
	/* and looked at, be it wanted or not. */
	LOOK_COST = 5,
	/* Going over to the index costs so much, for each name; */
	CHANGE_COST = 20,
	/* and as much has been spent after so many records. */
	INDEX_RECORDS = CHANGE_COST / INDEX_COST,
};

/* Whether the record at hand is one that was asked for. */
static bool read_entry(const struct query *query, struct entry *entry)
{
	if (!entry_read_name(entry, query->journal))
		return false;
	if (!query->is_exact && !match_name(query, entry->process))
		return false;
	return entry_read(entry) && !(query->options.hides_ends && entry->is_good_end);
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
		r = match_find_names(query);
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

/* With many names the index is slow, without it all that others have logged is looked at: which one is
 * better depends on how many records are wanted where we are. Neither is kept for longer than it
 * takes to have lost what going over to the other costs. */
static int choose_way(struct query *query)
{
	const int names = (int)query->n_wanted;
	int r = 0;

	if (names > MATCH_NAMES_MAX || names * INDEX_COST <= LOOK_COST)
		return 0;
	if (query->is_exact && query->spent > INDEX_RECORDS)
		r = match_any_name(query);
	else if (!query->is_exact && query->spent > names * CHANGE_COST)
		r = match_names(query);
	else
		return 0;
	query->spent = 0;
	return r;
}

static void note_cost(struct query *query, bool is_wanted)
{
	const int by_index = is_wanted ? (int)query->n_wanted * INDEX_COST : 0;

	query->spent += query->is_exact ? 1 : LOOK_COST - by_index;
	if (query->spent < 0)
		query->spent = 0;
}

/* Other matches do not change where we are. */
static int move_on(struct query *query, int (*move)(sd_journal *))
{
	const int r = choose_way(query);

	return r < 0 ? r : move(query->journal);
}

/* Reads the record at hand, or the next one that is wanted in the direction of MOVE. R and what is
 * returned are as of sd_journal_next(3). */
static int find_wanted(struct query *query, struct entry *entry, int r, int (*move)(sd_journal *))
{
	while (r > 0) {
		const bool is_wanted = read_entry(query, entry);

		note_cost(query, is_wanted);
		if (is_wanted)
			return 1;
		r = move_on(query, move);
	}
	return r;
}

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

	if (r >= 0)
		r = sd_journal_previous(query->journal);
	while ((r = find_wanted(query, &entry, r, sd_journal_previous)) > 0) {
		if (entry.realtime_us < query->options.since_us)
			return sd_journal_next(query->journal);
		n += is_in_time(query, &entry, is_followed);
		if (n == query->options.count)
			return r;
		r = move_on(query, sd_journal_previous);
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

	if (query->options.count == 0 || query->n_wanted == 0)
		return 0;
	query->spent = 0;
	r = query->n_wanted <= MATCH_NAMES_MAX ? match_names(query) : match_any_name(query);
	if (r >= 0)
		r = seek_first(query, is_followed);
	while (max > 0 && (r = find_wanted(query, &entry, r, sd_journal_next)) > 0) {
		if (is_in_time(query, &entry, is_followed)) {
			fn(&entry, userdata);
			max--;
		}
		r = move_on(query, sd_journal_next);
	}
	return r < 0 ? r : 0;
}

/* ---- What will come --------------------------------------------------------------------------- */

static int seek_behind_tail(struct query *query)
{
	int r = match_names_to_come(query);
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
