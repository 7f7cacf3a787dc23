/* SPDX-License-Identifier: MIT */
#include "sink/sink.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/suite.h"
#include "sink/stderr-fd.h"

#define BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

enum { TIMEOUT_MS = 100, CALLS = 1000, OUTPUT_MAX = 1 << 16 };

static struct output look;
static char output[OUTPUT_MAX + 1];

static void set_up(void)
{
	look = (struct output){
		.identifier = "ingestd",
		.process = "1",
		.pid = 4875,
		.prefix = { BYTES("no "), BYTES("no "), BYTES("process=1 ") },
		.facility = -1,
	};
	(void)unsetenv("JOURNAL_STREAM");
	(void)unsetenv("NO_COLOR");
	stderr_begin();
	stderr_open();
}

/* ---- Writing -------------------------------------------------------------------------------- */

static int write_message(struct bytes message, unsigned timeout_ms)
{
	static char buffer[1 << 20];
	const struct record_source source = { .head = BYTES(
						      "PROCESS=1\nBLOB\n\2\0\0\0\0\0\0\0\0\377\n"),
					      .prefix = look.prefix[SINK_JOURNAL],
					      .level = MPLOG_DEBUG,
					      .message = message };
	struct deadline deadline = { .timeout_ms = timeout_ms };
	struct record record;
	const struct delivery delivery = { &record, &look, &deadline };

	ck_assert_uint_le(record_compose(&record, buffer, sizeof(buffer), &source), sizeof(buffer));
	return sink_stderr.write(&delivery);
}

static void set_stderr(int fd)
{
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	stderr_begin();
}

static const char *read_all(int fd)
{
	size_t size = 0;
	ssize_t n;

	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	while (size < OUTPUT_MAX && (n = read(fd, output + size, OUTPUT_MAX - size)) > 0)
		size += (size_t)n;
	output[size] = '\0';
	return output;
}

/* Returns the reading end. */
static int pipe_stderr(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	set_stderr(ends[1]);
	ck_assert_int_eq(close(ends[1]), 0);
	return ends[0];
}

static int socket_stderr(int type)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
	set_stderr(ends[1]);
	ck_assert_int_eq(close(ends[1]), 0);
	return ends[0];
}

static const char *behind_time(const char *line)
{
	ck_assert_uint_gt(strlen(line), 24);
	ck_assert_int_eq(line[4], '-');
	ck_assert_int_eq(line[19], ',');
	return line + 24;
}

START_TEST(writes_the_article_s_line)
{
	const int end = pipe_stderr();

	ck_assert_int_eq(write_message(BYTES("Running process: 1 ..."), 0), 1);
	ck_assert_str_eq(behind_time(read_all(end)),
			 "DEBUG ingestd 4875 root process=1 Running process: 1 ...\n");
}
END_TEST

START_TEST(escapes_what_would_forge_a_line)
{
	const int end = pipe_stderr();

	ck_assert_int_eq(write_message(BYTES("a\n2026-11-22 \033[2J\xff"), 0), 1);
	ck_assert_str_eq(behind_time(read_all(end)),
			 "DEBUG ingestd 4875 root process=1 a\\n2026-11-22 \\e[2J\\xff\n");
}
END_TEST

START_TEST(writes_json)
{
	const int end = pipe_stderr();

	look.stderr_json = true;
	ck_assert_int_eq(write_message(BYTES("a\n\"b\""), 0), 1);
	ck_assert_str_eq(
		strstr(read_all(end), "\",\"_PID\""),
		"\",\"_PID\":\"4875\",\"PROCESS\":\"1\",\"BLOB\":[0,255],\"PRIORITY\":\"7\","
		"\"LOGGER\":\"root\",\"MESSAGE\":\"process=1 a\\n\\\"b\\\"\"}\n");
	ck_assert_int_eq(write_message(BYTES("\xff"), 0), 1);
	look.prefix[SINK_STDERR] = BYTES("p ");
	ck_assert_int_eq(write_message(BYTES("\xff"), 0), 1);
	ck_assert_ptr_nonnull(strstr(read_all(end), "\"MESSAGE\":[112,32,255]}\n"));
}
END_TEST

START_TEST(writes_long_lines_whole)
{
	static char message[OUTPUT_MAX / 2];
	const int end = pipe_stderr();

	memset(message, 'x', sizeof(message));
	ck_assert_int_eq(write_message((struct bytes){ message, sizeof(message) }, 0), 1);
	ck_assert_uint_eq(strlen(behind_time(read_all(end))),
			  strlen("DEBUG ingestd 4875 root process=1 \n") + sizeof(message));
}
END_TEST

