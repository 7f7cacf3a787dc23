/* SPDX-License-Identifier: MIT */
/* libmplog-syslog beside the C library's syslog(3), on the same calls: what stands in the journal is the
 * same, as far as syslog(3) says anything about it. */
#include "lib/sanitizer.h"
#include "lib/suite.h"
#include "lib/syslog-program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

enum { FACILITY_SHIFT = 3, FACILITIES = 24, HUGE = 100000 };

/* ---- The calls -------------------------------------------------------------------------------- */

static void no_openlog(void)
{
	syslog(LOG_INFO, "by the program's name");
	syslog(LOG_DEBUG, "%s, %d%%", "as printf(3)", 100);
}

static void opened(void)
{
	openlog("opened", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	for (int level = LOG_EMERG; level <= LOG_DEBUG; level++)
		syslog(level, "level %d", level);
}

static void error_number(void)
{
	openlog("errors", LOG_PID | LOG_CONS | LOG_NOWAIT | LOG_ODELAY, LOG_LOCAL2);
	errno = ENOENT;
	syslog(LOG_ERR, "open: %m");
	syslog(LOG_ERR, "again: %m");
	if (errno != ENOENT)
		_exit(3);
	syslog(LOG_ERR, "%%m is not %%%m");
}

static void facilities(void)
{
	openlog("facilities", 0, LOG_MAIL);
	for (int facility = 0; facility < FACILITIES; facility++)
		syslog(facility << FACILITY_SHIFT | LOG_NOTICE, "facility %d", facility);
	openlog(NULL, 0, LOG_CRON);
	syslog(LOG_NOTICE, "the ident stays");
	openlog("other", 0, 0x10000);
	syslog(LOG_NOTICE, "the facility is none");
}

static void tell_mask(int before)
{
	syslog(LOG_ALERT, "the mask was %x", (unsigned)before);
}

static void try_mask(int mask)
{
	tell_mask(setlogmask(mask));
	for (int level = LOG_EMERG; level <= LOG_DEBUG; level++)
		syslog(LOG_LOCAL1 | level, "level %d of mask %x", level, (unsigned)mask);
}

static void masks(void)
{
	try_mask(0);
	try_mask(LOG_UPTO(LOG_WARNING));
	openlog("masks", 0, LOG_USER);
	try_mask(0);
	try_mask(LOG_MASK(LOG_ALERT) | LOG_MASK(LOG_ERR) | LOG_MASK(LOG_INFO));
	try_mask(LOG_UPTO(LOG_DEBUG));
	try_mask(LOG_MASK(LOG_ALERT));
	closelog();
	try_mask(LOG_UPTO(LOG_NOTICE));
}

static void bogus(void)
{
	openlog("bogus", 0, LOG_NEWS);
	syslog(0x4000 | LOG_ERR, "bits that are none");
	syslog(-1 & ~LOG_FACMASK, "all but a facility");
	syslog(LOG_FTP | 0x10000 | LOG_INFO, "a facility, and more");
}

/* cron(8) changes its ident to capitals in the child. */
static void changed_ident(void)
{
	static char ident[] = "daemon";

	openlog(ident, 0, LOG_DAEMON);
	syslog(LOG_INFO, "daemon");
	memcpy(ident, "CHILD", sizeof("CHILD"));
	syslog(LOG_INFO, "CHILD");
	openlog("third", 0, LOG_DAEMON);
	syslog(LOG_INFO, "third");
	openlog("fourth", LOG_NDELAY, LOG_AUTH);
	closelog();
	syslog(LOG_INFO, "the program's");
	openlog("", 0, LOG_DAEMON);
}

static void odd_texts(void)
{
	openlog("texts", 0, LOG_USER);
	syslog(LOG_INFO, "a newline at its end\n");
	syslog(LOG_INFO, "two\nlines");
	syslog(LOG_INFO, "%*d and %-5s| %5.2f %c %lld %#x %zu", 7, 42, "abc", 3.14159, 'x',
	       1LL << 40, 255u, sizeof(int));
	syslog(LOG_INFO, "%2$s %1$s", "second", "first");
	syslog(LOG_INFO, "\xff\xfe no UTF-8 \x1b[31m");
	syslog(LOG_INFO, "%0*d", HUGE, 1);
}

__attribute__((format(printf, 2, 3))) static void by_list(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsyslog(priority, format, ap);
	va_end(ap);
}

static void lists(void)
{
	openlog("lists", LOG_PID, LOG_UUCP);
	by_list(LOG_INFO, "%s of %d: %m", "a list", 2);
	by_list(LOG_AUTHPRIV | LOG_INFO, "without arguments");
}

#ifdef __GLIBC__
void __syslog_chk(int priority, int flag, const char *format, ...);
void __vsyslog_chk(int priority, int flag, const char *format, va_list ap);

static void by_checked_list(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	__vsyslog_chk(priority, 1, format, ap);
	va_end(ap);
}

static void fortified(void)
{
	int n = 0;

	openlog("fortified", 0, LOG_LPR);
	__syslog_chk(LOG_INFO, 1, "%s %d", "checked", 1);
	__syslog_chk(LOG_INFO, 0, "%s%n %d", "not checked", &n, n);
	by_checked_list(LOG_INFO, "%s %d: %%n", "checked", 2);
	__syslog_chk(LOG_INFO, 1, "read-only%n", &n);
	if (n != (int)strlen("read-only"))
		_exit(3);
}

static void writable_n(void)
{
	char format[] = "%n";
	int n = 0;

	__syslog_chk(LOG_INFO, 1, format, &n);
}
#endif

/* ---- Beside one another ----------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*calls)(void);
} rows[] = {
	{ "no openlog", no_openlog },
	{ "opened", opened },
	{ "%m", error_number },
	{ "facilities", facilities },
	{ "masks", masks },
	{ "bogus priorities", bogus },
	{ "changed idents", changed_ident },
	{ "odd texts", odd_texts },
	{ "lists", lists },
#ifdef __GLIBC__
	{ "fortified", fortified },
#endif
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char *value(const struct journal_entry *entry, const char *field)
{
	const char *const text = journal_value(entry, field);

	return text ? text : "(missing)";
}

static void same(const struct journal_entry *one, const struct journal_entry *other)
{
	const char *const message = value(one, "MESSAGE");

	ck_assert_str_eq(message, value(other, "MESSAGE"));
	ck_assert_str_eq(value(one, "PRIORITY"), value(other, "PRIORITY"));
	ck_assert_str_eq(value(one, "SYSLOG_IDENTIFIER"), value(other, "SYSLOG_IDENTIFIER"));
	/* The C library takes options for a facility here. */
	if (strncmp(message, "syslog: unknown", strlen("syslog: unknown")) != 0)
		ck_assert_str_eq(value(one, "SYSLOG_FACILITY"), value(other, "SYSLOG_FACILITY"));
}

