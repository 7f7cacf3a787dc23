/* SPDX-License-Identifier: MIT */
/* mplog exec: what any command prints is in the journal, and the command does not notice. */

#include "lib/child.h"
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MEBIBYTE = 1 << 20, COMMAND_WAITS = 10000, JOINED_MS = 8, BACKGROUND_MS = 60 };

/* What time has spoilt on a busy machine is done again, under another name. */
static unsigned rounds;

static void check_record(const struct journal_entry *entry, const char *priority,
			 const char *logger, const char *message)
{
	ck_assert_str_eq(journal_value(entry, "PRIORITY"), priority);
	ck_assert_str_eq(journal_value(entry, "LOGGER"), logger);
	ck_assert_str_eq(journal_value(entry, "MESSAGE"), message);
}

static void check_status(const char *script, int expected)
{
	int status;

	free(shell(&status, "%s", script));
	ck_assert_msg(status == expected, "%s: wait status 0x%x", script, (unsigned)status);
}

/* ---- Records ---------------------------------------------------------------------------------- */

START_TEST(lines_become_records)
{
	struct journal_entries all;

	shell_run(0,
		  "mplog exec one -t lines -- sh -c 'echo out; echo \"<3>bad\"; echo \"<7>fine\"'");
	all = journal_read("SYSLOG_IDENTIFIER=lines", "PROCESS=one", NULL);
	ck_assert_uint_eq(all.n, 2);
	check_record(&all.entries[0], "6", "stdout", "process=one out");
	check_record(&all.entries[1], "3", "stdout", "process=one bad");
	journal_entries_free(&all);
}
END_TEST

START_TEST(streams_have_their_levels)
{
	struct journal_entries all;

	shell_run(0, "mplog exec err -- sh -c 'echo no >&2'");
	shell_run(0,
		  "mplog exec err --stderr=crit --stdout debug -- sh -c 'echo no >&2; echo yes'");
	shell_run(0, "MPLOG_LEVEL=debug mplog exec err --stdout=debug -- echo debug");
	all = journal_read("PROCESS=err", NULL);
	ck_assert_uint_eq(all.n, 3);
	check_record(&all.entries[0], "4", "stderr", "process=err no");
	check_record(&all.entries[1], "2", "stderr", "process=err no");
	check_record(&all.entries[2], "7", "stdout", "process=err debug");
	journal_entries_free(&all);
}
END_TEST

START_TEST(none_leaves_a_stream_alone)
{
	char *const output = shell_expect(
		0, "mplog exec none --stdout=none -- sh -c 'echo data; echo told >&2'");

	ck_assert_str_eq(output, "data\n");
	free(output);
	ck_assert_uint_eq(journal_count("PROCESS=none", NULL), 1);
	ck_assert_uint_eq(journal_count("PROCESS=none", "LOGGER=stderr", NULL), 1);
}
END_TEST

START_TEST(identifier_is_the_commands)
{
	shell_run(0, "mplog exec who -- /bin/echo one");
	shell_run(0, "mplog exec -t other who echo two");
	ck_assert_uint_eq(journal_count("PROCESS=who", "SYSLOG_IDENTIFIER=echo", NULL), 1);
	ck_assert_uint_eq(journal_count("PROCESS=who", "SYSLOG_IDENTIFIER=other", NULL), 1);
}
END_TEST

START_TEST(rules_apply)
{
	struct journal_entries all;

	shell_run(0,
		  "cat >rules-$$.conf <<'END'\n"
		  "processes = ( { identifier = \"hook\"; name = \"db-*\"; level = \"warning\";\n"
		  "  prefix = \"%%n of %%i: \"; fields = { ROLE = \"db\"; }; } );\n"
		  "END\n"
		  "export MPLOG_CONF=$PWD/rules-$$.conf\n"
		  "mplog exec db-1 -t hook -- sh -c 'echo info; echo \"<4>warning\"'\n"
		  "rm rules-$$.conf");
	all = journal_read("PROCESS=db-1", NULL);
	ck_assert_uint_eq(all.n, 1);
	check_record(&all.entries[0], "4", "stdout", "db-1 of hook: warning");
	ck_assert_str_eq(journal_value(&all.entries[0], "ROLE"), "db");
	journal_entries_free(&all);
}
END_TEST

