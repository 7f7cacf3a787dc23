/* SPDX-License-Identifier: MIT */
/* Scopes: what is in force inside of one, and that all of it is as it was afterwards. */

#include "lib/capture.h"
#include "lib/child.h"
#include "lib/file.h"
#include "lib/require.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <mplog.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const char configuration[] =
	"defaults = { sink = \"stderr\"; prefix = \"[%n] \"; };\n"
	"stderr = { format = \"json\"; };\n"
	"processes = (\n"
	"  { name = \"loud\"; level = \"debug\"; },\n"
	"  { name = \"hushed\"; level = \"err\"; prefix = \"(hushed) \"; fields = { ROLE = \"hushed\"; }; },\n"
	"  { name = \"ruled-*\"; level = \"notice\"; }\n"
	");\n";

static char path[] = "/tmp/mplog-test-XXXXXX";

static void setup(void)
{
	file_make(path, configuration);
	capture_stderr();
}

static void teardown(void)
{
	ck_assert_int_eq(unlink(path), 0);
}

static void open_with_level(int level)
{
	const struct mplog_options options = { .size = sizeof(options),
					       .identifier = "scope",
					       .process = "main",
					       .config = path,
					       .level = level };

	ck_assert_int_eq(mplog_open_with(&options), 0);
}

static void open_it(void)
{
	open_with_level(0);
}

/* ---- Name, prefix, level, fields ------------------------------------------------------------- */

START_TEST(comes_back_as_it_was)
{
	open_it();
	ck_assert_int_eq(mplog_set_field("OWNER", "main"), 0);
	ck_assert_int_eq(mplog_enter("hushed"), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
	ck_assert_int_eq(mplog_set_field("OWNER", "scope"), 0);
	ck_assert_int_eq(mplog_set_field("ONLY", "here"), 0);
	mplog_info("not heard");
	mplog_err("inside");
	mplog_leave();
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_str_eq(mplog_process(), "main");
	mplog_info("outside");
	ck_assert(capture_has("(hushed) inside", "\"OWNER\":\"scope\""));
	ck_assert(capture_has("(hushed) inside", "\"ONLY\":\"here\""));
	ck_assert(capture_has("(hushed) inside", "\"ROLE\":\"hushed\""));
	ck_assert(capture_has("[main] outside", "\"OWNER\":\"main\""));
	ck_assert(!capture_has("[main] outside", "ONLY"));
	ck_assert(!capture_has("[main] outside", "ROLE"));
	ck_assert_uint_eq(capture_lines(), 2);
}
END_TEST

START_TEST(nests)
{
	char name[16];

	open_it();
	for (int i = 1; i <= 50; i++) {
		snprintf(name, sizeof(name), "depth-%d", i);
		ck_assert_int_eq(mplog_enter(name), 0);
		ck_assert_int_eq(mplog_set_field("DEPTH", name), 0);
	}
	for (int i = 50; i >= 1; i--) {
		snprintf(name, sizeof(name), "depth-%d", i);
		ck_assert_str_eq(mplog_process(), name);
		mplog_info("at %d.", i);
		mplog_leave();
	}
	ck_assert_str_eq(mplog_process(), "main");
	ck_assert(capture_has("[depth-17] at 17.", "\"DEPTH\":\"depth-17\""));
	ck_assert(capture_has("[depth-17] at 17.", "\"PROCESS_PARENT\":\"depth-16\""));
}
END_TEST

START_TEST(leaves_too_many)
{
	open_it();
	mplog_leave();
	ck_assert_int_eq(mplog_enter("one"), 0);
	mplog_leave();
	mplog_leave();
	mplog_leave();
	ck_assert_str_eq(mplog_process(), "main");
	ck_assert_int_eq(mplog_enter("two"), 0);
	ck_assert_str_eq(mplog_process(), "two");
	mplog_leave();
	ck_assert_str_eq(mplog_process(), "main");
}
END_TEST

START_TEST(enter_of_nothing_is_a_copy)
{
	open_it();
	mplog_enter("loud");
	mplog_set_field("FIELD", "outer");
	ck_assert_int_eq(mplog_enter(NULL), -EINVAL);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_set_field("FIELD", "copy");
	mplog_debug("in the copy");
	mplog_leave();
	mplog_debug("in the scope");
	mplog_leave();
	ck_assert(capture_has("[loud] in the copy", "\"FIELD\":\"copy\""));
	ck_assert(capture_has("[loud] in the scope", "\"FIELD\":\"outer\""));
	ck_assert_str_eq(mplog_process(), "main");
}
END_TEST

/* ---- MPLOG_SCOPE ----------------------------------------------------------------------------- */

static int return_early(int when)
{
	MPLOG_SCOPE("outer");
	if (when == 0)
		return when;
	{
		MPLOG_SCOPE("inner");
		mplog_enter("never left");
		if (when == 1)
			return when;
	}
	ck_assert_str_eq(mplog_process(), "outer");
	return when;
}

START_TEST(left_by_return)
{
	open_it();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(return_early(i), i);
		ck_assert_str_eq(mplog_process(), "main");
	}
}
END_TEST

