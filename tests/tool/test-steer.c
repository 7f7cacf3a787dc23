/* SPDX-License-Identifier: MIT */
/* mplog ps, status, level and reload on a program that runs. */
#include "lib/faults.h"
#include "lib/file.h"
#include "lib/hang.h"
#include "lib/journald.h"
#include "lib/line.h"
#include "lib/shell.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <mplog.h>

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 20, PATIENCE_MS = HANG_SECONDS * 1000, PROMPT_MS = 100, TRIES = 5 };

/* Shared with the workers. */
static struct {
	_Atomic unsigned ticks[WORKERS + 1];
} * shared;

static pid_t workers[WORKERS + 1];
static const char *identifier;
static char configuration[] = "/tmp/mplog-test-XXXXXX";

/* Ticks at debug for ever. */
static void work(unsigned number)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		mplog_debug("tick");
		atomic_fetch_add(&shared->ticks[number], 1);
		pause_ms(1);
	}
}

static void start_worker(unsigned number)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "worker-%u", number);
	workers[number] = mplog_fork(name);
	ck_assert_int_ge(workers[number], 0);
	if (workers[number] == 0)
		work(number);
}

static void await_ticks(unsigned number, unsigned more)
{
	const unsigned before = atomic_load(&shared->ticks[number]);

	for (int i = 0; atomic_load(&shared->ticks[number]) < before + more; i++) {
		ck_assert_int_lt(i, PATIENCE_MS);
		pause_ms(1);
	}
}

static void configure(const char *text)
{
	file_write(configuration, text);
}

static void setup(void)
{
	struct mplog_options options = { .size = sizeof(options), .config = configuration };

	journald_start();
	(void)strcpy(configuration, "/tmp/mplog-test-XXXXXX");
	close(mkstemp(configuration));
	configure("defaults = {\n  level = \"info\"; prefix = \"\";\n};\n");
	shared = faults_share(sizeof(*shared));
	identifier = shell_program("steer");
	options.identifier = identifier;
	options.process = "main";
	ck_assert_int_eq(mplog_open_with(&options), 0);
	mplog_notice("ready");
	memset(workers, 0, sizeof(workers));
}

static void end_worker(unsigned number)
{
	if (workers[number] <= 0)
		return;
	(void)kill(workers[number], SIGKILL);
	(void)waitpid(workers[number], NULL, 0);
	workers[number] = 0;
}

static void teardown(void)
{
	for (unsigned i = 0; i <= WORKERS; i++)
		end_worker(i);
	mplog_close();
	(void)unlink(configuration);
}

static const char *match_identifier(void)
{
	static char match[64];

	(void)snprintf(match, sizeof(match), "SYSLOG_IDENTIFIER=%s", identifier);
	return match;
}

/* In the command's own record of a change. */
static const char *match_program(void)
{
	static char match[64];

	(void)snprintf(match, sizeof(match), "MPLOG_IDENTIFIER=%s", identifier);
	return match;
}

static size_t count_debug(const char *process)
{
	return journal_count(match_identifier(), "PRIORITY=7", process, NULL);
}

/* Waits until worker 1, which does nothing but tick, has a level at which that is logged. */
static void await_debug(const char *process)
{
	for (int i = 0; !count_debug(process); i++) {
		ck_assert_int_lt(i, PATIENCE_MS);
		await_ticks(1, 5);
	}
}

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t sent_us(const struct journal_entry *entry)
{
	return strtoll(journal_value(entry, "_SOURCE_REALTIME_TIMESTAMP"), NULL, 10);
}

