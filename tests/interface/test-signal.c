/* SPDX-License-Identifier: MIT */
/* mplog_write() in signal handlers: during any other call, on the smallest stack, in a thread that
 * never logged. MPLOG_TEST_SECONDS: how long the storm lasts (5; 60 in CI). */

#include "lib/family.h"
#include "lib/hang.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

enum {
	STORM_SECONDS = 5,
	PERIOD_US = 1000,
	PHASES = 32,
	/* What SIGSTKSZ was before it became a question to the kernel; sanitizers take more. */
	SMALL_STACK = UNDER_ASAN || UNDER_TSAN ? 131072 : 8192,
	SMALL_THREAD = UNDER_ASAN || UNDER_TSAN ? 1 << 20 : 16384,
	PAGE = 4096,
};

static const char configuration[] = "defaults = { prefix = \"\"; timeout_ms = 10000; };\n";

#define PAYLOAD "0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* ---- The storm ------------------------------------------------------------------------------- */

static volatile sig_atomic_t ticks, not_written;
static pid_t ticking; /* the thread sanitizer hands signals on late, to a child too */

static size_t put_number(char *text, unsigned number)
{
	char digits[16];
	size_t n = 0, size = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (n > 0)
		text[size++] = digits[--n];
	return size;
}

static void on_tick(int signal)
{
	char text[128] = "tick ";
	size_t size = 5 + put_number(text + 5, (unsigned)ticks);
	const int saved_errno = errno;

	if (getpid() != ticking)
		return;
	memcpy(text + size, " " PAYLOAD, sizeof(PAYLOAD));
	size += sizeof(PAYLOAD);
	errno = signal;
	if (mplog_write(MPLOG_INFO, text, size) != 0)
		not_written++;
	if (errno != signal)
		not_written++;
	errno = saved_errno;
	ticks++;
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	ck_assert_int_eq(sigaction(signal, &action, NULL), 0);
}

static void start_timer(int period_us)
{
	const struct timeval period = { .tv_usec = period_us };
	const struct itimerval timer = { period, period };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void fork_one(unsigned i)
{
	const pid_t pid = i % 2 ? mplog_fork("child") : fork();

	if (pid == 0) {
		alarm(HANG_SECONDS);
		_exit(mplog_info("child %u %s", i, PAYLOAD) != 0);
	}
	child_exited_well(pid);
}

static void do_everything(unsigned i)
{
	char name[32];

	snprintf(name, sizeof(name), "phase-%u", i % PHASES);
	ck_assert_int_eq(mplog_info("main %u %s", i, PAYLOAD), 0);
	ck_assert_int_eq(mplog_enter(name), 0);
	ck_assert_int_eq(mplog_set_field("ROUND", i % 2 ? "odd" : "even"), 0);
	ck_assert_int_eq(mplog_info("phase %u %s", i, PAYLOAD), 0);
	ck_assert_int_eq(mplog_reload(), 0);
	if (i % 4 == 0)
		fork_one(i);
	ck_assert_int_eq(mplog_set_level(i % 2 ? MPLOG_INFO : MPLOG_DEBUG), 0);
	mplog_leave();
	ck_assert_int_eq(mplog_set_field("PROCESS_WIDE", i % 2 ? "odd" : NULL), 0);
}

static unsigned storm(time_t seconds)
{
	struct timespec now, end;
	unsigned i = 0;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &end), 0);
	end.tv_sec += seconds;
	ticking = getpid();
	handle(SIGALRM, on_tick, SA_RESTART);
	start_timer(PERIOD_US);
	do {
		do_everything(i++);
		ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	} while (now.tv_sec < end.tv_sec);
	start_timer(0);
	return i;
}

/* ---- What came of it ------------------------------------------------------------------------- */

struct found {
	unsigned ticks, mains, phases, children;
};

static unsigned *count_of(struct found *found, const char *word)
{
	return strcmp(word, "tick") == 0    ? &found->ticks
	       : strcmp(word, "main") == 0  ? &found->mains
	       : strcmp(word, "phase") == 0 ? &found->phases
	       : strcmp(word, "child") == 0 ? &found->children
					    : NULL;
}