START_TEST(left_by_break_and_goto)
{
	int i;

	open_it();
	for (i = 0; i < 5; i++) {
		MPLOG_SCOPE("loop");
		if (i == 1)
			continue;
		if (i == 3)
			break;
		ck_assert_str_eq(mplog_process(), "loop");
	}
	ck_assert_int_eq(i, 3);
	ck_assert_str_eq(mplog_process(), "main");
	{
		MPLOG_SCOPE("jumped out of");
		goto out;
	}
out:
	ck_assert_str_eq(mplog_process(), "main");
}
END_TEST

/* What it does not own it does not leave. */
START_TEST(left_by_hand_before_its_end)
{
	open_it();
	mplog_enter("around");
	{
		MPLOG_SCOPE("block");
		mplog_leave();
		ck_assert_str_eq(mplog_process(), "around");
	}
	ck_assert_str_eq(mplog_process(), "around");
	mplog_leave();
}
END_TEST

/* ---- Levels ---------------------------------------------------------------------------------- */

START_TEST(set_level_is_for_what_is_entered_and_forked)
{
	pid_t pid;

	open_it();
	mplog_enter("ruled-outside");
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	mplog_leave();
	mplog_enter("job");
	ck_assert_int_eq(mplog_set_level(MPLOG_DEBUG), 0);
	mplog_enter("ruled-inside");
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_leave();
	pid = mplog_fork("ruled-child");
	if (pid == 0) {
		const int level = mplog_level();

		mplog_enter("ruled-grandchild");
		_exit(level != MPLOG_DEBUG || mplog_level() != MPLOG_DEBUG);
	}
	child_exited_well(pid);
	mplog_leave();
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	mplog_enter("ruled-afterwards");
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	mplog_leave();
}
END_TEST

