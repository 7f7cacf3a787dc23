/* SPDX-License-Identifier: MIT */
/* A log service on a socket of its own for each test, and the sender that speaks to it. */
#pragma once

#include <check.h>
#include <errno.h>
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
#include "sink/socket.h"

#define BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

enum { TIMEOUT_MS = 100, MESSAGE_MAX_ = 256 };

static char directory[64];
static char path[96];
static const char *const paths[] = { "/nonexistent/log", path, NULL };
static struct log_socket log_socket;
static int server;

static inline void socket_set_up(void)
{
	(void)snprintf(directory, sizeof(directory), "/tmp/test-socket-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/socket", directory);
	log_socket = (struct log_socket){ .paths = paths, .may_stream = true };
	server = -1;
}

static inline void socket_tear_down(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* ---- The service ---------------------------------------------------------------------------- */

static inline void serve(int type)
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

static inline void stop_serving(void)
{
	ck_assert_int_eq(close(server), 0);
	ck_assert_int_eq(unlink(path), 0);
}

static inline void expect_on(int fd, struct bytes expected)
{
	char buffer[MESSAGE_MAX_];
	const ssize_t size = recv(fd, buffer, sizeof(buffer), 0);

	ck_assert_int_eq(size, (ssize_t)expected.size);
	ck_assert_mem_eq(buffer, expected.data, expected.size);
}

static inline void expect_nothing_on(int fd)
{
	char byte;

	ck_assert_int_eq(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
	ck_assert_int_eq(errno, EAGAIN);
}

static inline int accept_client(void)
{
	const int client = accept4(server, NULL, NULL, SOCK_CLOEXEC);

	ck_assert_int_ge(client, 0);
	return client;
}

/* ---- The sender ----------------------------------------------------------------------------- */

static inline int send_within(struct bytes message, unsigned timeout_ms)
{
	struct deadline deadline = { .timeout_ms = timeout_ms };
	struct thread *const thread = thread_get();
	const uint64_t outer = epoch_enter(thread);
	const int r = log_socket_send(&log_socket, message, &deadline);

	epoch_leave(thread, outer);
	epoch_collect();
	return r;
}

static inline int send_message(struct bytes message)
{
	return send_within(message, TIMEOUT_MS);
}

static inline int64_t now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC);
}

static inline int connected_fd(void)
{
	return atomic_load(&log_socket.connection)->socket.fd;
}

static inline void wait_for_tick(void)
{
	const int64_t before = clock_coarse_ns();

	while (clock_coarse_ns() == before)
		;
}

/* Fills the service's queue. */
static inline void fill(void)
{
	int r;

	while ((r = send_within(BYTES("fill"), 0)) == 0)
		;
	ck_assert_int_eq(r, -EAGAIN);
}

static inline void drain(void)
{
	char buffer[MESSAGE_MAX_];

	while (recv(server, buffer, sizeof(buffer), 0) >= 0)
		;
}
