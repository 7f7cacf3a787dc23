/* SPDX-License-Identifier: MIT */
#include "tool/cmd/tail-show.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "conf/suggest.h"
#include "tool/cmd/commands.h"
#include "tool/journal/files.h"
#include "tool/ui/memory.h"
#include "tool/ui/tool.h"

/* A view that shows records, on the terminal that may be the progress line's too. */
struct screen {
	const struct view *view;
	void *state;
	struct progress progress;
	bool is_terminal;
};

static void show(void *userdata, const struct journal_entry *entry)
{
	struct screen *const screen = userdata;

	if (screen->is_terminal)
		progress_hide(&screen->progress);
	screen->view->show(screen->state, entry);
}

static void flush(void)
{
	(void)fflush(stdout);
}

static int show_records(struct query *query, struct screen *screen, bool is_followed)
{
	const struct view *const view = screen->view;
	int r = 0;

	if (view->surveys > 0)
		r = query_history(query, is_followed, view->surveys, view->survey, screen->state);
	if (r == 0)
		r = query_history(query, is_followed, QUERY_ALL, show, screen);
	progress_hide(&screen->progress);
	if (r == 0 && is_followed) {
		flush();
		r = query_follow(query, show, flush, screen);
	}
	return r;
}

/* Reports why nothing was shown. Returns an exit status. */
static int explain_silence(const struct query *query, char **patterns)
{
	AUTO_FREE const char **words = memory_new(query->match.n_names + 1, sizeof(*words));
	const char *closest = NULL;

	if (sd_journal_has_runtime_files(query->journal) <= 0 &&
	    sd_journal_has_persistent_files(query->journal) <= 0 && !query->options.directory) {
		tool_complain("there is no journal that you may read: root may, and the group "
			      "systemd-journal");
		return STATUS_TROUBLE;
	}
	if (!patterns[0] || patterns[0][0] == '!' || query->match.n_wanted > 0)
		return STATUS_BAD;
	for (size_t i = 0, n = 0; i < query->match.n_names; i++) {
		if (*match_name(&query->match, i))
			words[n++] = match_name(&query->match, i);
	}
	if (!patterns[1])
		closest = suggest_word(patterns[0], words);
	tool_complain("no process of that name has logged%s%s%s",
		      closest ? "; did you mean \"" : "", closest ? closest : "",
		      closest ? "\"?" : "");
	return STATUS_BAD;
}

/* Returns false where records may be missing: files could not be read. */
static bool tell_unreadable(const struct tail_options *options)
{
	const char *const directory = options->query.directory;

	return !directory || files_tell_unreadable(directory) == 0;
}

int tail_show(const struct tail_options *options)
{
	const struct look look = {
		.term = term_look(),
		.has_identifier = !options->query.match.identifier,
		.has_delta = options->has_delta,
		.has_catalog = options->has_catalog,
		.is_followed = options->is_followed,
	};
	struct screen screen = { .view = options->view,
				 .progress = progress_begin(),
				 .is_terminal = look.term.is_terminal };
	const bool is_whole = tell_unreadable(options);
	struct query_options with_progress = options->query;
	struct query query;
	int status = STATUS_GOOD, r;

	with_progress.progress = &screen.progress;
	r = query_open(&query, &with_progress);
	if (r == 0) {
		screen.state = screen.view->open(&look);
		r = show_records(&query, &screen, options->is_followed);
		screen.view->close(screen.state);
	}
	if (r < 0 && is_whole)
		tool_complain("tail: the journal: %s", strerror(-r));
	else if (query.passed_on == 0 && is_whole)
		status = explain_silence(&query, options->query.match.patterns);
	query_close(&query);
	return r < 0 || !is_whole ? STATUS_TROUBLE : status;
}