START_TEST(as_the_c_library)
{
	const pid_t theirs = syslog_program_run(rows[_i].name, false);
	const pid_t ours = syslog_program_run(rows[_i].name, true);
	struct journal_entries expected = syslog_program_read(theirs);
	struct journal_entries found = syslog_program_read(ours);

	ck_assert_uint_gt(expected.n, 0);
	ck_assert_uint_eq(found.n, expected.n);
	for (size_t i = 0; i < expected.n; i++) {
		same(&expected.entries[i], &found.entries[i]);
		ck_assert_str_eq(value(&expected.entries[i], "_TRANSPORT"), "syslog");
		ck_assert_str_eq(value(&found.entries[i], "_TRANSPORT"), "journal");
		ck_assert_str_eq(value(&found.entries[i], "PROCESS"), "main");
	}
	journal_entries_free(&expected);
	journal_entries_free(&found);
}
END_TEST

#ifdef __GLIBC__
START_TEST(writable_formats_abort)
{
	child_killed(syslog_program_start("writable %n", false), SIGABRT);
	child_killed(syslog_program_start("writable %n", true), SIGABRT);
}
END_TEST
#endif

/* ---- Standard error --------------------------------------------------------------------------- */

static void echo(void)
{
	openlog("echo", LOG_PERROR | LOG_PID, LOG_USER);
	syslog(LOG_INFO, "on both");
	openlog("echo", 0, LOG_USER);
	syslog(LOG_INFO, "in the journal alone");
	openlog("echo", LOG_PERROR, LOG_USER);
	syslog(LOG_INFO, "on both again");
	(void)setlogmask(LOG_UPTO(LOG_ERR));
	syslog(LOG_INFO, "on none");
}

START_TEST(perror_is_an_echo)
{
	struct journal_entries all;
	pid_t pid;

	capture_stderr();
	pid = syslog_program_run("echo", _i);
	ck_assert_uint_eq(capture_lines(), 2);
	ck_assert(capture_has("echo", "on both"));
	ck_assert(capture_has("echo", "on both again"));
	all = syslog_program_read(pid);
	ck_assert_uint_eq(all.n, 3);
	journal_entries_free(&all);
}
END_TEST

/* ---- The program ------------------------------------------------------------------------------ */

static int run_calls(const char *name)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].calls(), EXIT_SUCCESS;
	}
	if (strcmp(name, "echo") == 0)
		return echo(), EXIT_SUCCESS;
#ifdef __GLIBC__
	if (strcmp(name, "writable %n") == 0)
		return writable_n(), EXIT_SUCCESS;
#endif
	return EXIT_FAILURE;
}

static void setup(void)
{
	journald_start();
	file_make(syslog_program_conf, "defaults = { prefix = \"\"; timeout_ms = 60000; };\n");
}

static void teardown(void)
{
	ck_assert_int_eq(unlink(syslog_program_conf), 0);
}

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc == 2)
		return run_calls(argv[1]);
	suite = suite_create("syslog(3)");
	tcase = suite_case(suite, "as the C library's", setup, teardown);
	tcase_add_loop_test(tcase, as_the_c_library, 0, ROWS);
#ifdef __GLIBC__
	if (!UNDER_ASAN && !UNDER_TSAN) /* which call another vsnprintf(3) */
		tcase_add_test(tcase, writable_formats_abort);
#endif
	tcase_add_loop_test(tcase, perror_is_an_echo, 0, 2);
	return suite_run(suite);
}
