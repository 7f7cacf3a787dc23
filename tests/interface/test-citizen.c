/* SPDX-License-Identifier: MIT */
/* What a program may expect of a library that it lets in: errno, signals, descriptors, memory.
 * MPLOG_TEST_ROUNDS: how often what must not leak is done (1,000). */

#include "lib/family.h"
#include "lib/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { ROUNDS = 1000, RELOADS_A_ROUND = 100, LARGE = 300000, SLACK_PAGES = 64 };

static const char quiet[] = "defaults = { prefix = \"\"; timeout_ms = 60000; };\n";

static int rounds(void)
{
	return suite_number("MPLOG_TEST_ROUNDS", ROUNDS);
}

/* ---- Allocations: who asks for memory asks here first ----------------------------------------- */

static atomic_int allocations;

#if !UNDER_ASAN && !UNDER_TSAN
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_realloc(memory, size);
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	atomic_fetch_add(&allocations, 1);
	return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}
#endif

static void log_some(int i)
{
	mplog_info("record %d of %s: %f %5s", i, "some", 1.25, "x");
	mplog_debug("hidden %d", i);
	mplog_errno(MPLOG_NOTICE, ENOENT, "open %s", "file");
	mplog_event(MPLOG_INFO,
		    MPLOG_FIELDS(MPLOG_F("NUMBER", i), MPLOG_F("TEXT", "text"),
				 MPLOG_F("REAL", 0.5), MPLOG_BLOB("BLOB", &i, sizeof(i))),
		    "event %m");
	mplog_write(MPLOG_INFO, "written", 7);
}