/* From the tool's own record of the change to the first of the worker at debug. */
static int64_t reaction_us(void)
{
	struct journal_entries change, debug;
	int64_t asked_us = now_us(), changed_us = 0, reacted_us = INT64_MAX;

	shell_says("mplog level -t $PROGRAM worker-7 debug", ": worker-7 at debug until steer-");
	await_ticks(7, 20);
	change = journal_read(match_program(), "MESSAGE_ID=69e1fe1b67224ee2ac8dc35b2e96f55b", NULL);
	ck_assert_uint_gt(change.n, 0);
	changed_us = sent_us(&change.entries[change.n - 1]);
	debug = journal_read(match_identifier(), "PRIORITY=7", NULL);
	ck_assert_uint_gt(debug.n, 0);
	for (size_t i = 0; i < debug.n; i++) {
		ck_assert_str_eq(journal_value(&debug.entries[i], "PROCESS"), "worker-7");
		if (sent_us(&debug.entries[i]) > asked_us &&
		    sent_us(&debug.entries[i]) < reacted_us)
			reacted_us = sent_us(&debug.entries[i]);
	}
	journal_entries_free(&change);
	journal_entries_free(&debug);
	return reacted_us - changed_us;
}

/* The best of a few: other tests run beside this one. */
START_TEST(one_worker_of_twenty)
{
	int64_t best_us = INT64_MAX;

	for (unsigned i = 1; i <= WORKERS; i++)
		start_worker(i);
	for (unsigned i = 1; i <= WORKERS; i++)
		await_ticks(i, 5);
	ck_assert_uint_eq(count_debug(NULL), 0);

	for (int i = 0; i < TRIES && best_us >= PROMPT_MS * 1000; i++) {
		const int64_t us = reaction_us();

		if (us < best_us)
			best_us = us;
		shell_run(0, "mplog level -t $PROGRAM worker-7 --reset");
		await_ticks(7, 5);
	}
	ck_assert_int_lt(best_us, PROMPT_MS * 1000);
	await_ticks(7, 5); /* the tick that was under way has ended */
	const size_t before = count_debug(NULL);
	await_ticks(7, 20);
	ck_assert_uint_eq(count_debug(NULL), before);
}
END_TEST

START_TEST(a_change_is_a_record_of_who_what_and_until_when)
{
	struct journal_entries entries;
	const struct journal_entry *entry;
	char uid[16];
	int64_t until_us;

	start_worker(1);
	await_ticks(1, 1);
	shell_says("mplog level -t $PROGRAM 'work*' debug --for=10m", "work* at debug until ");
	entries =
		journal_read(match_program(), "MESSAGE_ID=69e1fe1b67224ee2ac8dc35b2e96f55b", NULL);
	shell_says("journalctl --no-pager -q -t mplog MPLOG_IDENTIFIER=$PROGRAM",
		   " to debug by uid ");
	ck_assert_uint_eq(entries.n, 1);
	entry = &entries.entries[0];
	(void)snprintf(uid, sizeof(uid), "%u", (unsigned)getuid());
	ck_assert_str_eq(journal_value(entry, "MPLOG_LEVEL"), "debug");
	ck_assert_str_eq(journal_value(entry, "MPLOG_PATTERN"), "work*");
	ck_assert_str_eq(journal_value(entry, "MPLOG_UID"), uid);
	until_us = strtoll(journal_value(entry, "MPLOG_UNTIL"), NULL, 10);
	ck_assert_int_gt(until_us, now_us() + INT64_C(590000000));
	ck_assert_int_lt(until_us, now_us() + INT64_C(610000000));
	ck_assert_ptr_null(journal_value(entry, "PROCESS_SEQ"));
	ck_assert_ptr_nonnull(journal_value(entry, "RUN_ID"));
	journal_entries_free(&entries);
}
END_TEST

/* It has said so itself. */
START_TEST(the_record_of_a_change_is_not_shown_on_the_terminal)
{
	char *output = shell_on_terminal("mplog level -t $PROGRAM main debug");

	ck_assert_ptr_nonnull(strstr(output, ": main at debug until "));
	ck_assert_ptr_null(strstr(output, "was set"));
	free(output);
}
END_TEST

