/* SPDX-License-Identifier: MIT */
/* Records too large for a datagram, up to the largest that journald takes, and beyond.
 * MPLOG_TEST_ROUNDS: how many leave no descriptor (1,000). */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <printf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define KIB  ((size_t)1 << 10)
#define MIB  ((size_t)1 << 20)

/* What the fields beside MESSAGE may take of 32 MiB. */
#define ROOM ((size_t)4096)

static char *text;

/* Not all the same, so that a piece in the wrong place is noticed. */
static void make_text(size_t size)
{
	text = malloc(size + 1);
	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)('a' + (i + i / 26 + i / 4096) % 26);
	text[size] = '\0';
}

static void open_large(void)
{
	faults_configure("defaults = { prefix = \"\"; timeout_ms = 20000; };");
	ck_assert_int_eq(mplog_open("large", "main", 0), 0);
}

static struct journal_entry *read_one(struct journal_entries *entries, const char *name)
{
	char match[80];

	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	*entries = journal_read(match, NULL);
	ck_assert_uint_eq(entries->n, 1);
	return entries->entries;
}

static const size_t sizes[] = {
	48 * KIB, 128 * KIB, 200 * KIB, 212992, 256 * KIB, MIB, 8 * MIB, 32 * MIB - ROOM,
};

START_TEST(comes_back_whole)
{
	const size_t size = sizes[_i];
	struct journal_entries entries;
	const struct journal_entry *entry;
	char name[32];

	(void)snprintf(name, sizeof(name), "whole-%d", _i);
	make_text(size);
	open_large();
	ck_assert_int_eq(mplog_enter(name), 0);
	ck_assert_int_eq(mplog_info("%s", text), 0);
	entry = read_one(&entries, name);
	ck_assert_uint_eq(journal_field(entry, "MESSAGE")->size, size);
	ck_assert_mem_eq(journal_value(entry, "MESSAGE"), text, size);
	ck_assert_ptr_null(journal_value(entry, "MPLOG_TRUNCATED"));
	journal_entries_free(&entries);
}
END_TEST

START_TEST(larger_ones_are_cut)
{
	const size_t size = 32 * MIB + (size_t)_i * 8 * MIB;
	struct journal_entries entries;
	const struct journal_entry *entry;
	const struct journal_field *message;
	char name[32];

	(void)snprintf(name, sizeof(name), "cut-%d", _i);
	make_text(size);
	open_large();
	ck_assert_int_eq(mplog_enter(name), 0);
	ck_assert_int_eq(mplog_info("%s", text), 0);
	entry = read_one(&entries, name);
	message = journal_field(entry, "MESSAGE");
	ck_assert_uint_ge(message->size, 32 * MIB - ROOM);
	ck_assert_uint_lt(message->size, 32 * MIB);
	ck_assert_mem_eq(message->value, text, message->size);
	ck_assert_uint_eq(strtoul(journal_value(entry, "MPLOG_TRUNCATED"), NULL, 10), size);
	ck_assert_str_eq(journal_value(entry, "PROCESS_SEQ"), "1");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(a_thousand_fields)
{
	enum { N = 1000 };
	static struct mplog_field fields[N];
	static char names[N][32], values[N][512];
	struct journal_entries entries;
	const struct journal_entry *entry;

	/* Small ones in one datagram, large ones in a memory file. */
	for (int i = 0; i < N; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "FIELD_%d", i);
		(void)snprintf(values[i], sizeof(values[i]), "%0*d", _i ? 500 : 10, i);
		fields[i] = MPLOG_F(names[i], values[i]);
	}
	open_large();
	ck_assert_int_eq(mplog_enter(_i ? "fields-large" : "fields-small"), 0);
	ck_assert_int_eq(mplog_emit(NULL, MPLOG_INFO, 0, fields, N, "many"), 0);
	entry = read_one(&entries, _i ? "fields-large" : "fields-small");
	for (int i = 0; i < N; i++)
		ck_assert_str_eq(journal_value(entry, names[i]), values[i]);
	journal_entries_free(&entries);
}
END_TEST

/* ---- A limit of file sizes, which holds for memory files too ------------------------------- */