START_TEST(default_level_is_below_the_configuration)
{
	open_with_level(MPLOG_DEBUG);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_enter("ruled-x");
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	ck_assert_int_eq(mplog_set_default_level(MPLOG_WARNING), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	mplog_leave();
	ck_assert_int_eq(mplog_level(), MPLOG_WARNING);
}
END_TEST

/* The weakest first: each is stronger than all before it. */
START_TEST(levels_in_order)
{
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_int_eq(mplog_set_default_level(MPLOG_WARNING), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_WARNING);
	open_it();
	mplog_enter("ruled-x");
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	mplog_leave();
	mplog_close();
	ck_assert_int_eq(setenv("MPLOG_LEVEL", "err,ruled-*=crit", 1), 0);
	open_it();
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
	mplog_enter("ruled-x");
	ck_assert_int_eq(mplog_level(), MPLOG_CRIT);
	ck_assert_int_eq(mplog_set_level(MPLOG_DEBUG), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	ck_assert(mplog_enabled(MPLOG_DEBUG));
	mplog_leave();
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
}
END_TEST

START_TEST(debug_invocation)
{
	ck_assert_int_eq(setenv("DEBUG_INVOCATION", "1", 1), 0);
	open_it();
	mplog_enter("ruled-x");
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_leave();
	mplog_close();
	ck_assert_int_eq(setenv("DEBUG_INVOCATION", "0", 1), 0);
	open_it();
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
}
END_TEST

/* ---- Names ----------------------------------------------------------------------------------- */

START_TEST(bad_names_are_reported_once_each)
{
	char *text;
	int warnings = 0;

	open_it();
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(mplog_enter("a b"), 0);
		ck_assert_str_eq(mplog_process(), "a_b");
		mplog_leave();
	}
	text = capture_text();
	for (const char *at = text; (at = strstr(at, "52550c9d22b94de7b82799d35822dc05")); at++)
		warnings++;
	free(text);
	ck_assert_int_eq(warnings, 1);
}
END_TEST

/* ---- Threads --------------------------------------------------------------------------------- */

static void *begin_as_the_process(void *wanted)
{
	ck_assert_str_eq(mplog_process(), wanted);
	mplog_enter("of the thread");
	mplog_set_level(MPLOG_NONE);
	return NULL; /* never left: the thread's end does that */
}

static void run_thread(void *(*function)(void *), void *arg)
{
	pthread_t thread;

	thread = thread_start(function, arg);
	thread_join(thread);
}

START_TEST(threads_begin_as_the_process)
{
	char name[] = "main";

	open_it();
	mplog_enter("of main");
	mplog_set_level(MPLOG_DEBUG);
	run_thread(begin_as_the_process, name);
	ck_assert_str_eq(mplog_process(), "of_main");
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_leave();
}
END_TEST

static size_t pages(void)
{
	unsigned long total = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%lu", &total), 1);
	fclose(file);
	return UNDER_ASAN || UNDER_TSAN ? 0 : total;
}

START_TEST(threads_leave_nothing_behind)
{
	char name[] = "main";
	size_t before;

	open_it();
	for (int i = 0; i < 100; i++)
		run_thread(begin_as_the_process, name);
	before = pages();
	for (int i = 0; i < 5000; i++)
		run_thread(begin_as_the_process, name);
	ck_assert_uint_le(pages(), before + 16);
}
END_TEST

/* ---- The board goes and comes ---------------------------------------------------------------- */

static pthread_barrier_t barrier;

static void *stay_in_scope(void *unused)
{
	mplog_enter("loud");
	(void)pthread_barrier_wait(&barrier); /* open */
	(void)pthread_barrier_wait(&barrier); /* closed and opened again */
	mplog_debug("in the scope from before");
	mplog_enter("hushed");
	mplog_leave();
	mplog_debug("there again");
	mplog_leave();
	(void)pthread_barrier_wait(&barrier);
	return unused;
}

/* A scope outlives the board that it was entered on, and harms no slot of the next one. */
START_TEST(scope_across_close_and_open)
{
	pthread_t thread;

	open_it();
	(void)pthread_barrier_init(&barrier, NULL, 2);
	thread = thread_start(stay_in_scope, NULL);
	(void)pthread_barrier_wait(&barrier);
	mplog_close();
	open_it();
	for (int i = 0; i < 4; i++)
		mplog_enter("ruled-x");
	(void)pthread_barrier_wait(&barrier);
	(void)pthread_barrier_wait(&barrier);
	thread_join(thread);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
		mplog_notice("at %d.", i);
		mplog_info("hidden");
		mplog_leave();
	}
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert(capture_has("[loud] in the scope from before", "\"PROCESS\":\"loud\""));
	ck_assert(capture_has("[loud] there again", "\"PROCESS\":\"loud\""));
	ck_assert(!capture_has("hidden", ""));
	ck_assert_uint_eq(capture_lines(), 6);
}
END_TEST

/* ---- Signal handlers ------------------------------------------------------------------------- */

static void write_in_handler(int signal)
{
	(void)signal;
	(void)mplog_write(MPLOG_INFO, "from a handler", 14);
}

/* It has no record of its own before and after the handler. */
static void *never_log(void *unused)
{
	(void)raise(SIGUSR1);
	(void)pthread_barrier_wait(&barrier);
	(void)pthread_barrier_wait(&barrier); /* closed */
	ck_assert(mplog_enabled(MPLOG_ERR));
	(void)pthread_barrier_wait(&barrier);
	(void)pthread_barrier_wait(&barrier); /* opened again */
	ck_assert(mplog_enabled(MPLOG_DEBUG));
	return unused;
}