/* In a process that would be silent but for the level that is over. */
START_TEST(it_reverts_by_itself)
{
	size_t n = 0, before;

	start_worker(1);
	shell_run(0, "mplog level -t $PROGRAM worker-1 debug --for=2s");
	await_ticks(1, 10);
	ck_assert_uint_gt(count_debug(NULL), 0);
	for (int i = 0; !n; i++) {
		ck_assert_int_lt(i, PATIENCE_MS);
		await_ticks(1, 5);
		n = journal_count(match_identifier(), "PROCESS=worker-1",
				  "MESSAGE_ID=69e1fe1b67224ee2ac8dc35b2e96f55b", NULL);
	}
	before = count_debug(NULL);
	await_ticks(1, 20);
	ck_assert_uint_eq(count_debug(NULL), before);
	shell_says("mplog level -t $PROGRAM worker-1", "info");
}
END_TEST

/* A level that is tighter than the program's expires, too, though no call passes the gate. */
START_TEST(a_tighter_one_reverts_as_well)
{
	start_worker(1);
	configure("defaults = {\n  level = \"debug\"; prefix = \"\";\n};\n");
	shell_run(0, "mplog reload -t $PROGRAM");
	await_ticks(1, 5);
	shell_run(0, "mplog level -t $PROGRAM worker-1 err --for=300ms");
	await_ticks(1, 5);
	for (size_t before = count_debug(NULL), i = 0; count_debug(NULL) == before; i++) {
		ck_assert_uint_lt(i, PATIENCE_MS);
		await_ticks(1, 5);
	}
}
END_TEST

START_TEST(one_forked_later_honours_it)
{
	shell_run(0, "mplog level -t $PROGRAM 'worker-[2-3]' debug");
	start_worker(1);
	start_worker(2);
	await_ticks(1, 5);
	await_ticks(2, 5);
	ck_assert_uint_eq(count_debug("PROCESS=worker-1"), 0);
	ck_assert_uint_gt(count_debug("PROCESS=worker-2"), 0);
	/* A respawned one likewise. */
	end_worker(2);
	const size_t before = count_debug("PROCESS=worker-2");
	start_worker(2);
	await_ticks(2, 5);
	ck_assert_uint_gt(count_debug("PROCESS=worker-2"), before);
}
END_TEST

