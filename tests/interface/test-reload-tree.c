/* SPDX-License-Identifier: MIT */
/* The configuration changes while a tree of processes logs. */

#include "lib/capture.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

enum {
	N_CHILDREN = 4,
	SEEN_WITHIN_MS = 2500,
	MS_NS = 1000000,
};

static char directory[] = "/tmp/mplog-test-XXXXXX";
static char path[sizeof(directory) + 16], aside[sizeof(directory) + 16];

static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/x.conf", directory);
	snprintf(aside, sizeof(aside), "%s/aside", directory);
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_CONF", path, 1), 0);
	capture_stderr();
}

static void tear_down(void)
{
	char command[sizeof(directory) + 16];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	ck_assert_int_eq(system(command), 0);
}

static void write_to(const char *where, const char *text)
{
	const int fd = open(where, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(close(fd), 0);
}

static void in_place(const char *text)
{
	write_to(path, text);
}

static void by_rename(const char *text)
{
	write_to(aside, text);
	ck_assert_int_eq(rename(aside, path), 0);
}

static void by_link(const char *text)
{
	char target[sizeof(directory) + 16];
	static int n;

	snprintf(target, sizeof(target), "%s/%d", directory, ++n);
	write_to(target, text);
	ck_assert_int_eq(symlink(target, aside), 0);
	ck_assert_int_eq(rename(aside, path), 0);
}

static void (*const ways[])(const char *text) = { in_place, by_rename, by_link };

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / MS_NS;
}

static void sleep_ms(unsigned ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * MS_NS };

	(void)nanosleep(&time, NULL);
}

/* Logs at its own pace until the level is that one. */
static int wait_for_level(int level, unsigned pace_ms)
{
	const int64_t end = now_ms() + SEEN_WITHIN_MS;

	while (mplog_level() != level) {
		if (now_ms() > end)
			return -ETIMEDOUT;
		(void)mplog_err("record");
		sleep_ms(pace_ms);
	}
	return 0;
}

static pid_t fork_waiting(int level, unsigned pace_ms, int ready)
{
	const pid_t pid = mplog_fork("worker");

	if (pid == 0) {
		(void)mplog_err("first");
		if (write(ready, "", 1) != 1)
			_exit(2);
		_exit(wait_for_level(level, pace_ms) < 0 ? 1 : 0);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

static void assert_good_end(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "signal %d", WTERMSIG(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* Two edits right after one another: whoever reads the first must not miss the second, however
 * seldom it logs and whoever else has seen it. */
START_TEST(every_process_of_the_tree_sees_it)
{
	static const unsigned pace_ms[N_CHILDREN] = { 1, 5, 50, 300 };
	pid_t pid[N_CHILDREN];
	int ready[2];
	char byte;

	in_place("defaults = { level = \"notice\"; };\n");
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	ck_assert_int_eq(pipe(ready), 0);
	for (size_t i = 0; i < N_CHILDREN; i++)
		pid[i] = fork_waiting(MPLOG_DEBUG, pace_ms[i], ready[1]);
	for (size_t i = 0; i < N_CHILDREN; i++)
		ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ways[_i]("defaults = { level = \"warning\"; };\n");
	sleep_ms(7);
	ways[_i]("defaults = { level = \"debug\"; };\n");
	for (size_t i = 0; i < N_CHILDREN; i++)
		assert_good_end(pid[i]);
	/* And who is forked later. */
	assert_good_end(fork_waiting(MPLOG_DEBUG, 1, ready[1]));
	ck_assert_int_eq(wait_for_level(MPLOG_DEBUG, 1), 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
	mplog_close();
}
END_TEST

START_TEST(reload_sees_it_at_once)
{
	in_place("defaults = { level = \"notice\"; };\n");
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	for (int i = 0; i < 20; i++) {
		ways[_i](i % 2 ? "defaults = { level = \"err\"; };\n"
			       : "defaults = { level = \"debug\"; };\n");
		ck_assert_int_eq(mplog_reload(), 0);
		ck_assert_int_eq(mplog_level(), i % 2 ? MPLOG_ERR : MPLOG_DEBUG);
	}
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	mplog_close();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("reload-tree");
	Suite *suite = suite_create("reload-tree");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, every_process_of_the_tree_sees_it, 0, 3);
	tcase_add_loop_test(tcase, reload_sees_it_at_once, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
