/* SPDX-License-Identifier: MIT */
/* Boards that lie: any process can make a memfd that looks like one, and root will look at it. */
#include "board/board.h"
#include "board/layout.h"
#include "lib/child.h"
#include "lib/line.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALL_SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static const char *identifier;
static pid_t liar;

static void setup(void)
{
	identifier = shell_program("liar");
	liar = 0;
}

/* A child that has the board in its memory until it is killed. */
static void start_liar(int fd, size_t size)
{
	const struct line ready = line_open();

	liar = fork();
	ck_assert_int_ge(liar, 0);
	if (liar == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
			_exit(1);
		line_tell_or_exit(&ready);
		for (;;)
			(void)pause();
	}
	line_wait(&ready);
	line_close(&ready);
	close(fd);
}

static void teardown(void)
{
	if (!liar)
		return;
	(void)kill(liar, SIGKILL);
	child_killed(liar, SIGKILL);
}

static int new_file(size_t size)
{
	const int fd = memfd_create(BOARD_FILE_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static struct board *map(int fd)
{
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	ck_assert_ptr_ne(board, MAP_FAILED);
	return board;
}

static void write_header(struct board *board)
{
	board->magic = BOARD_MAGIC;
	board->version = BOARD_VERSION;
	board->size = sizeof(struct board);
	board->slot_size = sizeof(struct slot);
	board->n_slots = BOARD_SLOTS;
	(void)strcpy(board->identifier, identifier);
	(void)strcpy(board->run_id, "0123456789abcdef0123456789abcdef");
}

static void seal(int fd, int seals)
{
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
}

/* A control character of either set, but the ends of lines; or NULL. An assertion a byte would take
 * Check minutes. */
static const unsigned char *find_control(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if ((*c < ' ' && *c != '\n') || *c == 0x7f)
			return c;
		if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			return c;
	}
	return NULL;
}

/* The exit status is that of a command that did its work: it was not killed. */
static char *run(const char *arguments)
{
	int status;
	char *output = shell(&status, "export LC_ALL=C; mplog %s 2>&1", arguments);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 2, "mplog %s: status %#x\n%s",
		      arguments, (unsigned)status, output);
	ck_assert_ptr_null(find_control(output));
	return output;
}

static void expect(const char *arguments, const char *said)
{
	char *output = run(arguments);

	ck_assert_msg(strstr(output, said) != NULL, "mplog %s: no \"%s\" in\n%s", arguments, said,
		      output);
	free(output);
}

START_TEST(a_newer_board_is_refused_politely)
{
	const int fd = new_file(sizeof(struct board) + 4096);
	struct board *board = map(fd);

	write_header(board);
	board->version = BOARD_VERSION + 1;
	seal(fd, ALL_SEALS);
	start_liar(fd, sizeof(*board));
	expect("ps", "its board has version 5, and this mplog knows version 4 only");
}
END_TEST

START_TEST(what_could_shrink_is_not_mapped)
{
	const int fd = new_file(sizeof(struct board));
	struct board *board = map(fd);

	write_header(board);
	seal(fd, F_SEAL_GROW);
	start_liar(fd, sizeof(*board));
	expect("ps", "not a valid board");
}
END_TEST

START_TEST(too_short_a_board_is_none)
{
	const int fd = new_file(sizeof(struct board));

	write_header(map(fd));
	ck_assert_int_eq(ftruncate(fd, (off_t)sizeof(struct board) - 1), 0);
	seal(fd, ALL_SEALS);
	start_liar(fd, 4096);
	expect("ps", "not a valid board");
}
END_TEST

/* Whose it is, cannot be known: a command about a journal does not speak of it. */
START_TEST(a_journal_is_read_beside_it)
{
	const int fd = new_file(sizeof(struct board));
	char *output;

	write_header(map(fd));
	seal(fd, F_SEAL_GROW);
	start_liar(fd, sizeof(struct board));
	expect("ps", "not a valid board");
	output = shell_expect(
		0,
		"journal=$(mktemp -d)\n"
		"PATH=$PATH:/lib/systemd:/usr/lib/systemd systemd-journal-remote "
		"-o $journal/a.journal $top_srcdir/tests/data/tail.export >/dev/null 2>&1\n"
		"mplog gaps -D $journal -t ingestd PROCESS=db-main --raw -o process,records 2>&1\n"
		"status=$?; rm -r $journal; exit $status");
	ck_assert_str_eq(output, "PROCESS RECORDS\ndb-main 1\n");
	free(output);
}
END_TEST

static const size_t sizes[] = { 1, 7, 20, 23, 24, 4095, 4096 };

START_TEST(a_few_bytes_are_none)
{
	const int fd = new_file(sizes[_i]);
	const uint64_t magic = BOARD_MAGIC;

	ck_assert_int_gt(pwrite(fd, &magic, sizes[_i] < 8 ? sizes[_i] : 8, 0), 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)sizes[_i]), 0);
	seal(fd, ALL_SEALS);
	start_liar(fd, 4096);
	expect("ps", "process ");
}
END_TEST

START_TEST(what_may_not_be_written_cannot_be_steered)
{
	const int fd = new_file(sizeof(struct board));
	struct board *board = map(fd);

	write_header(board);
	ck_assert_int_eq(munmap(board, sizeof(*board)), 0);
	seal(fd, ALL_SEALS | F_SEAL_WRITE);
	start_liar(fd, sizeof(*board));
	expect("level -t \"$PROGRAM\" '*' debug", "cannot open its board");
}
END_TEST

