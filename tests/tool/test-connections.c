/* SPDX-License-Identifier: MIT */
/* A server in mini-httpd's pattern: a child for each connection, made by plain fork(2), which locks itself
 * up before its first record. The names come from the configuration alone. */
#include "lib/port.h"
#include "lib/suite.h"

#include <signal.h>
#include <sys/un.h>

enum { CONNECTIONS = 8, REQUESTS = 20 };

static const char *identifier;
static const char configuration[] =
	"defaults = { prefix = \"\"; timeout_ms = 60000; };\n"
	"processes = ( { name = \"main\"; child_name = \"connection-%c\"; } );";

/* ---- The server ------------------------------------------------------------------------------- */

static _Noreturn void serve_connection(int fd)
{
	char byte;

	port_lock_up();
	port_require(mplog_info("accepted") == 0, 1);
	while (read(fd, &byte, 1) == 1) {
		port_require(mplog_debug("debug %c", byte) == 0, 2);
		port_require(mplog_info("request %c", byte) == 0, 3);
		port_require(write(fd, &byte, 1) == 1, 4);
	}
	port_require(mplog_info("closed") == 0, 5);
	_exit(0);
}

static void reap_all(void)
{
	siginfo_t info = { .si_pid = 0 };

	while (waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0) {
		int status = -1;

		(void)mplog_reap(info.si_pid, NULL);
		port_require(waitpid(info.si_pid, &status, 0) == info.si_pid && status == 0, 6);
	}
}

/* Until the socket is shut down. */
static _Noreturn void serve(int listener)
{
	int fd;

	port_require(mplog_notice("listening") == 0, 7);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		const pid_t pid = fork();

		port_require(pid >= 0, 8);
		if (pid == 0)
			serve_connection(fd);
		(void)close(fd);
	}
	reap_all();
	mplog_close();
	_exit(0);
}

/* ---- Its clients ------------------------------------------------------------------------------ */

static struct sockaddr_un address;

static int listen_here(void)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	address.sun_family = AF_UNIX;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", family_path("socket"));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (const void *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(fd, CONNECTIONS), 0);
	return fd;
}

static int open_connection(void)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (const void *)&address, sizeof(address)), 0);
	port_ask(fd, 'a'); /* its child has its name now */
	return fd;
}

static const char *name_of(int i)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "connection-%d", i + 1);
	return name;
}

static void expect_records(void)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		const char *name = name_of(i);

		ck_assert_uint_eq(port_count(identifier, name, "accepted"), 1);
		ck_assert_uint_eq(port_count(identifier, name, "request a"), 1);
		ck_assert_uint_eq(port_count(identifier, name, "request b"), REQUESTS);
		ck_assert_uint_eq(port_count(identifier, name, "closed"), 1);
		/* Only one was to be debugged, from then on. */
		ck_assert_uint_eq(port_count(identifier, name, "debug a"), 0);
		ck_assert_uint_eq(port_count(identifier, name, "debug b"), i == 2 ? REQUESTS : 0);
	}
	port_is_complete(identifier);
}

START_TEST(a_child_for_each_connection)
{
	int listener, fd[CONNECTIONS];
	pid_t server;

	identifier = shell_program("connections");
	family_open(identifier, configuration);
	listener = listen_here();
	server = fork(); /* of the test, not of the server: it opens its log itself */
	if (server == 0) {
		mplog_close();
		family_open(identifier, configuration);
		serve(listener);
	}
	for (int i = 0; i < CONNECTIONS; i++)
		fd[i] = open_connection();
	shell_run(0, "mplog level -t %s connection-3 debug >&2", identifier);
	for (int k = 0; k < REQUESTS; k++) {
		for (int i = 0; i < CONNECTIONS; i++)
			port_ask(fd[i], 'b');
	}
	for (int i = 0; i < CONNECTIONS; i++)
		ck_assert_int_eq(close(fd[i]), 0);
	ck_assert_int_eq(shutdown(listener, SHUT_RDWR), 0);
	child_exited_well(server);
	expect_records();
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("connections");
	TCase *tcase = suite_case(suite, "connections", port_setup, NULL);

	tcase_add_test(tcase, a_child_for_each_connection);
	return suite_run(suite);
}
