/* SPDX-License-Identifier: MIT */
/* System calls that a sandbox refuses, as profiles of container runtimes do: there is another way for
 * each, and no record is lost. A refused call is no verdict on the descriptor that it was made for. */
#include "lib/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/journald.h"
#include "lib/refuse.h"
#include "lib/require.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

enum { RWF_NOWAIT_NOSIGNAL = 0x8 | 0x100 };

enum { LARGE = 300 * 1024, RECORDS = 3, ANY = 0 };

static const struct refusal refusals[] = {
	{ SYS_pwritev2, EPERM, ANY, 0 },
	{ SYS_pwritev2, EINVAL, ANY, 0 },
	{ SYS_pwritev2, ENOSYS, ANY, 0 },
	{ SYS_pwritev2, EOPNOTSUPP, ANY, 0 },
	{ SYS_pwritev2, EACCES, ANY, 0 },
	{ SYS_pwritev2, EOPNOTSUPP, 6, RWF_NOWAIT_NOSIGNAL }, /* Linux before 6.18 */
	{ SYS_memfd_create, EPERM, ANY, 0 },
	{ SYS_memfd_create, ENOSYS, ANY, 0 },
	{ SYS_madvise, EPERM, ANY, 0 },
	{ SYS_madvise, EINVAL, ANY, 0 },
	{ SYS_madvise, ENOSYS, ANY, 0 },
	{ SYS_fcntl, EPERM, 2, F_DUPFD_CLOEXEC },
	{ SYS_fcntl, EINVAL, 2, F_DUPFD_CLOEXEC },
	{ SYS_fcntl, EPERM, 2, F_ADD_SEALS },
	{ SYS_fcntl, EINVAL, 2, F_ADD_SEALS },
	{ SYS_fcntl, EPERM, ANY, 0 },
	{ SYS_setsockopt, EPERM, ANY, 0 },
	{ SYS_setsockopt, ENOPROTOOPT, 3, SO_SNDTIMEO },
	{ SYS_getsockopt, EPERM, ANY, 0 },
	{ SYS_getrandom, EPERM, ANY, 0 },
	{ SYS_getrandom, ENOSYS, ANY, 0 },
#ifdef SYS_newfstatat
	{ SYS_newfstatat, EPERM, ANY, 0 },
#endif
	{ SYS_statx, EPERM, ANY, 0 },
	{ SYS_statx, ENOSYS, ANY, 0 },
	{ SYS_prlimit64, EPERM, ANY, 0 },
	{ SYS_rt_sigtimedwait, EPERM, ANY, 0 },
	{ SYS_rt_sigpending, EPERM, ANY, 0 },
	{ SYS_sched_yield, EPERM, ANY, 0 },
	{ SYS_getpeername, EPERM, ANY, 0 },
	{ SYS_getsid, EPERM, ANY, 0 },
	{ SYS_getcwd, EPERM, ANY, 0 },
	{ SYS_uname, EPERM, ANY, 0 },
#ifdef SYS_readlink
	{ SYS_readlink, EPERM, ANY, 0 },
	{ SYS_access, EPERM, ANY, 0 },
	{ SYS_poll, EPERM, ANY, 0 },
#endif
	{ SYS_readlinkat, EPERM, ANY, 0 },
	{ SYS_ioctl, EPERM, ANY, 0 },
#if !UNDER_ASAN /* it asks for its own */
	{ SYS_sigaltstack, EPERM, ANY, 0 },
#endif
	/* Keep it last: behind it no socket of the journal is looked for. */
	{ SYS_openat, EPERM, ANY, 0 },
};

enum { N_REFUSALS = sizeof(refusals) / sizeof(refusals[0]) };

/* ---- A program in a sandbox: opened before the filter, or after, with a child ------------------ */

struct sandbox {
	const struct refusal *refusal;
	const char *process;
	bool opened_before;
};

static char *large_text(void)
{
	char *text = malloc(LARGE + 1);

	REQUIRE(text != NULL);
	memset(text, 'x', LARGE);
	text[LARGE] = '\0';
	return text;
}

/* Whole or cut: it is there. */
static void log_large(void)
{
	char *const text = large_text();

	REQUIRE(mplog_info("[large]%s", text) >= 0);
	free(text);
}