static void limit_files(void)
{
	const struct rlimit limit = { 64 * KIB, 64 * KIB };

	/* Its signal would end this process. */
	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_DFL), SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void cut_by_dev_log(const char *tag)
{
	struct journal_entries entries = journal_read("SYSLOG_IDENTIFIER=large", tag, NULL);

	ck_assert_uint_eq(entries.n, 1);
	ck_assert_uint_ge(journal_field(entries.entries, "MESSAGE")->size, 32 * KIB);
	ck_assert_mem_eq(journal_value(entries.entries, "MESSAGE"), text, 32 * KIB);
	journal_entries_free(&entries);
}

/* Not that journald failed: by the other of its sockets it takes a part. */
START_TEST(a_limit_of_file_sizes)
{
	char name[32], pid[32];

	(void)snprintf(name, sizeof(name), "limit-%d", _i);
	(void)snprintf(pid, sizeof(pid), "SYSLOG_PID=%d", (int)getpid());
	faults_stderr_file();
	make_text(MIB);
	if (_i)
		limit_files();
	open_large();
	if (!_i)
		limit_files();
	ck_assert_int_eq(mplog_enter(name), 0);
	ck_assert_int_eq(mplog_info("small"), 0);
	ck_assert_int_eq(mplog_info("%s", text), 1);
	ck_assert_int_eq(mplog_info("small"), 0);
	ck_assert_uint_eq(faults_entries_of(name, NULL, 0), 2);
	cut_by_dev_log(pid);
	ck_assert_uint_eq(faults_stats().diverted, 1);
}
END_TEST

/* ---- A kernel that makes no executable memory files ----------------------------------------- */

/* Holds in this PID namespace. A kernel before Linux 6.3 has no such setting, and makes any file;
 * to an ordinary user it is read-only, and to all in most containers. */
