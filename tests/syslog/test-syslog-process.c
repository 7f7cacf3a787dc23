/* SPDX-License-Identifier: MIT */
/* What programs do that call syslog(3), with libmplog-syslog in front: threads and forks, daemons, closed
 * descriptors, constructors. */
#include "lib/hang.h"
#include "lib/line.h"
#include "lib/suite.h"
#include "lib/syslog-program.h"
#include "lib/threads.h"

#include <mplog.h>

#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>

enum { THREADS = 4, FORKS = 300, OPENINGS = 400, SPINS = 4000, CANCELLED = 50, HUGE = 1 << 20 };

static const char configuration[] =
	/* A journald that is busy with the threads loses none. */
	"defaults = { prefix = \"\"; timeout_ms = 20000; };\n"
	"processes = (\n"
	"  { identifier = \"tree\"; name = \"main\"; child_name = \"worker-%c\"; },\n"
	"  { identifier = \"TREE\"; name = \"*\"; syslog = { facility = \"local3\"; }; },\n"
	"  { identifier = \"quiet\"; name = \"main\"; level = \"warning\"; }\n"
	");\n";

/* ---- The calls -------------------------------------------------------------------------------- */

static void end_child(pid_t pid)
{
	int status = -1;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		_exit(4);
}

/* As cron(8): each child changes the ident that it shares with nobody. */
static void tree(void)
{
	static char ident[] = "tree";

	openlog(ident, LOG_PID, LOG_CRON);
	syslog(LOG_INFO, "parent");
	for (int i = 0; i < 2; i++) {
		const pid_t pid = fork();

		if (pid == 0) {
			syslog(LOG_INFO, "child");
			memcpy(ident, "TREE", sizeof("TREE"));
			syslog(LOG_INFO, "CHILD");
			syslog(LOG_AUTHPRIV | LOG_INFO, "of its own facility");
			_exit(0);
		}
		end_child(pid);
	}
	syslog(LOG_INFO, "parent again");
}

static void *log_on(void *stop)
{
	while (!__atomic_load_n((bool *)stop, __ATOMIC_RELAXED)) {
		openlog("threads", LOG_PID, LOG_DAEMON);
		syslog(LOG_DEBUG, "a thread");
		closelog();
	}
	return NULL;
}