START_TEST(a_scope_of_that_name_as_well)
{
	ck_assert_int_eq(mplog_enter("worker-7"), 0);
	ck_assert(!mplog_enabled(MPLOG_DEBUG));
	shell_says("mplog level -t $PROGRAM worker-7 debug", "now 0 processes and 1 scope");
	ck_assert(mplog_enabled(MPLOG_DEBUG));
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_leave();
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_int_eq(mplog_enter("worker-7"), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	shell_run(0, "mplog level -t $PROGRAM worker-7 --reset");
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	mplog_leave();
}
END_TEST

START_TEST(one_process_by_its_pid)
{
	char command[128];

	start_worker(1);
	start_worker(2);
	await_ticks(1, 1);
	await_ticks(2, 1);
	(void)snprintf(command, sizeof(command), "mplog level -t $PROGRAM %ld debug",
		       (long)workers[2]);
	shell_says(command, "at debug until ");
	await_ticks(1, 5);
	await_ticks(2, 5);
	ck_assert_uint_eq(count_debug("PROCESS=worker-1"), 0);
	ck_assert_uint_gt(count_debug("PROCESS=worker-2"), 0);
}
END_TEST

/* A number that is no process is no name to come either, unless it is written as a pattern. */
START_TEST(a_number_that_is_no_process)
{
	char command[128];
	int status;

	shell_run(1, "mplog level -t $PROGRAM 4194305 debug");
	shell_says("mplog level -t $PROGRAM 4194305 debug 2>&1 || :", "'[4]194305'");
	shell_run(1, "mplog level -t $PROGRAM 4194305 --reset");
	shell_run(1, "mplog level 4194305 debug");
	shell_says("mplog level -t $PROGRAM 2>&1", "no level has been set");
	start_worker(1);
	await_ticks(1, 1);
	/* The pid of no process, though its low bits are one. */
	(void)snprintf(command, sizeof(command), "mplog level -t $PROGRAM %lld debug 2>&1",
		       (1LL << 32) + workers[1]);
	free(shell(&status, "%s", command));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	shell_run(0, "mplog level -t $PROGRAM '[4]194305' debug");
	ck_assert_int_eq(mplog_enter("4194305"), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	shell_run(0, "mplog level -t $PROGRAM 4194305 err");
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
	mplog_leave();
	shell_run(0, "mplog level -t $PROGRAM 4194305 --reset");
}
END_TEST

START_TEST(programs_are_chosen_by_their_run)
{
	shell_run(0, "mplog level --run=$(mplog ps --json -t $PROGRAM | "
		     "sed -n '1s/.*run_id\":\"\\([0-9a-f]*\\).*/\\1/p') main debug");
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	shell_run(1, "mplog level --run=00000000000000000000000000000000 main info");
	shell_run(1, "mplog level --unit=nothing-of-that-name main info");
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
}
END_TEST

START_TEST(what_is_set_for_names_to_come_is_shown)
{
	shell_run(0, "mplog level -t $PROGRAM worker-9 debug");
	shell_says("mplog level worker-9", "to come");
	shell_says("mplog level -t $PROGRAM", "worker-9");
	shell_run(0, "mplog level -t $PROGRAM worker-9 --reset");
	shell_says("mplog level -t $PROGRAM 2>&1", "no level has been set");
}
END_TEST

/* The program that one of the tests below executes: this one. */
static int executed(void)
{
	if (mplog_open("steer-executed", NULL, 0) < 0 || mplog_level() != MPLOG_DEBUG ||
	    mplog_notice("executed") != 0)
		return 1;
	for (int i = 0; i < PATIENCE_MS && mplog_level() != MPLOG_ERR; i++)
		pause_ms(1);
	return mplog_level() == MPLOG_ERR ? 0 : 2;
}

START_TEST(an_executed_program_has_it_too)
{
	pid_t pid;

	shell_run(0, "mplog level -t $PROGRAM 'exec*' debug");
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)setenv("STEER_EXECUTED", "1", 1);
		if (mplog_export("executed") == 0)
			(void)execl("/proc/self/exe", "executed", (char *)NULL);
		_exit(3);
	}
	for (int i = 0; !journal_count("SYSLOG_IDENTIFIER=steer-executed", NULL); i++) {
		ck_assert_int_lt(i, PATIENCE_MS);
		pause_ms(1);
	}
	/* And what is set later, for the program that executed this one. */
	shell_run(0, "mplog level -t $PROGRAM executed err");
	child_exited_well(pid);
}
END_TEST

START_TEST(no_process_of_that_name)
{
	int status;

	free(shell(&status, "mplog level no-such-name debug 2>&1"));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	free(shell(&status, "mplog level -t no-such-name x debug 2>&1"));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	free(shell(&status, "mplog status no-such-name 2>&1"));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	shell_says("mplog ps -t $PROGRAM no-such-name 2>&1",
		   "mplog: no process no-such-name of steer-");
	shell_says("mplog ps -t no-such-name 2>&1",
		   "mplog: no program no-such-name logs through mplog\n");
}
END_TEST

static const char *const misuses[] = {
	"level --reset",
	"level a b c",
	"level worker-1 vebrose",
	"level worker-1 debug --for=soon",
	"level worker-1 debug --for=0",
	"level worker-1 --reset debug",
	"level '[' debug",
	"level worker-1 --for=1s",
	"ps --nonsense",
	"status",
	"reload worker-1",
	"reload --wait=x",
	"gaps nonsense",
	"level worker-1 debug --for=-1s",
};

START_TEST(misuse_is_reported)
{
	char *output;
	int status;

	output = shell(&status, "mplog %s 2>&1", misuses[_i]);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%s: %#x", misuses[_i],
		      (unsigned)status);
	ck_assert_uint_gt(strlen(output), 0);
	free(output);
}
END_TEST

