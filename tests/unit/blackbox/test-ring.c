/* SPDX-License-Identifier: MIT */
/* The ring of a process: what is written comes back, the oldest gives way, and whatever another process
 * of the tree writes there, the reader finds entries or none. MPLOG_TEST_MUTANTS: how many hostile rings
 * are read (1,000,000). */
#include "blackbox/ring.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "blackbox/place.h"
#include "blackbox/ring-read.h"
#include "board/board.h"
#include "lib/child.h"
#include "lib/suite.h"
#include "lib/threads.h"
#include "mplog.h"

enum { SIZE_KB = 4, SIZE = SIZE_KB * 1024, THREADS = 4, LAPS = 20000, MUTANTS = 1000000 };

#define SIXTEEN "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static const struct speaker speaker = { 1, "worker-1\0main\0prefix " SIXTEEN, 14, 7 };
static const struct speaker other = { 2, "scope\0worker-1\0" SIXTEEN, 15, 0 };
static struct slot *slot;
static char data[RING_SIZE_MAX];
static struct ring_copy copy;

static struct ring *take(unsigned size_kb)
{
	struct ring *ring;

	ck_assert_int_eq(board_open("program", "0123456789abcdef0123456789abcdef", true), 0);
	slot = board_take(getpid(), false);
	ck_assert_ptr_nonnull(slot);
	board_show(slot, SLOT_PROCESS);
	ring = ring_take(slot, size_kb, &speaker);
	ck_assert_ptr_nonnull(ring);
	ck_assert_ptr_eq(ring_get(), ring);
	return ring;
}

static void write_as(struct ring *ring, const struct speaker *by, const char *fields,
		     const char *text)
{
	char buffer[RING_SIZE_MAX + 64] = { 0 };
	const size_t fields_size = strlen(fields), text_size = strlen(text);
	struct entry_parts parts = { .speaker = by,
				     .record = { buffer, fields_size + text_size },
				     .fields_size = fields_size,
				     .level = MPLOG_DEBUG,
				     .tid = 4711,
				     .now_ns = clock_coarse_ns() };

	memcpy(buffer, fields, fields_size);
	memcpy(buffer + fields_size, text, text_size);
	ring_write(ring, &parts);
}

static void write_number(struct ring *ring, unsigned i)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%.*s%u", (int)(i % 13), "aaaaaaaaaaaaaaa", i);
	write_as(ring, &speaker, "A=1\n", text);
}

static struct ring_cursor read_ring(const struct ring *ring, bool all)
{
	copy.data = data;
	ck_assert_uint_eq(ring_data_size(ring), own_ring.size);
	ck_assert(ring_copy_from(&copy, ring, own_ring.size));
	return ring_begin(&copy, all);
}

#define ck_assert_bytes(bytes, expected)                                           \
	do {                                                                       \
		ck_assert_uint_eq((bytes).size, strlen(expected));                 \
		ck_assert_int_eq(memcmp((bytes).data, expected, (bytes).size), 0); \
	} while (0)

START_TEST(what_is_written_comes_back)
{
	struct ring *ring = take(SIZE_KB);
	struct ring_cursor cursor;
	struct ring_entry entry;

	write_as(ring, &speaker, "CODE_LINE=1\n", "first");
	write_as(ring, &other, "", "second");
	write_as(ring, &speaker, "B=2\n", "");
	cursor = read_ring(ring, false);
	ck_assert(ring_next(&cursor, &entry));
	ck_assert_str_eq(entry.process, "worker-1");
	ck_assert_str_eq(entry.parent, "main");
	ck_assert_bytes(entry.prefix, "prefix ");
	ck_assert_bytes(entry.fields, "CODE_LINE=1\n");
	ck_assert_bytes(entry.text, "first");
	ck_assert_int_eq(entry.level, MPLOG_DEBUG);
	ck_assert_int_eq(entry.tid, 4711);
	ck_assert_uint_eq(entry.number, 1);
	ck_assert(llabs(entry.time_ns - clock_now_ns(CLOCK_REALTIME)) < 60 * NS_PER_S);
	ck_assert(ring_next(&cursor, &entry));
	ck_assert_str_eq(entry.process, "scope");
	ck_assert_str_eq(entry.parent, "worker-1");
	ck_assert_bytes(entry.prefix, "");
	ck_assert_bytes(entry.text, "second");
	ck_assert(ring_next(&cursor, &entry));
	ck_assert_bytes(entry.fields, "B=2\n");
	ck_assert_bytes(entry.text, "");
	ck_assert(!ring_next(&cursor, &entry));
}
END_TEST