/* What it must not keep is the gate of the scope that the handler wrote for. */
START_TEST(handler_in_a_thread_that_never_logs)
{
	const struct sigaction action = { .sa_handler = write_in_handler };
	pthread_t thread;

	open_it();
	(void)pthread_barrier_init(&barrier, NULL, 2);
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	thread = thread_start(never_log, NULL);
	(void)pthread_barrier_wait(&barrier);
	mplog_close();
	(void)pthread_barrier_wait(&barrier);
	(void)pthread_barrier_wait(&barrier);
	open_with_level(MPLOG_DEBUG);
	(void)pthread_barrier_wait(&barrier);
	thread_join(thread);
}
END_TEST

/* ---- A process whose role changes ------------------------------------------------------------- */

START_TEST(rename_takes_the_settings_of_the_name)
{
	open_it();
	ck_assert_int_eq(mplog_set_field("KEPT", "yes"), 0);
	ck_assert_int_eq(mplog_rename("hushed"), 0);
	ck_assert_str_eq(mplog_process(), "hushed");
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
	ck_assert(!mplog_enabled(MPLOG_INFO));
	ck_assert_int_eq(mplog_err("as another"), 0);
	ck_assert(capture_has("\"PROCESS\":\"hushed\"", "(hushed) as another"));
	ck_assert(capture_has("\"ROLE\":\"hushed\"", "\"KEPT\":\"yes\""));
	ck_assert_int_eq(mplog_rename("main"), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_int_eq(mplog_info("as before"), 0);
	ck_assert(capture_has("\"PROCESS\":\"main\"", "[main] as before"));
}
END_TEST

START_TEST(rename_leaves_scopes_alone)
{
	open_it();
	ck_assert_int_eq(mplog_enter("loud"), 0);
	ck_assert_int_eq(mplog_rename("hushed"), 0);
	ck_assert_str_eq(mplog_process(), "loud");
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_leave();
	ck_assert_str_eq(mplog_process(), "hushed");
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
}
END_TEST

static void rename_in_child(void)
{
	REQUIRE(mplog_rename("loud") == 0);
	REQUIRE(strcmp(mplog_process(), "loud") == 0);
	REQUIRE(mplog_enter("first") == 0); /* names the process no more */
	mplog_leave();
	REQUIRE(strcmp(mplog_process(), "loud") == 0);
}

START_TEST(rename_in_a_child)
{
	require_setup();
	open_it();
	(void)child_run(fork(), rename_in_child);
	(void)child_run(mplog_fork("other"), rename_in_child);
	ck_assert_str_eq(mplog_process(), "main");
}
END_TEST

START_TEST(rename_to_nothing_or_anything)
{
	open_it();
	ck_assert_int_eq(mplog_rename(NULL), -EINVAL);
	ck_assert_int_eq(mplog_rename(""), -EINVAL);
	ck_assert_str_eq(mplog_process(), "main");
	ck_assert_int_eq(mplog_rename("an odd one"), 0);
	ck_assert_str_eq(mplog_process(), "an_odd_one");
	mplog_close();
	ck_assert_int_eq(mplog_rename("after"), 0);
	ck_assert_str_eq(mplog_process(), "after");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scope");
	TCase *tcase = suite_case(suite, "scope", setup, teardown);

	tcase_add_test(tcase, comes_back_as_it_was);
	tcase_add_test(tcase, nests);
	tcase_add_test(tcase, leaves_too_many);
	tcase_add_test(tcase, enter_of_nothing_is_a_copy);
	tcase_add_test(tcase, left_by_return);
	tcase_add_test(tcase, left_by_break_and_goto);
	tcase_add_test(tcase, left_by_hand_before_its_end);
	tcase_add_test(tcase, set_level_is_for_what_is_entered_and_forked);
	tcase_add_test(tcase, default_level_is_below_the_configuration);
	tcase_add_test(tcase, levels_in_order);
	tcase_add_test(tcase, debug_invocation);
	tcase_add_test(tcase, bad_names_are_reported_once_each);
	tcase_add_test(tcase, threads_begin_as_the_process);
	tcase_add_test(tcase, threads_leave_nothing_behind);
	tcase_add_test(tcase, scope_across_close_and_open);
	tcase_add_test(tcase, handler_in_a_thread_that_never_logs);
	tcase_add_test(tcase, rename_takes_the_settings_of_the_name);
	tcase_add_test(tcase, rename_leaves_scopes_alone);
	tcase_add_test(tcase, rename_in_a_child);
	tcase_add_test(tcase, rename_to_nothing_or_anything);
	return suite_run(suite);
}