/* Lines that were dropped a moment ago are heard at once. */
START_TEST(the_level_can_be_changed_from_outside)
{
	pid_t pid;

	(void)shell_program("steered");
	pid = shell_start("exec mplog exec steered -t $PROGRAM --stdout=debug -- sh -c '"
			  "while :; do echo $((i += 1)); sleep 0.01; done'");
	shell_run(
		0,
		"until mplog level steered debug -t $PROGRAM 2>&1; do sleep 0.01; done\n"
		"until journalctl --sync && [ -n \"$(journalctl -q PROCESS=steered)\" ]; do :; done");
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	ck_assert_int_eq(child_status(pid), SIGTERM);
	session_await(pid, 0);
}
END_TEST

/* Returns whether the traceback is one record, and the line behind it the other one. */
static bool is_joined(const char *name)
{
	char match[64], traceback[128], after[64];
	struct journal_entries all;
	bool joined;

	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	(void)snprintf(traceback, sizeof(traceback),
		       "process=%s Traceback:\n  File x\n    line\nTypeError: y", name);
	(void)snprintf(after, sizeof(after), "process=%s after", name);
	all = journal_read(match, NULL);
	joined = all.n == 2;
	if (joined) {
		check_record(&all.entries[0], "3", "stdout", traceback);
		check_record(&all.entries[1], "6", "stdout", after);
	}
	journal_entries_free(&all);
	return joined;
}

/* printf(1) prints all lines by one write(2). */
START_TEST(continuations_are_one_record)
{
	shell_run(0, "mplog exec join --join='^[A-Za-z]+Error' -- "
		     "printf '<3>Traceback:\\n  File x\\n    line\\nTypeError: y\\nafter\\n'");
	ck_assert(is_joined("join"));
}
END_TEST

static const char pausing[] =
	"import os, time\n"
	"begins, ends = [], []\n"
	"for line in (\"<3>Traceback:\", \"  File x\", \"    line\", \"TypeError: y\", \"after\"):\n"
	"    begins.append(time.monotonic())\n"
	"    os.write(1, (line + \"\\n\").encode())\n"
	"    ends.append(time.monotonic())\n"
	"    time.sleep(0.001)\n"
	"open(os.environ[\"NAME\"] + \"-gap\", \"w\").write(str(max(map(float.__sub__, ends[1:], begins))))\n";

/* Returns whether the lines came as soon after one another as they were meant to: then they are joined. */
static bool is_awaited(const char *name)
{
	bool soon;
	char *longest;

	shell_run(
		0,
		"NAME=%s; export NAME; mplog exec $NAME --join='^[A-Za-z]+Error' -- python3 -c '%s'",
		name, pausing);
	longest = shell_expect(0, "cat %s-gap; rm %s-gap", name, name);
	soon = strtod(longest, NULL) * 1000 < JOINED_MS;
	free(longest);
	if (soon)
		ck_assert(is_joined(name));
	return soon;
}

/* On a busy machine a process may lose the processor between two lines for longer than a record is kept
 * open. */
START_TEST(continuations_are_awaited)
{
	char name[32];

	do
		(void)snprintf(name, sizeof(name), "awaited-%u", rounds++);
	while (!is_awaited(name));
}
END_TEST

START_TEST(progress_is_its_last_state)
{
	struct journal_entries all;

	shell_run(0,
		  "mplog exec bar -- sh -c 'for i in 1 20 100; do printf \"\\r%%3d%%%%\" $i; done; "
		  "printf \" done\\r\\nend\\r\\n\"'");
	all = journal_read("PROCESS=bar", NULL);
	ck_assert_uint_eq(all.n, 2);
	check_record(&all.entries[0], "6", "stdout", "process=bar 100% done");
	check_record(&all.entries[1], "6", "stdout", "process=bar end");
	journal_entries_free(&all);
}
END_TEST

/* The script ends only when the record is there: it does not wait for the command's next line. */
START_TEST(the_last_record_does_not_wait)
{
	shell_run(
		0,
		"mkfifo last-$$\n"
		"mplog exec last -- sh -c 'echo one; read x <last-'$$'; echo two' &\n"
		"until journalctl --sync && [ -n \"$(journalctl -q PROCESS=last)\" ]; do :; done\n"
		"echo >last-$$; wait; rm last-$$");
	ck_assert_uint_eq(journal_count("PROCESS=last", NULL), 2);
}
END_TEST

