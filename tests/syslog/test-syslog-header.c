/* SPDX-License-Identifier: MIT */
/* mplog-syslog.h: a program's own calls of syslog(3) say where they stand, and the rest of it sees no
 * difference. */
#include "lib/file.h"
#include "lib/journald.h"
#include "lib/suite.h"

#include <syslog.h>

#include "syslog/mplog-syslog.h"

#include <errno.h>
#include <string.h>

static unsigned line_of_list;

__attribute__((format(printf, 1, 2))) static void by_list(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line_of_list = __LINE__ + 1;
	vsyslog(LOG_ERR, fmt, ap);
	va_end(ap);
}

static void expect(const struct journal_entry *entry, const char *message, const char *function,
		   unsigned line)
{
	ck_assert_str_eq(journal_value(entry, "MESSAGE"), message);
	ck_assert_str_eq(journal_value(entry, "SYSLOG_FACILITY"), "3");
	ck_assert_str_eq(journal_value(entry, "LOGGER"), "root");
	ck_assert_str_eq(journal_value(entry, "CODE_FUNC"), function);
	ck_assert_uint_eq(journal_number(entry, "CODE_LINE"), line);
	ck_assert_ptr_nonnull(strstr(journal_value(entry, "CODE_FILE"), "test-syslog-header.c"));
}

static void setup(void)
{
	static char conf[] = "/run/mplog-test/XXXXXX";

	file_make(conf, "defaults = { prefix = \"\"; };\n");
	ck_assert_int_eq(setenv("MPLOG_CONF", conf, 1), 0);
	journald_start();
}

START_TEST(calls_know_their_place)
{
	struct journal_entries all;
	unsigned line;

	openlog("header", LOG_PID, LOG_DAEMON);
	ck_assert_int_eq(setlogmask(0), LOG_UPTO(LOG_DEBUG));
	errno = ENOENT;
	line = __LINE__ + 1;
	syslog(LOG_INFO, "%d: %m", 1);
	by_list("a %s", "list");
	(syslog)(LOG_INFO, "without the macro");
	closelog();
	all = journal_read("SYSLOG_IDENTIFIER=header", NULL);
	ck_assert_uint_eq(all.n, 3);
	expect(&all.entries[0], "1: No such file or directory", __func__, line);
	expect(&all.entries[1], "a list", "by_list", line_of_list);
	ck_assert_str_eq(journal_value(&all.entries[2], "LOGGER"), "syslog");
	ck_assert_uint_eq(journal_count_field(&all.entries[2], "CODE_FILE"), 0);
	journal_entries_free(&all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mplog-syslog.h");
	tcase_add_test(suite_case(suite, "calls", setup, NULL), calls_know_their_place);
	return suite_run(suite);
}
