/* SPDX-License-Identifier: MIT */
#include "sink/socket.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/suite.h"
#include "process/epoch.h"
#include "process/thread.h"

#define BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

enum { TIMEOUT_MS = 100, CALLS = 1000, MESSAGE_MAX_ = 256 };

static char directory[64];
static char path[96];
static const char *const paths[] = { "/nonexistent/log", path, NULL };
static struct log_socket test_link;
static int server;

static void set_up(void)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/test-link-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/socket", directory);
	test_link = (struct log_socket){ .paths = paths, .may_stream = true };
	server = -1;
}

static void tear_down(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* ---- The service ---------------------------------------------------------------------------- */

static void serve(int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)unlink(path);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	server = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(server, 0);
	ck_assert_int_eq(bind(server, (struct sockaddr *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(server, 5), 0);
}

static void stop_serving(void)
{
	ck_assert_int_eq(close(server), 0);
	ck_assert_int_eq(unlink(path), 0);
}

static void expect_on(int fd, struct bytes expected)
{
	char buffer[MESSAGE_MAX_];
	const ssize_t size = recv(fd, buffer, sizeof(buffer), 0);

	ck_assert_int_eq(size, (ssize_t)expected.size);
	ck_assert_mem_eq(buffer, expected.data, expected.size);
}

static void expect_nothing_on(int fd)
{
	char byte;

	ck_assert_int_eq(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

static int accept_client(void)
{
	const int client = accept4(server, NULL, NULL, SOCK_CLOEXEC);

	ck_assert_int_ge(client, 0);
	return client;
}

/* ---- The sender ----------------------------------------------------------------------------- */

static int send_within(struct bytes message, unsigned timeout_ms)
{
	struct deadline deadline = { .timeout_ms = timeout_ms };
	struct thread *const thread = thread_get();
	const uint64_t outer = epoch_enter(thread);
	const int r = log_socket_send(&test_link, message, &deadline);

	epoch_leave(thread, outer);
	epoch_collect();
	return r;
}

static int send_message(struct bytes message)
{
	return send_within(message, TIMEOUT_MS);
}

static int64_t now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC);
}

static int fd_of_link(void)
{
	return atomic_load(&test_link.connection)->socket.fd;
}

static void wait_for_tick(void)
{
	const int64_t before = clock_coarse_ns();

	while (clock_coarse_ns() == before)
		;
}

/* Fills the service's queue. */
static void fill(void)
{
	int r;

	while ((r = send_within(BYTES("fill"), 0)) == 0)
		;
	ck_assert_int_eq(r, -EAGAIN);
}

static void drain(void)
{
	char buffer[MESSAGE_MAX_];

	while (recv(server, buffer, sizeof(buffer), 0) >= 0)
		;
}

static void check_child(pid_t pid)
{
	int status;

	ck_assert_int_ge(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* ---- Sending -------------------------------------------------------------------------------- */

START_TEST(sends_over_a_high_descriptor)
{
	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	ck_assert_int_eq(send_message(BYTES("two\n")), 0);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two\n"));
	ck_assert_int_ge(fd_of_link(), 256);
	ck_assert_int_lt(fd_of_link(), 1024);
	ck_assert_int_eq(fcntl(fd_of_link(), F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(makes_do_with_few_descriptors)
{
	struct rlimit limit;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 16;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (dup(server) >= 0)
		;
	ck_assert_int_eq(send_message(BYTES("no")), -EMFILE);
	ck_assert_int_eq(close(5), 0);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	expect_on(server, BYTES("one"));
	closefrom(6); /* room for a leak checker */
}
END_TEST

START_TEST(passes_a_descriptor)
{
	struct deadline deadline = { .timeout_ms = TIMEOUT_MS };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };
	struct thread *const thread = thread_get();
	uint64_t outer;

	serve(SOCK_DGRAM);
	outer = epoch_enter(thread);
	ck_assert_int_eq(log_socket_send_fd(&test_link, server, &deadline), 0);
	epoch_leave(thread, outer);
	ck_assert_int_eq(recvmsg(server, &message, 0), 0);
	ck_assert_ptr_nonnull(CMSG_FIRSTHDR(&message));
	ck_assert_int_eq(CMSG_FIRSTHDR(&message)->cmsg_type, SCM_RIGHTS);
}
END_TEST

START_TEST(says_what_is_too_large)
{
	static const char large[1 << 20];

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message((struct bytes){ large, sizeof(large) - 1 }), -EMSGSIZE);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	expect_on(server, BYTES("one"));
}
END_TEST

START_TEST(ends_messages_on_a_stream)
{
	static const char large[1 << 16];
	int client;

	serve(SOCK_STREAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	client = accept_client();
	expect_on(client, (struct bytes){ "one", 4 });
	ck_assert_int_eq(send_message((struct bytes){ large, sizeof(large) - 1 }), -EMSGSIZE);
	ck_assert_int_eq(send_message(BYTES("two")), 0);
	expect_on(client, (struct bytes){ "two", 4 });
	ck_assert_int_eq(close(client), 0);
	ck_assert_int_eq(send_message(BYTES("three")), 0); /* connects again */
	expect_on(accept_client(), (struct bytes){ "three", 6 });
}
END_TEST

/* ---- Absence -------------------------------------------------------------------------------- */

static void send_until_taken(struct bytes message)
{
	const int64_t end = now_ns() + 1000 * NS_PER_MS;

	while (send_message(message) < 0) {
		ck_assert_msg(now_ns() < end, "not used again within a second");
		(void)poll(NULL, 0, 10);
	}
}

START_TEST(tells_absence_from_loss)
{
	ck_assert_int_eq(send_message(BYTES("no")), -ENOENT);
	ck_assert_int_eq(send_message(BYTES("no")), -ENOENT);
	serve(SOCK_DGRAM);
	send_until_taken(BYTES("one"));
	expect_on(server, BYTES("one"));
	stop_serving();
	ck_assert_int_eq(send_message(BYTES("no")), -ENOTCONN);
	ck_assert_int_eq(send_message(BYTES("no")), -ENOTCONN);
	serve(SOCK_DGRAM);
	send_until_taken(BYTES("two"));
	expect_on(server, BYTES("two"));
}
END_TEST

START_TEST(finds_the_successor_with_the_same_call)
{
	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	stop_serving();
	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("two")), 0);
	expect_on(server, BYTES("two"));
}
END_TEST

START_TEST(finds_the_successor_of_a_stuck_service)
{
	serve(SOCK_DGRAM);
	fill();
	ck_assert_int_eq(unlink(path), 0); /* it lives on, and takes nothing */
	serve(SOCK_DGRAM);
	send_until_taken(BYTES("two"));
	expect_on(server, BYTES("two"));
}
END_TEST

/* ---- Deadline ------------------------------------------------------------------------------- */

static void assert_that_none_waits(unsigned timeout_ms)
{
	const long before = suite_waits();

	for (int i = 0; i < CALLS; i++)
		ck_assert_int_eq(send_within(BYTES("no"), timeout_ms), -EAGAIN);
	ck_assert_int_lt(suite_waits() - before, CALLS / 10);
}

START_TEST(waits_for_the_deadline_once)
{
	int64_t begin;

	serve(SOCK_DGRAM);
	fill();

	begin = now_ns();
	ck_assert_int_eq(send_message(BYTES("no")), -EAGAIN);
	ck_assert_int_ge(now_ns() - begin, TIMEOUT_MS * NS_PER_MS);
	ck_assert(!breaker_allows_wait(&test_link.breaker, &(struct deadline){ TIMEOUT_MS, 0, 0 }));
	assert_that_none_waits(TIMEOUT_MS);

	drain();
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	expect_on(server, BYTES("one"));
	ck_assert(breaker_is_closed(&test_link.breaker));
}
END_TEST

START_TEST(never_waits_without_time)
{
	serve(SOCK_DGRAM);
	fill();
	assert_that_none_waits(0);
}
END_TEST

/* The time-out of a blocking send belongs to the socket, which a child may share: it is the same
 * before and after each deadline, however short. */
START_TEST(leaves_the_socket_s_time_out_alone)
{
	struct timeval before, after;
	socklen_t size = sizeof(before);

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	ck_assert_int_eq(getsockopt(fd_of_link(), SOL_SOCKET, SO_SNDTIMEO, &before, &size), 0);
	fill();
	ck_assert_int_eq(send_within(BYTES("no"), 7), -EAGAIN);
	ck_assert_int_eq(send_within(BYTES("no"), TIMEOUT_MS + 7), -EAGAIN);
	ck_assert_int_eq(getsockopt(fd_of_link(), SOL_SOCKET, SO_SNDTIMEO, &after, &size), 0);
	ck_assert_mem_eq(&before, &after, sizeof(before));
}
END_TEST

/* Who waits for less does not spoil it for who would wait longer. */
START_TEST(is_patient_for_as_long_as_each_call_is)
{
	int64_t begin;

	serve(SOCK_DGRAM);
	fill();
	ck_assert_int_eq(send_within(BYTES("no"), TIMEOUT_MS / 10), -EAGAIN);
	begin = now_ns();
	ck_assert_int_eq(send_within(BYTES("no"), TIMEOUT_MS), -EAGAIN);
	ck_assert_int_ge(now_ns() - begin, TIMEOUT_MS * NS_PER_MS);
	assert_that_none_waits(TIMEOUT_MS / 10);
}
END_TEST

START_TEST(gets_through_when_there_is_room_in_time)
{
	pid_t pid;

	serve(SOCK_DGRAM);
	fill();
	pid = fork();
	if (pid == 0) {
		(void)poll(NULL, 0, TIMEOUT_MS);
		drain();
		_exit(0);
	}
	ck_assert_int_eq(send_within(BYTES("late"), 20 * TIMEOUT_MS), 0);
	check_child(pid);
}
END_TEST

static int connect_one(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

/* There is no room for its connection at first. */
START_TEST(is_let_in_when_there_is_room_in_time)
{
	pid_t pid;

	serve(SOCK_STREAM);
	while (connect_one() == 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
	pid = fork();
	if (pid == 0) {
		(void)poll(NULL, 0, TIMEOUT_MS);
		while (accept(server, NULL, NULL) >= 0)
			;
		_exit(0);
	}
	ck_assert_int_eq(send_within(BYTES("late"), 20 * TIMEOUT_MS), 0);
	check_child(pid);
}
END_TEST

START_TEST(is_not_let_in_beyond_the_deadline)
{
	int64_t begin;

	serve(SOCK_STREAM);
	while (connect_one() == 0)
		;
	begin = now_ns();
	ck_assert_int_eq(send_message(BYTES("no")), -EAGAIN);
	ck_assert_int_ge(now_ns() - begin, TIMEOUT_MS * NS_PER_MS);
}
END_TEST

static volatile sig_atomic_t signals;

static void count_signal(int signal)
{
	signals++;
}

/* If each signal began the deadline anew, it would never end. */
START_TEST(keeps_the_deadline_under_signals)
{
	const struct sigaction action = { .sa_handler = count_signal };
	const struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	int64_t begin;

	serve(SOCK_DGRAM);
	fill();
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	begin = now_ns();
	ck_assert_int_eq(send_message(BYTES("no")), -EAGAIN);
	ck_assert_int_ge(now_ns() - begin, TIMEOUT_MS * NS_PER_MS);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_gt(signals, 1);
}
END_TEST

/* Where a stream took a part of a message and no more, nobody continues that line. */
START_TEST(leaves_no_torn_line_on_a_stream)
{
	static const char half[20000];
	char byte;
	int client;

	serve(SOCK_STREAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	client = accept_client();
	while (send_within((struct bytes){ half, sizeof(half) - 1 }, 0) == 0)
		;
	while (recv(client, &byte, 1, MSG_DONTWAIT) == 1)
		;
	/* A stuck service is looked for anew after a while: not in this test. */
	atomic_store(&test_link.retry_at_ns, INT64_MAX);
	ck_assert_int_eq(send_message(BYTES("two")), 0);
	expect_on(client, (struct bytes){ "two", 4 });
}
END_TEST

/* ---- Strangers ------------------------------------------------------------------------------ */

static void check_stranger(int type)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type, 0, pair), 0);
	ck_assert_int_eq(dup2(pair[0], fd_of_link()), fd_of_link());
	wait_for_tick();
	ck_assert_int_eq(send_message(BYTES("two")), 0);
	expect_on(server, BYTES("two"));
	expect_nothing_on(pair[1]);
}

START_TEST(writes_nothing_to_a_stranger)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int stranger;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	expect_on(server, BYTES("one"));
	stranger = fd_of_link();
	check_stranger(types[_i]);
	ck_assert_int_ne(fd_of_link(), stranger);
	ck_assert_int_ge(fcntl(stranger, F_GETFD), 0); /* nor closes it */
}
END_TEST

static int stranger_pair[2];

static void become_stranger(int signal)
{
	(void)signal;
	(void)dup2(stranger_pair[0], fd_of_link());
}

/* Who waits for room wakes up to a number that is somebody else's by then. */
START_TEST(writes_nothing_to_a_stranger_who_came_meanwhile)
{
	const struct sigaction action = { .sa_handler = become_stranger };
	const struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
	int old;

	serve(SOCK_DGRAM);
	fill();
	old = fd_of_link();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, stranger_pair), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	ck_assert_int_eq(send_message(BYTES("no")), -EAGAIN);
	expect_nothing_on(stranger_pair[1]);
	ck_assert_int_ne(fd_of_link(), old);
}
END_TEST

START_TEST(survives_a_closed_descriptor)
{
	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	expect_on(server, BYTES("one"));
	ck_assert_int_eq(close(fd_of_link()), 0);
	ck_assert_int_eq(send_message(BYTES("two")), 0); /* within the same tick, too */
	expect_on(server, BYTES("two"));
}
END_TEST

START_TEST(closes_only_its_own)
{
	int fd;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	fd = fd_of_link();
	log_socket_close(&test_link);
	epoch_collect();
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);

	expect_on(server, BYTES("one"));
	ck_assert_int_eq(send_message(BYTES("two")), 0);
	expect_on(server, BYTES("two"));
	fd = fd_of_link();
	ck_assert_int_eq(dup2(STDERR_FILENO, fd), fd);
	log_socket_close(&test_link);
	epoch_collect();
	ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
}
END_TEST

/* ---- Children ------------------------------------------------------------------------------- */

static ino_t inode_of_link(void)
{
	return atomic_load(&test_link.connection)->socket.inode;
}

static void open_all(struct connection *ret[], int n)
{
	for (int i = 0; i < n; i++) {
		ck_assert_int_eq(connection_open(&ret[i], path, false), 0);
		for (int k = 0; k < i; k++) {
			ck_assert_ptr_ne(ret[i], ret[k]);
			ck_assert_int_ne(ret[i]->socket.fd, ret[k]->socket.fd);
		}
	}
}

static void retire_all(struct connection *const connections[], int n)
{
	for (int i = 0; i < n; i++)
		connection_retire(connections[i]);
	epoch_collect();
}

static bool holds(struct connection *const connections[], int n, const struct connection *sought)
{
	for (int i = 0; i < n; i++) {
		if (connections[i] == sought)
			return true;
	}
	return false;
}

/* More than lie ready, and then again: in the same memory, with no descriptor left open. */
START_TEST(has_as_many_connections_as_are_asked_for)
{
	enum { MANY = 10 };
	struct connection *first[MANY];
	struct connection *second[MANY];
	int highest = -1;

	serve(SOCK_DGRAM);
	open_all(first, MANY);
	for (int i = 0; i < MANY; i++)
		highest = first[i]->socket.fd > highest ? first[i]->socket.fd : highest;
	retire_all(first, MANY);
	open_all(second, MANY);
	for (int i = 0; i < MANY; i++) {
		ck_assert(holds(first, MANY, second[i]));
		ck_assert_int_le(second[i]->socket.fd, highest);
	}
	retire_all(second, MANY);
	stop_serving();
}
END_TEST

START_TEST(has_a_connection_of_its_own_in_a_child)
{
	ino_t parent;
	pid_t pid;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	parent = inode_of_link();
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&test_link);
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		ck_assert_uint_ne(inode_of_link(), parent);
		_exit(0);
	}
	check_child(pid);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two"));
}
END_TEST