static void assert_whole(const struct journal_entry *entry, struct found *found)
{
	const char *message = journal_value(entry, "MESSAGE");
	char word[8] = "", whole[128];
	unsigned number = 0;

	ck_assert_int_eq(sscanf(message, "%7s %u ", word, &number), 2);
	snprintf(whole, sizeof(whole), "%s %u %s", word, number, PAYLOAD);
	ck_assert_str_eq(message, whole);
	ck_assert_ptr_nonnull(count_of(found, word));
	++*count_of(found, word);
}

static void look_at(struct found *found, const char *process)
{
	char match[64];
	struct journal_entries all;

	snprintf(match, sizeof(match), "PROCESS=%s", process);
	all = journal_read("SYSLOG_IDENTIFIER=storm", match, NULL);
	for (size_t i = 0; i < all.n; i++)
		assert_whole(&all.entries[i], found);
	journal_entries_free(&all);
}

static struct found look_at_all(void)
{
	struct found found = { 0 };
	char name[32];

	look_at(&found, "main");
	look_at(&found, "child");
	for (int i = 0; i < PHASES; i++) {
		snprintf(name, sizeof(name), "phase-%d", i);
		look_at(&found, name);
	}
	return found;
}

START_TEST(handler_amid_everything)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	struct found found;
	unsigned rounds;

	family_open("storm", configuration);
	rounds = storm(suite_number("MPLOG_TEST_SECONDS", STORM_SECONDS));
	ck_assert_int_eq(not_written, 0);
	ck_assert_int_gt(ticks, 0);
	ck_assert_int_eq(mplog_get_stats(&stats), 0);
	ck_assert_uint_eq(stats.called, (uint64_t)ticks + 2 * rounds);
	ck_assert_uint_eq(stats.sent, stats.called);
	found = look_at_all();
	ck_assert_uint_eq(found.ticks, (unsigned)ticks);
	ck_assert_uint_eq(found.mains, rounds);
	ck_assert_uint_eq(found.phases, rounds);
	ck_assert_uint_eq(found.children, (rounds + 3) / 4);
}
END_TEST

/* ---- The smallest stack ---------------------------------------------------------------------- */

static const char *last_words;

static void on_crash(int signal)
{
	const int r = mplog_write(MPLOG_CRIT, last_words, strlen(last_words));

	(void)signal;
	_exit(r < 0);
}

/* The page below it cannot be written: what needs more is killed for it. */
static void use_small_stack(void)
{
	char *memory =
		mmap(NULL, PAGE + SMALL_STACK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = { .ss_sp = memory + PAGE, .ss_size = SMALL_STACK };

	ck_assert_ptr_ne(memory, MAP_FAILED);
	ck_assert_int_eq(mprotect(stack.ss_sp, SMALL_STACK, PROT_READ | PROT_WRITE), 0);
	ck_assert_int_eq(sigaltstack(&stack, NULL), 0);
	handle(SIGSEGV, on_crash, SA_ONSTACK);
}

static void crash(void)
{
	raise(SIGSEGV);
}

static volatile char deepest;

__attribute__((noinline)) static unsigned sink_deeper(unsigned depth)
{
	volatile char frame[1024];

	frame[depth % sizeof(frame)] = (char)depth;
	deepest = frame[depth % sizeof(frame)];
	return depth ? sink_deeper(depth - 1) + (unsigned char)frame[0] : 0;
}

static void overflow_stack(void)
{
	(void)sink_deeper(1u << 30);
}

static pid_t crash_in_child(const char *words, void (*how)(void))
{
	const pid_t pid = mplog_fork("crashes");

	if (pid == 0) {
		last_words = words;
		use_small_stack();
		how();
		_exit(1);
	}
	return pid;
}

START_TEST(last_words_on_a_small_stack)
{
	struct journal_entries all;
	pid_t pid;

	family_open("last-words", configuration);
	pid = crash_in_child("first and last words", crash);
	child_exited_well(pid);
	child_exited_well(crash_in_child("no stack is left", overflow_stack));
	all = family_read("last-words");
	ck_assert_said(&all, "first and last words", "crashes", "main");
	ck_assert_said(&all, "no stack is left", "crashes", "main");
	ck_assert_int_eq(atoi(said_field(&all, "first and last words", "_PID")), pid);
	ck_assert_str_eq(said_field(&all, "first and last words", "PRIORITY"), "2");
	journal_entries_free(&all);
}
END_TEST

/* With any settings, and with any notice due before the last words. */
START_TEST(last_words_of_every_kind)
{
	static const char *const kinds[] = {
		"sink = \"stderr\"; prefix = \"%n of %i on %h \"; stderr = { format = \"json\"; };",
		"sink = \"stderr\"; stderr = { color = true; };",
		"sink = \"syslog\"; syslog = { format = \"rfc5424\"; facility = \"daemon\"; };",
		"sink = \"syslog\";",
		"echo = true;",
		"child_name = \"%i-%c\"; rate_limit = { burst = 1; interval_ms = 10000; };",
	};
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int error[2];

	ck_assert_int_ge(null, 0);
	ck_assert_int_eq(pipe(error), 0);
	ck_assert_int_eq(dup2(error[1], STDERR_FILENO), STDERR_FILENO);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), "defaults = { %s };", kinds[i]);
		family_open("every-kind", text);
		child_exited_well(crash_in_child("last words", crash));
		mplog_close();
	}
}
END_TEST