START_TEST(any_byte_and_any_length_survives)
{
	static char megabyte[MEBIBYTE];
	const struct journal_field *message;
	struct journal_entries all;

	shell_run(0, "mplog exec raw -- sh -c 'printf \"a\\000b\\377\\001\\n\"; "
		     "head -c 1048576 /dev/zero | tr \"\\000\" m; printf \"\\nno newline\"'");
	all = journal_read("PROCESS=raw", NULL);
	ck_assert_uint_eq(all.n, 3);
	message = journal_field(&all.entries[0], "MESSAGE");
	ck_assert_uint_eq(message->size, strlen("process=raw ") + 5);
	ck_assert_mem_eq(message->value, "process=raw a\0b\377\001", message->size);
	ck_assert_str_eq(journal_value(&all.entries[0], "LOGGER"), "stdout");
	message = journal_field(&all.entries[1], "MESSAGE");
	memset(megabyte, 'm', sizeof(megabyte));
	ck_assert_uint_eq(message->size, strlen("process=raw ") + MEBIBYTE);
	ck_assert_mem_eq(message->value + strlen("process=raw "), megabyte, MEBIBYTE);
	check_record(&all.entries[2], "6", "stdout", "process=raw no newline");
	journal_entries_free(&all);
}
END_TEST

START_TEST(a_run_continues_below)
{
	struct journal_entries outer, inner;

	shell_run(0, "mplog exec outer -t outer -- sh -c 'echo x; mplog log -t inner y'");
	outer = journal_read("SYSLOG_IDENTIFIER=outer", NULL);
	inner = journal_read("SYSLOG_IDENTIFIER=inner", NULL);
	ck_assert_uint_eq(outer.n, 1);
	ck_assert_uint_eq(inner.n, 1);
	ck_assert_str_eq(journal_value(&inner.entries[0], "PROCESS"), "outer");
	ck_assert_str_eq(journal_value(&inner.entries[0], "RUN_ID"),
			 journal_value(&outer.entries[0], "RUN_ID"));
	journal_entries_free(&outer);
	journal_entries_free(&inner);
}
END_TEST

/* ---- The command does not notice -------------------------------------------------------------- */

START_TEST(exit_status_passes)
{
	check_status("mplog exec s -- true", 0);
	check_status("mplog exec s -- sh -c 'exit 3'", 3 << 8);
	check_status("exec mplog exec s -- sh -c 'kill -TERM $$'", SIGTERM);
	check_status("exec mplog exec s -- sh -c 'kill -KILL $$'", SIGKILL);
	check_status("mplog exec s -- sh -c 'kill -HUP $$'", (128 + SIGHUP) << 8);
	check_status("mplog exec s -- /nonexistent 2>/dev/null", 127 << 8);
	check_status("mplog exec s -- / 2>/dev/null", 126 << 8);
	check_status("mplog exec s 2>/dev/null", 125 << 8);
	check_status("mplog exec s --stdout=loud -- true 2>/dev/null", 125 << 8);
	check_status("mplog exec s '--join=(' -- true 2>/dev/null", 125 << 8);
}
END_TEST

START_TEST(standard_input_is_untouched)
{
	char *const output = shell_expect(
		0, "printf 'one\\ntwo\\n' | (mplog exec in -- head -c 4 >/dev/null; cat)");

	free(output);
	ck_assert_uint_eq(journal_count("PROCESS=in", "MESSAGE=process=in one", NULL), 1);
}
END_TEST

START_TEST(ignored_signals_and_masks_are_the_commands)
{
	char *const output = shell_expect(
		0, "trap '' HUP; grep -E '^Sig(Blk|Ign)' /proc/self/status >sig-$$; "
		   "mplog exec mask --stdout=none -- grep -E '^Sig(Blk|Ign)' /proc/self/status "
		   "| diff sig-$$ - && rm sig-$$");

	ck_assert_str_eq(output, "");
	free(output);
}
END_TEST

/* What systemd gives to the main process of a unit. */
START_TEST(sockets_and_watchdog_are_the_commands)
{
	shell_run(
		0,
		"LISTEN_PID=$$ LISTEN_PIDFDID=5 WATCHDOG_PID=1 exec mplog exec socket -- "
		"sh -c '[ $LISTEN_PID = $$ ] && [ -z \"$LISTEN_PIDFDID\" ] && [ $WATCHDOG_PID = 1 ] && cat <&3 >/dev/null' "
		"3</dev/null");
}
END_TEST