START_TEST(the_oldest_give_way_and_the_last_is_there)
{
	struct ring *ring = take(SIZE_KB);
	struct ring_survey survey;
	struct ring_cursor cursor;
	struct ring_entry entry;
	char text[64];
	unsigned n = 0;

	for (unsigned written = 1; written <= 1000; written++) {
		write_number(ring, written);
		cursor = read_ring(ring, false);
		n = 0;
		while (ring_next(&cursor, &entry)) {
			n++;
			ck_assert_uint_le(entry.number, written);
		}
		ck_assert_uint_eq(entry.number, written);
		(void)snprintf(text, sizeof(text), "%.*s%u", (int)(written % 13), "aaaaaaaaaaaaaaa",
			       written);
		ck_assert_bytes(entry.text, text);
	}
	ck_assert_uint_ge(n, SIZE / 80 - 1);
	survey = ring_survey(&copy);
	ck_assert_uint_eq(survey.entries, n);
	ck_assert_uint_eq(survey.overwritten, 1000 - n);
	ck_assert_uint_eq(survey.torn, 0);
}
END_TEST

START_TEST(an_entry_that_was_not_finished_is_torn)
{
	struct ring *ring = take(SIZE_KB);
	struct ring_survey survey;
	uint64_t second;

	write_number(ring, 1);
	second = atomic_load(&ring->head);
	write_number(ring, 2);
	write_number(ring, 3);
	((uint64_t *)(void *)((char *)ring + RING_DATA_AT))[second / 8] = 0;
	(void)read_ring(ring, false);
	survey = ring_survey(&copy);
	ck_assert_uint_eq(survey.entries, 2);
	ck_assert_uint_eq(survey.torn, 1);
	ck_assert_uint_eq(survey.overwritten, 0);
}
END_TEST

START_TEST(larger_than_half_of_the_ring_is_refused)
{
	struct ring *ring = take(SIZE_KB);
	static char text[SIZE];

	memset(text, 'x', sizeof(text) - 1);
	write_as(ring, &speaker, "", text);
	write_as(ring, &other, "", text);
	ck_assert_uint_eq(atomic_load(&ring->refused), 2);
	ck_assert_uint_eq(atomic_load(&ring->head), 0);
	text[SIZE / 2 - sizeof(struct entry) - 32] = '\0';
	write_as(ring, &speaker, "", text);
	write_as(ring, &other, "", text);
	ck_assert_uint_eq(atomic_load(&ring->refused), 2);
	ck_assert_uint_gt(atomic_load(&ring->head), 0);
}
END_TEST

START_TEST(sizes_are_powers_of_two)
{
	static const unsigned sizes[][2] = { { 4, 4 }, { 5, 8 }, { 64, 64 }, { 1000, 1024 } };

	(void)take(sizes[_i][0]);
	ck_assert_uint_eq(own_ring.size, sizes[_i][1] * 1024);
}
END_TEST

static void write_in_child(void)
{
	struct ring *ring = ring_get();

	ck_assert_ptr_null(ring);
	slot = board_take(getpid(), false);
	board_show(slot, SLOT_PROCESS);
	ring = ring_take(slot, 16, &speaker);
	ck_assert_ptr_nonnull(ring);
	write_number(ring, 7);
	_exit(board_index(slot));
}

