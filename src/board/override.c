/* SPDX-License-Identifier: MIT */
#include "board/override.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "board/board.h"
#include "base/clock.h"
#include "base/glob.h"
#include "board/slot.h"

enum {
	/* A writer that never stops is not followed for ever: any file may look like a board. */
	READ_TRIES = 100,
	APPLY_TRIES = 100,
	LOCK_TRIES = 200,
	LOCK_PAUSE_NS = 10000000,
};

/* ---- Entries of the table -------------------------------------------------------------------- */

static uint32_t entries_used(const struct board *board)
{
	const uint32_t used = atomic_load(&board->overrides_used);

	return used < BOARD_OVERRIDES ? used : BOARD_OVERRIDES;
}

static bool copy_entry(const struct override *override, struct override_entry *ret)
{
	const uint32_t sequence = atomic_load(&override->sequence);

	ret->person = atomic_load(&override->person);
	ret->uid = atomic_load(&override->uid);
	memcpy(ret->pattern, override->name, sizeof(ret->pattern));
	ret->pattern[sizeof(ret->pattern) - 1] = '\0';
	atomic_thread_fence(memory_order_acquire);
	return !(sequence & 1) && sequence == atomic_load(&override->sequence);
}

static bool is_over(person_word person, uint64_t now_ms)
{
	return person_until_ms(person) && person_until_ms(person) <= now_ms;
}

/* Returns false where there is none in force. One whose writer was killed before it had finished
 * is none. */
static bool read_entry(const struct override *override, uint64_t now_ms, struct override_entry *ret)
{
	for (int tries = 0; tries < READ_TRIES; tries++) {
		if (copy_entry(override, ret))
			return ret->person && !is_over(ret->person, now_ms);
		(void)sched_yield();
	}
	return false;
}

static void write_entry(struct override *override, const struct override_entry *content)
{
	uint32_t sequence = atomic_load(&override->sequence) | 1;

	atomic_store(&override->sequence, sequence);
	atomic_thread_fence(memory_order_release);
	atomic_store(&override->person, content->person);
	atomic_store(&override->uid, content->uid);
	memcpy(override->name, content->pattern, sizeof(override->name));
	atomic_thread_fence(memory_order_release);
	sequence++;
	atomic_store(&override->sequence, sequence ? sequence : 2); /* 0 says: never used */
}

/* ---- Levels of a slot ------------------------------------------------------------------------ */

/* Returns the entry for that name, with a person of 0 where there is none. */
static struct override_entry find_entry(const char *name, uint64_t now_ms)
{
	const struct board *board = board_get();
	struct override_entry entry;

	for (uint32_t i = board ? entries_used(board) : 0; i-- > 0;) {
		if (read_entry(&board->override[i], now_ms, &entry) &&
		    glob_match_once(entry.pattern, name))
			return entry;
	}
	return (struct override_entry){ .person = 0 };
}

static void store_on_slot(struct slot *slot, person_word person, uid_t uid)
{
	atomic_store(&slot->person, person == PERSON_RESET ? 0 : person);
	atomic_store(&slot->person_uid, uid);
}

void slot_set_override(struct slot *slot, person_word person, uid_t uid)
{
	store_on_slot(slot, person, uid);
	slot_open_gate(slot);
}

/* Where the table has changed since it was read, the operator may have written to the slot already:
 * it is not left with an older level. */
static void apply_overrides(struct slot *slot, const char *name, uint64_t now_ms)
{
	struct override_entry entry = find_entry(name, now_ms);
	person_word before = 0;

	for (int tries = APPLY_TRIES; tries > 0 && entry.person != before; tries--) {
		store_on_slot(slot, entry.person, entry.uid);
		before = entry.person;
		entry = find_entry(name, now_ms);
	}
	slot_open_gate(slot);
}

void slot_apply_overrides(struct slot *slot, const char *name)
{
	apply_overrides(slot, name, (uint64_t)clock_coarse_ns() / 1000000);
}

