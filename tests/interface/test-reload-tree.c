/* SPDX-License-Identifier: MIT */
/* The configuration changes while a tree of processes logs. */

#include "lib/capture.h"
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/file.h"
#include "lib/line.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <mplog.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

enum {
	N_CHILDREN = 4,
	SEEN_WITHIN_MS = 2500,
};

static char directory[] = "/tmp/mplog-test-XXXXXX";
static char path[sizeof(directory) + 16], aside[sizeof(directory) + 16];

/* Of all processes: when the last edit was over, or 0. */
static _Atomic int64_t *edited_ms;

static void set_up(void)
{
	edited_ms = faults_share(sizeof(*edited_ms));
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

static void in_place(const char *text)
{
	file_write(path, text);
}

static void by_rename(const char *text)
{
	file_write(aside, text);
	ck_assert_int_eq(rename(aside, path), 0);
}

static void by_link(const char *text)
{
	char target[sizeof(directory) + 16];
	static int n;

	snprintf(target, sizeof(target), "%s/%d", directory, ++n);
	file_write(target, text);
	ck_assert_int_eq(symlink(target, aside), 0);
	ck_assert_int_eq(rename(aside, path), 0);
}

static void (*const ways[])(const char *text) = { in_place, by_rename, by_link };

/* The time begins with the last edit, or with the process, where that is later. */
static bool is_time_over(int64_t begin_ms)
{
	const int64_t edited = atomic_load(edited_ms);

	return edited != 0 && now_ms() > (edited > begin_ms ? edited : begin_ms) + SEEN_WITHIN_MS;
}

/* Logs at its own pace until the level is that one; a record that begins after the time finds it. */
static int wait_for_level(int level, unsigned pace_ms)
{
	const int64_t begin_ms = now_ms();
	bool is_late = false;

	while (mplog_level() != level) {
		if (is_late)
			return -ETIMEDOUT;
		is_late = is_time_over(begin_ms);
		(void)mplog_err("record");
		pause_ms(pace_ms);
	}
	return 0;
}

static pid_t fork_waiting(int level, unsigned pace_ms, const struct line *ready)
{
	const pid_t pid = mplog_fork("worker");

	if (pid == 0) {
		(void)mplog_err("first");
		line_tell_or_exit(ready);
		_exit(wait_for_level(level, pace_ms) < 0 ? 1 : 0);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

/* Two edits right after one another: a process that has read the first must not miss the second,
 * however seldom it logs and whatever process has seen it before. */
START_TEST(every_process_of_the_tree_sees_it)
{
	static const unsigned pace_ms[N_CHILDREN] = { 1, 5, 50, 300 };
	pid_t pid[N_CHILDREN];
	const struct line ready = line_open();

	in_place("defaults = { level = \"notice\"; };\n");
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	for (size_t i = 0; i < N_CHILDREN; i++)
		pid[i] = fork_waiting(MPLOG_DEBUG, pace_ms[i], &ready);
	for (size_t i = 0; i < N_CHILDREN; i++)
		line_wait(&ready);
	ways[_i]("defaults = { level = \"warning\"; };\n");
	pause_ms(7);
	ways[_i]("defaults = { level = \"debug\"; };\n");
	atomic_store(edited_ms, now_ms());
	for (size_t i = 0; i < N_CHILDREN; i++)
		child_exited_well(pid[i]);
	/* And who is forked later. */
	child_exited_well(fork_waiting(MPLOG_DEBUG, 1, &ready));
	ck_assert_int_eq(wait_for_level(MPLOG_DEBUG, 1), 0);
	line_close(&ready);
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
	Suite *suite = suite_create("reload-tree");
	TCase *tcase = suite_case(suite, "reload-tree", set_up, tear_down);

	tcase_add_loop_test(tcase, every_process_of_the_tree_sees_it, 0, 3);
	tcase_add_loop_test(tcase, reload_sees_it_at_once, 0, 2);
	return suite_run(suite);
}
