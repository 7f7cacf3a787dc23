/* SPDX-License-Identifier: MIT */
/* Descriptors closed and taken by others: not a byte reaches a stranger, and the journal gets the
 * record. */
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/privileges.h"
#include "lib/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST = 3, LAST = 1023 };

/* ---- A child without descriptors cannot talk to Check, which would be one more stranger ---- */

static atomic_int *failed_line;

#define REQUIRE(condition)                                   \
	do {                                                 \
		if (!(condition)) {                          \
			atomic_store(failed_line, __LINE__); \
			_exit(EXIT_FAILURE);                 \
		}                                            \
	} while (0)

/* Runs it in a child, which ends well. */
static void run(void (*function)(const char *name, int i), const char *name, int i)
{
	int status;
	pid_t pid;

	failed_line = faults_share(sizeof(*failed_line));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		function(name, i);
		_exit(EXIT_SUCCESS);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "wait status %#x, line %d", status, atomic_load(failed_line));
}

/* ---- Strangers: what is written to `theirs` can be read from `witness` --------------------- */

struct stranger {
	int theirs, witness;
};

static void loopback(int fd, int type, int *ret_peer)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);

	REQUIRE(bind(fd, (struct sockaddr *)&address, size) == 0);
	if (type == SOCK_STREAM)
		REQUIRE(listen(fd, 1) == 0);
	REQUIRE(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
	*ret_peer = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	REQUIRE(connect(*ret_peer, (struct sockaddr *)&address, size) == 0);
}

static struct stranger tcp(void)
{
	struct stranger s;
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	loopback(listener, SOCK_STREAM, &s.witness);
	s.theirs = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	REQUIRE(s.theirs >= 0);
	close(listener);
	return s;
}

static struct stranger udp(void)
{
	struct stranger s = { .witness = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };

	loopback(s.witness, SOCK_DGRAM, &s.theirs);
	return s;
}

static struct stranger pair(int type)
{
	int ends[2];

	REQUIRE(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) == 0);
	return (struct stranger){ ends[0], ends[1] };
}

static struct stranger stream_pair(void)
{
	return pair(SOCK_STREAM);
}

static struct stranger datagram_pair(void)
{
	return pair(SOCK_DGRAM);
}

static struct stranger seqpacket_pair(void)
{
	return pair(SOCK_SEQPACKET);
}

static struct stranger pipe_end(void)
{
	int ends[2];

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	return (struct stranger){ ends[1], ends[0] };
}

static struct stranger file(void)
{
	const int fd = open("/run/mplog-test", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	REQUIRE(fd >= 0);
	return (struct stranger){ fd, fcntl(fd, F_DUPFD_CLOEXEC, 0) };
}

/* An unconnected one: a send(2) that names no address goes nowhere, but must not be tried. */
static struct stranger unconnected_udp(void)
{
	struct stranger s = udp();

