/* SPDX-License-Identifier: MIT */
/* mplog reload: every process looks at its files again, and says what came of it. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "boards.h"
#include "clock.h"
#include "filter.h"
#include "print.h"
#include "slot.h"
#include "snapshot.h"
#include "status-text.h"
#include "timespan.h"
#include "tool.h"

enum { POLL_NS = 2000000 };

struct options {
	struct filter filter;
	uint64_t wait_usec;
};

/* One board and who is asked there. */
struct question {
	const struct found_board *board;
	uint32_t generation;
	struct snapshot snapshot;
};

static struct slot *slot_of(const struct entry *entry)
{
	return &entry->board->board->slot[entry->index];
}

static bool has_answered(const struct question *question, const struct entry *entry)
{
	return atomic_load(&slot_of(entry)->reload_answered) == question->generation;
}

/* Scopes too: a thread that is in one sees only the gate of that. */
static int ask(struct question *question, const struct found_board *board)
{
	int r;

	question->board = board;
	question->generation = atomic_fetch_add(&board->board->reload_generation, 1) + 1;
	r = snapshot_take(board, &question->snapshot);
	for (size_t i = 0; r == 0 && i < question->snapshot.n; i++) {
		const struct entry *entry = &question->snapshot.entry[i];

		if (!entry->is_alive || !snapshot_is_current(entry))
			continue;
		atomic_store(&slot_of(entry)->reload_asked, question->generation);
		slot_open_gate(slot_of(entry));
	}
	return r;
}

static bool is_process(const struct entry *entry)
{
	return entry->is_alive && !entry->is_scope;
}

static bool is_pending(const struct question *question)
{
	for (size_t i = 0; i < question->snapshot.n; i++) {
		const struct entry *entry = &question->snapshot.entry[i];

		if (is_process(entry) && snapshot_is_current(entry) &&
		    !has_answered(question, entry))
			return true;
	}
	return false;
}

static void wait_for_answers(const struct question *questions, size_t n, uint64_t wait_usec)
{
	const int64_t end_ns = clock_now_ns(CLOCK_MONOTONIC) + (int64_t)wait_usec * 1000;
	const struct timespec pause = { .tv_nsec = POLL_NS };

	for (size_t i = 0; i < n; i++) {
		while (is_pending(&questions[i]) && clock_now_ns(CLOCK_MONOTONIC) < end_ns)
			(void)nanosleep(&pause, NULL);
	}
}

static void print_mistakes(const struct entry *entry)
{
	char text[SLOT_REPORT_SIZE];
	struct status_file file;
	struct status_text report;

	snapshot_read_report(entry, text);
	report = status_text_begin(text);
	while (status_text_next(&report, &file)) {
		if (!file.error[0])
			continue;
		(void)fputs("    ", stdout);
		print_text(stdout, "%s:%s", file.path, file.error);
		(void)putchar('\n');
	}
}

/* Whether the files are as the person who edited them wanted. */
static bool print_answer(const struct question *question, const struct entry *entry)
{
	static const char *const answers[] = {
		[RELOAD_PENDING] = "pending: it answers with its next call",
		[RELOAD_UNCHANGED] = "unchanged since it last read them",
		[RELOAD_DONE] = "reloaded",
		[RELOAD_KEPT] = "kept the last good version:",
		[RELOAD_FROZEN] = "unchanged: the files are not reachable any more (chroot?)",
	};
	int answer = RELOAD_PENDING;

	if (has_answered(question, entry))
		answer = atomic_load(&slot_of(entry)->reload_answer);
	if (answer < RELOAD_PENDING || answer > RELOAD_FROZEN)
		answer = RELOAD_PENDING;
	print_text(stdout, "%s %s %ld: %s", entry->board->identifier, entry->name, (long)entry->pid,
		   answers[answer]);
	(void)putchar('\n');
	if (answer == RELOAD_KEPT)
		print_mistakes(entry);
	return answer != RELOAD_KEPT;
}

static bool print_answers(const struct question *question)
{
	bool all_good = true;

	for (size_t i = 0; i < question->snapshot.n; i++) {
		const struct entry *entry = &question->snapshot.entry[i];

		if (is_process(entry) && snapshot_is_current(entry))
			all_good &= print_answer(question, entry);
	}
	return all_good;
}

static int reload_boards(const struct boards *boards, const struct options *options, bool *ret_good)
{
	struct question *questions = calloc(boards->n + 1, sizeof(*questions));
	size_t n = 0;
	int r = questions ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < boards->n; i++) {
		if (filter_wants_program(&options->filter, &boards->board[i]))
			r = ask(&questions[n++], &boards->board[i]);
	}
	if (r == 0)
		wait_for_answers(questions, n, options->wait_usec);
	*ret_good = true;
	for (size_t i = 0; r == 0 && i < n; i++)
		*ret_good &= print_answers(&questions[i]);
	if (r == 0 && n == 0) {
		filter_tell_nobody(&options->filter);
		*ret_good = false;
	}
	for (size_t i = 0; i < n; i++)
		snapshot_free(&questions[i].snapshot);
	free(questions);
	return r;
}

static int reload(const struct options *options)
{
	struct boards boards;
	bool good = false;
	int r = boards_find(true, &boards);

	if (r == 0)
		r = reload_boards(&boards, options, &good);
	if (r < 0) {
		tool_complain("reload: %s", strerror(-r));
		return STATUS_TROUBLE;
	}
	boards_tell_hidden(&boards);
	boards_free(&boards);
	return good ? STATUS_GOOD : STATUS_BAD;
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "identifier", required_argument, NULL, 't' },
		{ "wait", required_argument, NULL, 'w' },
		{ 0 },
	};
	struct options options = { .wait_usec = 2000000 };
	int option;

	while ((option = getopt_long(argc, argv, "t:w:", long_options, NULL)) >= 0) {
		switch (option) {
		case 't':
			options.filter.identifier = optarg;
			break;
		case 'w':
			if (timespan_parse(optarg, &options.wait_usec) == 0)
				break;
			return tool_usage(command,
					  "--wait=%s: a time span was expected, such as 500ms",
					  optarg);
		default:
			return tool_usage(command, NULL);
		}
	}
	if (optind < argc)
		return tool_usage(command, "%s: it takes no names, only -t IDENTIFIER",
				  argv[optind]);
	return reload(&options);
}

const struct command command_reload = {
	.name = "reload",
	.summary = "Have every process look at its configuration files now",
	.arguments = "[-t IDENTIFIER] [--wait=TIME]",
	.help = "Prints what each one answered. A process answers with its next call, of any level.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  those of this program\n"
		"  --wait=TIME                  for the answers: 500ms, 10s (default: 2s)\n"
		"\n"
		"Exit status: 0, 1 a file has a mistake: its last good version stays, 2 usage or trouble.\n",
	.run = run,
};