/* ---- What descriptor 2 may be --------------------------------------------------------------- */

START_TEST(is_no_sink_where_there_is_none)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	set_stderr(null);
	ck_assert_int_eq(write_message(BYTES("x"), TIMEOUT_MS), 0);
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	ck_assert_int_eq(write_message(BYTES("x"), TIMEOUT_MS), 0);
}
END_TEST

START_TEST(writes_to_files)
{
	const int file = memfd_create("stderr", MFD_CLOEXEC);

	set_stderr(file);
	ck_assert_int_eq(write_message(BYTES("x"), 0), 1);
	ck_assert_int_eq(lseek(file, 0, SEEK_SET), 0);
	ck_assert_str_eq(behind_time(read_all(file)), "DEBUG ingestd 4875 root process=1 x\n");
}
END_TEST

START_TEST(survives_a_file_at_its_limit)
{
	const struct rlimit limit = { 1 << 20, 1 << 20 }; /* Check itself writes files */
	const int file = memfd_create("stderr", MFD_CLOEXEC);

	ck_assert_int_eq(lseek(file, (1 << 20) - 10, SEEK_SET), (1 << 20) - 10);
	set_stderr(file);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(write_message(BYTES("ten bytes, and then none"), 0), -EFBIG);
}
END_TEST

static void wait_for_tick(void)
{
	const int64_t before = clock_coarse_ns();

	while (clock_coarse_ns() == before)
		(void)poll(NULL, 0, 1);
}

/* The limit is looked at once in a tick, as the descriptor is: here in the next one. */
START_TEST(survives_a_limit_that_is_set_later)
{
	const struct rlimit limit = { 1 << 20, 1 << 20 };
	const int file = memfd_create("stderr", MFD_CLOEXEC);

	set_stderr(file);
	ck_assert_int_eq(write_message(BYTES("no limit yet"), 0), 1);
	ck_assert_int_eq(lseek(file, 1 << 20, SEEK_SET), 1 << 20);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	wait_for_tick();
	ck_assert_int_eq(write_message(BYTES("beyond it"), 0), -EFBIG);
}
END_TEST

static void take_stderr(int fd)
{
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

/* A program that has once put a stranger there does so again: in no tick does one get a byte. */
START_TEST(looks_each_time_after_a_stranger)
{
	const int log = dup(memfd_create("stderr", MFD_CLOEXEC));
	int client[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
	set_stderr(log);
	ck_assert_int_eq(write_message(BYTES("to the log"), 0), 1);
	take_stderr(client[0]);
	wait_for_tick();
	ck_assert_int_eq(write_message(BYTES("not to the client"), 0), 0);
	for (int i = 0; i < 100; i++) {
		take_stderr(log);
		ck_assert_int_eq(write_message(BYTES("to the log"), 0), 1);
		take_stderr(client[0]);
		ck_assert_int_eq(write_message(BYTES("not to the client"), 0), 0);
	}
	ck_assert_str_eq(read_all(client[1]), "");
}
END_TEST

START_TEST(survives_a_pipe_without_a_reader)
{
	sigset_t pending;

	ck_assert_int_eq(close(pipe_stderr()), 0);
	ck_assert_int_eq(write_message(BYTES("x"), TIMEOUT_MS), -EPIPE);
	ck_assert_int_eq(sigpending(&pending), 0);
	ck_assert_int_eq(sigismember(&pending, SIGPIPE), 0);
}
END_TEST

START_TEST(keeps_a_signal_that_is_not_its_own)
{
	sigset_t pipe_signal;
	sigset_t pending;

	ck_assert_int_eq(close(pipe_stderr()), 0);
	(void)sigemptyset(&pipe_signal);
	(void)sigaddset(&pipe_signal, SIGPIPE);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &pipe_signal, NULL), 0);
	ck_assert_int_eq(raise(SIGPIPE), 0);
	ck_assert_int_eq(write_message(BYTES("x"), TIMEOUT_MS), -EPIPE);
	ck_assert_int_eq(sigpending(&pending), 0);
	ck_assert_int_eq(sigismember(&pending, SIGPIPE), 1);
}
END_TEST