static void log_some(const char *process)
{
	for (unsigned i = 0; i < RECORDS; i++)
		REQUIRE(faults_log(process, i) >= 0);
}

static void be_boxed(const void *argument)
{
	const struct sandbox *const box = argument;
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;

	if (box->opened_before)
		REQUIRE(mplog_open("refused", box->process, 0) == 0);
	REQUIRE(refuse(box->refusal) == 0);
	if (!box->opened_before)
		REQUIRE(mplog_open("refused", box->process, 0) == 0);
	log_some(box->process);
	pid = mplog_fork("boxed-child");
	REQUIRE(pid >= 0);
	if (pid == 0) {
		log_some("boxed-child");
		log_large();
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
	log_large();
	REQUIRE(mplog_get_stats(&stats) == 0);
	REQUIRE(stats.lost == 0);
	mplog_close();
}

/* ---- Into the journal ------------------------------------------------------------------------- */

/* Names that no other row has. */
static const char *process_of(int i, const char *how)
{
	static char process[64];

	(void)snprintf(process, sizeof(process), "%s-%d", how, i);
	return process;
}

static void expect_in_journal(int i, bool opened_before)
{
	const struct sandbox box = { &refusals[i], process_of(i, opened_before ? "late" : "early"),
				     opened_before };
	char match[80];

	(void)faults_stderr_file();
	require_in_child(be_boxed, &box);
	(void)snprintf(match, sizeof(match), "PROCESS=%s", box.process);
	ck_assert_uint_eq(
		journal_count("SYSLOG_IDENTIFIER=refused", match, "CODE_FUNC=faults_log", NULL),
		RECORDS);
	ck_assert_uint_eq(
		journal_count("SYSLOG_IDENTIFIER=refused", match, "CODE_FUNC=log_large", NULL), 1);
}

START_TEST(journal_opened_before)
{
	expect_in_journal(_i, true);
}
END_TEST

START_TEST(journal_opened_behind_it)
{
	expect_in_journal(_i, false);
}
END_TEST

/* ---- Onto standard error, a pipe, as in a container ------------------------------------------- */

/* Counts lines as they come: the pipe never fills. */
static void read_lines(int fd, const char *process, int *ret_parent, int *ret_child, int *ret_large)
{
	FILE *file = fdopen(fd, "r");
	char *line = NULL, own[64];
	size_t capacity = 0;

	*ret_parent = *ret_child = *ret_large = 0;
	(void)snprintf(own, sizeof(own), "[%s:", process);
	while (getline(&line, &capacity, file) > 0) {
		*ret_parent += strstr(line, own) != NULL;
		*ret_child += strstr(line, "[boxed-child:") != NULL;
		*ret_large += strstr(line, "[large]x") != NULL;
	}
	free(line);
	(void)fclose(file);
}

static void expect_on_pipe(int i, bool opened_before)
{
	const struct sandbox box = { &refusals[i], "piped", opened_before };
	int ends[2], parent, child, large;
	pid_t pid;

	journald_kill();
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	require_setup();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		REQUIRE(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
		(void)close(ends[1]);
		be_boxed(&box);
		_exit(EXIT_SUCCESS);
	}
	(void)close(ends[1]);
	read_lines(ends[0], box.process, &parent, &child, &large);
	require_exited_well(pid);
	ck_assert_int_eq(parent, RECORDS);
	ck_assert_int_eq(child, RECORDS);
	ck_assert_int_eq(large, 2);
}

START_TEST(pipe_opened_before)
{
	expect_on_pipe(_i, true);
}
END_TEST

START_TEST(pipe_opened_behind_it)
{
	expect_on_pipe(_i, false);
}
END_TEST

/* A signal that cannot be kept from the process, or not taken away, must not end it either. */
static const struct refusal without_reader[] = {
	{ SYS_rt_sigtimedwait, EPERM, ANY, 0 },
	{ SYS_pwritev2, EOPNOTSUPP, 6, RWF_NOWAIT_NOSIGNAL },
	{ SYS_pwritev2, EPERM, ANY, 0 },
};

static void lose_reader(const void *argument)
{
	int ends[2];

	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	REQUIRE(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
	(void)close(ends[0]);
	REQUIRE(mplog_open("refused", "reader", 0) == 0);
	REQUIRE(refuse(argument) == 0);
	REQUIRE(mplog_info("nobody reads this") < 0);
	REQUIRE(mplog_info("nor this") < 0);
}

START_TEST(a_pipe_without_a_reader)
{
	journald_kill();
	require_in_child(lose_reader, &without_reader[_i]);
}
END_TEST

/* ---- No memory of the kernel ------------------------------------------------------------------- */

#ifdef SYS_mmap2
enum { MAP_CALL = SYS_mmap2 };
#else
enum { MAP_CALL = SYS_mmap };
#endif

static const struct refusal without_memory[] = {
	{ MAP_CALL, ENOMEM, ANY, 0 },
	{ MAP_CALL, EPERM, ANY, 0 },
};

static void call_everything(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;

	REQUIRE(mplog_enter("scope") <= 0);
	REQUIRE(mplog_info("[memory]in a scope") >= 0);
	(void)mplog_set_field("FIELD", "value");
	(void)mplog_set_level(MPLOG_DEBUG);
	REQUIRE(mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("N", 1)), "[memory]an event") >= 0);
	mplog_leave();
	(void)mplog_rename("renamed");
	(void)mplog_reload();
	(void)mplog_dump();
	(void)mplog_export("child");
	(void)mplog_process();
	(void)mplog_level();
	pid = mplog_fork("child");
	REQUIRE(pid >= 0);
	if (pid == 0) {
		REQUIRE(mplog_info("[memory]in a child") >= 0);
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
	(void)mplog_reap(pid, NULL);
	(void)mplog_seal();
	REQUIRE(mplog_write(MPLOG_INFO, "[memory]sealed", 14) >= 0);
	REQUIRE(mplog_get_stats(&stats) == 0);
	REQUIRE(stats.lost == 0);
}

static void log_without_memory(const void *argument)
{
	int r;

	REQUIRE(refuse(argument) == 0);
	r = mplog_open("memory", "main", 0);
	REQUIRE(r == 0 || r == -ENOMEM);
	call_everything();
	mplog_close();
	REQUIRE(mplog_info("[memory]closed") >= 0);
}

START_TEST(no_memory_from_the_beginning)
{
	const size_t before = journal_count("CODE_FUNC=call_everything", NULL);

	require_in_child(log_without_memory, &without_memory[_i]);
	ck_assert_uint_eq(journal_count("CODE_FUNC=call_everything", NULL), before + 3);
}
END_TEST

static void lose_memory(const void *argument)
{
	REQUIRE(mplog_open("memory", "main", 0) == 0);
	REQUIRE(refuse(argument) == 0);
	call_everything();
	mplog_close();
}

START_TEST(no_memory_any_more)
{
	const size_t before = journal_count("CODE_FUNC=call_everything", NULL);

	require_in_child(lose_memory, &without_memory[_i]);
	ck_assert_uint_eq(journal_count("CODE_FUNC=call_everything", NULL), before + 3);
}
END_TEST

int main(void)
{
	const int n_without_memory = sizeof(without_memory) / sizeof(*without_memory);
	Suite *suite = suite_create("refused");
	TCase *tcase = suite_case(suite, "refused", journald_start, NULL);

	tcase_add_loop_test(tcase, journal_opened_before, 0, N_REFUSALS);
	tcase_add_loop_test(tcase, journal_opened_behind_it, 0, N_REFUSALS);
	tcase_add_loop_test(tcase, pipe_opened_before, 0, N_REFUSALS);
	tcase_add_loop_test(tcase, pipe_opened_behind_it, 0, N_REFUSALS);
	tcase_add_loop_test(tcase, a_pipe_without_a_reader, 0,
			    sizeof(without_reader) / sizeof(*without_reader));
	if (!UNDER_ASAN && !UNDER_TSAN) { /* they map memory for their own */
		tcase_add_loop_test(tcase, no_memory_from_the_beginning, 0, n_without_memory);
		tcase_add_loop_test(tcase, no_memory_any_more, 0, n_without_memory);
	}
	return suite_run(suite);
}