/* Of two turns of a test the second one has all calls recorded in the black box. */
static void choose_black_box(int turn)
{
	if (turn == 0)
		return;
	ck_assert_int_eq(setenv("MPLOG_LEVEL", "err", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_BLACKBOX", "debug", 1), 0);
}

START_TEST(no_allocation_in_a_call)
{
	int before;

	choose_black_box(_i);
	/* Not a file that was just written: it would be looked at again. */
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	ck_assert_int_eq(mplog_open("allocations", "main", 0), 0);
	ck_assert_int_eq(mplog_enabled(MPLOG_DEBUG), _i);
	log_some(0);
	ck_assert_int_gt(atomic_load(&allocations), 0); /* it counts, and asserting allocates */
	before = atomic_load(&allocations);
	for (int i = 0; i < 1000; i++)
		log_some(i);
	ck_assert_int_eq(atomic_load(&allocations), before);
	mplog_enter("scope"); /* the second scope of a thread finds the memory of the first */
	mplog_leave();
	before = atomic_load(&allocations);
	for (int i = 0; i < 1000; i++) {
		MPLOG_SCOPE("scope");
		log_some(i);
	}
	ck_assert_int_eq(atomic_load(&allocations), before);
}
END_TEST

/* ---- errno ----------------------------------------------------------------------------------- */

static void call_everything(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	int level;

	mplog_open("errno", "main", 0);
	mplog_info("record %m");
	mplog_debug("hidden");
	mplog_errno(MPLOG_INFO, EIO, "error");
	mplog_write(MPLOG_INFO, "x", 1);
	mplog_write(99, "x", 1);
	mplog_enter("scope");
	mplog_enter(NULL);
	mplog_enter("bad name");
	mplog_set_field("FIELD", "value");
	mplog_set_field("bad field", "value");
	mplog_set_level(MPLOG_DEBUG);
	mplog_set_default_level(MPLOG_DEBUG);
	mplog_leave();
	mplog_leave();
	mplog_leave();
	mplog_leave();
	mplog_process();
	mplog_level();
	mplog_level_name(MPLOG_INFO);
	mplog_level_parse("nonsense", &level);
	mplog_export("child");
	mplog_reload();
	mplog_get_stats(&stats);
	mplog_reap(1, NULL);
	mplog_dump();
	mplog_close();
}

START_TEST(errno_stays)
{
	choose_black_box(_i);
	ck_assert_int_eq(setenv("MPLOG_CONF", family_path("nowhere"), 1), 0);
	errno = EDOM;
	call_everything();
	ck_assert_int_eq(errno, EDOM);
	/* Where nothing works either. */
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	close(STDERR_FILENO);
	errno = EDOM;
	call_everything();
	ck_assert_int_eq(errno, EDOM);
	journald_kill();
	ck_assert_int_eq(setenv("MPLOG_SINK", "journal", 1), 0);
	errno = EDOM;
	call_everything();
	ck_assert_int_eq(errno, EDOM);
}
END_TEST

/* ---- Signals --------------------------------------------------------------------------------- */

START_TEST(no_sigpipe)
{
	int pipes[2], sockets[2];

	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	ck_assert_ptr_ne(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	family_open("sigpipe", quiet);
	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert_int_eq(dup2(pipes[1], STDERR_FILENO), STDERR_FILENO);
	close(pipes[0]);
	ck_assert_int_eq(mplog_info("no reader"), 1); /* the journal has it */
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	ck_assert_int_eq(dup2(sockets[1], STDERR_FILENO), STDERR_FILENO);
	close(sockets[0]);
	close(sockets[1]);
	ck_assert_int_eq(mplog_info("no reader for this either"), 1);
	journald_kill();
	ck_assert_int_lt(mplog_info("no sink at all"), 0);
}
END_TEST

/* ---- Descriptors ----------------------------------------------------------------------------- */

static int count_descriptors(bool close_on_exec)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	int n = 0;

	ck_assert_ptr_nonnull(directory);
	while ((entry = readdir(directory))) {
		const int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(directory))
			continue;
		n += !close_on_exec || fcntl(fd, F_GETFD) & FD_CLOEXEC;
	}
	closedir(directory);
	return n;
}

START_TEST(descriptors_are_close_on_exec)
{
	const int all = count_descriptors(false), closed = count_descriptors(true);
	static char large[LARGE];
	int ours;

	family_open("close-on-exec", quiet);
	mplog_info("record");
	mplog_write(MPLOG_INFO, memset(large, 'x', LARGE), LARGE);
	ours = count_descriptors(false) - all;
	ck_assert_int_ge(ours, 2); /* the board and the journal's socket */
	ck_assert_int_eq(count_descriptors(true) - closed, ours);
	mplog_close();
	ck_assert_int_eq(count_descriptors(false), all);
}
END_TEST

static void open_and_close(int i)
{
	(void)i;
	ck_assert_int_eq(mplog_open("leaks", "main", 0), 0);
	mplog_info("opened");
	mplog_enter("scope");
	mplog_leave();
	mplog_close();
}

static void log_large(int i)
{
	static char large[LARGE];

	large[0] = (char)('a' + i % 26);
	if (!large[1])
		memset(large + 1, 'x', LARGE - 1);
	ck_assert_int_eq(mplog_write(MPLOG_INFO, large, LARGE), 0);
}

static void reload_many(int i)
{
	(void)i;
	for (int j = 0; j < RELOADS_A_ROUND; j++)
		ck_assert_int_eq(mplog_reload(), 0);
}

static void fork_one(int i)
{
	const pid_t pid = i % 2 ? mplog_fork("child") : fork();

	if (pid == 0)
		_exit(0);
	child_exited_well(pid);
}

static void set_and_unset(int i)
{
	mplog_set_field("FIELD", i % 2 ? "odd" : NULL);
	mplog_set_level(i % 2 ? MPLOG_DEBUG : MPLOG_INFO);
	mplog_enter("scope");
	mplog_set_field("FIELD", i % 2 ? "odd" : NULL);
	mplog_leave();
}

static unsigned long count_pages(void)
{
	unsigned long size = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%lu %lu", &size, &resident), 2);
	fclose(file);
	return UNDER_ASAN || UNDER_TSAN ? 0 : resident;
}

/* What it takes it takes in the first rounds. */
static void assert_no_leak(void (*function)(int), int n)
{
	unsigned long pages;
	int descriptors;

	for (int i = 0; i < n / 10; i++)
		function(i);
	pages = count_pages();
	descriptors = count_descriptors(false);
	for (int i = 0; i < n; i++)
		function(i);
	ck_assert_int_eq(count_descriptors(false), descriptors);
	ck_assert_uint_le(count_pages(), pages + SLACK_PAGES);
}

START_TEST(opening_leaks_nothing)
{
	file_write(family_path("leaks"), quiet);
	ck_assert_int_eq(setenv("MPLOG_CONF", family_path("leaks"), 1), 0);
	assert_no_leak(open_and_close, rounds() / 4);
}
END_TEST

START_TEST(large_records_leak_nothing)
{
	family_open("large-leaks", quiet);
	assert_no_leak(log_large, rounds());
}
END_TEST

START_TEST(reloads_leak_nothing)
{
	family_open("reload-leaks", quiet);
	assert_no_leak(reload_many, rounds());
}
END_TEST

START_TEST(forks_leak_nothing)
{
	family_open("fork-leaks", quiet);
	assert_no_leak(fork_one, rounds() / 4);
}
END_TEST

START_TEST(settings_leak_nothing)
{
	family_open("set-leaks", quiet);
	assert_no_leak(set_and_unset, rounds());
}
END_TEST

/* ---- Opened and closed in any order ---------------------------------------------------------- */

START_TEST(opened_twice_closed_twice)
{
	struct journal_entries all;

	mplog_close();
	family_open("twice", quiet);
	ck_assert_int_eq(mplog_open("other", "other", 0), -EALREADY);
	mplog_info("opened");
	mplog_close();
	mplog_close();
	ck_assert_int_eq(mplog_info("closed"), 0);
	ck_assert_int_eq(mplog_set_level(MPLOG_DEBUG), 0);
	ck_assert_int_eq(mplog_reload(), 0);
	family_open("twice", quiet);
	mplog_debug("opened again, with the level set before");
	all = family_read("twice");
	ck_assert_uint_eq(all.n, 2);
	journal_entries_free(&all);
}
END_TEST

static atomic_int opened;

static void *open_at_once(void *unused)
{
	if (mplog_open("at-once", "main", 0) == 0)
		atomic_fetch_add(&opened, 1);
	mplog_info("record");
	return unused;
}

START_TEST(one_of_many_opens)
{
	enum { THREADS = 8 };
	pthread_t threads[THREADS];

	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	for (int round = 0; round < 50; round++) {
		atomic_store(&opened, 0);
		for (int i = 0; i < THREADS; i++)
			threads[i] = thread_start(open_at_once, NULL);
		for (int i = 0; i < THREADS; i++)
			thread_join(threads[i]);
		ck_assert_int_eq(atomic_load(&opened), 1);
		mplog_close();
	}
}
END_TEST

static pthread_barrier_t at_once;

static void *say_at_once(void *unused)
{
	(void)pthread_barrier_wait(&at_once);
	ck_assert_int_eq(mplog_info("at once"), 0);
	return unused;
}

/* All of them find the journal, though one of them connects. */
START_TEST(first_records_at_once)
{
	enum { THREADS = 8, PROCESSES = 100 };

	for (int i = 0; i < PROCESSES; i++) {
		const pid_t pid = fork();
		pthread_t threads[THREADS];

		if (pid == 0) {
			(void)pthread_barrier_init(&at_once, NULL, THREADS);
			for (int j = 0; j < THREADS; j++)
				if (pthread_create(&threads[j], NULL, say_at_once, NULL))
					_exit(1);
			for (int j = 0; j < THREADS; j++)
				(void)pthread_join(threads[j], NULL);
			_exit(0);
		}
		child_exited_well(pid);
		journald_sync(); /* its queue has room for all of the next one's */
	}
	ck_assert_uint_eq(journal_count("MESSAGE=process=main at once", NULL), THREADS * PROCESSES);
}
END_TEST

static atomic_bool is_over;

static void *log_and_reload(void *unused)
{
	while (!atomic_load(&is_over)) {
		mplog_enter("thread");
		mplog_info("record");
		mplog_reload();
		mplog_leave();
	}
	return unused;
}

START_TEST(closed_while_others_log)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];

	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	for (int i = 0; i < THREADS; i++)
		threads[i] = thread_start(log_and_reload, NULL);
	for (int round = 0; round < 200; round++) {
		ck_assert_int_eq(mplog_open("closing", "main", 0), 0);
		mplog_info("record");
		mplog_close();
	}
	atomic_store(&is_over, true);
	for (int i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	ck_assert_int_eq(mplog_open("closing", "main", 0), 0);
}
END_TEST