START_TEST(survives_a_socket_without_a_peer)
{
	ck_assert_int_eq(close(socket_stderr(SOCK_STREAM)), 0);
	ck_assert_int_eq(write_message(BYTES("x"), TIMEOUT_MS), -EPIPE);
}
END_TEST

/* ---- Deadline ------------------------------------------------------------------------------- */

static int pipe_end(void)
{
	return pipe_stderr();
}

static int stream_end(void)
{
	return socket_stderr(SOCK_STREAM);
}

static int datagram_end(void)
{
	return socket_stderr(SOCK_DGRAM);
}

static int (*const ends[])(void) = { pipe_end, stream_end, datagram_end };

static int64_t now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC);
}

/* No reader, and the descriptor is a blocking one. */
START_TEST(never_blocks_beyond_the_deadline)
{
	const int end = ends[_i]();
	int64_t begin = now_ns();
	long waits;
	int r;

	while ((r = write_message(BYTES("fill"), TIMEOUT_MS)) == 1)
		begin = now_ns();
	ck_assert_int_eq(r, -EAGAIN);
	ck_assert_int_ge(now_ns() - begin, TIMEOUT_MS * NS_PER_MS);

	waits = suite_waits();
	for (int i = 0; i < CALLS; i++)
		ck_assert_int_eq(write_message(BYTES("no"), TIMEOUT_MS), -EAGAIN);
	ck_assert_int_lt(suite_waits() - waits, CALLS / 10);

	while (*read_all(end))
		;
	ck_assert_int_eq(write_message(BYTES("again"), TIMEOUT_MS), 1);
	ck_assert_ptr_nonnull(strstr(read_all(end), "again\n"));
}
END_TEST

START_TEST(begins_a_new_line_after_a_torn_one)
{
	static char message[OUTPUT_MAX * 4];
	const int end = pipe_stderr();
	const char *line;

	memset(message, 'x', sizeof(message));
	ck_assert_int_eq(write_message((struct bytes){ message, sizeof(message) }, 0), -EAGAIN);
	while (*read_all(end))
		;
	ck_assert_int_eq(write_message(BYTES("whole"), 0), 1);
	line = read_all(end);
	ck_assert_int_eq(line[0], '\n');
	ck_assert_str_eq(behind_time(line + 1), "DEBUG ingestd 4875 root process=1 whole\n");
	ck_assert_int_eq(write_message(BYTES("next"), 0), 1);
	ck_assert_int_ne(read_all(end)[0], '\n');
}
END_TEST

START_TEST(waits_for_a_slow_reader)
{
	static char message[OUTPUT_MAX * 4];
	const int end = pipe_stderr();
	size_t size = 0;
	int status;
	pid_t pid;
	ssize_t n;

	memset(message, 'x', sizeof(message));
	pid = fork();
	if (pid == 0)
		_exit(write_message((struct bytes){ message, sizeof(message) }, 10000));
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	while ((n = read(end, output, OUTPUT_MAX)) > 0)
		size += (size_t)n;
	ck_assert_uint_gt(size, sizeof(message));
	ck_assert_int_eq(output[0], 'x');
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}
END_TEST

