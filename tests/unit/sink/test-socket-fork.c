/* SPDX-License-Identifier: MIT */
/* A child's socket: the first message over its parent's, the others over one of the child's own. */

#include "lib/socket-fixture.h"

#include <string.h>
#include <sys/syscall.h>

#include "lib/threads.h"

static ino_t parent_s; /* the parent's socket */

static ino_t connected_inode(void)
{
	return atomic_load(&log_socket.connection)->socket.inode;
}

static void connect_parent(int type)
{
	serve(type);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	parent_s = connected_inode();
}

/* Fills the buffer of the socket, and not the queue of the service. */
static void fill_parent_s(void)
{
	const int least = 1;

	ck_assert_int_eq(setsockopt(connected_fd(), SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)),
			 0);
	fill();
}

static void send_over(const char *text, bool is_parent_s)
{
	ck_assert_int_eq(send_message((struct bytes){ text, strlen(text) }), 0);
	ck_assert_int_eq(connected_inode() == parent_s, is_parent_s);
}

static void send_two_and_three(void)
{
	log_socket_after_fork(&log_socket);
	send_over("two", true);
	send_over("three", false);
}

START_TEST(has_a_connection_of_its_own_in_a_child)
{
	connect_parent(SOCK_DGRAM);
	child_run(fork(), send_two_and_three);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two"));
	expect_on(server, BYTES("three"));
}
END_TEST

static void send_at_once(void)
{
	log_socket_after_fork(&log_socket);
	send_over("two", false);
}

static void renew_and_send(void)
{
	log_socket_after_fork(&log_socket);
	log_socket_renew(&log_socket);
	send_over("two", false);
}

static void connect_and_send(void)
{
	log_socket_after_fork(&log_socket);
	log_socket_connect(&log_socket);
	send_over("two", false);
}

/* A stream; another root, or before a seal. */
START_TEST(has_one_at_once_where_the_parent_s_may_not_do)
{
	static void (*const ways[])(void) = { send_at_once, renew_and_send, connect_and_send };

	connect_parent(_i == 0 ? SOCK_STREAM : SOCK_DGRAM);
	child_run(fork(), ways[_i]);
}
END_TEST

static void send_without_waiting(void)
{
	log_socket_after_fork(&log_socket);
	ck_assert_int_eq(send_within(BYTES("two"), 0), 0);
	ck_assert_uint_ne(connected_inode(), parent_s);
}

START_TEST(has_one_at_once_where_the_parent_s_is_full)
{
	connect_parent(SOCK_DGRAM);
	fill_parent_s();
	child_run(fork(), send_without_waiting);
}
END_TEST

static void send_over_the_parent_s(void)
{
	log_socket_after_fork(&log_socket);
	send_over("two", true);
	send_over("three", true);
}

START_TEST(keeps_the_parent_s_where_the_path_is_gone)
{
	connect_parent(SOCK_DGRAM);
	ck_assert_int_eq(unlink(path), 0); /* as after chroot(2) */
	child_run(fork(), send_over_the_parent_s);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two"));
	expect_on(server, BYTES("three"));
}
END_TEST

static void send_beside_a_stranger(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(dup2(pair[0], connected_fd()), connected_fd());
	wait_for_tick();
	atomic_store(&atomic_load(&log_socket.connection)->checked_ns, clock_coarse_ns());
	log_socket_after_fork(&log_socket); /* no tick needed */
	ck_assert_int_eq(send_message(BYTES("two")), 0);
	expect_nothing_on(pair[1]);
}

START_TEST(writes_nothing_to_a_stranger_after_fork)
{
	connect_parent(SOCK_DGRAM);
	child_run(fork(), send_beside_a_stranger);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two"));
}
END_TEST

/* ---- Threads of a child --------------------------------------------------------------------- */

/* What another thread does, once, while this one is inside of send(2) or socket(2). */
static void (*during_send)(void);
static void (*during_socket)(void);

static void run_once(void (**function)(void))
{
	void (*const once)(void) = *function;

	*function = NULL;
	if (once)
		once();
}

/* The socket's sends come here. */
ssize_t send(int fd, const void *data, size_t size, int flags)
{
	const ssize_t n = syscall(SYS_sendto, fd, data, size, flags, NULL, 0);
	const int error = errno;

	run_once(&during_send);
	errno = error;
	return n;
}

int socket(int domain, int type, int protocol)
{
	run_once(&during_socket);
	return (int)syscall(SYS_socket, domain, type, protocol);
}

static void *send_of_another(void *ret)
{
	*(int *)ret = send_within(BYTES("of another"), 0);
	return NULL;
}

static void send_by_another_thread(void)
{
	int r = -1;

	(void)thread_join(thread_start(send_of_another, &r));
	ck_assert_int_eq(r, 0);
}

/* The child's own socket is there when the send returns. */
static void send_before_another(void)
{
	during_send = send_by_another_thread;
	send_without_waiting();
}

START_TEST(takes_the_one_of_another_thread_where_the_parent_s_was_full)
{
	connect_parent(SOCK_DGRAM);
	fill_parent_s();
	child_run(fork(), send_before_another);
}
END_TEST

/* The other thread comes before the child's own socket is there. */
static void send_after_another(void)
{
	during_socket = send_by_another_thread;
	send_at_once();
}

START_TEST(shares_no_stream_while_another_thread_connects)
{
	int client;

	connect_parent(SOCK_STREAM);
	client = accept_client();
	child_run(fork(), send_after_another);
	expect_on(client, (struct bytes){ "one", sizeof("one") });
	expect_nothing_on(client);
	ck_assert_int_eq(close(client), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("socket-fork");
	TCase *tcase = suite_case(suite, "socket-fork", socket_set_up, socket_tear_down);

	tcase_add_test(tcase, has_a_connection_of_its_own_in_a_child);
	tcase_add_loop_test(tcase, has_one_at_once_where_the_parent_s_may_not_do, 0, 3);
	tcase_add_test(tcase, has_one_at_once_where_the_parent_s_is_full);
	tcase_add_test(tcase, keeps_the_parent_s_where_the_path_is_gone);
	tcase_add_test(tcase, writes_nothing_to_a_stranger_after_fork);
	tcase_add_test(tcase, takes_the_one_of_another_thread_where_the_parent_s_was_full);
	tcase_add_test(tcase, shares_no_stream_while_another_thread_connects);
	return suite_run(suite);
}