START_TEST(ps_shows_a_tree)
{
	char *output;

	start_worker(1);
	await_ticks(1, 1);
	ck_assert_int_eq(mplog_enter("fetch"), 0);
	start_worker(2);
	await_ticks(2, 1);
	output = shell_expect(
		0,
		"LC_ALL=C mplog ps -t $PROGRAM | "
		"sed -E 's/([A-Za-z0-9,]) .*/\\1/; s/[0-9a-f]{32}/RUN/; s/steer-[0-9]+/PROGRAM/'");
	ck_assert_str_eq(output,
			 "PROCESS\nPROGRAM,\n`-main\n  |-fetch\n  | `-worker-2\n  `-worker-1\n");
	free(output);
	output = shell_expect(0, "mplog ps --json -t $PROGRAM worker-1");
	ck_assert_ptr_nonnull(strstr(output, "\"process\":\"worker-1\""));
	ck_assert_ptr_nonnull(strstr(output, "\"parent\":\"main\""));
	ck_assert_ptr_nonnull(strstr(output, "\"level\":\"info\",\"level_by\":\"configuration\""));
	ck_assert_ptr_null(strstr(output, "worker-2"));
	free(output);
	mplog_leave();
}
END_TEST

/* As a worker function does that begins with mplog_enter(): all its records are a scope's. */
START_TEST(a_process_shows_what_its_scopes_log)
{
	char *output;

	workers[1] = fork();
	ck_assert_int_ge(workers[1], 0);
	if (workers[1] == 0) {
		(void)mplog_enter("worker-1");
		mplog_notice("there");
		work(1);
	}
	await_ticks(1, 1);
	output = shell_expect(0, "mplog ps --json -t $PROGRAM worker-1");
	ck_assert_ptr_nonnull(strstr(output, "\"scope\":false"));
	ck_assert_ptr_nonnull(strstr(output, "\"sink\":\"journal\""));
	ck_assert_ptr_nonnull(strstr(output, "\"last_record_us\":1"));
	ck_assert_ptr_null(strstr(output, "\"scope\":true"));
	free(output);
	output = shell_expect(0, "mplog status -t $PROGRAM worker-1");
	ck_assert_ptr_nonnull(strstr(output, "sink: journal\n"));
	ck_assert_ptr_null(strstr(output, "scope in process"));
	free(output);
}
END_TEST

START_TEST(colour_is_for_terminals)
{
	char *output = shell_expect(0, "mplog ps -t $PROGRAM");

	ck_assert_ptr_null(strchr(output, '\033'));
	free(output);
	output = shell_expect(0,
			      "TERM=xterm script -qec 'mplog ps -t $PROGRAM' /dev/null </dev/null");
	ck_assert_ptr_nonnull(strchr(output, '\033'));
	free(output);
	output = shell_expect(0,
			      "NO_COLOR=1 TERM=xterm script -qec 'mplog ps -t $PROGRAM' /dev/null "
			      "</dev/null");
	ck_assert_ptr_null(strchr(output, '\033'));
	free(output);
}
END_TEST

START_TEST(the_dead_are_shown_on_demand)
{
	char *output;

	start_worker(1);
	shell_run(0, "mplog level -t $PROGRAM worker-1 debug");
	await_ticks(1, 5);
	end_worker(1);
	output = shell_expect(0, "mplog ps -t $PROGRAM");
	ck_assert_ptr_null(strstr(output, "worker-1"));
	free(output);
	output = shell_expect(0, "mplog ps --all -t $PROGRAM");
	ck_assert_ptr_nonnull(strstr(output, "worker-1"));
	ck_assert_ptr_nonnull(strstr(output, "ended"));
	free(output);
	shell_says("mplog status -t $PROGRAM worker-1", "it has ended: its figures are final");
}
END_TEST

START_TEST(status_says_why_it_is_silent)
{
	char script[128];

	start_worker(1);
	await_ticks(1, 1);
	shell_says("mplog status -t $PROGRAM worker-1",
		   "no call has passed level info yet: mplog level worker-1 debug shows");
	(void)snprintf(script, sizeof(script), "level: info, set by: %s:2", configuration);
	shell_says("mplog status -t $PROGRAM worker-1", script);
	(void)snprintf(script, sizeof(script), "mplog status -t $PROGRAM %ld", (long)workers[1]);
	shell_says(script, "worker-1 - process");
	shell_run(0, "mplog level -t $PROGRAM worker-1 none");
	shell_says("mplog status -t $PROGRAM worker-1", "at level none nothing passes");
	shell_says("mplog status -t $PROGRAM worker-1", "with mplog level, until steer-");
}
END_TEST

