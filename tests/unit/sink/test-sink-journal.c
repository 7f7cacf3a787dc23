/* SPDX-License-Identifier: MIT */
/* What the sink sends, a real journald has; and what it does where that is not there. */
#include "sink/sink.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/child.h"
#include "lib/journald.h"
#include "lib/suite.h"
#include "process/epoch.h"
#include "process/thread.h"
#include "record/encoding.h"
#include "sink/socket.h"

#define BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

enum { TIMEOUT_MS = 200, LARGE = 1 << 20, BUFFER = RECORD_SIZE_MAX };

static char buffer[BUFFER];
static struct record_source source;

static void set_up(void)
{
	source = (struct record_source){ .level = MPLOG_INFO };
	journald_start();
}

/* A test that failed may have left it stopped. */
static void tear_down(void)
{
	if (journald_pid() > 0)
		(void)kill(journald_pid(), SIGCONT);
}

static int write_within(unsigned timeout_ms)
{
	static const struct output output = { .identifier = "x", .process = "x" };
	struct deadline deadline = { .timeout_ms = timeout_ms };
	struct record record;
	const struct delivery delivery = { &record, &output, &deadline };
	struct thread *const thread = thread_get();
	const uint64_t outer = epoch_enter(thread);
	int r;

	ck_assert_uint_le(record_compose(&record, buffer, BUFFER, &source), BUFFER);
	r = sink_journal.write(&delivery);
	epoch_leave(thread, outer);
	epoch_collect();
	return r;
}

static int write_record(const char *mark, struct bytes message)
{
	static char head[64];

	(void)snprintf(head, sizeof(head), "TEST_MARK=%s\n", mark);
	source.head = (struct bytes){ head, strlen(head) };
	source.message = message;
	return write_within(TIMEOUT_MS);
}

static struct journal_entries read_back(const char *mark, size_t expected)
{
	char match[64];
	struct journal_entries entries;

	(void)snprintf(match, sizeof(match), "TEST_MARK=%s", mark);
	entries = journal_read(match, NULL);
	ck_assert_uint_eq(entries.n, expected);
	return entries;
}

static void check_message(const char *mark, struct bytes message)
{
	struct journal_entries entries = read_back(mark, 1);
	const struct journal_field *const field = journal_field(entries.entries, "MESSAGE");

	ck_assert_ptr_nonnull(field);
	ck_assert_uint_eq(field->size, message.size);
	ck_assert_mem_eq(field->value, message.data, message.size);
	journal_entries_free(&entries);
}

/* Of every size around which something changes: one datagram, several pages, a memory file. */
static const size_t sizes[] = { 0, 1, 4000, 48 << 10, 200 << 10, 220 << 10, LARGE, 5 * LARGE };

START_TEST(arrives_whole_whatever_its_size)
{
	static char message[5 * LARGE];
	char mark[32];

	memset(message, 'x', sizeof(message));
	(void)snprintf(mark, sizeof(mark), "size-%zu", sizes[_i]);
	ck_assert_int_eq(write_record(mark, (struct bytes){ message, sizes[_i] }), 1);
	check_message(mark, (struct bytes){ message, sizes[_i] });
}
END_TEST

START_TEST(arrives_cut_where_it_is_larger_than_that)
{
	static char message[RECORD_SIZE_MAX + 1];
	struct journal_entries entries;

	memset(message, 'x', sizeof(message));
	ck_assert_int_eq(write_record("cut", (struct bytes){ message, sizeof(message) }), 1);
	entries = read_back("cut", 1);
	ck_assert_str_eq(journal_value(entries.entries, "MPLOG_TRUNCATED"), "33554433");
	ck_assert_uint_gt(journal_field(entries.entries, "MESSAGE")->size, RECORD_SIZE_MAX - 200);
	journal_entries_free(&entries);
}
END_TEST

START_TEST(arrives_with_a_thousand_fields)
{
	static struct mplog_field fields[1000];
	static char names[1000][16];
	struct journal_entries entries;

	for (size_t i = 0; i < 1000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "FIELD_%zu", i);
		fields[i] = MPLOG_F(names[i], i);
	}
	source.call_fields = fields;
	source.n_call_fields = 1000;
	source.tid = 1;
	source.sequence = 1;
	source.error = EIO;
	ck_assert_int_eq(write_record("thousand", BYTES("x")), 1);
	entries = read_back("thousand", 1);
	ck_assert_str_eq(journal_value(entries.entries, "FIELD_0"), "0");
	ck_assert_str_eq(journal_value(entries.entries, "FIELD_999"), "999");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(respects_the_limit_of_file_sizes)
{
	const struct rlimit limit = { LARGE / 2, LARGE / 2 };
	static char message[LARGE];

	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	memset(message, 'x', sizeof(message));
	ck_assert_int_eq(write_record("limit", (struct bytes){ message, sizeof(message) }), -EFBIG);
	ck_assert_int_eq(write_record("limit", BYTES("small")), 1);
	check_message("limit", BYTES("small"));
}
END_TEST

