/* SPDX-License-Identifier: MIT */
/* A stream service that reads nothing, and a program that closes the library's descriptors. */
#include "sink/socket.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/child.h"
#include "lib/suite.h"
#include "process/epoch.h"
#include "process/thread.h"

#define BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

enum { TIMEOUT_MS = 100, BACKLOG = 64, READ_MAX = 4096 };

/* Several times as long as a stuck service is left alone. */
#define WHILE_NS (INT64_C(1100) * NS_PER_MS)

static const char message[] =
	"a message of about a hundred bytes, as a program writes some hundreds "
	"of them in a second, and more";

static char directory[64];
static char path[96];
static const char *const paths[] = { path, NULL };
static struct log_socket log_service;
static int server = -1;

static void serve(int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	server = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(server, 0);
	ck_assert_int_eq(bind(server, (struct sockaddr *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(server, BACKLOG), 0);
}

static void set_up(void)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/test-socket-stuck-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/socket", directory);
	log_service = (struct log_socket){ .paths = paths, .may_stream = true };
}

static void tear_down(void)
{
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* Returns whether the call has waited. */
static bool send_one(int *ret)
{
	struct deadline deadline = { .timeout_ms = TIMEOUT_MS };
	struct thread *const thread = thread_get();
	const uint64_t outer = epoch_enter(thread);

	*ret = log_socket_send(&log_service, BYTES(message), &deadline);
	epoch_leave(thread, outer);
	epoch_collect();
	return deadline.end_ns != 0;
}

static unsigned waits_while_it_is_stuck(void)
{
	const int64_t end = clock_now_ns(CLOCK_MONOTONIC) + WHILE_NS;
	unsigned waits = 0;
	int r;

	while (clock_now_ns(CLOCK_MONOTONIC) < end) {
		waits += send_one(&r);
		ck_assert(r == 0 || r == -EAGAIN);
	}
	return waits;
}

/* ---- Stuck ---------------------------------------------------------------------------------- */

START_TEST(a_stuck_stream_costs_one_deadline)
{
	serve(SOCK_STREAM);
	ck_assert_uint_eq(waits_while_it_is_stuck(), 1);
}
END_TEST

static void expect_no_wait(void)
{
	log_socket_after_fork(&log_service);
	if (waits_while_it_is_stuck() != 0)
		_exit(EXIT_FAILURE);
}

START_TEST(and_none_in_a_child)
{
	serve(SOCK_STREAM);
	ck_assert_uint_eq(waits_while_it_is_stuck(), 1);
	child_run(fork(), expect_no_wait);
}
END_TEST

/* Reads all that any connection has left. */
static void read_all(void)
{
	static int clients[BACKLOG];
	static int n;
	char buffer[READ_MAX];
	int client;

	while (n < BACKLOG && (client = accept4(server, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		clients[n++] = client;
	for (int i = 0; i < n; i++)
		while (read(clients[i], buffer, sizeof(buffer)) > 0)
			;
}

START_TEST(one_that_reads_again_is_waited_for_again)
{
	int r;

	serve(SOCK_STREAM);
	ck_assert_uint_eq(waits_while_it_is_stuck(), 1);
	while (!breaker_is_closed(&log_service.breaker)) {
		read_all();
		(void)send_one(&r);
	}
	ck_assert_uint_eq(waits_while_it_is_stuck(), 1);
}
END_TEST

/* ---- Closed --------------------------------------------------------------------------------- */

static int number_of_socket(void)
{
	return atomic_load(&log_service.connection)->socket.fd;
}

static int put_stranger(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	ck_assert_int_eq(dup2(pair[0], number_of_socket()), number_of_socket());
	return pair[1];
}

static void expect_nothing_on(int fd)
{
	char byte;

	ck_assert_int_eq(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

static void expect_sent(void)
{
	int r;

	(void)send_one(&r);
	ck_assert_int_eq(r, 0);
}

START_TEST(a_program_that_closed_one_is_watched)
{
	serve(SOCK_DGRAM);
	expect_sent();
	ck_assert_int_eq(close(number_of_socket()), 0);
	expect_sent();
	for (int i = 0; i < 3; i++) { /* within a tick of the clock */
		const int stranger = put_stranger();

		expect_sent();
		expect_nothing_on(stranger);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("socket-stuck");
	TCase *tcase = suite_case(suite, "socket-stuck", set_up, tear_down);

	tcase_add_test(tcase, a_stuck_stream_costs_one_deadline);
	tcase_add_test(tcase, and_none_in_a_child);
	tcase_add_test(tcase, one_that_reads_again_is_waited_for_again);
	tcase_add_test(tcase, a_program_that_closed_one_is_watched);
	return suite_run(suite);
}
