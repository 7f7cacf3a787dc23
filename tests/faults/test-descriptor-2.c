/* SPDX-License-Identifier: MIT */
/* Descriptor 2 that is not the program's standard error: started closed, closed later, replaced by a
 * client's socket. Not a byte of a record reaches such a file, and the call says what happened. A new
 * log file, a pipe and a terminal on descriptor 2 stay the standard error that they are. */
#include "lib/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/journald.h"
#include "lib/require.h"
#include "lib/suite.h"

enum { HIGH = 100 };

/* ---- What takes descriptor 2: opened as the lowest free number, like a program would ---------- */

/* What is written to `theirs` can be read from `witness`, which is out of the way. */
struct taker {
	int theirs, witness;
};

static int out_of_the_way(int fd)
{
	const int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);

	REQUIRE(high >= HIGH);
	(void)close(fd);
	return high;
}

static struct taker open_file(int flags)
{
	char path[] = "/run/mplog-test/taker-XXXXXX";
	const int witness = out_of_the_way(mkostemp(path, O_CLOEXEC));
	const int theirs = open(path, flags);

	REQUIRE(theirs >= 0);
	REQUIRE(unlink(path) == 0);
	return (struct taker){ theirs, witness };
}

static struct taker data_file(void)
{
	return open_file(O_RDWR);
}

static struct taker private_log(void)
{
	return open_file(O_WRONLY | O_CLOEXEC);
}

static struct taker local_pair(int type)
{
	int ends[2];

	REQUIRE(socketpair(AF_UNIX, type, 0, ends) == 0);
	return (struct taker){ ends[0], out_of_the_way(ends[1]) };
}

static struct taker stream(void)
{
	return local_pair(SOCK_STREAM);
}

static struct taker datagrams(void)
{
	return local_pair(SOCK_DGRAM);
}