static void outlive(bool has_descriptors)
{
	struct ring *ring = take(SIZE_KB);
	struct ring_cursor cursor;
	struct ring_entry entry;
	pid_t pid;
	int status;

	write_number(ring, 1);
	pid = fork();
	if (pid == 0) {
		for (int fd = 3; !has_descriptors && fd < 1024; fd++)
			(void)close(fd);
		ring_after_fork();
		write_in_child();
	}
	status = child_status(pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) > 0);
	ring = place_map(-1, WEXITSTATUS(status), 16 * 1024, NULL);
	ck_assert_ptr_nonnull(ring);
	ck_assert_uint_eq(ring_data_size(ring), 16 * 1024);
	copy.data = data;
	ck_assert(ring_copy_from(&copy, ring, 16 * 1024));
	cursor = ring_begin(&copy, false);
	ck_assert(ring_next(&cursor, &entry));
	ck_assert_bytes(entry.text, "aaaaaaa7");
	ck_assert(!ring_next(&cursor, &entry));
	cursor = read_ring(ring_get(), false);
	ck_assert(ring_next(&cursor, &entry));
	ck_assert_bytes(entry.text, "a1");
	ck_assert(!ring_next(&cursor, &entry));
}

START_TEST(a_ring_outlives_its_process)
{
	outlive(true);
}
END_TEST

START_TEST(a_ring_of_a_process_without_descriptors_does_so_too)
{
	outlive(false);
}
END_TEST

START_TEST(the_next_owner_of_a_place_finds_nothing)
{
	struct ring *ring = take(SIZE_KB);
	struct ring_cursor cursor;
	struct ring_entry entry;

	for (unsigned i = 0; i < 100; i++)
		write_number(ring, i);
	ring_give_back(slot);
	ck_assert_ptr_null(ring_get());
	ring = ring_take(slot, SIZE_KB, &speaker);
	ck_assert_ptr_nonnull(ring);
	cursor = read_ring(ring, false);
	ck_assert(!ring_next(&cursor, &entry));
}
END_TEST

/* ---- Threads --------------------------------------------------------------------------------- */

static void *write_many(void *argument)
{
	const char letter = *(const char *)argument;
	char text[300];

	for (unsigned i = 0; i < LAPS; i++) {
		const size_t size = 20 + i % 200;

		memset(text, letter, size);
		text[size] = '\0';
		write_as(ring_get(), i % 16 ? &speaker : &other, "A=1\n", text);
	}
	return NULL;
}

static bool is_of_one_letter(struct bytes text)
{
	return text.size < 2 || memcmp(text.data, text.data + 1, text.size - 1) == 0;
}

/* Each entry is one thread's alone; what threads that stood still have spoilt is torn. */
START_TEST(threads_write_at_the_same_time)
{
	static char letters[THREADS] = "abcd";
	pthread_t threads[THREADS];
	struct ring *ring = take(SIZE_KB);
	struct ring_cursor cursor;
	struct ring_entry entry;
	unsigned n = 0;

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_many, &letters[i]), 0);
	for (int reads = 0; reads < 1000; reads++) {
		cursor = read_ring(ring, false);
		while (ring_next(&cursor, &entry))
			ck_assert(is_of_one_letter(entry.text));
	}
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_uint_eq(atomic_load(&ring->number), THREADS * LAPS);
	cursor = read_ring(ring, false);
	while (ring_next(&cursor, &entry)) {
		n++;
		ck_assert_bytes(entry.fields, "A=1\n");
		ck_assert_uint_ge(entry.text.size, 20);
	}
	ck_assert_uint_ge(n + THREADS * 2, SIZE / 400);
}
END_TEST

/* ---- Hostile rings ----------------------------------------------------------------------------- */

