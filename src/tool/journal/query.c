/* SPDX-License-Identifier: MIT */
#include "tool/journal/query.h"

#include <stdlib.h>
#include <string.h>

#include "tool/ui/regex.h"

enum {
	/* The journal is in the order in which journald took the records: so late one may be that has
	 * waited for it. */
	LATE_MAX_US = 60 * 1000 * 1000,
};

/* Returns whether the record at hand is wanted. */
static bool read_entry(const struct query *query, struct journal_entry *entry)
{
	/* One field is enough to pass over those that are not. */
	if (!query->match.is_exact && !match_wants_entry(&query->match))
		return false;
	if (!entry_read(entry, query->journal) || (query->options.hides_ends && entry->is_good_end))
		return false;
	return !query->options.regex || regex_matches(query->options.regex, entry->message);
}

static void remember_tail(struct query *query)
{
	if (sd_journal_seek_tail(query->journal) < 0 || sd_journal_previous(query->journal) <= 0)
		return;
	if (sd_journal_get_realtime_usec(query->journal, &query->tail_us) >= 0)
		(void)sd_journal_get_cursor(query->journal, &query->tail);
}

/* "*" are all namespaces, "+NAME" is one of them and the default one. */
static int open_journal(sd_journal **ret, const struct query_options *options)
{
	const char *const namespace = options->namespace;

	if (options->directory)
		return sd_journal_open_directory(ret, options->directory, 0);
	if (namespace && strcmp(namespace, "*") == 0)
		return sd_journal_open_namespace(ret, NULL,
						 SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_ALL_NAMESPACES);
	if (namespace && namespace[0] == '+')
		return sd_journal_open_namespace(ret, namespace + 1,
						 SD_JOURNAL_LOCAL_ONLY |
							 SD_JOURNAL_INCLUDE_DEFAULT_NAMESPACE);
	return sd_journal_open_namespace(ret, namespace, SD_JOURNAL_LOCAL_ONLY);
}

int query_open(struct query *query, const struct query_options *options)
{
	int r;

	*query = (struct query){ .options = *options };
	r = open_journal(&query->journal, options);
	if (r >= 0)
		r = sd_journal_set_data_threshold(query->journal, 0);
	if (r >= 0)
		r = match_init(&query->match, query->journal, &options->match);
	if (r >= 0)
		remember_tail(query);
	return r < 0 ? r : 0;
}

void query_close(struct query *query)
{
	if (query->journal)
		sd_journal_close(query->journal);
	match_free(&query->match);
	dumped_free(&query->dumped);
	free(query->first);
	free(query->tail);
}

/* Returns whether no record that is asked for comes behind this one, in the direction of MOVE. */
static bool is_beyond(const struct query *query, int (*move)(sd_journal *))
{
	const struct query_options *const options = &query->options;
	uint64_t realtime_us;

	if ((!options->since_us && !options->until_us) ||
	    sd_journal_get_realtime_usec(query->journal, &realtime_us) < 0)
		return false;
	if (move == sd_journal_previous)
		return realtime_us < options->since_us;
	return options->until_us && realtime_us > options->until_us + LATE_MAX_US;
}

/* Reads the record at hand, or the next one that is wanted in the direction of MOVE. R and what is
 * returned are as of sd_journal_next(3). */
static int find_wanted(struct query *query, struct journal_entry *entry, int r,
		       int (*move)(sd_journal *))
{
	while (r > 0 && !is_beyond(query, move)) {
		entry_tell_progress(query->options.progress, query->journal);
		if (read_entry(query, entry))
			return 1;
		r = move(query->journal);
	}
	return r < 0 ? r : 0;
}

static bool is_in_time(const struct query *query, const struct journal_entry *entry,
		       bool is_followed)
{
	const struct query_options *const options = &query->options;

	return entry->when_us >= options->since_us &&
	       (!options->until_us || entry->when_us <= options->until_us) &&
	       (!is_followed || entry->realtime_us <= query->tail_us);
}

static int seek_last(struct query *query)
{
	if (!query->options.until_us)
		return sd_journal_seek_tail(query->journal);
	return sd_journal_seek_realtime_usec(query->journal, query->options.until_us + LATE_MAX_US);
}

static int seek_oldest(struct query *query)
{
	int r;

	if (query->options.since_us > 0)
		r = sd_journal_seek_realtime_usec(query->journal, query->options.since_us);
	else
		r = sd_journal_seek_head(query->journal);
	return r < 0 ? r : sd_journal_next(query->journal);
}

/* Goes back over as many wanted records as are asked for, to the first of them. */
static int seek_back(struct query *query, bool is_followed)
{
	struct journal_entry entry;
	size_t n = 0;
	int r = seek_last(query);

	if (r >= 0)
		r = sd_journal_previous(query->journal);
	while ((r = find_wanted(query, &entry, r, sd_journal_previous)) > 0) {
		n += is_in_time(query, &entry, is_followed);
		if (n == query->options.count)
			return r;
		r = sd_journal_previous(query->journal);
	}
	return r < 0 ? r : seek_oldest(query);
}

