/* SPDX-License-Identifier: MIT */
#include "board/override.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/glob.h"
#include "board/board.h"
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

static bool copy_entry(const struct override_rule *rule, struct override_entry *ret)
{
	const uint32_t sequence = atomic_load(&rule->sequence);

	ret->override = atomic_load(&rule->override);
	ret->uid = atomic_load(&rule->uid);
	memcpy(ret->pattern, rule->name, sizeof(ret->pattern));
	ret->pattern[sizeof(ret->pattern) - 1] = '\0';
	atomic_thread_fence(memory_order_acquire);
	return !(sequence & 1) && sequence == atomic_load(&rule->sequence);
}

static bool is_over(override_word override, uint64_t now_ms)
{
	return override_until_ms(override) && override_until_ms(override) <= now_ms;
}

/* Returns false where there is none in force. One whose writer was killed before it had finished
 * is none. */
static bool read_entry(const struct override_rule *rule, uint64_t now_ms,
		       struct override_entry *ret)
{
	for (int tries = 0; tries < READ_TRIES; tries++) {
		if (copy_entry(rule, ret))
			return ret->override && !is_over(ret->override, now_ms);
		(void)sched_yield();
	}
	return false;
}

static void write_entry(struct override_rule *rule, const struct override_entry *content)
{
	uint32_t sequence = atomic_load(&rule->sequence) | 1;

	atomic_store(&rule->sequence, sequence);
	atomic_thread_fence(memory_order_release);
	atomic_store(&rule->override, content->override);
	atomic_store(&rule->uid, content->uid);
	memcpy(rule->name, content->pattern, sizeof(rule->name));
	atomic_thread_fence(memory_order_release);
	sequence++;
	atomic_store(&rule->sequence, sequence ? sequence : 2); /* 0 says: never used */
}

/* ---- Levels of a slot ------------------------------------------------------------------------ */

/* Returns the entry for that name, with a operator of 0 where there is none. */
static struct override_entry find_entry(const char *name, uint64_t now_ms)
{
	const struct board *board = board_get();
	struct override_entry entry;

	for (uint32_t i = board ? entries_used(board) : 0; i-- > 0;) {
		if (read_entry(&board->override[i], now_ms, &entry) &&
		    glob_match_once(entry.pattern, name))
			return entry;
	}
	return (struct override_entry){ .override = 0 };
}

static void store_on_slot(struct slot *slot, override_word override, uid_t uid)
{
	atomic_store(&slot->override, override == OVERRIDE_RESET ? 0 : override);
	atomic_store(&slot->override_uid, uid);
}

void slot_set_override(struct slot *slot, override_word override, uid_t uid)
{
	store_on_slot(slot, override, uid);
	slot_open_gate(slot);
}

/* Where the table has changed since it was read, the operator may have written to the slot already:
 * it is not left with an older level. */
static void apply_overrides(struct slot *slot, const char *name, uint64_t now_ms)
{
	struct override_entry entry = find_entry(name, now_ms);
	override_word before = 0;

	for (int tries = APPLY_TRIES; tries > 0 && entry.override != before; tries--) {
		store_on_slot(slot, entry.override, entry.uid);
		before = entry.override;
		entry = find_entry(name, now_ms);
	}
	slot_open_gate(slot);
}

void override_apply(struct slot *slot, const char *name)
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

int slot_override_level(struct slot *slot, uint64_t now_ms, bool *ret_expired)
{
	override_word override = atomic_load_explicit(&slot->override, memory_order_relaxed);

	if (!override)
		return atomic_load_explicit(&slot->level, memory_order_relaxed);
	if (!override_until_ms(override) || now_ms < override_until_ms(override))
		return override_level(override);
	*ret_expired = atomic_compare_exchange_strong(&slot->override, &override, 0);
	fall_back(slot, now_ms);
	override = atomic_load(&slot->override);
	return override ? override_level(override) : atomic_load(&slot->level);
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
		if (n > 0 || before[i].override != OVERRIDE_RESET)
			ret[n++] = before[i];
	}
	if (n > 0 || added->override != OVERRIDE_RESET)
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
	struct override_entry added = { .override = order->override, .uid = order->uid };
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