static uint64_t next_random(void)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Between pages that may not be touched. The ring ends where they begin. */
static struct ring *guarded_ring(const struct ring *ring)
{
	const size_t size = RING_DATA_AT + SIZE;
	char *memory = mmap(NULL, size + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	ck_assert_int_eq(mprotect(memory + 4096, size, PROT_READ | PROT_WRITE), 0);
	return memcpy(memory + 4096, ring, size);
}

static char *guarded_data(void)
{
	char *memory = mmap(NULL, SIZE + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	ck_assert_int_eq(mprotect(memory + 4096, SIZE, PROT_READ | PROT_WRITE), 0);
	return memory + 4096;
}

/* Reads all that an entry refers to. */
static unsigned long touch(const struct ring_entry *entry)
{
	unsigned long sum = strlen(entry->process) + strlen(entry->parent);

	for (size_t i = 0; i < entry->prefix.size; i++)
		sum += (unsigned char)entry->prefix.data[i];
	for (size_t i = 0; i < entry->fields.size; i++)
		sum += (unsigned char)entry->fields.data[i];
	for (size_t i = 0; i < entry->text.size; i++)
		sum += (unsigned char)entry->text.data[i];
	return sum;
}

/* Makes the sum of an entry right again, so that the rest of the entry is believed. */
static void forge_sum(struct ring *ring, size_t at)
{
	char *entry = (char *)ring + RING_DATA_AT + at;
	struct entry_sum sum = { 0 };
	struct entry head;

	memcpy(&head, entry, sizeof(head));
	if (head.size > SIZE - at || head.size < sizeof(head))
		return;
	for (size_t i = ENTRY_UNIT; i + ENTRY_UNIT <= head.size; i += ENTRY_UNIT) {
		entry_pair pair;

		memcpy(&pair, entry + i, sizeof(pair));
		entry_sum_add(&sum, pair);
	}
	head.sum = entry_sum_value(&sum);
	memcpy(entry, &head, sizeof(head));
}

static void mutate(struct ring *ring, const uint64_t *marks, size_t n)
{
	const size_t at = (size_t)marks[next_random() % n] % SIZE;
	char *const entry = (char *)ring + RING_DATA_AT + at;

	switch (next_random() % 4) {
	case 0: /* the head of the ring */
		((char *)ring)[next_random() % sizeof(struct ring)] = (char)next_random();
		break;
	case 1: /* the sizes of an entry */
		if (at + sizeof(struct entry) > SIZE)
			break;
		for (size_t i = 16; i < sizeof(struct entry); i++) {
			if (next_random() % 8 == 0)
				entry[i] = (char)next_random();
		}
		forge_sum(ring, at);
		break;
	case 2: /* anything, from anywhere */
		((char *)ring)[RING_DATA_AT + next_random() % SIZE] = (char)next_random();
		break;
	default:
		((uint64_t *)(void *)ring)[next_random() % (sizeof(struct ring) / 8)] =
			next_random() % 3 ? next_random() % 8192 : next_random();
		break;
	}
}

START_TEST(mutated_rings_crash_no_reader)
{
	const int mutants = suite_number("MPLOG_TEST_MUTANTS", MUTANTS);
	struct ring *ring = take(SIZE_KB), *hostile = guarded_ring(ring);
	uint64_t marks[256];
	unsigned long sum = 0, entries = 0;
	size_t n = 0;

	while (atomic_load(&ring->head) < SIZE + SIZE / 2) {
		marks[n++] = atomic_load(&ring->head);
		if (n % 5)
			write_number(ring, (unsigned)n);
		else
			write_as(ring, &other, "A=1\n", "text");
	}
	copy.data = guarded_data();
	for (int i = 0; i < mutants; i++) {
		struct ring_cursor cursor;
		struct ring_entry entry;

		if (i % 8 == 0)
			memcpy(hostile, ring, RING_DATA_AT + SIZE);
		mutate(hostile, marks, n);
		if (!ring_copy_from(&copy, hostile, SIZE))
			continue;
		if (i % 16 == 0)
			sum += ring_survey(&copy).entries;
		cursor = ring_begin(&copy, i % 2);
		for (int shown = 0; ring_next(&cursor, &entry); shown++) {
			entries++;
			if (i % 8 == 7 || entry.number > 1000)
				sum += touch(&entry);
		}
	}
	ck_assert_uint_gt(sum, 0);
	ck_assert_uint_gt(entries, (unsigned long)mutants);
}
END_TEST

/* Every second unit looks like the beginning of an entry as long as the ring, and none is one. */
START_TEST(a_ring_of_beginnings_takes_no_time)
{
	struct ring *ring = take(1024);
	uint64_t *words = (uint64_t *)(void *)((char *)ring + RING_DATA_AT);
	struct ring_cursor cursor;
	struct ring_entry entry;

	for (size_t i = 0; i < RING_SIZE_MAX / 8; i += 4) {
		const struct entry head = { .mark = i * 8 + 1,
					    .size = (uint32_t)(RING_SIZE_MAX - i * 8) };

		memcpy(&words[i], &head, 24);
	}
	atomic_store(&ring->head, RING_SIZE_MAX);
	cursor = read_ring(ring, true);
	ck_assert(!ring_next(&cursor, &entry));
	ck_assert_uint_lt(cursor.budget, RING_SIZE_MAX * 4);
}
END_TEST

/* Any process of the tree may write there: the owner stays within its ring, and aligned. */
START_TEST(no_head_leads_out_of_the_ring)
{
	static const uint64_t heads[] = { 1,    8,    9,    4080,       4088,
					  4089, 4095, 8184, UINT64_MAX, UINT64_MAX - 7 };
	const size_t size = RING_DATA_AT + RING_SIZE_MIN;
	char *memory =
		mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct ring *ring = (struct ring *)(void *)memory;

	ck_assert_ptr_ne(memory, MAP_FAILED);
	ck_assert_int_eq(mprotect(memory + size, 4096, PROT_NONE), 0);
	(void)take(RING_SIZE_MIN / 1024);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		for (unsigned k = 0; k < 13; k++) {
			atomic_store(&ring->head, heads[i]);
			write_number(ring, k);
			write_as(ring, &other, "A=1\n", "of another");
		}
	}
	ck_assert_int_eq(munmap(memory, size + 4096), 0);
}
END_TEST

static uint64_t sum_of(const char *text, size_t size)
{
	struct entry_sum sum;

	memset(&sum, 0, sizeof(sum));
	for (size_t at = 0; at < size; at += ENTRY_UNIT) {
		entry_pair pair;

		memcpy(&pair, text + at, sizeof(pair));
		entry_sum_add(&sum, pair);
	}
	return entry_sum_value(&sum);
}

/* Two digits that go up by one, as in two numbers of a text. */
START_TEST(two_changes_do_not_cancel_out)
{
	char text[64];

	for (int round = 0; round < 1000; round++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)('0' + next_random() % 9);
		for (size_t i = 0; i < sizeof(text); i++) {
			const size_t k = next_random() % sizeof(text);
			const uint64_t before = sum_of(text, sizeof(text));

			text[i]++;
			ck_assert_uint_ne(sum_of(text, sizeof(text)), before);
			text[k]++;
			ck_assert_uint_ne(sum_of(text, sizeof(text)), before);
			text[i]--;
			text[k]--;
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ring");
	TCase *tcase = suite_case(suite, "ring", NULL, NULL);

	tcase_add_test(tcase, what_is_written_comes_back);
	tcase_add_test(tcase, no_head_leads_out_of_the_ring);
	tcase_add_test(tcase, two_changes_do_not_cancel_out);
	tcase_add_test(tcase, the_oldest_give_way_and_the_last_is_there);
	tcase_add_test(tcase, an_entry_that_was_not_finished_is_torn);
	tcase_add_test(tcase, larger_than_half_of_the_ring_is_refused);
	tcase_add_loop_test(tcase, sizes_are_powers_of_two, 0, 4);
	tcase_add_test(tcase, a_ring_outlives_its_process);
	tcase_add_test(tcase, the_next_owner_of_a_place_finds_nothing);
	tcase_add_test(tcase, threads_write_at_the_same_time);
	tcase_add_test(tcase, mutated_rings_crash_no_reader);
	tcase_add_test(tcase, a_ring_of_beginnings_takes_no_time);
	/* Neither qemu-user nor valgrind can map a mapping once more. */
	tcase = suite_case(suite, "ring without descriptors", NULL, NULL);
	tcase_set_tags(tcase, "mremap");
	tcase_add_test(tcase, a_ring_of_a_process_without_descriptors_does_so_too);
	return suite_run(suite);
}