static _Noreturn void lose_some_and_crash(void)
{
	mplog_set_field("LONG", PAYLOAD PAYLOAD PAYLOAD PAYLOAD);
	journald_stop();
	while (mplog_info("fills the queue") == 0)
		;
	journald_cont();
	journald_sync();
	last_words = "something was lost before";
	use_small_stack();
	crash();
	_exit(1);
}

START_TEST(last_words_after_a_loss)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t pid;

	ck_assert_int_eq(dup2(null, STDERR_FILENO), STDERR_FILENO);
	family_open("after-loss", "defaults = { prefix = \"\"; timeout_ms = 10; };");
	pid = fork();
	if (pid == 0)
		lose_some_and_crash();
	child_exited_well(pid);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=after-loss",
					"MESSAGE=something was lost before", NULL),
			  1);
}
END_TEST

/* The notice of the expired level comes with the next call, or not at all. */
static _Noreturn void outlive_level_and_crash(void)
{
	shell_run(0, "mplog level -t after-level crashes debug --for=1ms");
	last_words = "its time is over";
	use_small_stack();
	crash();
	_exit(1);
}

START_TEST(last_words_after_a_level_s_time)
{
	pid_t pid;

	family_open("after-level", configuration);
	pid = mplog_fork("crashes");
	if (pid == 0)
		outlive_level_and_crash();
	child_exited_well(pid);
	ck_assert_uint_eq(
		journal_count("SYSLOG_IDENTIFIER=after-level", "MESSAGE=its time is over", NULL),
		1);
}
END_TEST

static size_t count_full(void)
{
	return journal_count("SYSLOG_IDENTIFIER=full",
			     "MESSAGE_ID=5e9aaacd52b5412c9c0c83cc8f540884", NULL);
}

static void be_slotless(pid_t pid, void (*how)(void))
{
	if (pid == 0) {
		how();
		_exit(0);
	}
	child_exited_well(pid);
}

static void crash_on_small_stack(void)
{
	last_words = "not on the board";
	use_small_stack();
	crash();
}

static void say_something(void)
{
	ck_assert_int_eq(mplog_info("something"), 0);
}

START_TEST(last_words_of_one_that_is_not_on_the_board)
{
	family_open("full", configuration);
	for (int i = 0; i < 4096; i++)
		ck_assert_int_eq(mplog_enter("scope"), 0);
	be_slotless(fork(), crash_on_small_stack);
	be_slotless(_Fork(), crash_on_small_stack);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=full", "MESSAGE=not on the board", NULL),
			  2);
	ck_assert_uint_eq(count_full(), 1);
	be_slotless(fork(), say_something);
	ck_assert_uint_eq(count_full(), 1);
}
END_TEST

/* ---- Threads --------------------------------------------------------------------------------- */

static struct line silent_ready, silent_end;

static void on_user_signal(int signal)
{
	const int saved_errno = errno;
	static const char words[] = "from a thread that never logged";

	(void)signal;
	errno = EDOM;
	if (mplog_write(MPLOG_INFO, words, sizeof(words) - 1) != 0 || errno != EDOM ||
	    write(silent_ready.write, "x", 1) != 1)
		_exit(1);
	errno = saved_errno;
}

