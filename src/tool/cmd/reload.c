/* SPDX-License-Identifier: MIT */
/* mplog reload: every process reads its files again, and answers with the result. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "board/slot.h"
#include "board/status-text.h"
#include "tool/cmd/commands.h"
#include "tool/live/each.h"
#include "tool/ui/memory.h"
#include "tool/ui/options.h"
#include "tool/ui/term.h"
#include "tool/ui/timespan.h"
#include "tool/ui/tool.h"

enum { POLL_NS = 2000000, WAIT_USEC = 2000000, QUIET_USEC = 500000 };

struct options {
	struct filter filter;
	uint64_t wait_usec;
	uint64_t quiet_usec; /* the wait ends earlier when so long no process has answered */
};

/* The request to the processes of one board. */
struct question {
	struct board *board; /* mapped; NULL: it could not be opened */
	uint32_t generation;
	const struct snapshot *snapshot;
};

static struct slot *slot_of(const struct question *question, const struct slot_view *view)
{
	return &question->board->slot[view->index];
}

static bool has_answered(const struct question *question, const struct slot_view *view)
{
	return atomic_load(&slot_of(question, view)->reload_completed) == question->generation;
}

/* Asks scopes too: a thread in a scope sees only the gate of that scope. */
static void ask_processes(const struct question *question)
{
	for (size_t i = 0; i < question->snapshot->n; i++) {
		const struct slot_view *view = &question->snapshot->view[i];

		if (!view->is_alive || !snapshot_is_current(question->board, view))
			continue;
		atomic_store(&slot_of(question, view)->reload_requested, question->generation);
		slot_open_gate(slot_of(question, view));
	}
}

static bool is_process(const struct slot_view *view)
{
	return view->is_alive && !view->is_scope;
}

static size_t count_pending(const struct question *questions, size_t n)
{
	size_t pending = 0;

	for (const struct question *question = questions; question < questions + n; question++) {
		for (size_t i = 0; i < question->snapshot->n; i++) {
			const struct slot_view *view = &question->snapshot->view[i];

			pending += is_process(view) && snapshot_is_current(question->board, view) &&
				   !has_answered(question, view);
		}
	}
	return pending;
}

static void wait_for_answers(const struct question *questions, size_t n,
			     const struct options *options)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	const int64_t begin_ns = clock_now_ns(CLOCK_MONOTONIC);
	int64_t now_ns = begin_ns, answered_ns = begin_ns;
	size_t left, pending = count_pending(questions, n);

	while (pending && now_ns < begin_ns + (int64_t)options->wait_usec * 1000 &&
	       now_ns < answered_ns + (int64_t)options->quiet_usec * 1000) {
		(void)nanosleep(&pause, NULL);
		now_ns = clock_now_ns(CLOCK_MONOTONIC);
		left = count_pending(questions, n);
		if (left < pending)
			answered_ns = now_ns;
		pending = left;
	}
}

static void print_mistakes(const struct slot *slot)
{
	char text[SLOT_REPORT_SIZE];
	struct status_file file;
	struct status_text report;

	snapshot_read_report(slot, text);
	report = status_text_begin(text);
	while (status_text_next(&report, &file)) {
		if (!file.error[0])
			continue;
		(void)fputs("    ", stdout);
		term_line("%s:%s", file.path, file.error);
	}
}

/* Returns whether the files are in force as they are now. */
static bool print_answer(const struct question *question, const struct slot_view *view)
{
	static const char *const answers[] = {
		[RELOAD_PENDING] = "pending: it answers with its next call",
		[RELOAD_UNCHANGED] = "unchanged since it last read them",
		[RELOAD_DONE] = "reloaded",
		[RELOAD_KEPT] = "kept the last good version:",
		[RELOAD_FROZEN] = "unchanged: the files are not reachable any more (chroot?)",
	};
	int answer = RELOAD_PENDING;

	if (has_answered(question, view))
		answer = atomic_load(&slot_of(question, view)->reload_result);
	if (answer < RELOAD_PENDING || answer > RELOAD_FROZEN)
		answer = RELOAD_PENDING;
	term_line("%s %s %ld: %s", view->board->identifier, view->name, (long)view->pid,
		  answers[answer]);
	if (answer == RELOAD_KEPT)
		print_mistakes(slot_of(question, view));
	return answer != RELOAD_KEPT;
}