/* Records of many processes, each up to PIPE_BUF, into one pipe. */
START_TEST(does_not_tear_lines_of_many_processes)
{
	enum { WRITERS = 4, LINES = 200, SIZE = PIPE_BUF - 100 };
	static char message[SIZE];
	const int end = pipe_stderr();
	FILE *reader = fdopen(end, "r");
	char *line = NULL;
	size_t capacity = 0;
	int n = 0;

	memset(message, 'x', sizeof(message));
	for (int i = 0; i < WRITERS; i++) {
		if (fork() > 0)
			continue;
		for (int k = 0; k < LINES; k++) {
			if (write_message((struct bytes){ message, SIZE }, 10000) != 1)
				_exit(1);
		}
		_exit(0);
	}
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	for (ssize_t size; (size = getline(&line, &capacity, reader)) > 0; n++) {
		ck_assert_uint_eq((size_t)size,
				  24 + strlen("DEBUG ingestd 4875 root process=1 \n") + SIZE);
	}
	ck_assert_int_eq(n, WRITERS * LINES);
	free(line);
	for (int i = 0; i < WRITERS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
}
END_TEST

/* ---- Terminal and journal ------------------------------------------------------------------- */

static int terminal_stderr(void)
{
	int master;
	int terminal;

	ck_assert_int_eq(openpty(&master, &terminal, NULL, NULL, NULL), 0);
	set_stderr(terminal);
	ck_assert_int_eq(close(terminal), 0);
	return master;
}

START_TEST(colors_the_process_name_on_a_terminal)
{
	const int end = terminal_stderr();

	look.stderr_color = -1;
	ck_assert(stderr_is_terminal(clock_coarse_ns()));
	ck_assert_int_eq(write_message(BYTES("x"), 0), 1);
	ck_assert_ptr_nonnull(strstr(read_all(end), "process=\033[38;5;"));
	ck_assert_ptr_nonnull(strstr(output, "m1\033[0m x"));

	ck_assert_int_eq(setenv("NO_COLOR", "1", 1), 0);
	stderr_open();
	ck_assert_int_eq(write_message(BYTES("x"), 0), 1);
	ck_assert_ptr_null(strchr(read_all(end), '\033'));
}
END_TEST

START_TEST(colors_no_pipe_unless_configured)
{
	const int end = pipe_stderr();

	look.stderr_color = -1;
	ck_assert(!stderr_is_terminal(clock_coarse_ns()));
	ck_assert_int_eq(write_message(BYTES("x"), 0), 1);
	ck_assert_ptr_null(strchr(read_all(end), '\033'));
	look.stderr_color = 1;
	ck_assert_int_eq(write_message(BYTES("x"), 0), 1);
	ck_assert_ptr_nonnull(strchr(read_all(end), '\033'));
}
END_TEST

START_TEST(marks_lines_on_a_stream_of_the_journal)
{
	const int end = stream_end();
	char stream[64];
	struct stat status;

	ck_assert_int_eq(fstat(STDERR_FILENO, &status), 0);
	ck_assert(!stderr_is_journal(clock_coarse_ns()));
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)status.st_dev,
		       (unsigned long long)status.st_ino);
	ck_assert_int_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
	stderr_open();
	ck_assert(stderr_is_journal(clock_coarse_ns()));
	ck_assert(sink_stderr.is_journald());
	ck_assert_int_eq(write_message(BYTES("x"), 0), 1);
	ck_assert_int_eq(strncmp(read_all(end), "<7>20", 5), 0);

	(void)pipe_stderr();
	ck_assert(!stderr_is_journal(clock_coarse_ns()));
	ck_assert(!sink_stderr.is_journald());
}
END_TEST

static const char *const bad_streams[] = { "", ":", "1", "1:", ":1", "1:2x", "x:1", "0:0" };

START_TEST(ignores_what_is_no_stream)
{
	(void)stream_end();
	ck_assert_int_eq(setenv("JOURNAL_STREAM", bad_streams[_i], 1), 0);
	stderr_open();
	ck_assert(!stderr_is_journal(clock_coarse_ns()));
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, writes_the_article_s_line);
	tcase_add_test(tcase, escapes_what_would_forge_a_line);
	tcase_add_test(tcase, writes_json);
	tcase_add_test(tcase, writes_long_lines_whole);
	tcase_add_test(tcase, is_no_sink_where_there_is_none);
	tcase_add_test(tcase, writes_to_files);
	tcase_add_test(tcase, survives_a_file_at_its_limit);
	tcase_add_test(tcase, survives_a_limit_that_is_set_later);
	tcase_add_test(tcase, looks_each_time_after_a_stranger);
	tcase_add_test(tcase, survives_a_pipe_without_a_reader);
	tcase_add_test(tcase, keeps_a_signal_that_is_not_its_own);
	tcase_add_test(tcase, survives_a_socket_without_a_peer);
	tcase_add_loop_test(tcase, never_blocks_beyond_the_deadline, 0, 3);
	tcase_add_test(tcase, begins_a_new_line_after_a_torn_one);
	tcase_add_test(tcase, waits_for_a_slow_reader);
	tcase_add_test(tcase, does_not_tear_lines_of_many_processes);
	tcase_add_test(tcase, colors_the_process_name_on_a_terminal);
	tcase_add_test(tcase, colors_no_pipe_unless_configured);
	tcase_add_test(tcase, marks_lines_on_a_stream_of_the_journal);
	tcase_add_loop_test(tcase, ignores_what_is_no_stream, 0,
			    sizeof(bad_streams) / sizeof(*bad_streams));
}

int main(void)
{
	Suite *suite = suite_create("sink-stderr");
	TCase *tcase = suite_case(suite, "sink-stderr", set_up, NULL);

	add_tests(tcase);
	return suite_run(suite);
}
