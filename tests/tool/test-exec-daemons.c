/* SPDX-License-Identifier: MIT */
/* mplog exec --syslog with daemons of Debian that know nothing of it: cron(8), and dropbear(8), which
 * forks a child for each connection. */
#include "lib/hang.h"
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { PORT = 22, TRY_MS = 5, TRIES = HANG_SECONDS * 1000 / TRY_MS };

static const char configuration[] =
	"cat >$JOURNALD_STATE/daemons.conf <<'END'\n"
	"defaults = { prefix = \"\"; };\n"
	"processes = (\n"
	"  { identifier = \"cron\"; name = \"main\"; child_name = \"job-%c\"; },\n"
	"  { identifier = \"dropbear\"; name = \"main\"; child_name = \"connection-%c\"; }\n"
	");\n"
	"END\n";

/* The daemons have this network, and these directories, to themselves. */
static void isolate(void)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &loopback), 0);
	close(fd);
	shell_run(0,
		  "for directory in /var/spool/cron/crontabs /etc/cron.d; do\n"
		  "  mount -t tmpfs tmpfs $directory\n"
		  "done; %s",
		  configuration);
	ck_assert_int_eq(setenv("MPLOG_CONF", "/run/mplog-test/daemons.conf", 1), 0);
}

static void setup(void)
{
	journald_start();
	isolate();
}

/* Waits until the journal has so many records that match. */
static void await(size_t n, const char *one, const char *other, const char *third)
{
	int tries = TRIES;

	while (journal_count(one, other, third, NULL) < n) {
		ck_assert_msg(--tries > 0, "no record with %s %s %s", one, other,
			      third ? third : "");
		pause_ms(TRY_MS);
	}
}

/* A daemon that notes a signal, and select(2)s without having looked, is not woken by that signal: dropbear
 * is one, and a later signal ends it. */
static void stop(pid_t session)
{
	pid_t ended;

	while ((ended = waitpid(session, NULL, WNOHANG)) == 0) {
		ck_assert_int_eq(kill(session, SIGTERM), 0);
		pause_ms(TRY_MS);
	}
	ck_assert_int_eq(ended, session);
	session_await(session, 0);
}

/* ---- cron ------------------------------------------------------------------------------------- */

START_TEST(cron)
{
	struct journal_entries all;
	unsigned long main_pid;
	pid_t session;

	shell_run(0, "echo '@reboot root echo \"a job of cron\" >/run/mplog-test/job' "
		     ">/etc/cron.d/test; : >/run/empty; mount --bind /run/empty /etc/crontab");
	session = shell_start("exec mplog exec --syslog main -- cron -f -L 7");
	await(1, "SYSLOG_IDENTIFIER=CRON", "PROCESS=job-1", NULL);
	stop(session);
	all = journal_read("SYSLOG_IDENTIFIER=cron", "PROCESS=main", "LOGGER=syslog", NULL);
	ck_assert_uint_gt(all.n, 0);
	main_pid = journal_number(&all.entries[0], "_PID");
	for (size_t i = 0; i < all.n; i++) {
		ck_assert_str_eq(journal_value(&all.entries[i], "SYSLOG_FACILITY"), "9");
		ck_assert_str_eq(journal_value(&all.entries[i], "_TRANSPORT"), "journal");
		ck_assert_uint_eq(journal_number(&all.entries[i], "_PID"), main_pid);
	}
	journal_entries_free(&all);
	all = journal_read("SYSLOG_IDENTIFIER=CRON", NULL);
	for (size_t i = 0; i < all.n; i++) {
		ck_assert_int_eq(strncmp(journal_value(&all.entries[i], "PROCESS"), "job-", 4), 0);
		ck_assert_uint_ne(journal_number(&all.entries[i], "_PID"), main_pid);
	}
	journal_entries_free(&all);
}
END_TEST

/* ---- dropbear --------------------------------------------------------------------------------- */