/* A file of that name that is no memfd is not even opened. */
START_TEST(only_memfds_are_looked_at)
{
	char path[] = "/dev/shm/mplog-board-XXXXXX";
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)sizeof(struct board)), 0);
	write_header(map(fd));
	start_liar(fd, sizeof(struct board));
	free(run("ps -t \"$PROGRAM\""));
}
END_TEST

/* ---- A board of the right shape whose contents are anything ---------------------------------- */

static void fill(void *memory, size_t size, unsigned seed)
{
	uint32_t *word = memory;

	srand(seed);
	for (size_t i = 0; i < size / sizeof(*word); i++)
		word[i] = (uint32_t)rand() << 16 ^ (uint32_t)rand();
}

/* States that make the slots be looked at, rather than be skipped as free. */
static void fill_states(struct board *board)
{
	for (unsigned i = 0; i < BOARD_SLOTS; i++) {
		const uint64_t pid = rand() % 2 ? (uint64_t)getpid() : (uint64_t)(uint32_t)rand();

		board->state[i] = pid << 32 | (unsigned)(SLOT_PROCESS + rand() % 4);
		if (rand() % 2)
			board->slot[i].parent = rand() % BOARD_SLOTS;
		if (rand() % 2)
			board->slot[i].text_sequence &= ~1u;
	}
}

static const char *const commands[] = {
	"ps -t \"$PROGRAM\"",
	"ps --all -t \"$PROGRAM\"",
	"ps --all --json -t \"$PROGRAM\"",
	"status -t \"$PROGRAM\" '*'",
	"status --json -t \"$PROGRAM\" '*'",
	"level -t \"$PROGRAM\" '*'",
	"level -t \"$PROGRAM\" '*' debug --for=1s",
	"level -t \"$PROGRAM\" '*' --reset",
	"reload --wait=20ms -t \"$PROGRAM\"",
	"gaps -t \"$PROGRAM\"",
};

START_TEST(anything_may_stand_on_a_board)
{
	const int fd = new_file(sizeof(struct board));
	struct board *board = map(fd);

	fill(board, sizeof(*board), (unsigned)_i + 1);
	write_header(board);
	fill_states(board);
	if (_i % 2)
		board->used = UINT32_MAX;
	seal(fd, ALL_SEALS);
	start_liar(fd, sizeof(*board));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		free(run(commands[i]));
}
END_TEST

/* All slots alive, all of one name, each the parent of the next in one ring. */
START_TEST(a_ring_of_parents_is_no_tree)
{
	const int fd = new_file(sizeof(struct board));
	struct board *board = map(fd);
	char *output;

	write_header(board);
	board->used = BOARD_SLOTS;
	start_liar(dup(fd), sizeof(*board));
	for (int i = 0; i < BOARD_SLOTS; i++) {
		struct slot *slot = &board->slot[i];

		board->state[i] = (uint64_t)liar << 32 | SLOT_SCOPE;
		slot->parent = (i + 1) % BOARD_SLOTS;
		(void)snprintf(slot->name, sizeof(slot->name), "scope-%d", i);
	}
	board->state[0] = (uint64_t)liar << 32 | SLOT_PROCESS;
	board->slot[0].since_boot_ms = INT64_MAX;
	seal(fd, ALL_SEALS);
	output = run("ps -t \"$PROGRAM\"");
	ck_assert_ptr_nonnull(strstr(output, "scope-4095"));
	ck_assert_ptr_nonnull(strstr(output, "scope-1 "));
	free(output);
	close(fd);
}
END_TEST

START_TEST(names_drive_no_terminal)
{
	const int fd = new_file(sizeof(struct board));
	struct board *board = map(fd);
	struct slot *slot = &board->slot[0];

	write_header(board);
	board->used = 1;
	seal(fd, ALL_SEALS);
	start_liar(dup(fd), sizeof(*board));
	board->state[0] = (uint64_t)liar << 32 | SLOT_PROCESS;
	slot->since_boot_ms = INT64_MAX;
	(void)strcpy(slot->name, "a\033[2Jb\nc\xff");
	(void)strcpy(slot->origin, "\033]0;x\a");
	(void)strcpy(slot->report, "\n/etc/\033[1m\t1\tloaded\t\x9b\n");
	expect("ps -t \"$PROGRAM\"", "a\\e[2Jb\\nc\\xff");
	expect("status -t \"$PROGRAM\" '*'", "/etc/\\e[1m");
	expect("ps --json -t \"$PROGRAM\"", "\"process\":\"a\\u001b[2Jb\\nc");
	close(fd);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	Suite *suite = suite_create("boards");
	TCase *tcase = suite_case(suite, "boards", setup, teardown);

	tcase_add_test(tcase, a_newer_board_is_refused_politely);
	tcase_add_test(tcase, what_could_shrink_is_not_mapped);
	tcase_add_test(tcase, too_short_a_board_is_none);
	tcase_add_test(tcase, a_journal_is_read_beside_it);
	tcase_add_loop_test(tcase, a_few_bytes_are_none, 0, COUNT(sizes));
	tcase_add_test(tcase, what_may_not_be_written_cannot_be_steered);
	tcase_add_test(tcase, only_memfds_are_looked_at);
	tcase_add_loop_test(tcase, anything_may_stand_on_a_board, 0, 6);
	tcase_add_test(tcase, a_ring_of_parents_is_no_tree);
	tcase_add_test(tcase, names_drive_no_terminal);
	return suite_run(suite);
}