/* As a daemon does that logs to /dev/stderr as another user. A user's own namespace has no other user. */
START_TEST(output_is_opened_again_without_privileges)
{
	shell_run(0,
		  "drop='setpriv --reuid=65534 --regid=65534 --clear-groups'\n"
		  "[ $MPLOG_TEST_UID = 0 ] || drop=\n"
		  "mplog exec again -- $drop sh -c '"
		  "echo err >/dev/stderr && echo more >>/proc/self/fd/2 && echo out >/dev/stdout'");
	ck_assert_uint_eq(journal_count("PROCESS=again", "LOGGER=stderr", NULL), 2);
	ck_assert_uint_eq(journal_count("PROCESS=again", "LOGGER=stdout", NULL), 1);
}
END_TEST

/* Opened again for reading it would take lines away. */
START_TEST(output_is_not_read_by_others)
{
	shell_run(0,
		  "[ $MPLOG_TEST_UID = 0 ] || exit 0\n"
		  "mplog exec unread --stdout=none -- "
		  "setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '! (: <>/dev/stderr)'");
}
END_TEST

static const int forwarded[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH };

/* The command prints a line for the signal, which is a record; then it ends by itself. */
START_TEST(signals_are_forwarded)
{
	char match[64];
	pid_t pid;

	pid = shell_start("exec mplog exec signal-%d -- sh -c 'trap \"echo got it; exit 7\" %d; "
			  "echo ready >ready-%d; while :; do sleep 0.01; done'",
			  forwarded[_i], forwarded[_i], forwarded[_i]);
	shell_run(0, "until [ -s ready-%d ]; do sleep 0.01; done; rm ready-%d", forwarded[_i],
		  forwarded[_i]);
	ck_assert_int_eq(kill(pid, forwarded[_i]), 0);
	ck_assert_int_eq(child_status(pid), 7 << 8);
	(void)snprintf(match, sizeof(match), "MESSAGE=process=signal-%d got it", forwarded[_i]);
	ck_assert_uint_eq(journal_count(match, NULL), 1);
	session_await(pid, 0);
}
END_TEST

/* ---- Endings ---------------------------------------------------------------------------------- */

static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };

static size_t count_file_lines(const char *path)
{
	FILE *const file = fopen(path, "re");
	size_t n = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		n += c == '\n';
	if (file)
		(void)fclose(file);
	return n;
}

/* Until then it is the shell, or still this program, that a signal would meet. */
static void await_command(pid_t pid, const char *name)
{
	char path[64], line[64];

	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
	for (int i = 0; i < COMMAND_WAITS; i++) {
		FILE *const file = fopen(path, "re");

		ck_assert_ptr_nonnull(file);
		if (fgets(line, sizeof(line), file) && strcmp(strtok(line, "\n"), name) == 0)
			i = COMMAND_WAITS;
		(void)fclose(file);
		pause_ms(1);
	}
	ck_assert_str_eq(line, name);
}

/* What the command has printed is written down beside it, after the fact. */
static void end_while_printing(int number, unsigned after_microseconds)
{
	char name[32], match[64];
	size_t printed, logged;
	pid_t pid;
	int status;

	(void)snprintf(name, sizeof(name), "end-%d-%u", number, rounds++);
	pid = shell_start("exec mplog exec %s -- sh -c 'i=0; while :; do i=$((i+1)); echo $i; "
			  "echo $i >&3; sleep 0; done' 3>%s",
			  name, name);
	await_command(pid, "mplog");
	pause_us(after_microseconds);
	ck_assert_int_eq(kill(pid, number), 0);
	status = child_status(pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == number, "status 0x%x",
		      (unsigned)status);
	session_await(pid, 0);
	printed = count_file_lines(name);
	(void)unlink(name);
	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	logged = journal_count(match, NULL);
	ck_assert_msg(logged == printed || logged == printed + 1, "%s: printed %zu, logged %zu",
		      name, printed, logged);
}

START_TEST(ended_by_a_signal_nothing_is_lost_or_left)
{
	for (unsigned microseconds = 0; microseconds < 40000; microseconds += 4000)
		end_while_printing(ending[_i], microseconds);
}
END_TEST

/* Killed with SIGKILL: what the command starts has the pipe as well, and ends with it. */
START_TEST(killed_the_command_ends)
{
	pid_t pid = shell_start("exec mplog exec kill-1 -- sleep 1000");

	session_await_sleepers(pid, 2);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(child_status(pid), SIGKILL);
	session_await(pid, 0);

	pid = shell_start(
		"exec mplog exec kill-2 -- sh -c 'trap \"\" TERM; while :; do echo x; done'");
	session_await(pid, 2);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(child_status(pid), SIGKILL);
	session_await(pid, 0);
}
END_TEST

