/* SPDX-License-Identifier: MIT */
/* A real rsyslogd on /dev/log, and no journal: both forms read back from what it wrote, and what
 * happens when it is stopped, killed and started again.
 *
 * This program is run twice: with the parser of Debian's set-up, which knows the local form, and
 * with rsyslogd's chain of parsers, which knows RFC 5424 as well. */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static bool knows_rfc5424;
static int reader = -1;

/* ---- rsyslogd ------------------------------------------------------------------------------ */

static pid_t daemon_pid(void)
{
	FILE *file = fopen("/run/mplog-test/rsyslogd.pid", "re");
	int pid;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%d", &pid), 1);
	fclose(file);
	return pid;
}

static bool is_stopped(const void *unused)
{
	char path[64], line[512] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)daemon_pid());
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	(void)!fgets(line, sizeof(line), file);
	fclose(file);
	return strrchr(line, ')') && strrchr(line, ')')[2] == 'T';
}

static void stop_daemon(void)
{
	ck_assert_int_eq(kill(daemon_pid(), SIGSTOP), 0);
	faults_wait(is_stopped, NULL);
}

static void kill_daemon(void)
{
	const pid_t pid = daemon_pid();
	const int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	/* Until all of its threads are gone, which have the socket. */
	ck_assert_int_eq(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 60000), 1);
	close(fd);
	(void)waitpid(pid, NULL, 0);
}

static bool listens(const void *unused)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const bool ok = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

	close(fd);
	return ok;
}

static void start_daemon(void)
{
	char *const argv[] = { (char[]){ "rsyslogd" }, (char[]){ "-n" }, (char[]){ "-iNONE" },
			       (char[]){ "-f/run/mplog-test/rsyslogd.conf" }, NULL };
	const char *path = access("/usr/sbin/rsyslogd", X_OK) == 0 ? "/usr/sbin/rsyslogd"
								   : "/usr/bin/rsyslogd";
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	FILE *file = fopen("/run/mplog-test/rsyslogd.pid", "we");
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	/* Check ends what is in a test's process group. */
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
	ck_assert_int_eq(posix_spawn(&pid, path, &actions, &attributes, argv, environ), 0);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	ck_assert_int_gt(fprintf(file, "%d\n", (int)pid), 0);
	ck_assert_int_eq(fclose(file), 0);
	faults_wait(listens, NULL);
}

/* ---- What it wrote ------------------------------------------------------------------------- */

static char found[1 << 18];

/* Lines of its output that hold the text; the last of them is in found. */
static size_t count_lines(const char *text)
{
	static char line[1 << 18];
	FILE *file = fopen(getenv("RSYSLOGD_OUTPUT"), "re");
	size_t n = 0;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strstr(line, text) || !strchr(line, '\n'))
			continue;
		(void)strcpy(found, line);
		n++;
	}
	fclose(file);
	return n;
}

static bool is_written(const void *text)
{
	return count_lines(text) > 0;
}

/* A member of the object in found, as JSON has it. */
static const char *member(const char *name)
{
	static char value[1 << 18];
	char key[64];
	const char *at, *end;

	(void)snprintf(key, sizeof(key), "\"%s\":\"", name);
	at = strstr(found, key);
	ck_assert_msg(at != NULL, "no %s in %s", name, found);
	at += strlen(key);
	for (end = at; *end != '"'; end++)
		end += *end == '\\';
	(void)snprintf(value, sizeof(value), "%.*s", (int)(end - at), at);
	return value;
}

static const char *own_pid(void)
{
	static char pid[16];

	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	return pid;
}

static void open_as(const char *name, const char *conf)
{
	faults_configure(conf);
	reader = faults_stderr_file();
	ck_assert_int_eq(mplog_open("syslogged", name, 0), 0);
}

/* ---- Both forms ---------------------------------------------------------------------------- */

START_TEST(the_local_form)
{
	open_as("local", "syslog = { facility = \"local3\"; };");
	ck_assert_int_eq(mplog_warning("with a %s\nline, %%, \"quotes\"", "second"), 0);
	faults_wait(is_written, "with a second");
	ck_assert_str_eq(member("facility"), "local3");
	ck_assert_str_eq(member("severity"), "4");
	ck_assert_str_eq(member("app_name"), "syslogged");
	ck_assert_str_eq(member("procid"), own_pid());
	/* One line, escaped by us and once more by JSON. */
	ck_assert_str_eq(member("msg") + strspn(member("msg"), " "),
			 "process=local with a second\\\\nline, %, \\\"quotes\\\"");
	ck_assert_uint_eq(faults_lines(reader, "", ""), 0);
	ck_assert_uint_eq(faults_stats().sent, 1);
}
END_TEST

