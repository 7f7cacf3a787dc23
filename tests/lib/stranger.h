/* SPDX-License-Identifier: MIT */
/* Other users of the machine, each with a memfd that looks like a board. */
#pragma once

#include "lib/journald.h"
#include "lib/privileges.h"
#include "lib/shell.h"

#include "board/layout.h"

#include <mplog.h>

#include <check.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STRANGERS_MAX = 256 };

static pid_t strangers[STRANGERS_MAX];
static size_t n_strangers;

static inline void strangers_end(void)
{
	for (size_t i = 0; i < n_strangers; i++) {
		(void)kill(strangers[i], SIGKILL);
		(void)waitpid(strangers[i], NULL, 0);
	}
	n_strangers = 0;
}

static inline int become_nobody(void)
{
	return setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	       setresuid(NOBODY, NOBODY, NOBODY) < 0;
}

struct claim {
	const char *identifier, *run_id;
	pid_t pid;                 /* 0: the stranger's own */
	uint64_t lost, sent, last; /* of a process that has ended, where it has a last number */
	unsigned slots;            /* scopes beside the process */
	bool locked;
};

static inline struct board *new_board(const struct claim *claim, int *ret_fd)
{
	const int fd = memfd_create(BOARD_FILE_NAME, MFD_ALLOW_SEALING);
	struct board *board;

	if (fd < 0 || ftruncate(fd, sizeof(*board)) < 0)
		_exit(2);
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (board == MAP_FAILED)
		_exit(3);
	board->magic = BOARD_MAGIC;
	board->version = BOARD_VERSION;
	board->size = sizeof(*board);
	board->slot_size = sizeof(struct slot);
	board->n_slots = BOARD_SLOTS;
	(void)snprintf(board->identifier, sizeof(board->identifier), "%s", claim->identifier);
	(void)snprintf(board->run_id, sizeof(board->run_id), "%s", claim->run_id);
	*ret_fd = fd;
	return board;
}

static inline void fill_board(struct board *board, const struct claim *claim)
{
	const uint64_t pid = (uint64_t)(claim->pid ? claim->pid : getpid()) << 32;
	struct slot *const slot = &board->slot[0];

	atomic_store(&board->state[0], pid | (claim->last ? SLOT_ENDED : SLOT_PROCESS));
	(void)strcpy(slot->name, "worker-1");
	atomic_store(&slot->since_ns, 1);
	atomic_store(&slot->last_record_ns, (int64_t)time(NULL) * 1000000000);
	atomic_store(&slot->since_boot_ms, INT64_C(1) << 60); /* later than its process began */
	atomic_store(&slot->counter[COUNTER_LOST], claim->lost);
	atomic_store(&slot->counter[COUNTER_SENT], claim->sent);
	atomic_store(&slot->sequence, claim->last);
	for (unsigned i = 1; i <= claim->slots; i++) {
		atomic_store(&board->state[i], pid | SLOT_SCOPE);
		atomic_store(&board->slot[i].parent, (int32_t)i - 1);
		atomic_store(&board->slot[i].since_boot_ms, INT64_C(1) << 60);
	}
	atomic_store(&board->used, 1 + claim->slots);
}

/* Returns when the stranger's board is there. */
static inline void start_stranger(const struct claim *claim)
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct board *board;
		int fd;

		if (become_nobody() || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
			_exit(1);
		(void)prctl(PR_SET_DUMPABLE, 1);
		board = new_board(claim, &fd);
		fill_board(board, claim);
		if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
			_exit(4);
		if (claim->locked) {
			struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

			if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
				_exit(5);
		}
		if (write(ready[1], "", 1) != 1)
			_exit(6);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	strangers[n_strangers++] = pid;
	ck_assert_msg(read(ready[0], &byte, 1) == 1, "no stranger");
	(void)close(ready[0]);
}

/* ---- The honest program beside them ----------------------------------------------------------- */

/* A test's own: programs of one run are steered together, and other tests run at the same time. */
static char some_run_id[33];

static const char *honest_program; /* its identifier; $PROGRAM in commands */

static inline void honest_setup(void)
{
	journald_start();
	(void)snprintf(some_run_id, sizeof(some_run_id), "00112233%024lx", (long)getpid());
	honest_program = shell_program("honest");
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	ck_assert_int_eq(mplog_open(honest_program, "main", 0), 0);
	ck_assert_int_eq(mplog_info("start"), 0);
}

static inline void honest_teardown(void)
{
	strangers_end();
	mplog_close();
}

static inline void expect_has(const char *output, const char *text)
{
	ck_assert_msg(strstr(output, text) != NULL, "no \"%s\" in\n%.500s", text, output);
}