static int seek_first(struct query *query, bool is_followed)
{
	if (query->options.count != QUERY_ALL)
		return seek_back(query, is_followed);
	return seek_oldest(query);
}

static void pass_on(struct query *query, query_fn *fn, void *userdata,
		    const struct journal_entry *entry)
{
	fn(userdata, entry);
	query->passed_on++;
}

/* Shows the records out of black boxes that were logged before the moment, and comes back to the record at
 * hand. Returns 1 where there are some: what was read of the record at hand has to be read again. */
static int pass_on_dumped(struct query *query, uint64_t before_us, query_fn *fn, void *userdata)
{
	struct journal_entry entry;
	char *here = NULL;
	const char *cursor;
	bool has_moved = false;
	int r = 0;

	while (r >= 0 && (cursor = dumped_next(&query->dumped, before_us))) {
		has_moved = true;
		if (!here && before_us != UINT64_MAX)
			r = sd_journal_get_cursor(query->journal, &here);
		if (r >= 0)
			r = sd_journal_seek_cursor(query->journal, cursor);
		if (r >= 0)
			r = sd_journal_next(query->journal);
		if (r > 0 && read_entry(query, &entry) && is_in_time(query, &entry, false))
			pass_on(query, fn, userdata, &entry);
	}
	if (here && r >= 0)
		r = sd_journal_seek_cursor(query->journal, here);
	if (here && r >= 0)
		r = sd_journal_next(query->journal);
	free(here);
	return r < 0 ? r : has_moved;
}

static int pass_on_entry(struct query *query, query_fn *fn, void *userdata,
			 struct journal_entry *entry)
{
	int r;

	if (entry->is_dumped)
		return 0;
	r = pass_on_dumped(query, entry->when_us, fn, userdata);
	if (r < 0)
		return r;
	if (r > 0 && !read_entry(query, entry))
		return 0;
	pass_on(query, fn, userdata, entry);
	return 0;
}

static int collect_dumped(struct query *query, bool is_followed)
{
	uint64_t first_us;
	int r = sd_journal_get_realtime_usec(query->journal, &first_us);

	if (r >= 0)
		r = dumped_collect(&query->dumped, query->journal, first_us,
				   is_followed ? query->tail_us : UINT64_MAX);
	return r < 0 ? r : match_names(&query->match);
}

/* Finds the first record that is asked for, which stays the first, and those behind it that came out of black
 * boxes. */
static int find_first(struct query *query, bool is_followed)
{
	int r = match_names(&query->match);

	if (r >= 0)
		r = seek_first(query, is_followed);
	if (r > 0)
		r = sd_journal_get_cursor(query->journal, &query->first);
	if (r >= 0 && query->first && dumped_is_there(query->journal))
		r = collect_dumped(query, is_followed);
	return r;
}

static int go_through(struct query *query, bool is_followed, size_t max, query_fn *fn,
		      void *userdata)
{
	struct journal_entry entry;
	int r = sd_journal_seek_cursor(query->journal, query->first);

	if (r >= 0)
		r = sd_journal_next(query->journal);
	while (query->passed_on < max && (r = find_wanted(query, &entry, r, sd_journal_next)) > 0) {
		if (is_in_time(query, &entry, is_followed))
			r = pass_on_entry(query, fn, userdata, &entry);
		if (r >= 0)
			r = sd_journal_next(query->journal);
	}
	if (r >= 0 && query->passed_on < max)
		r = pass_on_dumped(query, UINT64_MAX, fn, userdata);
	return r;
}

int query_history(struct query *query, bool is_followed, size_t max, query_fn *fn, void *userdata)
{
	int r = 0;

	query->passed_on = 0;
	query->dumped.next = 0;
	if (query->options.count == 0 || query->match.n_wanted == 0)
		return 0;
	if (!query->first)
		r = find_first(query, is_followed);
	if (r >= 0 && query->first)
		r = go_through(query, is_followed, max, fn, userdata);
	return r < 0 ? r : 0;
}

static int seek_behind_tail(struct query *query)
{
	int r = match_names_to_come(&query->match);

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

int query_follow(struct query *query, query_fn *fn, void (*flush)(void), void *userdata)
{
	struct journal_entry entry;
	int r = seek_behind_tail(query);

	while (r >= 0) {
		while ((r = sd_journal_next(query->journal)) > 0) {
			if (!is_tail(query) && read_entry(query, &entry))
				pass_on(query, fn, userdata, &entry);
		}
		flush();
		if (r >= 0)
			r = sd_journal_wait(query->journal, UINT64_MAX);
	}
	return r;
}