static void *tick(void *is_over)
{
	while (!atomic_load((atomic_bool *)is_over)) {
		mplog_debug("tick");
		pause_ms(1);
	}
	return NULL;
}

/* What is printed where no process is quiet: it takes no longer than the last answer. */
static char *reload_all(int exit_status)
{
	atomic_bool is_over = false;
	pthread_t ticking = thread_start(tick, &is_over);
	char *output;

	output = shell_expect(exit_status, "mplog reload --wait=600s -t $PROGRAM");
	atomic_store(&is_over, true);
	(void)thread_join(ticking);
	return output;
}

static bool has_answer(const char *output, const char *answer)
{
	char expected[256];

	(void)snprintf(expected, sizeof(expected), " worker-1 %ld: %s\n", (long)workers[1], answer);
	return strstr(output, expected) != NULL;
}

static void expect_answer(const char *output, const char *answer)
{
	ck_assert_msg(has_answer(output, answer), "no \"%s\" in\n%s", answer, output);
}

START_TEST(reload_prints_each_answer)
{
	char *output, expected[256];

	start_worker(1);
	await_ticks(1, 1);
	/* This one is quiet while the tool waits: it cannot answer. */
	output = shell_expect(0, "mplog reload --wait=0ms -t $PROGRAM");
	ck_assert_ptr_nonnull(strstr(output, "worker-1"));
	ck_assert_ptr_nonnull(strstr(output, "pending: it answers with its next call\n"));
	free(output);
	output = reload_all(0);
	expect_answer(output, "unchanged since it last read them");
	free(output);

	configure("defaults = {\n  level = \"debug\"; prefix = \"\";\n};\n");
	output = reload_all(0);
	expect_answer(output, "reloaded");
	free(output);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);

	configure("defaults = {\n  level = \"vebrose\";\n};\n");
	output = reload_all(1);
	expect_answer(output, "kept the last good version:");
	(void)snprintf(expected, sizeof(expected), "%s:2: ", configuration);
	ck_assert_ptr_nonnull(strstr(output, expected));
	free(output);
	shell_says("mplog status -t $PROGRAM worker-1", "last good");
}
END_TEST

/* How long a reload takes while the only process, this one, is idle. */
static int64_t idle_reload_us(const char *command)
{
	const int64_t begin_us = now_us();

	shell_says(command, "pending: it answers with its next call\n");
	return now_us() - begin_us;
}

START_TEST(reload_waits_for_the_idle_only_where_it_is_told_to)
{
	const int64_t told_us = idle_reload_us("mplog reload --wait=2s -t $PROGRAM");

	ck_assert_int_ge(told_us, 2000000);
	ck_assert_int_lt(idle_reload_us("mplog reload -t $PROGRAM"), told_us);
}
END_TEST

/* It has no slot yet, and may log nothing that passes the gate of its files. */
START_TEST(a_child_forked_before_a_reload_has_it_too)
{
	const struct line begin = line_open();

	workers[1] = fork();
	ck_assert_int_ge(workers[1], 0);
	if (workers[1] == 0) {
		line_wait(&begin);
		work(1);
	}
	configure("defaults = {\n  level = \"debug\"; prefix = \"\";\n};\n");
	shell_run(0, "mplog reload --wait=10ms -t $PROGRAM");
	line_tell(&begin);
	/* The file may be so young that the worker waits until it has been whole for a while. */
	await_debug(NULL);
	line_close(&begin);
}
END_TEST