static void forbid_executable_memory(void)
{
	FILE *file = fopen("/proc/sys/vm/memfd_noexec", "we");

	if (!file) {
		ck_assert(errno == ENOENT || errno == EACCES || errno == EROFS);
		return;
	}
	ck_assert_int_ge(fputs("2", file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void be_large(void *unused)
{
	(void)unused;
	forbid_executable_memory();
	open_large();
	ck_assert_int_eq(mplog_enter("noexec"), 0);
	ck_assert_int_eq(mplog_info("%s", text), 0);
}

static void have_child_in_namespace(void *unused)
{
	(void)unused;
	ck_assert_int_eq(unshare(CLONE_NEWPID), 0);
	child_exited_well(faults_fork(be_large, NULL));
}

START_TEST(without_executable_memory)
{
	struct journal_entries entries;

	make_text(MIB);
	child_exited_well(faults_fork(have_child_in_namespace, NULL));
	ck_assert_uint_eq(journal_field(read_one(&entries, "noexec"), "MESSAGE")->size, MIB);
	journal_entries_free(&entries);
}
END_TEST

/* ---- Memory -------------------------------------------------------------------------------- */

static int log_without_memory(void)
{
	struct rlimit before, none;
	int r;

	ck_assert_int_eq(getrlimit(RLIMIT_DATA, &before), 0);
	none = before;
	none.rlim_cur = 1; /* 0 would be none */
	ck_assert_int_eq(setrlimit(RLIMIT_DATA, &none), 0);
	r = mplog_info("%s", text);
	/* Before Check wants some. */
	if (setrlimit(RLIMIT_DATA, &before) < 0)
		abort();
	return r;
}

/* It is no fault of the sink that was asked for by name. */
START_TEST(no_memory)
{
	const int reader = faults_stderr_file();

	make_text(MIB);
	faults_configure("defaults = { sink = \"journal\"; };");
	ck_assert_int_eq(mplog_open("large", "no-memory", 0), 0);
	ck_assert_int_eq(mplog_info("small"), 0);
	ck_assert_int_eq(log_without_memory(), -ENOMEM);
	ck_assert_uint_eq(faults_stats().lost, 1);
	ck_assert_uint_eq(journal_count("PROCESS=no-memory",
					"MESSAGE_ID=424809d2c3084c3899eeffe3e6aa4b2a", NULL),
			  0);
	ck_assert_uint_eq(faults_lines(reader, "", ""), 0);
}
END_TEST

/* ---- A text that grows --------------------------------------------------------------------- */

/* As that of a %s does which another thread writes to: %W prints so much more each time. */
enum { GROWTH = 10000 };

static int prints, prints_that_grow;

static int print_more(FILE *stream, const struct printf_info *info, const void *const *arguments)
{
	(void)info, (void)arguments;
	if (prints < prints_that_grow)
		prints++;
	return fprintf(stream, "%*s", prints * GROWTH, "x");
}

static int take_nothing(const struct printf_info *info, size_t n, int *types, int *size)
{
	(void)info, (void)n, (void)types, (void)size;
	return 0;
}

static int log_growing(int times)
{
	static const char *volatile format = "%W";

	ck_assert_int_eq(register_printf_specifier('W', print_more, take_nothing), 0);
	prints_that_grow = times;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* no compiler knows it */
#pragma GCC diagnostic ignored "-Wformat-security"
	return mplog_emit(NULL, MPLOG_INFO, 0, NULL, 0, format);
#pragma GCC diagnostic pop
}

START_TEST(what_grows_is_measured_again)
{
	struct journal_entries entries;

	open_large();
	ck_assert_int_eq(mplog_enter("grows"), 0);
	ck_assert_int_eq(log_growing(2), 0);
	ck_assert_uint_eq(journal_field(read_one(&entries, "grows"), "MESSAGE")->size, 2 * GROWTH);
	journal_entries_free(&entries);
}
END_TEST

START_TEST(what_does_not_stop_growing_is_lost)
{
	open_large();
	ck_assert_int_eq(log_growing(100), -EMSGSIZE);
	ck_assert_uint_eq(faults_stats().lost, 1);
	ck_assert_int_eq(mplog_info("the next one"), 0);
}
END_TEST

/* ---- Descriptors --------------------------------------------------------------------------- */

enum { MANY_SENT = 1000, MANY_FAILED = 200 };

static unsigned log_many(unsigned n)
{
	const unsigned before = faults_descriptors();
	unsigned failed = 0;

	for (unsigned i = 0; i < n; i++)
		failed += mplog_info("%s", text) != 0;
	ck_assert_uint_eq(faults_descriptors(), before);
	return failed;
}

START_TEST(no_descriptor_is_left)
{
	const unsigned many = (unsigned)suite_number("MPLOG_TEST_ROUNDS", MANY_SENT);

	make_text(213 * KIB);
	open_large();
	ck_assert_int_eq(mplog_info("first"), 0);
	ck_assert_uint_eq(log_many(many), 0);
	ck_assert_uint_eq(faults_stats().sent, many + 1);
}
END_TEST

/* Also where they cannot be sent. */
START_TEST(no_descriptor_is_left_by_failures)
{
	make_text(213 * KIB);
	faults_configure("defaults = { timeout_ms = 0; };");
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	ck_assert_int_eq(mplog_open("large", "failures", 0), 0);
	ck_assert_int_eq(mplog_info("first"), 0);
	journald_stop();
	ck_assert_uint_gt(log_many(MANY_FAILED), MANY_FAILED - 100);
	journald_cont();
	faults_stats();
}
END_TEST

static void end(void)
{
	journald_cont();
}

int main(void)
{
	Suite *suite = suite_create("large");
	TCase *tcase = suite_case(suite, "large", journald_start, end);

	tcase_add_loop_test(tcase, comes_back_whole, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_loop_test(tcase, larger_ones_are_cut, 0, 2);
	tcase_add_loop_test(tcase, a_thousand_fields, 0, 2);
	tcase_add_loop_test(tcase, a_limit_of_file_sizes, 0, 2);
	tcase_add_test(tcase, without_executable_memory);
	tcase_add_test(tcase, no_memory);
	if (!UNDER_ASAN && !UNDER_TSAN) {
		tcase_add_test(tcase, what_grows_is_measured_again);
		tcase_add_test(tcase, what_does_not_stop_growing_is_lost);
	}
	tcase_add_test(tcase, no_descriptor_is_left);
	tcase_add_test(tcase, no_descriptor_is_left_by_failures);
	return suite_run(suite);
}
