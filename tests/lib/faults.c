/* SPDX-License-Identifier: MIT */
#include "lib/faults.h"
#include "lib/file.h"
#include "lib/hang.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NAP_MS = 2 };

void *faults_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	return memory;
}

void faults_configure(const char *text)
{
	char path[] = "/run/mplog-test/conf-XXXXXX";

	file_make(path, text);
	ck_assert_int_eq(setenv("MPLOG_CONF", path, 1), 0);
}

/* ---- Children ------------------------------------------------------------------------------ */

static pid_t begin(pid_t pid, void (*function)(void *), void *argument)
{
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		function(argument);
		_exit(EXIT_SUCCESS);
	}
	return pid;
}

pid_t faults_fork(void (*function)(void *), void *argument)
{
	return begin(fork(), function, argument);
}

pid_t faults_mplog_fork(const char *process, void (*function)(void *), void *argument)
{
	return begin(mplog_fork(process), function, argument);
}

/* ---- Time ---------------------------------------------------------------------------------- */

static int64_t clock_of(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

double faults_now(void)
{
	return (double)clock_of(CLOCK_MONOTONIC) / 1e9;
}

void faults_wait(bool (*condition)(const void *), const void *argument)
{
	const double until = faults_now() + HANG_SECONDS;

	while (!condition(argument)) {
		ck_assert_msg(faults_now() < until, "it does not come true");
		pause_ms(NAP_MS);
	}
}

void faults_wait_for(const atomic_uint *counter, unsigned value)
{
	const double until = faults_now() + HANG_SECONDS;

	while (atomic_load(counter) < value) {
		ck_assert_msg(faults_now() < until, "%u of %u", atomic_load(counter), value);
		pause_ms(NAP_MS);
	}
}

void faults_wait_for_tick(void)
{
	const int64_t before = clock_of(CLOCK_MONOTONIC_COARSE);

	while (clock_of(CLOCK_MONOTONIC_COARSE) == before)
		;
}

/* ---- Figures ------------------------------------------------------------------------------- */

void faults_add_up(const struct mplog_stats *stats)
{
	ck_assert_msg(stats->called ==
			      stats->sent + stats->diverted + stats->lost + stats->suppressed,
		      "%llu called, %llu sent, %llu diverted, %llu lost, %llu suppressed",
		      (unsigned long long)stats->called, (unsigned long long)stats->sent,
		      (unsigned long long)stats->diverted, (unsigned long long)stats->lost,
		      (unsigned long long)stats->suppressed);
}

struct mplog_stats faults_stats(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	ck_assert_int_eq(mplog_get_stats(&stats), 0);
	faults_add_up(&stats);
	return stats;
}

unsigned faults_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned n = 0;

	ck_assert_ptr_nonnull(directory);
	while (readdir(directory))
		n++;
	closedir(directory);
	return n;
}

/* ---- Standard error ------------------------------------------------------------------------ */

void faults_stderr(int fd)
{
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(close(fd), 0);
}

int faults_stderr_file(void)
{
	char path[] = "/run/mplog-test/stderr-XXXXXX";
	const int reader = mkostemp(path, O_CLOEXEC);
	const int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(reader, 0);
	ck_assert_int_eq(unlink(path), 0);
	faults_stderr(fd);
	return reader;
}

int faults_log(const char *process, unsigned number)
{
	return mplog_info("[%s:%u]", process, number);
}

static FILE *open_lines(int fd)
{
	FILE *file;

	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	file = fdopen(dup(fd), "re");
	ck_assert_ptr_nonnull(file);
	return file;
}

bool faults_mark(unsigned char *seen, size_t n_seen, size_t number)
{
	if (!seen)
		return true;
	ck_assert_uint_lt(number, n_seen);
	return !seen[number]++;
}

size_t faults_lines_of(int fd, const char *process, unsigned char *seen, size_t n_seen)
{
	FILE *file = open_lines(fd);
	char line[4096], tag[80];
	size_t n = 0;

	(void)snprintf(tag, sizeof(tag), "[%s:", process);
	while (fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, tag);
		char *end;
		unsigned long number;

		if (!at)
			continue;
		number = strtoul(at + strlen(tag), &end, 10);
		if (strcmp(end, "]\n") != 0)
			continue;
		ck_assert_msg(faults_mark(seen, n_seen, number), "%s:%lu is there twice", process,
			      number);
		n++;
	}
	fclose(file);
	return n;
}

size_t faults_lines(int fd, const char *one, const char *other)
{
	FILE *file = open_lines(fd);
	char line[4096];
	size_t n = 0;

	while (fgets(line, sizeof(line), file))
		n += strstr(line, one) && strstr(line, other);
	fclose(file);
	return n;
}
