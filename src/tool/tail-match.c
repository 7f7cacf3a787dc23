/* SPDX-License-Identifier: MIT */
#include "tail-match.h"

#include "mplog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MATCH_SIZE = 512 };

bool match_name(const struct query *query, struct bytes name)
{
	for (size_t i = 0; i < query->n_globs; i++) {
		if (glob_match(&query->globs[i], name.data, name.size))
			return true;
	}
	return false;
}

static bool is_wanted(const struct query *query, const char *name)
{
	return match_name(query, (struct bytes){ name, strlen(name) });
}

/* ---- Names ------------------------------------------------------------------------------------ */

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

int match_find_names(struct query *query)
{
	const void *data;
	size_t size;
	int r = sd_journal_query_unique(query->journal, "PROCESS");

	while (r >= 0 &&
	       (r = sd_journal_enumerate_available_unique(query->journal, &data, &size)) > 0)
		r = add_name(&query->names, data, size);
	for (size_t i = 0; i < query->names.n; i++)
		query->n_wanted += is_wanted(query, query->names.name[i]);
	return r;
}

/* ---- Matches ---------------------------------------------------------------------------------- */

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

int match_any_name(struct query *query)
{
	const struct query_options *const options = &query->options;
	int r;

	query->is_exact = false;
	sd_journal_flush_matches(query->journal);
	r = add_level_matches(query->journal, options->level);
	if (r >= 0 && options->identifier)
		r = add_match(query->journal, "SYSLOG_IDENTIFIER", options->identifier);
	if (r >= 0 && options->run)
		r = add_match(query->journal, "RUN_ID", options->run);
	return r < 0 ? r : 0;
}

int match_names(struct query *query)
{
	int r = match_any_name(query);

	query->is_exact = true;
	for (size_t i = 0; r >= 0 && i < query->names.n; i++) {
		if (is_wanted(query, query->names.name[i]))
			r = add_match(query->journal, "PROCESS", query->names.name[i]);
	}
	return r;
}

/* Only literal ones can be left to the index. */
int match_names_to_come(struct query *query)
{
	int r = match_any_name(query);

	query->is_exact = true;
	for (size_t i = 0; i < query->n_globs; i++)
		query->is_exact = query->is_exact && query->globs[i].kind == GLOB_LITERAL;
	for (size_t i = 0; r >= 0 && query->is_exact && i < query->n_globs; i++)
		r = add_match(query->journal, "PROCESS", query->globs[i].pattern);
	return r;
}
