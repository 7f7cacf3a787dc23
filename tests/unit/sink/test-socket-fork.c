/* SPDX-License-Identifier: MIT */
/* A child's socket: the first message over its parent's, the others over one of the child's own. */

#include "lib/socket-fixture.h"

#include <sys/syscall.h>

#include "lib/threads.h"

static ino_t connected_inode(void)
{
	return atomic_load(&log_socket.connection)->socket.inode;
}

START_TEST(has_a_connection_of_its_own_in_a_child)
{
	ino_t parent;
	pid_t pid;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	parent = connected_inode();
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&log_socket);
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		ck_assert_uint_eq(connected_inode(), parent);
		ck_assert_int_eq(send_message(BYTES("three")), 0);
		ck_assert_uint_ne(connected_inode(), parent);
		_exit(0);
	}
	child_exited_well(pid);
	expect_on(server, BYTES("one"));
	expect_on(server, BYTES("two"));
	expect_on(server, BYTES("three"));
}
END_TEST

START_TEST(has_one_at_once_where_the_parent_s_may_not_do)
{
	ino_t parent;
	pid_t pid;

	serve(_i == 0 ? SOCK_STREAM : SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	parent = connected_inode();
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&log_socket);
		if (_i == 1) /* another root, or before a seal */
			log_socket_renew(&log_socket);
		if (_i == 2)
			log_socket_connect(&log_socket);
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		ck_assert_uint_ne(connected_inode(), parent);
		_exit(0);
	}
	child_exited_well(pid);
}
END_TEST

/* Fills the buffer of the socket, and not the queue of the service. */
static void fill_parent_s(void)
{
	const int least = 1;

	ck_assert_int_eq(send_message(BYTES("one")), 0);
	ck_assert_int_eq(setsockopt(connected_fd(), SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)),
			 0);
	fill();
}

START_TEST(has_one_at_once_where_the_parent_s_is_full)
{
	ino_t parent;
	pid_t pid;

	serve(SOCK_DGRAM);
	fill_parent_s();
	parent = connected_inode();
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&log_socket);
		ck_assert_int_eq(send_within(BYTES("two"), 0), 0);
		ck_assert_uint_ne(connected_inode(), parent);
		_exit(0);
	}
	child_exited_well(pid);
}
END_TEST

START_TEST(keeps_the_parent_s_where_the_path_is_gone)
{
	ino_t parent;
	pid_t pid;

	serve(SOCK_DGRAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	parent = connected_inode();
	ck_assert_int_eq(unlink(path), 0); /* as after chroot(2) */
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&log_socket);
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		ck_assert_uint_eq(connected_inode(), parent);
		_exit(0);
	}
	child_exited_well(pid);
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
		ck_assert_int_eq(dup2(pair[0], connected_fd()), connected_fd());
		wait_for_tick();
		atomic_store(&atomic_load(&log_socket.connection)->checked_ns, clock_coarse_ns());
		log_socket_after_fork(&log_socket); /* no tick needed */
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		expect_nothing_on(pair[1]);
		_exit(0);
	}
	child_exited_well(pid);
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
START_TEST(takes_the_one_of_another_thread_where_the_parent_s_was_full)
{
	pid_t pid;

	serve(SOCK_DGRAM);
	fill_parent_s();
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&log_socket);
		during_send = send_by_another_thread;
		ck_assert_int_eq(send_within(BYTES("two"), 0), 0);
		_exit(0);
	}
	child_exited_well(pid);
}
END_TEST

/* The other thread comes before the child's own socket is there. */
START_TEST(shares_no_stream_while_another_thread_connects)
{
	int client;
	pid_t pid;

	serve(SOCK_STREAM);
	ck_assert_int_eq(send_message(BYTES("one")), 0);
	client = accept_client();
	pid = fork();
	if (pid == 0) {
		log_socket_after_fork(&log_socket);
		during_socket = send_by_another_thread;
		ck_assert_int_eq(send_message(BYTES("two")), 0);
		_exit(0);
	}
	child_exited_well(pid);
	expect_on(client, (struct bytes){ "one", sizeof("one") });
	expect_nothing_on(client);
	ck_assert_int_eq(close(client), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("socket-fork");
	TCase *tcase = suite_case(suite, "socket-fork", 30, socket_set_up, socket_tear_down);

	tcase_add_test(tcase, has_a_connection_of_its_own_in_a_child);
	tcase_add_loop_test(tcase, has_one_at_once_where_the_parent_s_may_not_do, 0, 3);
	tcase_add_test(tcase, has_one_at_once_where_the_parent_s_is_full);
	tcase_add_test(tcase, keeps_the_parent_s_where_the_path_is_gone);
	tcase_add_test(tcase, writes_nothing_to_a_stranger_after_fork);
	tcase_add_test(tcase, takes_the_one_of_another_thread_where_the_parent_s_was_full);
	tcase_add_test(tcase, shares_no_stream_while_another_thread_connects);
	return suite_run(suite);
}