static void *open_repeatedly(void *unused)
{
	for (int round = 0; round < 100; round++) {
		const int r = mplog_open("closing", "main", round % 2 ? MPLOG_PRIVATE : 0);

		mplog_info("record");
		mplog_close();
		if (r != 0 && r != -EALREADY)
			_exit(1); /* no assertion in a thread */
	}
	return unused;
}

/* One after the other. */
START_TEST(opened_and_closed_by_many_while_others_log)
{
	enum { THREADS = 3 };
	pthread_t logging[THREADS], opening[THREADS];

	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	for (int i = 0; i < THREADS; i++) {
		logging[i] = thread_start(log_and_reload, NULL);
		opening[i] = thread_start(open_repeatedly, NULL);
	}
	for (int i = 0; i < THREADS; i++)
		ck_assert_ptr_null(thread_join(opening[i]));
	atomic_store(&is_over, true);
	for (int i = 0; i < THREADS; i++)
		ck_assert_ptr_null(thread_join(logging[i]));
	ck_assert_int_eq(mplog_open("closing", "main", 0), 0);
}
END_TEST

/* Half of them in a scope, whose slot goes with the board. */
static void *log_and_count(void *scope)
{
	size_t n = 0;

	if (scope)
		mplog_enter(scope);
	for (; !atomic_load(&is_over); n++)
		mplog_event(MPLOG_NOTICE, MPLOG_FIELDS(MPLOG_F("CLOSING", "others")), "record");
	return (void *)n;
}