/* ---- journald comes and goes ---------------------------------------------------------------- */

static int64_t now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC);
}

START_TEST(waits_once_for_a_stopped_journald)
{
	enum { CALLS = 10000 };
	long waits;
	int r;

	journald_stop();
	while ((r = write_record("stopped", BYTES("x"))) == 1)
		;
	ck_assert_int_eq(r, -EAGAIN);
	waits = suite_waits();
	for (int i = 0; i < CALLS; i++)
		ck_assert_int_eq(write_record("stopped", BYTES("x")), -EAGAIN);
	ck_assert_int_lt(suite_waits() - waits, CALLS / 10);
	journald_cont();
	journald_sync();
	ck_assert_int_eq(write_record("continued", BYTES("x")), 1);
	check_message("continued", BYTES("x"));
}
END_TEST

/* A call that begins a second after it has to reach it, on a machine however busy. */
START_TEST(uses_the_journal_within_a_second_of_its_return)
{
	int64_t begin, since;
	int r;

	ck_assert_int_eq(write_record("before", BYTES("x")), 1);
	journald_kill();
	ck_assert_int_eq(write_record("gone", BYTES("x")), -ENOTCONN);
	journald_start();
	begin = now_ns();
	do {
		(void)poll(NULL, 0, 10);
		since = now_ns() - begin;
		r = write_record("back", BYTES("x"));
	} while (r != 1 && since < 1000 * NS_PER_MS);
	ck_assert_int_eq(r, 1);
	check_message("back", BYTES("x"));
}
END_TEST

START_TEST(sends_again_where_journald_was_restarted)
{
	ck_assert_int_eq(write_record("one", BYTES("x")), 1);
	journald_restart();
	ck_assert_int_eq(write_record("two", BYTES("x")), 1);
	check_message("two", BYTES("x"));
}
END_TEST

/* ---- Descriptors ---------------------------------------------------------------------------- */

static unsigned count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned n = 0;

	ck_assert_ptr_nonnull(directory);
	while (readdir(directory))
		n++;
	ck_assert_int_eq(closedir(directory), 0);
	return n;
}

static int take_journald_s_place(void)
{
	struct sockaddr_un address = { AF_UNIX, "/run/systemd/journal/socket" };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	journald_kill();
	ck_assert_int_eq(unlink(address.sun_path), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Receives descriptors until there is an empty datagram without one. */
static void swallow(int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;

	for (;;) {
		struct msghdr message = { .msg_control = &control,
					  .msg_controllen = sizeof(control) };
		int received;

		if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) != 0 || !CMSG_FIRSTHDR(&message))
			_exit(0);
		memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(received));
		(void)close(received);
	}
}

START_TEST(leaks_no_descriptor)
{
	static char message[256 << 10];
	const int server = take_journald_s_place();
	const pid_t pid = fork();
	unsigned before;

	if (pid == 0)
		swallow(server);
	ck_assert_int_eq(write_record("large", (struct bytes){ message, sizeof(message) }), 1);
	before = count_descriptors();
	for (int i = 0; i < 10000; i++)
		ck_assert_int_eq(write_within(TIMEOUT_MS * 10), 1);
	ck_assert_uint_eq(count_descriptors(), before);
	ck_assert_int_eq(write_record("end", BYTES("x")), 1);
	child_exited_well(pid);
	log_socket_close(sink_journal.socket);
	epoch_collect();
	ck_assert_uint_eq(count_descriptors(), before - 1);
	ck_assert_int_eq(close(server), 0);
	ck_assert_int_eq(unlink("/run/systemd/journal/socket"), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sink-journal");
	TCase *tcase = suite_case(suite, "sink-journal", set_up, tear_down);

	tcase_add_loop_test(tcase, arrives_whole_whatever_its_size, 0,
			    sizeof(sizes) / sizeof(*sizes));
	tcase_add_test(tcase, arrives_cut_where_it_is_larger_than_that);
	tcase_add_test(tcase, arrives_with_a_thousand_fields);
	tcase_add_test(tcase, respects_the_limit_of_file_sizes);
	tcase_add_test(tcase, waits_once_for_a_stopped_journald);
	tcase_add_test(tcase, uses_the_journal_within_a_second_of_its_return);
	tcase_add_test(tcase, sends_again_where_journald_was_restarted);
	tcase_add_test(tcase, leaks_no_descriptor);
	return suite_run(suite);
}