START_TEST(rfc5424_and_its_fields)
{
	open_as("structured",
		"syslog = { format = \"rfc5424\"; };\n"
		"defaults = { prefix = \"\"; fields = { ROLE = \"wor\\\\k]er\\\"\"; }; };");
	ck_assert_int_eq(mplog_event(MPLOG_ERR, MPLOG_FIELDS(MPLOG_F("BYTES", 42)), "five four"),
			 0);
	faults_wait(is_written, "five four");
	ck_assert_ptr_nonnull(strstr(member("raw"), "BYTES=\\\"42\\\""));
	if (!knows_rfc5424)
		return;
	ck_assert_str_eq(member("facility"), "user");
	ck_assert_str_eq(member("severity"), "3");
	ck_assert_str_eq(member("app_name"), "syslogged");
	ck_assert_str_eq(member("procid"), own_pid());
	ck_assert_str_eq(member("msg") + strspn(member("msg"), " "), "five four");
	ck_assert_ptr_nonnull(strstr(member("structured_data"), " PROCESS=\\\"structured\\\""));
	ck_assert_ptr_nonnull(strstr(member("structured_data"), " BYTES=\\\"42\\\""));
	ck_assert_ptr_nonnull(strstr(member("structured_data"), " PROCESS_SEQ=\\\"1\\\""));
	ck_assert_ptr_nonnull(strstr(member("structured_data"), " CODE_FUNC=\\\""));
	/* \, ] and " with a backslash before them; JSON doubles them. */
	ck_assert_ptr_nonnull(
		strstr(member("structured_data"), " ROLE=\\\"wor\\\\\\\\k\\\\]er\\\\\\\"\\\""));
}
END_TEST

static void write_file(const char *path, const char *text)
{
	FILE *const file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* As a package starts it: with a file of its number, and a configuration in /etc. */
static void be_packaged(const char *conf)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d\n", (int)daemon_pid());
	write_file("/run/rsyslogd.pid", text);
	write_file("/run/mplog-test/rsyslog.conf", conf);
	ck_assert_int_eq(
		mount("/run/mplog-test/rsyslog.conf", "/etc/rsyslog.conf", NULL, MS_BIND, NULL), 0);
}

/* Its special parser would take the version for the tag. */
START_TEST(no_rfc5424_for_the_special_parser)
{
	be_packaged("#module(load=\"imuxsock\" SysSock.UseSpecialParser=\"off\")\n"
		    "module(load=\"imuxsock\")\n");
	open_as("packaged", "syslog = { format = \"rfc5424\"; };");
	ck_assert_int_eq(mplog_warning("as packaged"), 0);
	faults_wait(is_written, "as packaged");
	ck_assert_str_eq(member("app_name"), "syslogged");
	ck_assert_str_eq(member("procid"), own_pid());
	ck_assert_str_eq(member("structured_data"), "-");
	ck_assert_int_eq(umount("/etc/rsyslog.conf"), 0);
}
END_TEST

START_TEST(rfc5424_where_it_is_off)
{
	be_packaged("module(load=\"imuxsock\" # local messages\n"
		    "       SysSock.useSpecialParser = \"off\" SysSock.ParseHostname=\"on\")\n");
	open_as("switched-off", "syslog = { format = \"rfc5424\"; };");
	ck_assert_int_eq(mplog_warning("switched off"), 0);
	faults_wait(is_written, "switched off");
	ck_assert_ptr_nonnull(strstr(member("raw"), "PROCESS=\\\"switched-off\\\""));
	ck_assert_int_eq(umount("/etc/rsyslog.conf"), 0);
}
END_TEST

START_TEST(a_long_one_is_cut)
{
	static char text[1 << 20];

	open_as("long", _i ? "syslog = { format = \"rfc5424\"; };" : "");
	memset(text, 'x', sizeof(text) - 1);
	ck_assert_int_eq(mplog_info("the long %d %s", _i, text), 0);
	faults_wait(is_written, _i ? "the long 1" : "the long 0");
	ck_assert_uint_gt(strlen(member("msg")), 8000);
}
END_TEST