static void *be_silent(void *unused)
{
	struct pollfd end = { .fd = silent_end.read, .events = POLLIN };

	line_tell(&silent_ready);
	while (poll(&end, 1, 10) != 1) /* the sanitizer hands signals on between two calls */
		;
	return unused;
}

START_TEST(in_a_thread_that_never_logged)
{
	struct journal_entries all;
	pthread_t thread;

	family_open("silent", configuration);
	silent_ready = line_open(), silent_end = line_open();
	handle(SIGUSR1, on_user_signal, SA_RESTART);
	thread = thread_start(be_silent, NULL);
	line_wait(&silent_ready);
	ck_assert_int_eq(pthread_kill(thread, SIGUSR1), 0);
	line_wait(&silent_ready);
	line_tell(&silent_end);
	thread_join(thread);
	all = family_read("silent");
	ck_assert_said(&all, "from a thread that never logged", "main", "");
	ck_assert_int_ne(atoi(said_field(&all, "from a thread that never logged", "TID")),
			 getpid());
	journal_entries_free(&all);
}
END_TEST

/* The whole stack of the smallest thread there can be. */
static void *use_little_stack(void *unused)
{
	mplog_enter("small");
	mplog_set_field("FIELD", PAYLOAD);
	mplog_info("small thread: %s %f", PAYLOAD, 1.5);
	mplog_set_level(MPLOG_DEBUG);
	mplog_debug("small thread again");
	mplog_leave();
	return unused;
}

START_TEST(in_a_small_thread)
{
	struct journal_entries all;
	pthread_attr_t attributes;
	pthread_t thread;

	family_open("small-thread", "defaults = { prefix = \"\"; fields = { A = \"1\"; }; };");
	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attributes, SMALL_THREAD), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, use_little_stack, NULL), 0);
	thread_join(thread);
	all = family_read("small-thread");
	ck_assert_said(&all, "small thread again", "small", "main");
	journal_entries_free(&all);
}
END_TEST

/* ---- Forks ----------------------------------------------------------------------------------- */

static void fork_in_handler(int signal)
{
	const int saved_errno = errno;
	const pid_t pid = _Fork();

	(void)signal;
	if (pid == 0)
		_exit(mplog_write(MPLOG_INFO, "child of a handler", 18) != 0);
	if (waitpid(pid, &(int){ 0 }, 0) != pid)
		_exit(1);
	errno = saved_errno;
	ticks++;
}

/* The handler's child may come out of the middle of any call. */
START_TEST(handler_that_forks)
{
	enum { SOON = 4 };
	static const struct itimerval soon[SOON] = {
		{ .it_value = { .tv_usec = 5 } },
		{ .it_value = { .tv_usec = 20 } },
		{ .it_value = { .tv_usec = 50 } },
		{ .it_value = { .tv_usec = 100 } },
	};
	unsigned i = 0;

	family_open("handler-forks", configuration);
	handle(SIGALRM, fork_in_handler, SA_RESTART);
	while (ticks < (UNDER_ASAN ? 30 : 300)) { /* its forks take long */
		/* Once a round: handlers that take longer than the period would leave no time to it. */
		ck_assert_int_eq(setitimer(ITIMER_REAL, &soon[i % SOON], NULL), 0);
		mplog_enter("scope");
		mplog_set_field("ROUND", i++ % 2 ? "odd" : "even");
		mplog_info("main %u", i);
		mplog_leave();
	}
	start_timer(0);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=handler-forks",
					"MESSAGE=child of a handler", NULL),
			  (size_t)ticks);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("signal");
	TCase *tcase = suite_case(suite, "signal", journald_start, NULL);

	tcase_add_test(tcase, handler_amid_everything);
	tcase_add_test(tcase, last_words_on_a_small_stack);
	tcase_add_test(tcase, last_words_of_every_kind);
	tcase_add_test(tcase, last_words_after_a_loss);
	tcase_add_test(tcase, last_words_after_a_level_s_time);
	tcase_add_test(tcase, last_words_of_one_that_is_not_on_the_board);
	tcase_add_test(tcase, in_a_thread_that_never_logged);
	tcase_add_test(tcase, in_a_small_thread);
	tcase_add_test(tcase, handler_that_forks);
	return suite_run(suite);
}
