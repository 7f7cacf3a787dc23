/* SPDX-License-Identifier: MIT */
/* What a socket sends and to whom: to the service, to its successor, never to a stranger. */

#include "lib/socket-fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>

/* ---- Sending -------------------------------------------------------------------------------- */

START_TEST(sends_over_a_high_descriptor)
{
	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	ck_assert_int_eq(send_message(BYTES("two\n")), 0);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two\n"));
	ck_assert_int_ge(connected_fd(), 256);
	ck_assert_int_lt(connected_fd(), 1024);
	ck_assert_int_eq(fcntl(connected_fd(), F_GETFD), FD_CLOEXEC);
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
	char byte;
	struct iovec room = { .iov_base = &byte,
			      .iov_len = 1 }; /* qemu-user receives nothing without */
	struct msghdr message = { .msg_iov = &room,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct thread *const thread = thread_get();
	uint64_t outer;

	serve(SOCK_DGRAM);
	outer = epoch_enter(thread);
	ck_assert_int_eq(log_socket_send_fd(&log_socket, server, &deadline), 0);
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

START_TEST(distinguishes_absence_from_loss)
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

/* ---- Strangers ------------------------------------------------------------------------------ */

static void check_stranger(int type)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, type, 0, pair), 0);
	ck_assert_int_eq(dup2(pair[0], connected_fd()), connected_fd());
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
	stranger = connected_fd();
	check_stranger(types[_i]);
	ck_assert_int_ne(connected_fd(), stranger);
	ck_assert_int_ge(fcntl(stranger, F_GETFD), 0); /* nor closes it */
}
END_TEST

static int stranger_pair[2];

static void become_stranger(int signal)
{
	(void)signal;
	(void)dup2(stranger_pair[0], connected_fd());
}

/* A call that waits for room wakes up to a descriptor that is another file by then. */
START_TEST(writes_nothing_to_a_stranger_that_came_while_waiting)
{
	const struct sigaction action = { .sa_handler = become_stranger };
	const struct itimerval soon = { { 0, 0 }, { 0, 20000 } };
	int old;

	serve(SOCK_DGRAM);
	fill();
	old = connected_fd();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, stranger_pair), 0);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	ck_assert_int_eq(send_message(BYTES("no")), -EAGAIN);
	expect_nothing_on(stranger_pair[1]);
	ck_assert_int_ne(connected_fd(), old);
}
END_TEST

START_TEST(survives_a_closed_descriptor)
{
	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	expect_on(server, BYTES("one"));
	ck_assert_int_eq(close(connected_fd()), 0);
	ck_assert_int_eq(send_message(BYTES("two")), 0); /* within the same tick, too */
	expect_on(server, BYTES("two"));
}
END_TEST

START_TEST(closes_only_its_own)
{
	int fd;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	fd = connected_fd();
	log_socket_close(&log_socket);
	epoch_collect();
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);

	expect_on(server, BYTES("one"));
	ck_assert_int_eq(send_message(BYTES("two")), 0);
	expect_on(server, BYTES("two"));
	fd = connected_fd();
	ck_assert_int_eq(dup2(STDERR_FILENO, fd), fd);
	log_socket_close(&log_socket);
	epoch_collect();
	ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
}
END_TEST

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

int main(void)
{
	Suite *suite = suite_create("socket");
	TCase *tcase = suite_case(suite, "socket", socket_set_up, socket_tear_down);

	tcase_add_test(tcase, sends_over_a_high_descriptor);
	tcase_add_test(tcase, makes_do_with_few_descriptors);
	tcase_add_test(tcase, passes_a_descriptor);
	tcase_add_test(tcase, says_what_is_too_large);
	tcase_add_test(tcase, ends_messages_on_a_stream);
	tcase_add_test(tcase, distinguishes_absence_from_loss);
	tcase_add_test(tcase, finds_the_successor_with_the_same_call);
	tcase_add_test(tcase, finds_the_successor_of_a_stuck_service);
	tcase_add_loop_test(tcase, writes_nothing_to_a_stranger, 0, 3);
	tcase_add_test(tcase, writes_nothing_to_a_stranger_that_came_while_waiting);
	tcase_add_test(tcase, survives_a_closed_descriptor);
	tcase_add_test(tcase, closes_only_its_own);
	tcase_add_test(tcase, has_as_many_connections_as_are_asked_for);
	return suite_run(suite);
}
