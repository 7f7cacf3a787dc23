/* SPDX-License-Identifier: MIT */
/* What a run tells once is told: however much else was told before, and under the identifier and the
 * process name that the program has given itself. */
#include "lib/capture.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/suite.h"
#include "lib/sysconfdir.h"

#include <mplog.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MANY = 300, FEW_MISTAKES = 3 };

static char path[128];

static void setup(void)
{
	journald_start();
	(void)snprintf(path, sizeof(path), "/run/mplog-test/told-%ld.conf", (long)getpid());
	ck_assert_int_eq(setenv("MPLOG_CONF", path, 1), 0);
	capture_stderr();
}

static void configure(const char *text)
{
	char next[160];
	FILE *file;

	(void)snprintf(next, sizeof(next), "%s.next", path);
	file = fopen(next, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(next, path), 0);
}

static void open_as(const char *identifier)
{
	configure("defaults = { level = \"info\"; timeout_ms = 60000; };\n");
	ck_assert_int_eq(mplog_open(identifier, "main", 0), 0);
	ck_assert_int_eq(mplog_info("start"), 0);
}

/* Entries of an identifier and a process that have the text in their message. */
static size_t told(const char *identifier, const char *process, const char *text)
{
	char match[80], name[80];
	struct journal_entries all;
	size_t n = 0;

	(void)snprintf(match, sizeof(match), "SYSLOG_IDENTIFIER=%s", identifier);
	(void)snprintf(name, sizeof(name), "PROCESS=%s", process);
	all = journal_read(match, name, NULL);
	for (size_t i = 0; i < all.n; i++) {
		const char *const message = journal_value(&all.entries[i], "MESSAGE");

		n += message && strstr(message, text);
	}
	journal_entries_free(&all);
	return n;
}

/* ---- What may come before --------------------------------------------------------------------- */

static void odd_names(void)
{
	for (int i = 0; i < MANY; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "client %d", i);
		ck_assert_int_eq(mplog_enter(name), 0);
		mplog_leave();
	}
}

static void reloads(void)
{
	for (int i = 0; i < MANY; i++) {
		char text[128];

		(void)snprintf(text, sizeof(text),
			       "defaults = { level = \"info\"; prefix = \"%d \";"
			       " timeout_ms = 60000; };\n",
			       i);
		configure(text);
		ck_assert_int_eq(mplog_reload(), 0);
		ck_assert_int_eq(mplog_info("reloaded"), 0);
	}
}

static void mistakes(void)
{
	for (int i = 0; i < MANY; i++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "defaults = { level = \"mistake%d\"; };\n", i);
		configure(text);
		ck_assert_int_eq(mplog_reload(), -EBADMSG);
	}
}

static void odd_children(void)
{
	for (int i = 0; i < MANY; i++) {
		char name[64];
		pid_t pid;

		(void)snprintf(name, sizeof(name), "child %d", i);
		pid = mplog_fork(name);
		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(EXIT_SUCCESS);
		child_exited(pid, EXIT_SUCCESS);
	}
}

static void nothing(void)
{
}

static const struct {
	const char *name;
	void (*exhaust)(void);
} exhausters[] = {
	{ "nothing", nothing },   { "names", odd_names },       { "reloads", reloads },
	{ "mistakes", mistakes }, { "children", odd_children },
};

enum { N_EXHAUSTERS = sizeof(exhausters) / sizeof(exhausters[0]) };

/* ---- What is told nevertheless ---------------------------------------------------------------- */

static const char *identifier_of(const char *kind, int i)
{
	static char identifier[64];

	(void)snprintf(identifier, sizeof(identifier), "told-%s-%s", kind, exhausters[i].name);
	return identifier;
}

START_TEST(a_mistake)
{
	const char *const identifier = identifier_of("mistake", _i);

	open_as(identifier);
	exhausters[_i].exhaust();
	configure("defaults = { level = \"vebrose\"; };\n");
	ck_assert_int_eq(mplog_reload(), -EBADMSG);
	ck_assert_int_eq(mplog_info("after"), 0);
	ck_assert_uint_eq(told(identifier, "main", "vebrose"), 1);
	/* And once. */
	ck_assert_int_eq(mplog_reload(), -EBADMSG);
	ck_assert_int_eq(mplog_info("after"), 0);
	ck_assert_uint_eq(told(identifier, "main", "vebrose"), 1);
	mplog_close();
}
END_TEST

