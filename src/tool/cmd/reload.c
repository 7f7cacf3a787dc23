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

/* A process that was asked. Its board is mapped only for the question, and read by pread(2) for the
 * answer: neither descriptors nor memory depend on how many boards there are. */
struct asked {
	const struct found_board *board;
	uint32_t generation; /* of the question */
	unsigned index;      /* of its slot */
	uint64_t state;
	pid_t pid;
	char name[PROCESS_NAME_SIZE];
	bool is_settled; /* it has answered, or ended */
};

struct asked_list {
	struct asked *process;
	size_t n, room, n_boards;
};

/* Reads the slot of a process. Returns false where the process is gone. */
static bool read_slot(const struct asked *asked, struct slot *ret)
{
	AUTO_CLOSE int fd = board_open_file(asked->board, false);
	uint64_t state = 0;

	return fd >= 0 && board_file_read_slot(fd, asked->index, ret, &state) &&
	       state == asked->state;
}

/* Settles what has changed. Returns how many are pending. */
static size_t count_pending(struct asked_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct asked *asked = &list->process[i];
		struct slot slot;

		if (!asked->is_settled)
			asked->is_settled = !read_slot(asked, &slot) ||
					    slot_reload_answered(&slot, asked->generation);
		n += !asked->is_settled;
	}
	return n;
}

static void wait_for_answers(struct asked_list *list, const struct options *options)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	const int64_t begin_ns = clock_now_ns(CLOCK_MONOTONIC);
	int64_t now_ns = begin_ns, answered_ns = begin_ns;
	size_t left, pending = count_pending(list);

	while (pending && now_ns < begin_ns + (int64_t)options->wait_usec * 1000 &&
	       now_ns < answered_ns + (int64_t)options->quiet_usec * 1000) {
		(void)nanosleep(&pause, NULL);
		now_ns = clock_now_ns(CLOCK_MONOTONIC);
		left = count_pending(list);
		if (left < pending)
			answered_ns = now_ns;
		pending = left;
	}
}

/* ---- Answers ---------------------------------------------------------------------------------- */

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
static bool print_answer(const struct asked *asked, const struct slot *slot)
{
	static const char *const answers[] = {
		[RELOAD_PENDING] = "pending: it answers with its next call",
		[RELOAD_UNCHANGED] = "unchanged since it last read them",
		[RELOAD_DONE] = "reloaded",
		[RELOAD_KEPT] = "kept the last good version:",
		[RELOAD_FROZEN] = "unchanged: the files are not reachable any more (chroot?)",
		[RELOAD_DEFERRED] = "a file is being written: it takes effect once it is whole",
	};
	int answer = RELOAD_PENDING;

	if (slot_reload_answered(slot, asked->generation))
		answer = atomic_load(&slot->reload_result);
	if (answer < RELOAD_PENDING || answer > RELOAD_DEFERRED)
		answer = RELOAD_PENDING;
	term_line("%s %s %ld: %s", asked->board->identifier, asked->name, (long)asked->pid,
		  answers[answer]);
	if (answer == RELOAD_KEPT)
		print_mistakes(slot);
	return answer != RELOAD_KEPT && answer != RELOAD_DEFERRED;
}

static bool print_answers(const struct asked_list *list)
{
	bool all_good = true;
	struct slot slot;

	for (size_t i = 0; i < list->n; i++) {
		if (read_slot(&list->process[i], &slot))
			all_good &= print_answer(&list->process[i], &slot);
	}
	return all_good;
}

/* ---- Questions -------------------------------------------------------------------------------- */

/* Asks scopes too: a thread in a scope sees only the gate of that scope. */
static void ask_slot(struct board *board, const struct slot_view *view, uint32_t generation,
		     struct asked_list *list)
{
	struct slot *slot = &board->slot[view->index];
	struct asked *asked;

	if (!view->is_alive || !snapshot_is_current(board, view))
		return;
	slot_request_reload(slot, generation);
	if (view->is_scope)
		return;
	list->process = memory_grow(list->process, list->n + 1, &list->room, sizeof(*asked));
	asked = &list->process[list->n++];
	*asked = (struct asked){
		.board = view->board,
		.generation = generation,
		.index = view->index,
		.state = view->state,
		.pid = view->pid,
	};
	memcpy(asked->name, view->name, sizeof(asked->name));
}

static int map_board(const struct found_board *found, struct board **ret)
{
	AUTO_CLOSE int fd = board_open_file(found, true);

	return fd < 0 ? fd : board_file_map(fd, ret);
}

/* The generation is raised before the snapshot is taken: a process that is not there yet will see it. */
static void ask_program(struct each *each, const struct found_board *found, struct asked_list *list)
{
	struct board *board = NULL;
	const int r = map_board(found, &board);
	const struct snapshot *snapshot;
	uint32_t generation;

	if (r < 0) {
		if (!board_error_is_end(r))
			tool_complain("%s: %s", found->identifier, strerror(-r));
		return;
	}
	generation = atomic_fetch_add(&board->reload_generation, 1) + 1;
	snapshot = each_snapshot(each);
	for (size_t i = 0; i < snapshot->n; i++)
		ask_slot(board, &snapshot->view[i], generation, list);
	board_file_unmap(board);
	list->n_boards++;
}

static int reload_all(const struct options *options)
{
	const struct found_board *found;
	struct asked_list list = { 0 };
	struct each each;
	bool good;

	if (!each_begin(&each, "reload", &options->filter, false))
		return STATUS_TROUBLE;
	while ((found = each_next(&each)))
		ask_program(&each, found, &list);
	wait_for_answers(&list, options);
	good = print_answers(&list);
	if (list.n_boards == 0)
		filter_tell_none(&options->filter);
	free(list.process);
	boards_tell_unread(&each.boards);
	each_end(&each);
	return list.n_boards && good ? STATUS_GOOD : STATUS_BAD;
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
