/* SPDX-License-Identifier: MIT */
/* A fork is noticed wherever the kernel, an emulator or a sandbox keeps its promise to wipe a page in
 * the child, refuses it, or gives it and does nothing. */
#include "process/fork-detect.h"

#include <check.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/suite.h"
#include "process/lock.h"

static enum { KEEPS, REFUSES, LIES, LIES_OF_PRIVATE_PAGES, N_KERNELS } kernel;

/* In place of libc's. */
int madvise(void *address, size_t size, int advice)
{
	int r;

	if (kernel == LIES)
		return 0;
	if (kernel == REFUSES) {
		errno = EINVAL;
		return -1;
	}
	r = (int)syscall(SYS_madvise, address, size, advice);
	if (r == 0 && kernel == LIES_OF_PRIVATE_PAGES && advice == MADV_WIPEONFORK)
		return (int)syscall(SYS_madvise, address, size, MADV_KEEPONFORK);
	return r;
}

static void identify(bool is_child)
{
	fork_identify(is_child);
	fork_end_identify();
}

/* The program of the test, once it has been identified. */
static void begin(int which)
{
	kernel = which;
	fork_detect_init();
	ck_assert(fork_is_pending());
	identify(false);
	ck_assert(!fork_is_pending());
	ck_assert_int_eq(getpid_cached(), getpid());
}

/* Past all fork handlers. */
static pid_t fork_raw(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

enum { OK, NOT_NOTICED, NOT_BEGUN, WRONG_PID, NOT_RAW, STILL_PENDING };

static int be_raw_child(void)
{
	if (!fork_is_pending())
		return NOT_NOTICED;
	identify(true);
	if (fork_is_pending())
		return STILL_PENDING;
	if (getpid_cached() != getpid())
		return WRONG_PID;
	return fork_bypassed_handlers() && !fork_malloc_is_safe() ? OK : NOT_RAW;
}

static int be_child(void)
{
	if (!fork_begin_child())
		return NOT_BEGUN;
	if (!fork_is_pending())
		return NOT_NOTICED;
	identify(true);
	if (fork_is_pending())
		return STILL_PENDING;
	if (getpid_cached() != getpid())
		return WRONG_PID;
	return fork_bypassed_handlers() ? NOT_RAW : OK;
}

START_TEST(a_child_of_fork)
{
	pid_t pid;

	begin(_i);
	fork_prepare(true);
	pid = fork();
	if (pid == 0) {
		const int code = be_child();
		const pid_t grandchild = code == OK ? fork_raw() : -1;

		if (grandchild == 0)
			_exit(be_raw_child());
		if (code == OK)
			child_exited_well(grandchild);
		_exit(code);
	}
	child_exited(pid, OK);
	ck_assert(!fork_is_pending());
}
END_TEST

START_TEST(a_child_that_no_handler_has_seen)
{
	pid_t pid;

	if (_i == LIES_OF_PRIVATE_PAGES)
		return; /* it takes a handler to find that out */
	begin(_i);
	pid = fork_raw();
	if (pid == 0)
		_exit(be_raw_child());
	child_exited(pid, OK);
	ck_assert(!fork_is_pending());
}
END_TEST

/* In the child its parent's thread is there: as one of another process. */
START_TEST(no_child_waits_for_a_thread_of_its_parent)
{
	_Atomic pid_t word = getpid();
	pid_t pid;

	begin(_i);
	pid = fork_raw();
	if (pid == 0) {
		tid_lock(&word);
		_exit(word == getpid() ? OK : WRONG_PID);
	}
	child_exited(pid, OK);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fork-detect");
	TCase *tcase = suite_case(suite, "fork-detect", NULL, NULL);

	tcase_add_loop_test(tcase, a_child_of_fork, 0, N_KERNELS);
	tcase_add_loop_test(tcase, a_child_that_no_handler_has_seen, 0, N_KERNELS);
	tcase_add_loop_test(tcase, no_child_waits_for_a_thread_of_its_parent, 0, N_KERNELS);
	return suite_run(suite);
}