/* Those in the background ignore SIGINT, by the rules of sh. */
START_TEST(what_a_signal_leaves_behind_is_ended)
{
	const pid_t pid =
		shell_start("exec mplog exec left -- sh -c 'sleep 1000 & exec sleep 1000'");

	session_await_sleepers(pid, 3);
	ck_assert_int_eq(kill(pid, ending[_i]), 0);
	ck_assert_int_eq(child_status(pid), ending[_i]);
	session_await(pid, 0);
}
END_TEST

/* A second signal would disturb an orderly end. */
START_TEST(what_is_left_behind_gets_the_signal_once)
{
	const pid_t pid = shell_start(
		"exec mplog exec once -- sh -c '"
		"(trap \"echo told >>once; end=1\" TERM; sleep 1000 & echo begun >once; "
		" until [ \"$end\" ]; do wait; done; sleep 0.1; echo gone >>once) & "
		"sleep 1000 & sleep 1000; echo never >>once'");
	char *output;

	shell_run(0, "until [ -s once ]; do sleep 0.01; done");
	session_await_sleepers(pid, 6);
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	ck_assert_int_eq(child_status(pid), SIGTERM);
	session_await(pid, 0);
	output = shell_expect(0, "cat once; rm once");
	ck_assert_str_eq(output, "begun\ntold\ngone\n");
	free(output);
}
END_TEST

/* Returns what a script has noted of /proc/uptime, once that is there. */
static double noted_seconds(const char *name, const char *what)
{
	char *const output = shell_expect(
		0, "note=%s-%s; until [ -s $note ]; do sleep 0.01; done; cat $note; rm $note", name,
		what);
	const double seconds = strtod(output, NULL);

	free(output);
	return seconds;
}

/* Returns whether the process in the background has printed soon after the command: then both records
 * are there. The process outlives a line that nobody reads any more, and notes the time behind it. */
static bool leave_one_in_the_background(const char *name)
{
	const pid_t pid =
		shell_start("exec mplog exec %s -- sh -c '"
			    "(trap \"\" PIPE; sleep 0.02; echo late; read at rest </proc/uptime; "
			    " echo $at >%s-late; exec sleep 1000) & "
			    "read at rest </proc/uptime; echo $at >%s-done; echo done'",
			    name, name, name);
	char match[64];
	double seconds;
	bool soon;

	ck_assert_int_eq(child_status(pid), 0);
	seconds = noted_seconds(name, "late") - noted_seconds(name, "done");
	soon = seconds * 1000 < BACKGROUND_MS;
	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	if (soon)
		ck_assert_uint_eq(journal_count(match, NULL), 2);
	/* Nothing but this test may end it. */
	session_await_sleepers(pid, 1);
	ck_assert_int_eq(kill(-pid, SIGKILL), 0);
	session_await(pid, 0);
	return soon;
}

/* On a busy machine the process may be late, and the command is not held. */
START_TEST(a_background_process_does_not_hold_it)
{
	char name[32];

	do
		(void)snprintf(name, sizeof(name), "background-%u", rounds++);
	while (!leave_one_in_the_background(name));
}
END_TEST

/* ---- In numbers ------------------------------------------------------------------------------- */

START_TEST(a_pipeline_at_full_speed_loses_nothing)
{
	char *output;

	journald_wait_for_it();
	output = shell_expect(
		0,
		"export MPLOG_LEVEL=debug\n"
		"mplog exec pipe-1 --stdout=none --stderr=debug -- sh -c 'seq 20000 | tee /dev/stderr' |\n"
		"mplog exec pipe-2 --stdout=none --stderr=debug -- tee /dev/stderr |\n"
		"mplog exec pipe-3 --stdout=debug -- cat");

	ck_assert_str_eq(output, "");
	free(output);
	ck_assert_uint_eq(journal_count("PROCESS=pipe-1", NULL), 20000);
	ck_assert_uint_eq(journal_count("PROCESS=pipe-2", NULL), 20000);
	ck_assert_uint_eq(journal_count("PROCESS=pipe-3", NULL), 20000);
}
END_TEST

static unsigned long lines_wanted(void)
{
	return (unsigned long)suite_number("MPLOG_TEST_LINES", 50000);
}

START_TEST(a_flood_is_logged_whole)
{
	const unsigned long lines = lines_wanted();

	journald_wait_for_it();
	shell_run(0,
		  "MPLOG_LEVEL=debug mplog exec flood --stdout=debug -- seq %lu\n"
		  "journalctl --sync; journalctl -q PROCESS=flood -o cat |\n"
		  "  sed 's/process=flood //' >flood; seq %lu | cmp - flood && rm flood",
		  lines, lines);
}
END_TEST