/* The call that answers also passes the gate, and is the one that finds the files due. */
START_TEST(reload_is_answered_before_the_files_are_looked_at)
{
	char *output;

	start_worker(1);
	await_ticks(1, 1);
	free(reload_all(0));
	await_ticks(1, 5); /* it has answered, and its gate is closed again */
	configure("defaults = {\n  level = \"notice\"; prefix = \"\";\n};\n");
	pause_ms(1100); /* the files are due */
	output = reload_all(0);
	expect_answer(output, "reloaded");
	free(output);
}
END_TEST

static void append(int fd, const char *text)
{
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* Has a worker reload while the file has no more than that; returns the file, to be closed. */
static int reload_too_early(int flag, const char *text)
{
	char *output;
	int fd;

	start_worker(1);
	await_ticks(1, 1);
	fd = open(configuration, O_WRONLY | flag | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	append(fd, text);
	output = reload_all(1);
	expect_answer(output, "a file is being written: it takes effect once it is whole");
	free(output);
	return fd;
}

/* A process waits with its answer until the file is whole, but not for long; and looks at it again by itself
 * soon, which may be before it is asked again. */
START_TEST(reload_takes_no_half_of_a_file)
{
	const int fd = reload_too_early(
		O_APPEND, "processes = ( { name = \"worker-1\"; level = \"debug\"; } );\n");
	char *output;

	ck_assert_uint_eq(count_debug("PROCESS=worker-1"), 0);
	ck_assert_int_eq(close(fd), 0);
	output = reload_all(0);
	if (!has_answer(output, "unchanged since it last read them"))
		expect_answer(output, "reloaded");
	free(output);
	await_debug("PROCESS=worker-1");
}
END_TEST

/* A worker that logs nothing at its old level has it too, although no reload is asked for any more. */
START_TEST(a_file_that_was_being_written_takes_effect_once_it_is_whole)
{
	const int fd = reload_too_early(O_TRUNC, "defaults = {\n  level = \"debug\";");

	append(fd, "};\n");
	ck_assert_int_eq(close(fd), 0);
	await_debug("PROCESS=worker-1");
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	if (getenv("STEER_EXECUTED"))
		return executed();

	Suite *suite = suite_create("steer");
	TCase *tcase = suite_case(suite, "steer", setup, teardown);

	tcase_add_test(tcase, one_worker_of_twenty);
	tcase_add_test(tcase, a_change_is_a_record_of_who_what_and_until_when);
	tcase_add_test(tcase, the_record_of_a_change_is_not_shown_on_the_terminal);
	tcase_add_test(tcase, it_reverts_by_itself);
	tcase_add_test(tcase, a_tighter_one_reverts_as_well);
	tcase_add_test(tcase, one_forked_later_honours_it);
	tcase_add_test(tcase, a_scope_of_that_name_as_well);
	tcase_add_test(tcase, one_process_by_its_pid);
	tcase_add_test(tcase, a_number_that_is_no_process);
	tcase_add_test(tcase, programs_are_chosen_by_their_run);
	tcase_add_test(tcase, what_is_set_for_names_to_come_is_shown);
	tcase_add_test(tcase, an_executed_program_has_it_too);
	tcase_add_test(tcase, no_process_of_that_name);
	tcase_add_loop_test(tcase, misuse_is_reported, 0, COUNT(misuses));
	tcase_add_test(tcase, ps_shows_a_tree);
	tcase_add_test(tcase, a_process_shows_what_its_scopes_log);
	tcase_add_test(tcase, colour_is_for_terminals);
	tcase_add_test(tcase, the_dead_are_shown_on_demand);
	tcase_add_test(tcase, status_says_why_it_is_silent);
	tcase_add_test(tcase, reload_prints_each_answer);
	tcase_add_test(tcase, reload_waits_for_the_idle_only_where_it_is_told_to);
	tcase_add_test(tcase, reload_takes_no_half_of_a_file);
	tcase_add_test(tcase, a_file_that_was_being_written_takes_effect_once_it_is_whole);
	tcase_add_test(tcase, a_child_forked_before_a_reload_has_it_too);
	tcase_add_test(tcase, reload_is_answered_before_the_files_are_looked_at);
	return suite_run(suite);
}