static struct taker client(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	const int listener = out_of_the_way(socket(AF_INET, SOCK_STREAM, 0));
	const int witness = out_of_the_way(socket(AF_INET, SOCK_STREAM, 0));
	int theirs;

	REQUIRE(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0);
	REQUIRE(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
	REQUIRE(connect(witness, (struct sockaddr *)&address, size) == 0);
	theirs = accept(listener, NULL, NULL);
	REQUIRE(theirs >= 0);
	return (struct taker){ theirs, witness };
}

static const struct {
	const char *name;
	struct taker (*take)(void);
} takers
	[] = {
		{ "data-file", data_file },     { "stream", stream },
		{ "datagrams", datagrams },     { "client", client },
		{ "private-log", private_log }, /* close-on-exec: no program's standard error is */
	};

enum { N_TAKERS = sizeof(takers) / sizeof(takers[0]), N_LATER = N_TAKERS - 1 };

static long bytes_in(const struct taker *taker)
{
	struct stat st;
	int n = -1;

	REQUIRE(fstat(taker->witness, &st) == 0);
	if (S_ISREG(st.st_mode))
		return st.st_size;
	REQUIRE(ioctl(taker->witness, FIONREAD, &n) == 0);
	return n;
}

static uint64_t lost(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	REQUIRE(mplog_get_stats(&stats) == 0);
	return stats.lost;
}

/* The calls say that there was nowhere to go. */
static void expect_lost(const struct taker *taker)
{
	const uint64_t lost_before = lost();

	for (int i = 0; i < 3; i++) {
		REQUIRE(mplog_info("a record that has no sink") < 0);
		faults_wait_for_tick();
	}
	REQUIRE(bytes_in(taker) == 0);
	REQUIRE(lost() == lost_before + 3);
}

/* ---- Programs that are executed: main() calls them, with descriptor 2 as it was made ---------- */

static struct taker take_2(int i)
{
	const struct taker taker = takers[i].take();

	REQUIRE(taker.theirs == STDERR_FILENO);
	return taker;
}

static void taken_before_open(int i)
{
	const struct taker taker = take_2(i);

	REQUIRE(mplog_open("descriptor-2", "before", 0) == 0);
	expect_lost(&taker);
}

static void taken_after_open(int i)
{
	struct taker taker;

	REQUIRE(mplog_open("descriptor-2", "after", 0) == 0);
	REQUIRE(mplog_info("nowhere") < 0);
	taker = take_2(i);
	expect_lost(&taker);
}

static void taken_without_open(int i)
{
	const struct taker taker = take_2(i);

	expect_lost(&taker);
}

/* Forced: what the administrator wants is written, but to no socket. */
static void forced(int i)
{
	const struct taker taker = take_2(i);

	REQUIRE(setenv("MPLOG_SINK", "stderr", 1) == 0);
	REQUIRE(mplog_open("descriptor-2", "forced", 0) == 0);
	if (takers[i].take == data_file) {
		REQUIRE(mplog_info("asked for") == 0);
		REQUIRE(bytes_in(&taker) > 0);
	} else {
		expect_lost(&taker);
	}
}

static void single(int i)
{
	const struct taker taker = take_2(i);

	REQUIRE(mplog_open("descriptor-2", "single", MPLOG_SINGLE) == 0);
	if (takers[i].take == data_file) {
		REQUIRE(mplog_info("asked for") == 0);
		REQUIRE(bytes_in(&taker) > 0);
	} else {
		expect_lost(&taker);
	}
}

static void echo(int i)
{
	const struct taker taker = take_2(i);

	REQUIRE(mplog_open("descriptor-2", takers[i].name, MPLOG_ECHO) == 0);
	REQUIRE(mplog_info("a record for the journal alone") == 0);
	REQUIRE(bytes_in(&taker) == 0);
}

static const struct {
	const char *name;
	void (*program)(int i);
} programs[] = {
	{ "before", taken_before_open },
	{ "after", taken_after_open },
	{ "without", taken_without_open },
	{ "forced", forced },
	{ "single", single },
	{ "echo", echo },
};

static int program_main(const char *name, int i)
{
	require_setup();
	for (size_t k = 0; k < sizeof(programs) / sizeof(programs[0]); k++)
		if (strcmp(programs[k].name, name) == 0) {
			programs[k].program(i);
			return EXIT_SUCCESS;
		}
	return EXIT_FAILURE;
}

/* As a shell does for 2>&-. */
static void execute(const char *name, int i)
{
	char number[16];
	int status = -1;
	pid_t pid;

	(void)snprintf(number, sizeof(number), "%d", i);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		(void)execl("/proc/self/exe", "test-descriptor-2", name, number, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s, %s: wait status %#x", name, takers[i].name,
		      (unsigned)status);
}

/* ---- Started with it closed ------------------------------------------------------------------- */

START_TEST(taken_before_the_open)
{
	journald_kill();
	execute("before", _i);
}
END_TEST

START_TEST(taken_after_the_open)
{
	journald_kill();
	execute("after", _i);
}
END_TEST

START_TEST(taken_and_never_opened)
{
	journald_kill();
	execute("without", _i);
}
END_TEST

START_TEST(forced_by_the_environment)
{
	journald_kill();
	execute("forced", _i);
}
END_TEST

START_TEST(forced_by_single)
{
	journald_kill();
	execute("single", _i);
}
END_TEST

START_TEST(an_echo_is_left_out)
{
	execute("echo", _i);
	ck_assert_uint_eq(faults_entries_of(takers[_i].name, NULL, 0), 1);
}
END_TEST

/* ---- Closed or replaced later ----------------------------------------------------------------- */

/* Standard error as a daemon's often is. */
static void open_on_file(const char *process, unsigned flags)
{
	const struct taker log = open_file(O_WRONLY | O_APPEND);

	REQUIRE(log.theirs == STDERR_FILENO || dup2(log.theirs, STDERR_FILENO) == STDERR_FILENO);
	REQUIRE(mplog_open("descriptor-2", process, flags) == 0);
}

static void close_and_take(const void *argument)
{
	const int i = *(const int *)argument;
	struct taker taker;

	open_on_file("closed", 0);
	REQUIRE(mplog_info("before") >= 0);
	REQUIRE(close(STDERR_FILENO) == 0);
	taker = take_2(i);
	faults_wait_for_tick();
	expect_lost(&taker);
}

START_TEST(closed_later)
{
	journald_kill();
	require_in_child(close_and_take, &_i);
}
END_TEST

/* inetd: its child has the client as its three standard streams, and logs before it executes. */
static void be_inetd(const void *argument)
{
	const int i = *(const int *)argument;
	struct taker taker;
	pid_t pid;

	open_on_file("inetd", 0);
	REQUIRE(mplog_info("before") >= 0);
	taker = takers[i].take();
	pid = fork();
	if (pid == 0) {
		for (int fd = 0; fd <= STDERR_FILENO; fd++)
			REQUIRE(dup2(taker.theirs, fd) == fd);
		expect_lost(&taker);
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
}

START_TEST(a_client_of_inetd)
{
	journald_kill();
	require_in_child(be_inetd, &_i);
}
END_TEST

/* The primary sink is standard error by force; the client is none. */
static void dup2_where_forced(const void *argument)
{
	const int i = *(const int *)argument;
	struct taker taker;

	REQUIRE(setenv("MPLOG_SINK", "stderr", 1) == 0);
	open_on_file("forced-later", MPLOG_SINGLE);
	REQUIRE(mplog_info("before") == 0);
	taker = takers[i].take();
	REQUIRE(dup2(taker.theirs, STDERR_FILENO) == STDERR_FILENO);
	faults_wait_for_tick();
	expect_lost(&taker);
}

START_TEST(no_force_leads_to_a_new_socket)
{
	journald_kill();
	require_in_child(dup2_where_forced, &_i);
}
END_TEST

static void echo_to_client(const void *argument)
{
	const int i = *(const int *)argument;
	struct taker taker;

	open_on_file("echo-later", MPLOG_ECHO);
	REQUIRE(mplog_info("before") == 0);
	taker = takers[i].take();
	REQUIRE(dup2(taker.theirs, STDERR_FILENO) == STDERR_FILENO);
	faults_wait_for_tick();
	REQUIRE(mplog_info("to the journal alone") == 0);
	REQUIRE(bytes_in(&taker) == 0);
}

START_TEST(no_echo_to_a_client)
{
	require_in_child(echo_to_client, &_i);
}
END_TEST

/* JOURNAL_STREAM names what descriptor 2 was; a client has taken its place, and journald is gone. */
static void replace_stream(const void *argument)
{
	const int i = *(const int *)argument;
	struct taker unit = stream(), taker;
	char name[64];
	struct stat st;

	REQUIRE(fstat(unit.theirs, &st) == 0);
	(void)snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	REQUIRE(setenv("JOURNAL_STREAM", name, 1) == 0);
	REQUIRE(dup2(unit.theirs, STDERR_FILENO) == STDERR_FILENO);
	REQUIRE(mplog_open("descriptor-2", "unit", 0) == 0);
	(void)mplog_info("before");
	taker = takers[i].take();
	REQUIRE(dup2(taker.theirs, STDERR_FILENO) == STDERR_FILENO);
	faults_wait_for_tick();
	expect_lost(&taker);
}

START_TEST(a_client_in_place_of_the_journal_s_stream)
{
	journald_kill();
	require_in_child(replace_stream, &_i);
}
END_TEST

/* JOURNAL_STREAM, which may be another process's, names the client itself. */
static void name_client_as_stream(const void *argument)
{
	const unsigned flags = *(const int *)argument ? MPLOG_SINGLE : 0;
	struct taker taker = stream();
	char name[64];
	struct stat st;

	REQUIRE(fstat(taker.theirs, &st) == 0);
	(void)snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	REQUIRE(setenv("JOURNAL_STREAM", name, 1) == 0);
	open_on_file("stream", flags);
	REQUIRE(mplog_info("before") >= 0);
	REQUIRE(dup2(taker.theirs, STDERR_FILENO) == STDERR_FILENO);
	faults_wait_for_tick();
	expect_lost(&taker);
}

START_TEST(a_client_that_is_called_the_journal_s_stream)
{
	journald_kill();
	require_in_child(name_client_as_stream, &_i);
}
END_TEST

/* The data file has the inode of the log file, as after it was removed. */
static void reuse_inode(const void *argument)
{
	char path[] = "/run/mplog-test/inode-XXXXXX";
	const int witness = out_of_the_way(mkostemp(path, O_CLOEXEC));
	const int log = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct taker taker = { .witness = witness };

	(void)argument;
	REQUIRE(dup2(log, STDERR_FILENO) == STDERR_FILENO);
	REQUIRE(mplog_open("descriptor-2", "inode", 0) == 0);
	REQUIRE(mplog_info("before") >= 0);
	REQUIRE(close(STDERR_FILENO) == 0);
	REQUIRE(open(path, O_RDWR | O_TRUNC) == STDERR_FILENO);
	faults_wait_for_tick();
	expect_lost(&taker);
}

START_TEST(a_data_file_with_the_inode_of_the_log)
{
	journald_kill();
	require_in_child(reuse_inode, NULL);
}
END_TEST

/* ---- What stays standard error ---------------------------------------------------------------- */

static struct taker new_log(void)
{
	return open_file(O_WRONLY | O_APPEND);
}

static struct taker new_pipe(void)
{
	int ends[2];

	REQUIRE(pipe(ends) == 0);
	return (struct taker){ ends[1], ends[0] };
}

static struct taker new_terminal(void)
{
	int master, terminal;

	REQUIRE(openpty(&master, &terminal, NULL, NULL, NULL) == 0);
	return (struct taker){ terminal, master };
}

static struct taker (*const kept[])(void) = { new_log, new_pipe, new_terminal };

enum { N_KEPT = sizeof(kept) / sizeof(kept[0]) };

/* A terminal hands over what was written a little later. */
static bool arrives(const struct taker *taker)
{
	struct pollfd state = { .fd = taker->witness, .events = POLLIN };

	return poll(&state, 1, 10000) == 1 && bytes_in(taker) > 0;
}

static void keep(const void *argument)
{
	struct taker taker;

	open_on_file("kept", 0);
	REQUIRE(mplog_info("before") >= 0);
	taker = kept[*(const int *)argument]();
	REQUIRE(dup2(taker.theirs, STDERR_FILENO) == STDERR_FILENO);
	REQUIRE(mplog_info("after") >= 0);
	REQUIRE(arrives(&taker));
}

START_TEST(a_new_standard_error)
{
	journald_kill();
	require_in_child(keep, &_i);
}
END_TEST

static void reopen(const void *argument)
{
	struct stat st;

	(void)argument;
	open_on_file("freopen", 0);
	REQUIRE(mplog_info("before") >= 0);
	REQUIRE(freopen("/run/mplog-test/reopened", "w", stderr) == stderr);
	REQUIRE(fileno(stderr) == STDERR_FILENO);
	REQUIRE(mplog_info("after") >= 0);
	REQUIRE(fstat(STDERR_FILENO, &st) == 0 && st.st_size > 0);
}

START_TEST(a_reopened_one)
{
	journald_kill();
	require_in_child(reopen, NULL);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc == 3)
		return program_main(argv[1], atoi(argv[2]));
	suite = suite_create("descriptor-2");
	tcase = suite_case(suite, "descriptor-2", journald_start, NULL);
	tcase_add_loop_test(tcase, taken_before_the_open, 0, N_TAKERS);
	tcase_add_loop_test(tcase, taken_after_the_open, 0, N_TAKERS);
	tcase_add_loop_test(tcase, taken_and_never_opened, 0, N_TAKERS);
	tcase_add_loop_test(tcase, forced_by_the_environment, 0, N_LATER);
	tcase_add_loop_test(tcase, forced_by_single, 0, N_LATER);
	tcase_add_loop_test(tcase, an_echo_is_left_out, 0, N_TAKERS);
	tcase_add_loop_test(tcase, closed_later, 0, N_LATER);
	tcase_add_loop_test(tcase, a_client_of_inetd, 0, N_LATER);
	tcase_add_loop_test(tcase, no_force_leads_to_a_new_socket, 1, N_LATER);
	tcase_add_loop_test(tcase, no_echo_to_a_client, 0, N_LATER);
	tcase_add_loop_test(tcase, a_client_in_place_of_the_journal_s_stream, 0, N_LATER);
	tcase_add_loop_test(tcase, a_client_that_is_called_the_journal_s_stream, 0, 2);
	tcase_add_test(tcase, a_data_file_with_the_inode_of_the_log);
	tcase_add_loop_test(tcase, a_new_standard_error, 0, N_KEPT);
	tcase_add_test(tcase, a_reopened_one);
	return suite_run(suite);
}