static void fork_beside_threads(void)
{
	static bool stop;
	pthread_t threads[THREADS];

	(void)alarm(HANG_SECONDS);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_create(&threads[i], NULL, log_on, &stop);
	for (int i = 0; i < FORKS; i++) {
		const pid_t pid = fork();

		if (pid == 0) {
			(void)alarm(HANG_SECONDS);
			openlog("forks", LOG_PID, LOG_DAEMON);
			syslog(LOG_INFO, "child %d", i);
			_exit(0);
		}
		end_child(pid);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
}

static void *open_log(void *unused)
{
	(void)unused;
	openlog("opener", LOG_PID, LOG_DAEMON);
	syslog(LOG_DEBUG, "a thread");
	return NULL;
}

/* The child is forked by one thread at any moment of the other's first call. */
static void fork_in_opening(unsigned moment)
{
	pthread_t thread;
	pid_t pid;

	(void)pthread_create(&thread, NULL, open_log, NULL);
	for (unsigned i = 0; i < moment; i++)
		__asm__ volatile("" ::: "memory");
	pid = fork();
	if (pid == 0) {
		openlog("early", LOG_PID, LOG_DAEMON);
		syslog(LOG_INFO, "child");
		_exit(0);
	}
	end_child(pid);
	(void)pthread_join(thread, NULL);
}

/* A process for each: in the next one nothing has been opened. */
static void fork_while_opening(void)
{
	for (unsigned i = 0; i < OPENINGS; i++) {
		const pid_t pid = fork();

		if (pid == 0) {
			fork_in_opening(i * SPINS);
			_exit(0);
		}
		end_child(pid);
	}
}

/* All descriptors are closed, and a client gets them but for a few: the limit is 1,024 in places. */
static void become_daemon(void)
{
	char byte;
	int ends[2];

	openlog("daemon", LOG_NDELAY, LOG_DAEMON);
	syslog(LOG_INFO, "before");
	if (daemon(0, 0) < 0)
		_exit(3);
	for (int fd = 0; fd < 1024; fd++)
		(void)close(fd);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
		_exit(3);
	for (int fd = ends[1] + 1; fd < 1024; fd++)
		(void)dup2(ends[0], fd);
	for (int fd = 500; fd < 510; fd++)
		(void)close(fd);
	syslog(LOG_INFO, "behind");
	syslog(LOG_INFO, read(ends[1], &byte, 1) < 0 ? "nothing to the client" : "to the client");
}

static void huge(void)
{
	char *const text = malloc(HUGE + 1);

	if (!text)
		_exit(3);
	memset(text, 'x', HUGE);
	text[HUGE] = '\0';
	openlog("huge", 0, LOG_USER);
	syslog(LOG_INFO, "%s", text);
	free(text);
}

static void program_of_mplog(void)
{
	syslog(LOG_DEBUG, "before, as the built-in defaults are not in force");
	mplog_close();
	if (mplog_open("owner", "boss", 0) != 0)
		_exit(3);
	mplog_close();
}

static void opened_by_mplog(void)
{
	if (mplog_open("owner", "boss", 0) != 0)
		_exit(3);
	syslog(LOG_INFO, "by a library");
	openlog("library", 0, LOG_MAIL);
	syslog(LOG_INFO, "by a library that names itself");
	mplog_info("by the program");
	mplog_close();
}

static void *log_until_cancelled(void *unused)
{
	for (;;) {
		syslog(LOG_INFO, "until it is cancelled");
		pthread_testcancel();
	}
	return unused;
}

static void cancelled(void)
{
	(void)alarm(HANG_SECONDS);
	openlog("cancelled", 0, LOG_USER);
	for (int i = 0; i < CANCELLED; i++) {
		pthread_t thread;

		(void)pthread_create(&thread, NULL, log_until_cancelled, NULL);
		pause_us(100);
		(void)pthread_cancel(thread);
		(void)pthread_join(thread, NULL);
	}
	syslog(LOG_INFO, "in the end");
}

static void quiet(void)
{
	openlog("quiet", 0, LOG_USER);
	syslog(LOG_INFO, "below the rule's level");
	syslog(LOG_WARNING, "above it");
	(void)setlogmask(LOG_UPTO(LOG_INFO));
	syslog(LOG_INFO, "the program decides");
	syslog(LOG_DEBUG, "below its mask");
}

static const char *early;

__attribute__((constructor)) static void log_early(void)
{
	early = getenv("TEST_SYSLOG_EARLY");
	if (early)
		syslog(LOG_INFO, "%s", early);
}

static void constructor(void)
{
	syslog(LOG_INFO, early ? "there was a constructor" : "there was none");
}

static const struct {
	const char *name;
	void (*calls)(void);
} rows[] = {
	{ "tree", tree },
	{ "threads", fork_beside_threads },
	{ "opening", fork_while_opening },
	{ "daemon", become_daemon },
	{ "huge", huge },
	{ "mplog before", program_of_mplog },
	{ "mplog", opened_by_mplog },
	{ "cancelled", cancelled },
	{ "quiet", quiet },
	{ "constructor", constructor },
};

static int run_calls(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].calls(), EXIT_SUCCESS;
	}
	return EXIT_FAILURE;
}

/* ---- The tests -------------------------------------------------------------------------------- */

static void expect(const struct journal_entry *entry, const char *process, const char *message,
		   const char *facility)
{
	ck_assert_str_eq(journal_value(entry, "PROCESS"), process);
	ck_assert_str_eq(journal_value(entry, "MESSAGE"), message);
	ck_assert_str_eq(journal_value(entry, "SYSLOG_FACILITY"), facility);
	ck_assert_str_eq(journal_value(entry, "LOGGER"), "syslog");
}

START_TEST(children_have_names)
{
	static const char *const children[] = { "PROCESS=worker-1", "PROCESS=worker-2" };
	struct journal_entries all;
	unsigned long n = 0;

	(void)syslog_program_run("tree", true);
	all = journal_read("SYSLOG_IDENTIFIER=tree", "PROCESS=main", NULL);
	ck_assert_uint_eq(all.n, 2);
	expect(&all.entries[0], "main", "parent", "9");
	expect(&all.entries[1], "main", "parent again", "9");
	journal_entries_free(&all);
	for (size_t i = 0; i < 2; i++)
		n += journal_count("SYSLOG_IDENTIFIER=tree", children[i], NULL);
	ck_assert_uint_eq(n, 2);
	all = journal_read("SYSLOG_IDENTIFIER=TREE", NULL);
	ck_assert_uint_eq(all.n, 4);
	for (size_t i = 0; i < all.n; i += 2) {
		const char *process = journal_value(&all.entries[i], "PROCESS");

		ck_assert_str_eq(journal_value(&all.entries[i], "PROCESS_PARENT"), "main");
		ck_assert_int_eq(strncmp(process, "worker-", strlen("worker-")), 0);
		/* The configuration's facility is stronger than that of openlog(3). */
		expect(&all.entries[i], process, "CHILD", "19");
		expect(&all.entries[i + 1], process, "of its own facility", "10");
	}
	journal_entries_free(&all);
}
END_TEST