START_TEST(forked_children)
{
	open_as("parent", "");
	for (int i = 0; i < 3; i++) {
		const char *name = (const char *[]){ "c-1", "c-2", "c-3" }[i];
		const pid_t pid = mplog_fork(name);

		if (pid == 0)
			_exit(faults_log(name, 7) != 0);
		child_exited_well(pid);
	}
	faults_wait(is_written, "process=c-1 [c-1:7]");
	faults_wait(is_written, "process=c-2 [c-2:7]");
	faults_wait(is_written, "process=c-3 [c-3:7]");
}
END_TEST

/* ---- Stopped, killed, replaced ------------------------------------------------------------- */

enum { CALLS = 10000 };

static bool sends_again(const void *name)
{
	return faults_log(name, CALLS + 1) == 0;
}

START_TEST(stopped)
{
	const double begin = faults_now();
	struct mplog_stats stats;
	char diverted[64];

	open_as("stopped", "");
	ck_assert_int_eq(faults_log("stopped", 0), 0);
	stop_daemon();
	for (unsigned i = 1; i <= CALLS; i++)
		ck_assert_int_ge(faults_log("stopped", i), 0);
	ck_assert_double_lt(faults_now() - begin, 30);
	stats = faults_stats();
	ck_assert_uint_gt(stats.diverted, CALLS / 2);
	ck_assert_int_eq(kill(daemon_pid(), SIGCONT), 0);
	faults_wait(sends_again, "stopped");
	stats = faults_stats();
	ck_assert_uint_eq(faults_lines_of(reader, "stopped", NULL, 0), stats.diverted);
	(void)snprintf(diverted, sizeof(diverted), "%u were diverted", (unsigned)stats.diverted);
	faults_wait(is_written, "[stopped:10001]");
	ck_assert_uint_eq(count_lines("[stopped:"), stats.sent);
	ck_assert_uint_eq(count_lines(diverted), 1);
}
END_TEST

START_TEST(killed_and_started_again)
{
	open_as("killed", "");
	ck_assert_int_eq(faults_log("killed", 0), 0);
	faults_wait(is_written, "[killed:0]");
	kill_daemon();
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_int_eq(faults_log("killed", i), 1);
	ck_assert_uint_eq(faults_lines_of(reader, "killed", NULL, 0), 3);
	start_daemon();
	faults_wait(sends_again, "killed");
	faults_wait(is_written, "[killed:10001]");
	ck_assert_uint_eq(count_lines("were diverted"), 1 + 1 /* of stopped() */);
}
END_TEST

/* A pipe takes the number of our socket. */
START_TEST(a_stranger)
{
	int ends[2], taken = 0;

	open_as("strange", "");
	ck_assert_int_eq(faults_log("strange", 0), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	for (int fd = 3; fd < 1024; fd++) {
		struct sockaddr_un peer = { .sun_family = AF_UNSPEC };
		socklen_t size = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 &&
		    strcmp(peer.sun_path, "/dev/log") == 0)
			taken += dup2(ends[1], fd) == fd;
	}
	ck_assert_int_eq(taken, 1);
	faults_wait_for_tick();
	ck_assert_int_eq(faults_log("strange", 1), 0);
	ck_assert_int_eq(read(ends[0], found, sizeof(found)), -1);
	ck_assert_int_eq(errno, EAGAIN);
	faults_wait(is_written, "[strange:1]");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("syslog");
	TCase *tcase = suite_case(suite, "syslog", NULL, NULL);

	(void)argc;
	knows_rfc5424 = strstr(argv[0], "5424") != NULL;
	tcase_add_test(tcase, the_local_form);
	tcase_add_test(tcase, rfc5424_and_its_fields);
	tcase_add_test(tcase, no_rfc5424_for_the_special_parser);
	tcase_add_test(tcase, rfc5424_where_it_is_off);
	tcase_add_loop_test(tcase, a_long_one_is_cut, 0, 2);
	tcase_add_test(tcase, forked_children);
	tcase_add_test(tcase, stopped);
	tcase_add_test(tcase, killed_and_started_again);
	tcase_add_test(tcase, a_stranger);
	return suite_run(suite);
}