/* Returns when the connection's process has greeted, and has logged before that. */
static int greeted(int fd)
{
	char greeting[4];

	ck_assert_int_eq(recv(fd, greeting, sizeof(greeting), MSG_WAITALL), sizeof(greeting));
	ck_assert_int_eq(memcmp(greeting, "SSH-", sizeof(greeting)), 0);
	return fd;
}

static int connect_to_daemon(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = -1;

	for (int tries = TRIES; tries > 0; tries--) {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_ge(fd, 0);
		if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
			return greeted(fd);
		close(fd);
		pause_ms(TRY_MS);
	}
	ck_abort_msg("dropbear does not listen: %s", strerror(errno));
}

static size_t said_by(const char *process)
{
	return journal_count("SYSLOG_IDENTIFIER=dropbear", process, NULL);
}

/* Waits until the connection's process has ended, too: its name is free then. */
static void disconnect(int fd, const char *process)
{
	close(fd);
	shell_run(0,
		  "while mplog ps --json | grep $MPLOG_RUN_ID | grep -q '\"%s\"'; do\n"
		  "  sleep 0.01\n"
		  "done",
		  process);
}

START_TEST(dropbear)
{
	struct journal_entries all;
	int first, second;
	char run_id[33];
	pid_t session;

	/* Another dropbear of this machine is none of the test's. */
	(void)snprintf(run_id, sizeof(run_id), "%032lx", (long)getpid());
	ck_assert_int_eq(setenv("MPLOG_RUN_ID", run_id, 1), 0);
	shell_run(0, "dropbearkey -t ed25519 -f /run/mplog-test/key >/dev/null 2>&1");
	session = shell_start("exec mplog exec --syslog main -- "
			      "dropbear -F -r /run/mplog-test/key -p 127.0.0.1:%d",
			      PORT);
	first = connect_to_daemon();
	await(1, "SYSLOG_IDENTIFIER=dropbear", "PROCESS=connection-1", NULL);
	second = connect_to_daemon();
	await(1, "SYSLOG_IDENTIFIER=dropbear", "PROCESS=connection-2", NULL);
	/* Of one connection alone, while it is open: it says nothing of its end. */
	shell_run(0, "mplog level connection-2 err --run=$MPLOG_RUN_ID");
	disconnect(second, "connection-2");
	ck_assert_uint_eq(said_by("PROCESS=connection-2"), 1);
	disconnect(first, "connection-1");
	ck_assert_uint_eq(said_by("PROCESS=connection-1"), 2);
	/* The level was set for that name, and a later connection has it. */
	shell_run(0, "mplog level connection-2 --reset --run=$MPLOG_RUN_ID && "
		     "mplog level 'connection-*' err --run=$MPLOG_RUN_ID");
	first = connect_to_daemon();
	disconnect(first, "connection-1");
	ck_assert_uint_eq(said_by("PROCESS=connection-1"), 2);
	shell_run(0, "mplog level 'connection-*' --reset --run=$MPLOG_RUN_ID");
	first = connect_to_daemon();
	await(3, "SYSLOG_IDENTIFIER=dropbear", "PROCESS=connection-1", NULL);
	close(first);
	stop(session);
	all = journal_read("SYSLOG_IDENTIFIER=dropbear", NULL);
	for (size_t i = 0; i < all.n; i++) {
		ck_assert_str_eq(journal_value(&all.entries[i], "SYSLOG_FACILITY"), "10");
		ck_assert_str_eq(journal_value(&all.entries[i], "_TRANSPORT"), "journal");
	}
	journal_entries_free(&all);
	shell_says("mplog gaps -t dropbear 2>&1 || :", "connection-2");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("daemons that call syslog(3)");
	TCase *tcase = suite_case(suite, "daemons", setup, NULL);

	tcase_add_test(tcase, cron);
	tcase_add_test(tcase, dropbear);
	return suite_run(suite);
}