START_TEST(closing_hides_no_record)
{
	enum { THREADS = 2, CLOSES = 500 };
	pthread_t threads[THREADS];
	char scope[] = "scope";
	size_t logged = 0;

	journald_wait_for_it();
	for (int i = 0; i < THREADS; i++)
		threads[i] = thread_start(log_and_count, i % 2 ? scope : NULL);
	for (int round = 0; round < CLOSES; round++) {
		ck_assert_int_eq(mplog_open("closing", "main", 0), 0);
		mplog_close();
	}
	atomic_store(&is_over, true);
	for (int i = 0; i < THREADS; i++) {
		void *n;

		n = thread_join(threads[i]);
		logged += (size_t)n;
	}
	ck_assert_uint_eq(journal_count("CLOSING=others", NULL), logged);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("citizen");
	TCase *tcase = suite_case(suite, "citizen", journald_start, NULL);

	if (!UNDER_ASAN && !UNDER_TSAN)
		tcase_add_loop_test(tcase, no_allocation_in_a_call, 0, 2);
	tcase_add_loop_test(tcase, errno_stays, 0, 2);
	tcase_add_test(tcase, no_sigpipe);
	tcase_add_test(tcase, descriptors_are_close_on_exec);
	tcase_add_test(tcase, opening_leaks_nothing);
	tcase_add_test(tcase, large_records_leak_nothing);
	tcase_add_test(tcase, reloads_leak_nothing);
	tcase_add_test(tcase, forks_leak_nothing);
	tcase_add_test(tcase, settings_leak_nothing);
	tcase_add_test(tcase, opened_twice_closed_twice);
	tcase_add_test(tcase, one_of_many_opens);
	tcase_add_test(tcase, first_records_at_once);
	if (!UNDER_TSAN) {
		tcase_add_test(tcase, closed_while_others_log);
		tcase_add_test(tcase, opened_and_closed_by_many_while_others_log);
		tcase_add_test(tcase, closing_hides_no_record);
	}
	return suite_run(suite);
}