START_TEST(forks_beside_threads_hang_in_none)
{
	(void)syslog_program_run("threads", true);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=forks", NULL), FORKS);
}
END_TEST

/* The child's ident is its own, whatever the other thread was about. */
START_TEST(forks_while_another_thread_opens)
{
	(void)syslog_program_run("opening", true);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=early", "MESSAGE=child", NULL),
			  OPENINGS);
}
END_TEST

START_TEST(daemons_close_what_they_like)
{
	struct journal_entries all;

	(void)syslog_program_run("daemon", true);
	while (journal_count("SYSLOG_IDENTIFIER=daemon", NULL) < 3)
		pause_ms(5);
	all = journal_read("SYSLOG_IDENTIFIER=daemon", NULL);
	ck_assert_uint_eq(all.n, 3);
	expect(&all.entries[0], "main", "before", "3");
	expect(&all.entries[1], "main", "behind", "3");
	expect(&all.entries[2], "main", "nothing to the client", "3");
	journal_entries_free(&all);
}
END_TEST

START_TEST(messages_of_any_size)
{
	struct journal_entries all = syslog_program_read(syslog_program_run("huge", true));

	ck_assert_uint_eq(all.n, 1);
	ck_assert_uint_eq(journal_field(&all.entries[0], "MESSAGE")->size, HUGE);
	journal_entries_free(&all);
}
END_TEST

START_TEST(a_program_of_mplog_keeps_its_identifier)
{
	struct journal_entries all = syslog_program_read(syslog_program_run("mplog", true));

	ck_assert_uint_eq(all.n, 3);
	expect(&all.entries[0], "boss", "by a library", "1");
	expect(&all.entries[1], "boss", "by a library that names itself", "2");
	ck_assert_str_eq(journal_value(&all.entries[2], "MESSAGE"), "by the program");
	for (size_t i = 0; i < all.n; i++)
		ck_assert_str_eq(journal_value(&all.entries[i], "SYSLOG_IDENTIFIER"), "owner");
	journal_entries_free(&all);
	(void)syslog_program_run("mplog before", true);
}
END_TEST

START_TEST(cancelled_threads_leave_nothing_behind)
{
	(void)syslog_program_run("cancelled", true);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=cancelled", "MESSAGE=in the end", NULL),
			  1);
}
END_TEST

START_TEST(a_mask_is_a_level_of_the_program)
{
	struct journal_entries all = syslog_program_read(syslog_program_run("quiet", true));

	ck_assert_uint_eq(all.n, 2);
	expect(&all.entries[0], "main", "above it", "1");
	expect(&all.entries[1], "main", "the program decides", "1");
	journal_entries_free(&all);
}
END_TEST

START_TEST(constructors_may_log)
{
	struct journal_entries all;

	ck_assert_int_eq(setenv("TEST_SYSLOG_EARLY", "early", 1), 0);
	all = syslog_program_read(syslog_program_run("constructor", true));
	ck_assert_uint_eq(all.n, 2);
	expect(&all.entries[0], "main", "early", "1");
	expect(&all.entries[1], "main", "there was a constructor", "1");
	journal_entries_free(&all);
}
END_TEST

static void setup(void)
{
	journald_start();
	file_make(syslog_program_conf, configuration);
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
	suite = suite_create("processes that call syslog(3)");
	tcase = suite_case(suite, "processes", setup, teardown);
	tcase_add_test(tcase, children_have_names);
	tcase_add_test(tcase, daemons_close_what_they_like);
	tcase_add_test(tcase, messages_of_any_size);
	tcase_add_test(tcase, a_program_of_mplog_keeps_its_identifier);
	tcase_add_test(tcase, cancelled_threads_leave_nothing_behind);
	tcase_add_test(tcase, a_mask_is_a_level_of_the_program);
	tcase_add_test(tcase, constructors_may_log);
	/* The malloc(3) of AddressSanitizer and ThreadSanitizer, unlike libc's, stays locked in such a child. */
	tcase = suite_case(suite, "allocating threads", setup, teardown);
	tcase_set_tags(tcase, "fork-in-malloc");
	tcase_add_test(tcase, forks_beside_threads_hang_in_none);
	tcase = suite_case(suite, "opening threads", setup, teardown);
	tcase_set_tags(tcase, "fork-in-malloc");
	tcase_add_test(tcase, forks_while_another_thread_opens);
	return suite_run(suite);
}