static bool print_answers(const struct question *question)
{
	bool all_good = true;

	for (size_t i = 0; i < question->snapshot->n; i++) {
		const struct slot_view *view = &question->snapshot->view[i];

		if (is_process(view) && snapshot_is_current(question->board, view))
			all_good &= print_answer(question, view);
	}
	return all_good;
}

static int map_board(const struct found_board *found, struct board **ret)
{
	AUTO_CLOSE int fd = board_open_file(found, true);

	return fd < 0 ? fd : board_file_map(fd, ret);
}

/* The generation is raised before the snapshot is taken: a child forked in between has read the new
 * files. */
static void ask_program(struct each *each, const struct found_board *found,
			struct question *question)
{
	const int r = map_board(found, &question->board);

	if (r < 0) {
		tool_complain("%s: %s", found->identifier, strerror(-r));
		return;
	}
	question->generation = atomic_fetch_add(&question->board->reload_generation, 1) + 1;
	question->snapshot = each_snapshot(each);
	ask_processes(question);
}

static size_t ask_all(struct each *each, struct question *questions)
{
	const struct found_board *found;
	size_t n = 0;

	while ((found = each_next(each))) {
		ask_program(each, found, &questions[n]);
		n += questions[n].board != NULL;
	}
	return n;
}

static int reload_all(const struct options *options)
{
	struct question *questions;
	bool good = true;
	struct each each;
	size_t n;

	if (!each_begin(&each, "reload", &options->filter, true))
		return STATUS_TROUBLE;
	questions = memory_new(each.boards.n, sizeof(*questions));
	n = ask_all(&each, questions);
	wait_for_answers(questions, n, options);
	for (size_t i = 0; i < n; i++) {
		good &= print_answers(&questions[i]);
		board_file_unmap(questions[i].board);
	}
	if (n == 0)
		filter_tell_none(&options->filter);
	free(questions);
	boards_tell_hidden(&each.boards);
	each_end(&each);
	return n && good ? STATUS_GOOD : STATUS_BAD;
}

static int parse_wait(void *userdata, const char *text)
{
	struct options *const options = userdata;

	if (timespan_parse(text, &options->wait_usec) == 0) {
		options->quiet_usec = options->wait_usec;
		return STATUS_GOOD;
	}
	return tool_usage(&command_reload, "--wait=%s: a time span was expected, such as 500ms",
			  text);
}

static int run_reload(const struct command *command, int argc, char **argv)
{
	struct options options = { .wait_usec = WAIT_USEC, .quiet_usec = QUIET_USEC };
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &options.filter.identifier },
		{ "wait", 'w', .parse = parse_wait },
		{ 0 },
	};

	if (options_parse(command, rows, &options, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (optind < argc)
		return tool_usage(command, "%s: it takes no names, only -t IDENTIFIER",
				  argv[optind]);
	return reload_all(&options);
}

const struct command command_reload = {
	.name = "reload",
	.summary = "Have every process look at its configuration files now",
	.arguments = "[-t IDENTIFIER] [--wait=TIME]",
	.help = "Prints what each one answered. A process answers with its next call, of any level.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  those of this program\n"
		"  --wait=TIME                  for the answers: 500ms, 10s (default: 2s, and no longer\n"
		"                               than 500ms after the last answer)\n"
		"\n"
		"Exit status: 0, 1 a file has a mistake: its last good version stays, 2 usage or trouble.\n",
	.run = run_reload,
};
