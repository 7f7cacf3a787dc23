/* SPDX-License-Identifier: MIT */
#include "lib/journald.h"
#include "lib/file.h"
#include "lib/hang.h"
#include "lib/threads.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	POLL_MS = 5,
	POLLS = HANG_SECONDS * 1000 / POLL_MS,
};

static const char *const daemon_paths[] = {
	"/lib/systemd/systemd-journald",
	"/usr/lib/systemd/systemd-journald",
};

static const char *state_file(const char *name)
{
	static char path[256];
	const char *directory = getenv("JOURNALD_STATE");

	ck_assert_msg(directory != NULL, "run this test under tests/lib/with-journald");
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

pid_t journald_pid(void)
{
	FILE *file = fopen(state_file("journald.pid"), "re");
	long pid = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &pid) != 1)
		pid = -1;
	fclose(file);
	return (pid_t)pid;
}

static void write_pid(pid_t pid)
{
	FILE *file = fopen(state_file("journald.pid"), "we");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "%ld\n", (long)pid);
	ck_assert_int_eq(fclose(file), 0);
}

/* The letter after the command's name, which may hold blanks and brackets itself. */
static char task_state(pid_t pid)
{
	char path[64], line[512] = "";
	const char *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	end = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return end ? end[2] : 0;
}

static int journald_lives(void)
{
	const pid_t pid = journald_pid();
	const char state = pid > 0 ? task_state(pid) : 0;

	return state && state != 'Z' && state != 'X';
}

static pid_t spawn(const char *path, char *const argv[], const char *output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid;
	int r;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
	r = posix_spawnp(&pid, path, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	ck_assert_msg(r == 0, "%s: %s", path, strerror(r));
	return pid;
}

static int run_journalctl_sync(void)
{
	char name[] = "journalctl", sync[] = "--sync";
	char *const argv[] = { name, sync, NULL };
	int status;

	const pid_t pid = spawn("journalctl", argv, "/dev/null");

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void journald_start_nowait(void)
{
	const char *path = daemon_paths[access(daemon_paths[0], X_OK) == 0 ? 0 : 1];
	char name[] = "systemd-journald";
	char *const argv[] = { name, NULL };

	if (!journald_lives())
		write_pid(spawn(path, argv, "/dev/null"));
}

void journald_start(void)
{
	journald_start_nowait();
	for (int i = 0; !run_journalctl_sync(); i++) {
		ck_assert_msg(i < POLLS && journald_lives(), "journald does not start");
		pause_ms(POLL_MS);
	}
}

void journald_wait_for_it(void)
{
	static const char path[] = "/run/mplog-test/waits.conf";

	file_write(path, "defaults = { timeout_ms = 60000; };\n");
	ck_assert_int_eq(setenv("MPLOG_CONF", path, 1), 0);
}

void journald_stop(void)
{
	const pid_t pid = journald_pid();

	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	while (task_state(pid) != 'T')
		pause_ms(POLL_MS);
}

void journald_cont(void)
{
	ck_assert_int_eq(kill(journald_pid(), SIGCONT), 0);
}

void journald_kill(void)
{
	const pid_t pid = journald_pid();
	const int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(poll(&gone, 1, HANG_SECONDS * 1000), 1);
	close(fd);
	/* Ours only where this process started it. */
	(void)waitpid(pid, NULL, 0);
}

/* Its queue takes one more than its length, and it has one at hand. */
unsigned journald_kill_takes(void)
{
	FILE *file = fopen("/proc/sys/net/unix/max_dgram_qlen", "re");
	unsigned length = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%u", &length), 1);
	ck_assert_int_eq(fclose(file), 0);
	return length + 2;
}

void journald_restart(void)
{
	journald_kill();
	journald_start();
}

void journald_sync(void)
{
	ck_assert_msg(run_journalctl_sync(), "journalctl --sync failed");
}
