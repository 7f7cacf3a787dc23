/* SPDX-License-Identifier: MIT */
/* The last process of a program is killed: the service manager, which this test is, has kept the board, and
 * the next start of the program dumps what was in the black box. */
#include "lib/family.h"
#include "lib/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char configuration[] =
	"defaults = { level = \"info\"; prefix = \"\"; blackbox = { level = \"debug\"; }; };\n";
static const char old_run[] = "00000000000000000000000000000001";
static const char new_run[] = "00000000000000000000000000000002";

enum { KEPT = 5 };

/* ---- The service --------------------------------------------------------------------------------- */

/* How each start of it ends. */
static int serve(const char *end)
{
	if (mplog_open("service", "main", 0) < 0)
		return 1;
	if (strcmp(end, "killed") == 0) {
		for (int i = 1; i <= KEPT; i++)
			(void)mplog_debug("step %d", i);
		(void)raise(SIGKILL);
	}
	(void)mplog_info("started again");
	mplog_close();
	return 0;
}

/* Of the services alone: journalctl(1) would send its exit status there too. */
static char notify_socket[64];

static void set_notify_socket(void)
{
	(void)setenv("NOTIFY_SOCKET", notify_socket, 1);
}

static pid_t start(const char *end, const char *run, int kept)
{
	const char *const path = family_path("service");
	char number[16];
	pid_t pid;

	file_write(path, configuration);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	set_notify_socket();
	(void)setenv("MPLOG_CONF", path, 1);
	(void)setenv("MPLOG_RUN_ID", run, 1);
	if (kept >= 0) {
		(void)snprintf(number, sizeof(number), "%d", getpid());
		(void)setenv("LISTEN_PID", number, 1);
		(void)setenv("LISTEN_FDS", "2", 1);
		(void)setenv("LISTEN_FDNAMES", "http:mplog", 1);
		(void)dup2(fcntl(kept, F_DUPFD_CLOEXEC, 10), 4);
		(void)dup2(STDERR_FILENO, 3);
	}
	(void)execl("/proc/self/exe", "service", end, (char *)NULL);
	_exit(127);
}

/* ---- The service manager -------------------------------------------------------------------------- */

static int listen_for_notes(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const int n = snprintf(notify_socket, sizeof(notify_socket), "@test-fdstore-%d", getpid());

	ck_assert_int_ge(fd, 0);
	memcpy(address.sun_path, notify_socket, (size_t)n);
	address.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n)),
			 0);
	return fd;
}

/* Returns the descriptor that came along, or -1. */
static int receive(int from, char text[256])
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec data = { text, 255 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	const ssize_t n = recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int fd = -1;

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	if (message.msg_controllen > 0)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

START_TEST(the_next_start_dumps_what_the_last_one_left)
{
	const int notes = listen_for_notes();
	struct journal_entries entries;
	char text[256];
	int kept;

	child_killed(start("killed", old_run, -1), SIGKILL);
	kept = receive(notes, text);
	ck_assert_str_eq(text, "FDSTORE=1\nFDNAME=mplog\nFDPOLL=0");
	ck_assert_int_ge(kept, 0);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=service", NULL), 0);

	child_exited_well(start("closed", new_run, kept));
	ck_assert_int_eq(receive(notes, text), -1);
	ck_assert_str_eq(text, "FDSTOREREMOVE=1\nFDNAME=mplog");
	ck_assert_int_ge(receive(notes, text), 0);
	entries = journal_read("SYSLOG_IDENTIFIER=service", "MPLOG_BLACKBOX=1", NULL);
	ck_assert_uint_eq(entries.n, KEPT);
	for (size_t i = 0; i < entries.n; i++) {
		(void)snprintf(text, sizeof(text), "step %zu", i + 1);
		ck_assert_str_eq(journal_value(&entries.entries[i], "MESSAGE"), text);
		ck_assert_str_eq(journal_value(&entries.entries[i], "RUN_ID"), old_run);
	}
	journal_entries_free(&entries);

	/* What was dumped is not dumped again. */
	child_exited_well(start("closed", new_run, kept));
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=service", "MPLOG_BLACKBOX=1", NULL),
			  KEPT);
}
END_TEST

/* A descriptor of that name that is no board. */
START_TEST(a_stranger_among_the_kept_is_passed_over)
{
	const int notes = listen_for_notes(), stranger = open("/dev/null", O_RDWR | O_CLOEXEC);

	child_exited_well(start("closed", new_run, stranger));
	ck_assert_int_ge(notes, 0);
}
END_TEST

START_TEST(nothing_is_kept_without_a_black_box)
{
	const int notes = listen_for_notes();
	char byte;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		set_notify_socket();
		family_open("boxless", "defaults = { level = \"info\"; };\n");
		mplog_close();
		_exit(0);
	}
	child_exited_well(pid);
	ck_assert_int_lt(recv(notes, &byte, 1, MSG_DONTWAIT), 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc == 2)
		return serve(argv[1]);
	suite = suite_create("fdstore");
	tcase = suite_case(suite, "fdstore", journald_start, NULL);
	tcase_add_test(tcase, the_next_start_dumps_what_the_last_one_left);
	tcase_add_test(tcase, a_stranger_among_the_kept_is_passed_over);
	tcase_add_test(tcase, nothing_is_kept_without_a_black_box);
	return suite_run(suite);
}