START_TEST(a_flood_below_the_level_leaves_what_is_above)
{
	shell_run(0,
		  "MPLOG_LEVEL=info mplog exec quiet --stdout=debug -- "
		  "sh -c 'echo \"<6>begun\"; seq %lu; echo \"<6>done\"'",
		  10 * lines_wanted());
	ck_assert_uint_eq(journal_count("PROCESS=quiet", NULL), 2);
	ck_assert_uint_eq(journal_count("MESSAGE=process=quiet done", NULL), 1);
}
END_TEST

static char *records_of(const char *identifier)
{
	return shell_expect(0,
			    "journalctl --sync; journalctl -q -t %s -o json "
			    "--output-fields=PROCESS,PRIORITY,MESSAGE | "
			    "grep -oE '\"(PROCESS|PRIORITY|MESSAGE)\":\"[^\"]*\"' | paste - - - | "
			    "tr '\\t' '\\n' | sort",
			    identifier);
}

/* The article's own situation, with workers that know nothing of mplog. */
START_TEST(in_parallel_and_in_sequence)
{
	static const char worker[] = "sh -c 'echo Running $0 ...; echo \"<4>Done $0.\"'";
	char *parallel, *sequence;

	shell_run(0, "for i in 1 2 3; do mplog exec $i -t parallel -- %s $i & done; wait", worker);
	shell_run(0, "for i in 1 2 3; do mplog exec $i -t sequence -- %s $i; done", worker);
	parallel = records_of("parallel");
	sequence = records_of("sequence");
	ck_assert_uint_gt(strlen(parallel), 0);
	ck_assert_str_eq(parallel, sequence);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=parallel", "PROCESS=2", NULL), 2);
	free(parallel);
	free(sequence);
}
END_TEST

/* nohup(1), and a shell's background, hand on signals ignored: the commands here are to die of them. */
static void heed_signals(void)
{
	static const int signals[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], SIG_DFL);
}

int main(void)
{
	Suite *suite = suite_create("exec");
	TCase *tcase = suite_case(suite, "exec", journald_start, NULL);

	if (getenv("MPLOG_TEST_LINES"))
		tcase_set_timeout(tcase, 4 * CASE_SECONDS);
	heed_signals();
	tcase_add_test(tcase, lines_become_records);
	tcase_add_test(tcase, streams_have_their_levels);
	tcase_add_test(tcase, none_leaves_a_stream_alone);
	tcase_add_test(tcase, identifier_is_the_commands);
	tcase_add_test(tcase, rules_apply);
	tcase_add_test(tcase, the_level_can_be_changed_from_outside);
	tcase_add_test(tcase, continuations_are_one_record);
	tcase_add_test(tcase, continuations_are_awaited);
	tcase_add_test(tcase, progress_is_its_last_state);
	tcase_add_test(tcase, the_last_record_does_not_wait);
	tcase_add_test(tcase, any_byte_and_any_length_survives);
	tcase_add_test(tcase, a_run_continues_below);
	tcase_add_test(tcase, exit_status_passes);
	tcase_add_test(tcase, standard_input_is_untouched);
	tcase_add_test(tcase, ignored_signals_and_masks_are_the_commands);
	tcase_add_test(tcase, sockets_and_watchdog_are_the_commands);
	tcase_add_test(tcase, output_is_opened_again_without_privileges);
	tcase_add_test(tcase, output_is_not_read_by_others);
	tcase_add_loop_test(tcase, signals_are_forwarded, 0,
			    sizeof(forwarded) / sizeof(forwarded[0]));
	tcase_add_loop_test(tcase, ended_by_a_signal_nothing_is_lost_or_left, 0,
			    sizeof(ending) / sizeof(ending[0]));
	tcase_add_test(tcase, killed_the_command_ends);
	tcase_add_loop_test(tcase, what_a_signal_leaves_behind_is_ended, 0,
			    sizeof(ending) / sizeof(ending[0]));
	tcase_add_test(tcase, what_is_left_behind_gets_the_signal_once);
	tcase_add_test(tcase, a_background_process_does_not_hold_it);
	tcase_add_test(tcase, a_pipeline_at_full_speed_loses_nothing);
	tcase_add_test(tcase, a_flood_is_logged_whole);
	tcase_add_test(tcase, a_flood_below_the_level_leaves_what_is_above);
	tcase_add_test(tcase, in_parallel_and_in_sequence);
	return suite_run(suite);
}
