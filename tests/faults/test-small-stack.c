/* SPDX-License-Identifier: MIT */
/* Small stacks: no call of mplog takes more than 8 KiB, whatever it does besides its own work, and a
 * thread with the smallest stack that there is survives all of them. */
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/painted.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A sanitizer's frames are several times as large as the compiler's. */
enum {
	STACK_MAX = (UNDER_ASAN || UNDER_TSAN ? 8 : 1) * 8 * 1024,
	THREAD_STACK = (UNDER_ASAN || UNDER_TSAN ? 8 : 1) * 16 * 1024,
	/* Of a handler's stack, which may have 8 KiB with the kernel's own frame. */
	WRITE_STACK_MAX = 2560,
	LARGE = 20000,
	LARGER = 400 * 1024,
};

static char large[LARGE + 1], larger[LARGER + 1];
static char conf_path[64];

/* ---- Occasions: what a call finds ------------------------------------------------------------- */

static const char usual[] =
	"defaults = { level = \"info\"; rate_limit = { burst = 1000000; interval_ms = 1000; }; };\n";

static void write_conf(const char *text)
{
	static unsigned version;
	FILE *file;
	char next[80];

	(void)snprintf(next, sizeof(next), "%s.next", conf_path);
	file = fopen(next, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(fprintf(file, "# %u\n%s", version++, text), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(next, conf_path), 0);
}

static void nothing_special(void)
{
}

/* Each process looks at its files once a second: the first call after that finds the new one. */
static void let_a_second_pass(void)
{
	const struct timespec duration = { 1, 200 * 1000 * 1000 };

	ck_assert_int_eq(nanosleep(&duration, NULL), 0);
}

static void a_new_file(void)
{
	static char text[16384];
	size_t size = 0;

	size += (size_t)snprintf(text, sizeof(text),
				 "defaults = { level = \"info\"; };\nprocesses = (\n");
	for (int i = 0; i < 60; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size,
					 "{ name = \"w-%d*\"; prefix = \"%%n[%%p] \"; "
					 "fields = { A = \"x\"; B = %d; }; },\n",
					 i, i);
	(void)snprintf(text + size, sizeof(text) - size,
		       "{ name = \"*\"; fields = { C = \"c\"; }; } );\n");
	write_conf(text);
	let_a_second_pass();
}

static void a_broken_file(void)
{
	write_conf("defaults = { level = \"verbsoe\"; };\nprocesses = ( { nmae = \"x\"; }, );\n");
	let_a_second_pass();
}

static void a_file_with_many_mistakes(void)
{
	write_conf(
		"defaults = { levle = \"info\"; timeout_ms = -3; sink = \"jurnal\"; };\n"
		"processes = ( { name = \"a\"; level = \"debg\"; fields = { low = 1; _X = 2; }; },\n"
		"  { level = \"info\"; }, { name = \"[z-\"; } );\nproceses = ( );\n");
	let_a_second_pass();
}

static void no_file(void)
{
	ck_assert_int_eq(unlink(conf_path), 0);
	let_a_second_pass();
}

/* What the configuration forces is not there. */
static void absent_sink(void)
{
	write_conf("defaults = { sink = \"journal\"; };\n");
	(void)mplog_reload();
}

static void syslog_that_is_absent(void)
{
	write_conf("defaults = { sink = \"syslog\"; syslog = { format = \"rfc5424\"; }; };\n");
	(void)mplog_reload();
}

static void json_on_stderr(void)
{
	write_conf("defaults = { sink = \"stderr\"; stderr = { format = \"json\"; }; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
}

static void text_on_stderr(void)
{
	write_conf("defaults = { sink = \"stderr\"; stderr = { format = \"text\"; }; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
}

/* A notice of lost records is due: the journal takes some again. */
static void losses_to_tell(void)
{
	write_conf("defaults = { sink = \"journal\"; timeout_ms = 0; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	journald_stop();
	while (mplog_info("lost") >= 0)
		;
	journald_cont();
	journald_sync();
}

static void suppressed_to_tell(void)
{
	write_conf("defaults = { rate_limit = { burst = 2; interval_ms = 1000; }; };\n");
	(void)mplog_reload();
	for (int i = 0; i < 100; i++)
		(void)mplog_info("suppressed");
	let_a_second_pass();
}

/* A child that nobody has named yet, before its first record. */
static void numbered_children(void)
{
	write_conf("processes = ( { name = \"main\"; child_name = \"w-%c\"; } );\n");
	ck_assert_int_eq(mplog_reload(), 0);
}

static void a_black_box(void)
{
	write_conf("defaults = { blackbox = { level = \"debug\"; }; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
	for (int i = 0; i < 10; i++)
		(void)mplog_event(MPLOG_DEBUG, MPLOG_FIELDS(MPLOG_F("I", i)), "kept %d", i);
}

static void an_empty_black_box(void)
{
	write_conf("defaults = { blackbox = { level = \"debug\"; }; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
}

/* The next call finds the black box of a process that was killed. */
static void a_dead_black_box(void)
{
	pid_t pid;

	an_empty_black_box();
	pid = mplog_fork("killed");
	if (pid == 0) {
		for (int i = 0; i < 10; i++)
			(void)mplog_debug("kept %d", i);
		(void)raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	let_a_second_pass();
}

enum { ALONE = 1, WITHOUT_JOURNAL = 2 };

static const struct {
	const char *name;
	void (*prepare)(void);
	unsigned flags;
} occasions[] = {
	{ "nothing", nothing_special, 0 },
	{ "new file", a_new_file, 0 },
	{ "broken file", a_broken_file, 0 },
	{ "many mistakes", a_file_with_many_mistakes, 0 },
	{ "no file", no_file, 0 },
	{ "no journal", nothing_special, WITHOUT_JOURNAL },
	{ "absent journal", absent_sink, WITHOUT_JOURNAL },
	{ "absent syslog", syslog_that_is_absent, WITHOUT_JOURNAL },
	{ "json", json_on_stderr, 0 },
	{ "text", text_on_stderr, 0 },
	{ "lost", losses_to_tell, ALONE },
	{ "suppressed", suppressed_to_tell, 0 },
	{ "numbered", numbered_children, 0 },
	{ "black box", a_black_box, 0 },
	{ "empty black box", an_empty_black_box, 0 },
	{ "dead black box", a_dead_black_box, 0 },
};

enum { N_OCCASIONS = sizeof(occasions) / sizeof(occasions[0]) };

/* ---- Every entry ------------------------------------------------------------------------------ */

static void with_list(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void with_list(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)mplog_vemit(NULL, MPLOG_INFO, 0, NULL, 0, fmt, ap);
	va_end(ap);
}

static void log_info(void)
{
	(void)mplog_info("message %d of %s", 1, "many");
}

static void log_real(void)
{
	(void)mplog_info("%.3f %e %g %20s %-8ld", 1.5, 1e300, 1e-300, "x", 3L);
}

static void log_m(void)
{
	errno = ENOENT;
	(void)mplog_info("%m");
}

static void log_long_double(void)
{
	(void)mplog_info("%Lf %La", 1.5L, 2.0L);
}

static void log_positional(void)
{
	(void)mplog_emit(NULL, MPLOG_INFO, 0, NULL, 0, "%2$s %1$d", 1, "two");
}

static void log_wide(void)
{
	(void)mplog_info("%ls", L"wide");
}

static void log_large(void)
{
	(void)mplog_info("%s", large);
}

static void log_larger(void)
{
	(void)mplog_info("%s", larger);
}

static void log_errno(void)
{
	(void)mplog_errno(MPLOG_ERR, ENOENT, "open %s", "x");
}

static void log_event(void)
{
	(void)mplog_event(MPLOG_INFO,
			  MPLOG_FIELDS(MPLOG_F("A", 1.5), MPLOG_F("B", "x"), MPLOG_F("C", 1),
				       MPLOG_F("bad name", 1), MPLOG_BLOB("D", large, LARGE)),
			  "event");
}

static void log_many_fields(void)
{
	static struct mplog_field fields[1000];
	static char names[1000][8];

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "N%d", i);
		fields[i] = (struct mplog_field){ .name = names[i], .type = MPLOG_FIELD_REAL };
	}
	(void)mplog_emit(NULL, MPLOG_INFO, 0, fields, 1000, "many");
}

static void log_debug(void)
{
	(void)mplog_debug("below the level %d", 1);
	(void)mplog_event(MPLOG_DEBUG, MPLOG_FIELDS(MPLOG_F("A", 1.5), MPLOG_F("B", large)),
			  "below it");
}

static void log_limited(void)
{
	for (int i = 0; i < 3; i++) {
		(void)mplog_once(MPLOG_INFO, "once %d", i);
		(void)mplog_ratelimit(MPLOG_INFO, 1, 1, "limited %d", i);
	}
}

static void log_list(void)
{
	with_list("%s %d", "list", 2);
}

static void log_bytes(void)
{
	(void)mplog_write(MPLOG_INFO, "bytes", 5);
}

static void log_large_bytes(void)
{
	(void)mplog_write(MPLOG_INFO, large, LARGE);
}

static void enter_and_leave(void)
{
	(void)mplog_enter("scope-of-the-test");
	(void)mplog_set_field("Q", "r");
	(void)mplog_set_level(MPLOG_DEBUG);
	(void)mplog_info("in it");
	mplog_leave();
}

static void enter_odd_name(void)
{
	(void)mplog_enter("an odd name \n");
	mplog_leave();
}

static void fork_named(void)
{
	const pid_t pid = mplog_fork("forked");

	if (pid == 0) {
		(void)mplog_info("in the child");
		_exit(EXIT_SUCCESS);
	}
	(void)mplog_reap(pid, NULL);
	(void)waitpid(pid, NULL, 0);
}

static void fork_unnamed(void)
{
	const pid_t pid = mplog_fork(NULL);

	if (pid == 0) {
		(void)mplog_info("in the child");
		_exit(EXIT_SUCCESS);
	}
	(void)waitpid(pid, NULL, 0);
}

static void reap_by_status(void)
{
	const pid_t pid = mplog_fork("reaped");
	int status = 0;

	if (pid == 0) {
		(void)mplog_debug("in the child");
		(void)raise(SIGKILL);
	}
	(void)waitpid(pid, &status, 0);
	(void)mplog_reaped(pid, status, NULL);
}

static void rename_it(void)
{
	(void)mplog_rename("renamed");
	(void)mplog_rename("an odd name");
}

static void dump_it(void)
{
	(void)mplog_dump();
}

static void seal_it(void)
{
	(void)mplog_seal();
	(void)mplog_info("sealed");
}

static void reload(void)
{
	(void)mplog_reload();
}

static void export_name(void)
{
	(void)mplog_export("exported");
}

static void ask(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	int level;

	(void)mplog_process();
	(void)mplog_level();
	(void)mplog_get_stats(&stats);
	(void)mplog_level_parse("debug", &level);
	(void)mplog_level_name(3);
}

static void set_levels(void)
{
	(void)mplog_set_default_level(MPLOG_NOTICE);
	(void)mplog_set_level(MPLOG_INFO);
}

static void open_again(void)
{
	(void)mplog_open("twice", "main", 0);
}

static void close_and_open(void)
{
	mplog_close();
	(void)mplog_open("small-stack", "main", 0);
	(void)mplog_info("opened");
}

static void close_it(void)
{
	mplog_close();
	(void)mplog_info("closed");
}

static const struct {
	const char *name;
	void (*call)(void);
} entries[] = {
	{ "info", log_info },
	{ "real", log_real },
	{ "m", log_m },
	{ "long double", log_long_double },
	{ "positional", log_positional },
	{ "wide", log_wide },
	{ "large", log_large },
	{ "larger", log_larger },
	{ "errno", log_errno },
	{ "event", log_event },
	{ "vemit", log_list },
	{ "many fields", log_many_fields },
	{ "debug", log_debug },
	{ "limited", log_limited },
	{ "write", log_bytes },
	{ "large write", log_large_bytes },
	{ "enter", enter_and_leave },
	{ "odd enter", enter_odd_name },
	{ "fork", fork_named },
	{ "unnamed fork", fork_unnamed },
	{ "reaped", reap_by_status },
	{ "rename", rename_it },
	{ "dump", dump_it },
	{ "seal", seal_it },
	{ "reload", reload },
	{ "export", export_name },
	{ "ask", ask },
	{ "levels", set_levels },
	{ "open", open_again },
	{ "close and open", close_and_open },
	{ "close", close_it },
};

enum { N_ENTRIES = sizeof(entries) / sizeof(entries[0]) };

/* ---- Both ------------------------------------------------------------------------------------- */

static void setup(void)
{
	memset(large, 'l', LARGE);
	memset(larger, 'L', LARGER);
	journald_start();
	(void)faults_stderr_file();
}

/* A program of its own for each: what one has seen no other has. */
static void open_library(int occasion)
{
	(void)snprintf(conf_path, sizeof(conf_path), "/run/mplog-test/stack-%ld.conf",
		       (long)getpid());
	write_conf(usual);
	ck_assert_int_eq(setenv("MPLOG_CONF", conf_path, 1), 0);
	ck_assert_int_eq(mplog_open("small-stack", "main", 0), 0);
	ck_assert_int_ge(mplog_info("opened"), 0);
	occasions[occasion].prepare();
}

/* Used bytes, or the wait status, of each entry after that occasion. */
static void run_all(int occasion, void (*run)(atomic_uint *used, int entry), int *status)
{
	atomic_uint *const used = faults_share(N_ENTRIES * sizeof(*used));
	pid_t pids[N_ENTRIES];

	if (occasions[occasion].flags & WITHOUT_JOURNAL)
		journald_kill();
	for (int entry = 0; entry < N_ENTRIES; entry++) {
		pids[entry] = fork();
		ck_assert_int_ge(pids[entry], 0);
		if (pids[entry] == 0) {
			open_library(occasion);
			run(&used[entry], entry);
			_exit(EXIT_SUCCESS);
		}
		if (occasions[occasion].flags & ALONE)
			ck_assert_int_eq(waitpid(pids[entry], &status[entry], 0), pids[entry]);
	}
	for (int entry = 0; entry < N_ENTRIES; entry++) {
		if (!(occasions[occasion].flags & ALONE))
			ck_assert_int_eq(waitpid(pids[entry], &status[entry], 0), pids[entry]);
		if (status[entry] == 0)
			status[entry] = -(int)atomic_load(&used[entry]);
	}
}

/* One failure names all entries. A status of 0 or less is the bytes that were used. */
static void expect(int occasion, const int *status)
{
	char report[4096] = "";
	size_t size = 0;

	for (int entry = 0; entry < N_ENTRIES; entry++)
		if ((status[entry] > 0 || status[entry] < -STACK_MAX) &&
		    size < sizeof(report) - 100)
			size += (size_t)snprintf(report + size, sizeof(report) - size,
						 status[entry] > 0 ? " %s: wait status %#x,"
								   : " %s: %d bytes,",
						 entries[entry].name, abs(status[entry]));
	ck_assert_msg(size == 0, "%s:%s", occasions[occasion].name, report);
}

static void measure(atomic_uint *used, int entry)
{
	atomic_store(used, (unsigned)painted_run(entries[entry].call));
}

START_TEST(takes_eight_kib)
{
	int status[N_ENTRIES];

	run_all(_i, measure, status);
	expect(_i, status);
}
END_TEST

/* mplog_write() is for signal handlers. */
static void measure_writing(atomic_uint *used, int entry)
{
	if (entries[entry].call == log_bytes || entries[entry].call == log_large_bytes)
		atomic_store(used, (unsigned)painted_run(entries[entry].call));
}

START_TEST(writing_takes_little)
{
	int status[N_ENTRIES];

	run_all(_i, measure_writing, status);
	for (int entry = 0; entry < N_ENTRIES; entry++) {
		ck_assert_int_le(status[entry], 0);
		ck_assert_int_le(-status[entry], WRITE_STACK_MAX);
	}
}
END_TEST

static void *run_entry(void *argument)
{
	void (*const *call)(void) = argument;

	(*call)();
	return NULL;
}

static void run_in_thread(atomic_uint *used, int entry)
{
	pthread_attr_t attributes;
	pthread_t thread;
	void (*call)(void) = entries[entry].call;

	(void)used;
	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attributes, THREAD_STACK), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, run_entry, &call), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

START_TEST(fits_into_the_smallest_thread)
{
	int status[N_ENTRIES];

	ck_assert_int_le(PTHREAD_STACK_MIN, THREAD_STACK);
	run_all(_i, run_in_thread, status);
	expect(_i, status);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("small-stack");
	TCase *tcase = suite_case(suite, "small-stack", setup, NULL);

	tcase_add_loop_test(tcase, takes_eight_kib, 0, N_OCCASIONS);
	if (!UNDER_ASAN && !UNDER_TSAN)
		tcase_add_loop_test(tcase, writing_takes_little, 0, N_OCCASIONS);
	tcase_add_loop_test(tcase, fits_into_the_smallest_thread, 0, N_OCCASIONS);
	return suite_run(suite);
}
