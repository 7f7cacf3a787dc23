/* SPDX-License-Identifier: MIT */
/* A facility in the level, as syslog(3) takes it: it is that record's SYSLOG_FACILITY, and its level is
 * what the level's three bits say. The configuration's facility stays the one of all others. */
#include "lib/capture.h"
#include "lib/journald.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <stdio.h>
#include <syslog.h>

enum { FACILITY_SHIFT = 3, LAST_FACILITY = LOG_LOCAL7 >> FACILITY_SHIFT };

static char path[] = "/tmp/mplog-test-XXXXXX";

static void setup(void)
{
	static const char configuration[] =
		"defaults = { level = \"info\"; syslog = { facility = \"local3\"; }; };\n"
		"processes = ( { name = \"quiet\"; level = \"err\"; } );\n";
	const struct mplog_options options = {
		.size = sizeof(options), .identifier = "facility", .process = "main", .config = path
	};
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, configuration, sizeof(configuration) - 1),
			 (ssize_t)sizeof(configuration) - 1);
	close(fd);
	journald_start();
	ck_assert_int_eq(mplog_open_with(&options), 0);
}

static void teardown(void)
{
	mplog_close();
	ck_assert_int_eq(unlink(path), 0);
}

static void expect(const char *scope, const char *message, const char *priority,
		   const char *facility)
{
	char process[80];
	struct journal_entries all;
	size_t found = 0;

	(void)snprintf(process, sizeof(process), "PROCESS=%s", scope);
	all = journal_read("SYSLOG_IDENTIFIER=facility", process, NULL);
	for (size_t i = 0; i < all.n; i++) {
		const char *const text = journal_value(&all.entries[i], "MESSAGE");

		if (!text || !strstr(text, message))
			continue;
		ck_assert_str_eq(journal_value(&all.entries[i], "PRIORITY"), priority);
		ck_assert_str_eq(journal_value(&all.entries[i], "SYSLOG_FACILITY"), facility);
		ck_assert_uint_eq(journal_count_field(&all.entries[i], "SYSLOG_FACILITY"), 1);
		found++;
	}
	ck_assert_uint_eq(found, 1);
	journal_entries_free(&all);
}

START_TEST(of_every_number)
{
	const int level = _i << FACILITY_SHIFT | LOG_WARNING;
	char scope[32], number[16];

	(void)snprintf(scope, sizeof(scope), "f%d", _i);
	(void)snprintf(number, sizeof(number), "%d", _i);
	ck_assert_int_eq(mplog_enter(scope), 0);
	ck_assert(mplog_enabled(level));
	ck_assert_int_eq(mplog(level, "of the macro"), 0);
	ck_assert_int_eq(mplog_emit(NULL, level, 0, NULL, 0, "of the function"), 0);
	ck_assert_int_eq(mplog_write(level, "as it is", 8), 0);
	ck_assert_int_eq(mplog_errno(level, ENOENT, "of an error"), 0);
	ck_assert_int_eq(mplog_event(level, MPLOG_FIELDS(MPLOG_F("N", 1)), "of an event"), 0);
	ck_assert_int_eq(mplog_warning("of no facility"), 0);
	mplog_leave();
	expect(scope, "of the macro", "4", number);
	expect(scope, "of the function", "4", number);
	expect(scope, "as it is", "4", number);
	expect(scope, "of an error", "4", number);
	expect(scope, "of an event", "4", number);
	expect(scope, "of no facility", "4", "19"); /* local3 */
}
END_TEST

/* The facility hides no level: below it, a record is below it. */
START_TEST(is_no_level)
{
	ck_assert_int_eq(mplog_enter("quiet"), 0);
	ck_assert(!mplog_enabled(LOG_AUTHPRIV | LOG_WARNING));
	ck_assert_int_eq(mplog(LOG_AUTHPRIV | LOG_WARNING, "below"), 0);
	ck_assert_int_eq(mplog_emit(NULL, LOG_AUTHPRIV | LOG_WARNING, 0, NULL, 0, "below"), 0);
	ck_assert(mplog_enabled(LOG_AUTHPRIV | LOG_ERR));
	ck_assert_int_eq(mplog(LOG_AUTHPRIV | LOG_ERR, "above"), 0);
	mplog_leave();
	expect("quiet", "above", "3", "10");
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=facility", "PROCESS=quiet", NULL), 1);
}
END_TEST

/* What is neither: no facility has so high a number, and no level is negative. */
START_TEST(not_of_any_number)
{
	ck_assert_int_eq(mplog_emit(NULL, (LAST_FACILITY + 1) << FACILITY_SHIFT, 0, NULL, 0, "x"),
			 -EINVAL);
	ck_assert_int_eq(mplog_emit(NULL, MPLOG_NONE, 0, NULL, 0, "x"), -EINVAL);
}
END_TEST

/* The program's own stands below the configuration's. */
START_TEST(of_the_program)
{
	struct mplog_options options = { .size = sizeof(options), .identifier = "facility" };

	mplog_close();
	ck_assert_int_eq(setenv("MPLOG_CONF", _i == 0 ? "/dev/null" : path, 1), 0);
	options.facility = LOG_DAEMON | LOG_INFO;
	ck_assert_int_eq(mplog_open_with(&options), -EINVAL);
	options.facility = (LAST_FACILITY + 1) << FACILITY_SHIFT;
	ck_assert_int_eq(mplog_open_with(&options), -EINVAL);
	options.facility = LOG_DAEMON;
	options.process = _i == 0 ? "own" : "both";
	ck_assert_int_eq(mplog_open_with(&options), 0);
	ck_assert_int_eq(mplog_info("of the program"), 0);
	ck_assert_int_eq(mplog(LOG_MAIL | LOG_INFO, "of the call"), 0);
	expect(options.process, "of the program", "6", _i == 0 ? "3" : "19");
	expect(options.process, "of the call", "6", "2");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("facility");
	TCase *tcase = suite_case(suite, "facility", setup, teardown);

	/* 0 is the kernel's, which as a level says nothing of a facility. */
	tcase_add_loop_test(tcase, of_every_number, 1, LAST_FACILITY + 1);
	tcase_add_test(tcase, is_no_level);
	tcase_add_test(tcase, not_of_any_number);
	tcase_add_loop_test(tcase, of_the_program, 0, 2);
	return suite_run(suite);
}