	REQUIRE(dup2(socket(AF_INET, SOCK_DGRAM, 0), s.theirs) == s.theirs);
	return s;
}

static const struct {
	const char *name;
	struct stranger (*make)(void);
} strangers[] = {
	{ "tcp", tcp },
	{ "udp", udp },
	{ "stream", stream_pair },
	{ "datagram", datagram_pair },
	{ "seqpacket", seqpacket_pair },
	{ "pipe", pipe_end },
	{ "file", file },
	{ "unconnected", unconnected_udp },
};

enum { N_STRANGERS = sizeof(strangers) / sizeof(strangers[0]) };

static void allow_descriptors(void)
{
	const struct rlimit limit = { 4096, 4096 };

	REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* One stranger, under every number from 3 to 1023; its witness is above them. */
static struct stranger take_all(struct stranger (*make)(void))
{
	struct stranger s = make();
	const int witness = fcntl(s.witness, F_DUPFD_CLOEXEC, LAST + 1);
	const int theirs = fcntl(s.theirs, F_DUPFD_CLOEXEC, LAST + 1);

	REQUIRE(witness >= 0);
	REQUIRE(theirs >= 0);
	for (int fd = FIRST; fd <= LAST; fd++)
		REQUIRE(dup2(theirs, fd) == fd);
	close(theirs);
	return (struct stranger){ LAST, witness };
}

/* Also none that are on their way: loopback delivers before send(2) returns. */
static void expect_nothing(const struct stranger *s)
{
	struct stat st;
	int n = 0;

	REQUIRE(fstat(s->witness, &st) == 0);
	if (S_ISREG(st.st_mode)) {
		REQUIRE(st.st_size == 0);
		return;
	}
	REQUIRE(ioctl(s->witness, FIONREAD, &n) == 0);
	REQUIRE(n == 0);
	REQUIRE(poll(&(struct pollfd){ s->witness, POLLIN, 0 }, 1, 0) == 0);
}

/* ---- Their numbers ------------------------------------------------------------------------- */

static const char *name_of(const char *what, int i)
{
	static char name[64];

	(void)snprintf(name, sizeof(name), "%s-%s", what, strangers[i].name);
	return name;
}

static void open_and_log(const char *name)
{
	allow_descriptors();
	REQUIRE(mplog_open("stranger", name, 0) == 0);
	REQUIRE(faults_log(name, 0) == 0);
}

static void log_ten(const char *name, const struct stranger *s)
{
	for (unsigned i = 1; i <= 10; i++)
		REQUIRE(faults_log(name, i) == 0);
	expect_nothing(s);
}

static void close_and_take(const char *name, int i)
{
	struct stranger s;

	open_and_log(name);
	closefrom(FIRST);
	s = take_all(strangers[i].make);
	faults_wait_for_tick();
	log_ten(name, &s);
}

START_TEST(on_every_number)
{
	const char *name = name_of("all", _i);

	run(close_and_take, name, _i);
	ck_assert_uint_eq(faults_entries_of(name, NULL, 0), 11);
}
END_TEST

/* No tick is waited for: a fork is noticed at once. */
static void fork_and_take(const char *name, int i)
{
	int status;
	pid_t pid;

	open_and_log(name);
	pid = fork();
	if (pid == 0) {
		struct stranger s;

		closefrom(FIRST);
		s = take_all(strangers[i].make);
		log_ten(name, &s);
		_exit(EXIT_SUCCESS);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid && status == 0);
}

START_TEST(in_a_child_that_closes_everything)
{
	const char *name = name_of("child", _i);

	run(fork_and_take, name, _i);
	ck_assert_uint_eq(faults_entries_of(name, NULL, 0), 11);
}
END_TEST

/* The descriptors that are connected to the journal, replaced by this one. */
static unsigned take_journal_s(int theirs)
{
	unsigned n = 0;

	for (int fd = FIRST; fd <= LAST; fd++) {
		struct sockaddr_un peer = { .sun_family = AF_UNSPEC };
		socklen_t size = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0 ||
		    peer.sun_family != AF_UNIX ||
		    strcmp(peer.sun_path, "/run/systemd/journal/socket") != 0)
			continue;
		REQUIRE(dup2(theirs, fd) == fd);
		n++;
	}
	return n;
}

static void dup2_over_ours(const char *name, int i)
{
	struct stranger s;

	open_and_log(name);
	s = strangers[i].make();
	REQUIRE(take_journal_s(s.theirs) == 1);
	faults_wait_for_tick();
	log_ten(name, &s);
}

START_TEST(over_our_own_number)
{
	const char *name = name_of("dup2", _i);

	run(dup2_over_ours, name, _i);
	ck_assert_uint_eq(faults_entries_of(name, NULL, 0), 11);
}
END_TEST

/* A descriptor closed twice would be another file the second time. */
static void give_up_taken(const char *name, int i)
{
	struct stranger s;

	open_and_log(name);
	s = strangers[i].make();
	REQUIRE(take_journal_s(s.theirs) == 1);
	mplog_close();
	for (int fd = FIRST; fd <= LAST; fd++) {
		struct stat theirs, this;

		REQUIRE(fstat(s.theirs, &theirs) == 0);
		if (fd != s.theirs && fstat(fd, &this) == 0 && this.st_ino == theirs.st_ino &&
		    this.st_dev == theirs.st_dev)
			return; /* it is still there */
	}
	REQUIRE(false);
}

START_TEST(closing_spares_a_stranger)
{
	run(give_up_taken, name_of("close", _i), _i);
}
END_TEST

/* ---- Daemons ------------------------------------------------------------------------------- */

static void be_daemon(const char *name, int i)
{
	int ends[2];
	char byte;

	(void)i;
	open_and_log(name);
	REQUIRE(pipe(ends) == 0);
	if (fork() == 0) {
		/* daemon(3) ends its caller and goes on in a child. */
		REQUIRE(daemon(0, 0) == 0);
		for (int fd = FIRST; fd < ends[1]; fd++)
			(void)close(fd);
		closefrom(ends[1] + 1);
		for (unsigned n = 1; n <= 10; n++)
			REQUIRE(faults_log(name, n) == 0);
		REQUIRE(write(ends[1], "", 1) == 1);
		_exit(EXIT_SUCCESS);
	}
	close(ends[1]);
	REQUIRE(read(ends[0], &byte, 1) == 1);
}

START_TEST(after_daemon)
{
	run(be_daemon, "daemon", 0);
	/* Numbered from 1 in each process. */
	ck_assert_uint_eq(faults_entries_of("daemon", NULL, 0), 11);
}
END_TEST

/* ---- Behind walls -------------------------------------------------------------------------- */

static void log_in_child(const char *name)
{
	int status;
	const pid_t pid = mplog_fork(name);

	if (pid == 0) {
		for (unsigned n = 1; n <= 10; n++)
			REQUIRE(faults_log(name, n) == 0);
		_exit(EXIT_SUCCESS);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid && status == 0);
}

static void enter_chroot(const char *name, int i)
{
	char path[] = "/run/mplog-test/root-XXXXXX";

	(void)i;
	open_and_log(name);
	REQUIRE(mkdtemp(path) != NULL);
	REQUIRE(chroot(path) == 0 && chdir("/") == 0);
	faults_wait_for_tick();
	REQUIRE(faults_log(name, 1) == 0);
	log_in_child(name);
}

START_TEST(behind_a_chroot)
{
	run(enter_chroot, "chroot", 0);
	ck_assert_uint_eq(faults_entries_of("chroot", NULL, 0), 12);
}
END_TEST

static void enter_without_name(const char *name, int i)
{
	(void)i;
	open_and_log(name);
	REQUIRE(chmod("/run/systemd/journal", 0) == 0);
	REQUIRE(privileges_drop() == 0);
	REQUIRE(access("/run/systemd/journal/socket", F_OK) < 0);
	faults_wait_for_tick();
	REQUIRE(faults_log(name, 1) == 0);
	log_in_child(name);
}

START_TEST(without_privileges)
{
	run(enter_without_name, "nobody", 0);
	ck_assert_int_eq(chmod("/run/systemd/journal", 0755), 0);
	ck_assert_uint_eq(faults_entries_of("nobody", NULL, 0), 12);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stranger");
	TCase *tcase = suite_case(suite, "stranger", journald_start, NULL);

	tcase_add_loop_test(tcase, on_every_number, 0, N_STRANGERS);
	tcase_add_loop_test(tcase, in_a_child_that_closes_everything, 0, N_STRANGERS);
	tcase_add_loop_test(tcase, over_our_own_number, 0, N_STRANGERS);
	tcase_add_loop_test(tcase, closing_spares_a_stranger, 0, N_STRANGERS);
	tcase_add_test(tcase, after_daemon);
	tcase_add_test(tcase, behind_a_chroot);
	tcase_add_test(tcase, without_privileges);
	return suite_run(suite);
}