/* An earlier entry of the table may still hold. */
static void fall_back(struct slot *slot, uint64_t now_ms)
{
	char name[PROCESS_NAME_SIZE];

	if (slot_read_text(slot, offsetof(struct slot, name), sizeof(name), name))
		apply_overrides(slot, name, now_ms);
	else
		slot_open_gate(slot);
}

int slot_level_by_person(struct slot *slot, uint64_t now_ms, bool *ret_expired)
{
	person_word person = atomic_load_explicit(&slot->person, memory_order_relaxed);

	if (!person)
		return atomic_load_explicit(&slot->level, memory_order_relaxed);
	if (!person_until_ms(person) || now_ms < person_until_ms(person))
		return person_level(person);
	*ret_expired = atomic_compare_exchange_strong(&slot->person, &person, 0);
	fall_back(slot, now_ms);
	person = atomic_load(&slot->person);
	return person ? person_level(person) : atomic_load(&slot->level);
}

/* ---- Writing the table ----------------------------------------------------------------------- */

static int set_lock(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

int override_lock(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

	for (int i = 0; i < LOCK_TRIES; i++) {
		const int r = set_lock(fd, F_WRLCK);

		if (r != -EAGAIN && r != -EACCES)
			return r;
		(void)nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

void override_unlock(int fd)
{
	(void)set_lock(fd, F_UNLCK);
}

size_t override_list(const struct board *board, struct override_entry ret[BOARD_OVERRIDES])
{
	const uint64_t now_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000;
	const uint32_t used = entries_used(board);
	size_t n = 0;

	for (uint32_t i = 0; i < used; i++)
		n += read_entry(&board->override[i], now_ms, &ret[n]);
	return n;
}

bool override_holds(const struct board *board, const char *pattern)
{
	struct override_entry entries[BOARD_OVERRIDES];
	const size_t n = override_list(board, entries);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(entries[i].pattern, pattern) == 0)
			return true;
	}
	return false;
}

static bool is_everything(const char *pattern)
{
	return strcmp(pattern, "*") == 0;
}

/* Lists what holds with the new entry: without those whose place it takes, and without resets that
 * have nothing left to reset. */
static size_t plan_table(const struct board *board, const struct override_entry *added,
			 struct override_entry ret[BOARD_OVERRIDES + 1])
{
	struct override_entry before[BOARD_OVERRIDES];
	const size_t n_before = override_list(board, before);
	size_t n = 0;

	for (size_t i = 0; i < n_before; i++) {
		if (is_everything(added->pattern) || strcmp(before[i].pattern, added->pattern) == 0)
			continue;
		if (n > 0 || before[i].person != PERSON_RESET)
			ret[n++] = before[i];
	}
	if (n > 0 || added->person != PERSON_RESET)
		ret[n++] = *added;
	return n;
}

static void write_table(struct board *board, const struct override_entry *content, size_t n)
{
	static const struct override_entry nothing;
	const uint32_t used = entries_used(board);

	for (size_t i = 0; i < n; i++)
		write_entry(&board->override[i], &content[i]);
	if (n > used)
		atomic_store(&board->overrides_used, (uint32_t)n);
	for (size_t i = n; i < used; i++)
		write_entry(&board->override[i], &nothing);
	atomic_store(&board->overrides_used, (uint32_t)n);
}

int override_set(struct board *board, const struct override_order *order)
{
	struct override_entry added = { .person = order->person, .uid = order->uid };
	struct override_entry content[BOARD_OVERRIDES + 1];
	size_t n;

	if (strlen(order->pattern) >= sizeof(added.pattern))
		return -ENAMETOOLONG;
	(void)stpncpy(added.pattern, order->pattern, sizeof(added.pattern));
	n = plan_table(board, &added, content);
	if (n > BOARD_OVERRIDES)
		return -ENOSPC;
	write_table(board, content, n);
	return 0;
}