/* The sink that the configuration forces is not there. Told where the record goes instead. */
START_TEST(an_absent_sink)
{
	const char *const identifier = identifier_of("sink", _i);

	open_as(identifier);
	exhausters[_i].exhaust();
	configure("defaults = { sink = \"journal\"; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
	journald_kill();
	ck_assert_int_ge(mplog_info("diverted"), 1);
	ck_assert(capture_has(identifier, "journal"));
	mplog_close();
}
END_TEST

START_TEST(an_odd_name)
{
	const char *const identifier = identifier_of("name", _i);

	open_as(identifier);
	exhausters[_i].exhaust();
	configure("defaults = { level = \"info\"; timeout_ms = 60000; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert_int_eq(mplog_enter("the last\nodd one"), 0);
	ck_assert_int_eq(mplog_info("in it"), 0);
	mplog_leave();
	ck_assert_uint_ge(told(identifier, "main", "the_last_odd_one") +
				  told(identifier, "the_last_odd_one", "the_last_odd_one"),
			  1);
	mplog_close();
}
END_TEST

/* ---- Under whose name ------------------------------------------------------------------------- */

static const unsigned open_flags[] = { 0, MPLOG_ECHO, MPLOG_PRIVATE };

enum { N_FLAGS = sizeof(open_flags) / sizeof(open_flags[0]) };

START_TEST(mistakes_at_open)
{
	char identifier[32];

	(void)snprintf(identifier, sizeof(identifier), "shop-%d", _i);
	configure("defaults = { level = \"debgu\"; };\n");
	ck_assert_int_eq(mplog_open(identifier, "frontend", open_flags[_i]), 0);
	ck_assert_int_eq(mplog_info("hello"), 0);
	ck_assert_uint_eq(told(identifier, "frontend", "debgu"), 1);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=test-told", NULL), 0);
	mplog_close();
}
END_TEST

/* Of a program that has not been opened after all. */
START_TEST(mistakes_of_a_strict_open)
{
	configure("defaults = { level = \"debgu\"; };\n");
	ck_assert_int_eq(mplog_open("strict", "front end", MPLOG_STRICT), -EBADMSG);
	ck_assert_uint_eq(told("strict", "front_end", "debgu"), 1);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=test-told", NULL), 0);
}
END_TEST

static size_t told_of_file(const char *file)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s:", file);
	return told("several", "frontend", text);
}

/* The system's files: one record for each that has a mistake. */
START_TEST(mistakes_in_several_files)
{
	static const char *const files[] = { SYSCONFDIR "/mplog.conf",
					     SYSCONFDIR "/mplog.conf.d/10-a.conf",
					     SYSCONFDIR "/mplog.conf.d/20-b.conf" };

	ck_assert_int_eq(unsetenv("MPLOG_CONF"), 0);
	sysconfdir_cover();
	for (int i = 0; i < FEW_MISTAKES; i++) {
		FILE *const file = fopen(files[i], "we");

		ck_assert_ptr_nonnull(file);
		ck_assert_int_gt(fprintf(file, "defaults = { level = \"wrong%d\"; };\n", i), 0);
		ck_assert_int_eq(fclose(file), 0);
	}
	ck_assert_int_eq(mplog_open("several", "frontend", 0), 0);
	ck_assert_int_eq(mplog_info("hello"), 0);
	for (int i = 0; i < FEW_MISTAKES; i++)
		ck_assert_uint_eq(told_of_file(files[i]), 1);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=test-told", NULL), 0);
	mplog_close();
}
END_TEST

/* Of a process that never opened the library, the name is its file's. */
START_TEST(mistakes_without_open)
{
	configure("defaults = { level = \"debgu\"; };\n");
	ck_assert_int_eq(mplog_open("", "main", 0), -EINVAL);
	ck_assert_int_eq(mplog_open("right", "main", 0), 0);
	ck_assert_int_eq(mplog_info("hello"), 0);
	ck_assert_uint_eq(told("right", "main", "debgu"), 1);
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("told");
	TCase *tcase = suite_case(suite, "told", setup, NULL);

	tcase_add_loop_test(tcase, a_mistake, 0, N_EXHAUSTERS);
	tcase_add_loop_test(tcase, an_absent_sink, 0, N_EXHAUSTERS);
	tcase_add_loop_test(tcase, an_odd_name, 0, N_EXHAUSTERS);
	tcase_add_loop_test(tcase, mistakes_at_open, 0, N_FLAGS);
	tcase_add_test(tcase, mistakes_of_a_strict_open);
	tcase_add_test(tcase, mistakes_in_several_files);
	tcase_add_test(tcase, mistakes_without_open);
	return suite_run(suite);
}