START_TEST(keeps_the_parent_s_where_the_path_is_gone)
{
	ino_t parent;
	pid_t pid;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	parent = inode_of_link();
	ck_assert_int_eq(unlink(path), 0); /* as after chroot(2) */
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&test_link);
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		ck_assert_uint_eq(inode_of_link(), parent);
		_exit(0);
	}
	check_child(pid);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two"));
}
END_TEST

START_TEST(writes_nothing_to_a_stranger_after_fork)
{
	pid_t pid;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	expect_on(server, BYTES("one"));
	pid = fork();
	if (pid == 0) {
		int pair[2];

		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		ck_assert_int_eq(dup2(pair[0], fd_of_link()), fd_of_link());
		wait_for_tick();
		atomic_store(&atomic_load(&test_link.connection)->checked_ns, clock_coarse_ns());
		log_socket_after_fork(&test_link); /* no tick needed */
		/* Another thread is about to connect. */
		if (_i)
			atomic_store(&test_link.inherited, false);
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		expect_nothing_on(pair[1]);
		_exit(0);
	}
	check_child(pid);
	expect_on(server, BYTES("two"));
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, sends_over_a_high_descriptor);
	tcase_add_test(tcase, makes_do_with_few_descriptors);
	tcase_add_test(tcase, passes_a_descriptor);
	tcase_add_test(tcase, says_what_is_too_large);
	tcase_add_test(tcase, ends_messages_on_a_stream);
	tcase_add_test(tcase, tells_absence_from_loss);
	tcase_add_test(tcase, finds_the_successor_with_the_same_call);
	tcase_add_test(tcase, finds_the_successor_of_a_stuck_service);
	tcase_add_test(tcase, waits_for_the_deadline_once);
	tcase_add_test(tcase, never_waits_without_time);
	tcase_add_test(tcase, leaves_the_socket_s_time_out_alone);
	tcase_add_test(tcase, is_patient_for_as_long_as_each_call_is);
	tcase_add_test(tcase, gets_through_when_there_is_room_in_time);
	tcase_add_test(tcase, is_let_in_when_there_is_room_in_time);
	tcase_add_test(tcase, is_not_let_in_beyond_the_deadline);
	tcase_add_test(tcase, keeps_the_deadline_under_signals);
	tcase_add_test(tcase, leaves_no_torn_line_on_a_stream);
	tcase_add_loop_test(tcase, writes_nothing_to_a_stranger, 0, 3);
	tcase_add_test(tcase, writes_nothing_to_a_stranger_who_came_meanwhile);
	tcase_add_test(tcase, survives_a_closed_descriptor);
	tcase_add_test(tcase, closes_only_its_own);
	tcase_add_test(tcase, has_as_many_connections_as_are_asked_for);
	tcase_add_test(tcase, has_a_connection_of_its_own_in_a_child);
	tcase_add_test(tcase, keeps_the_parent_s_where_the_path_is_gone);
	tcase_add_loop_test(tcase, writes_nothing_to_a_stranger_after_fork, 0, 2);
}

int main(void)
{
	Suite *suite = suite_create("socket");
	TCase *tcase = suite_case(suite, "socket", 30, set_up, tear_down);

	add_tests(tcase);
	return suite_run(suite);
}
