/* SPDX-License-Identifier: MIT */
#include "board/override.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/glob.h"
#include "board/board.h"
#include "process/ancestry.h"

/* A writer that never stops is not waited for: any file may look like a board. */
enum { READ_TRIES = 100, APPLY_TRIES = 100 };

/* ---- Reading the table ----------------------------------------------------------------------- */

static uint32_t rules_used(const struct board *board)
{
	const uint32_t used = board ? atomic_load(&board->overrides_used) : 0;

	return used < BOARD_OVERRIDES ? used : BOARD_OVERRIDES;
}

/* Returns false where the rule's time is over. */
static bool copy_rule(const struct override_rule *rule, uint64_t now_ms, struct override_entry *ret)
{
	uint64_t until_ms;

	ret->override = atomic_load(&rule->override);
	ret->uid = atomic_load(&rule->uid);
	ret->pid = (pid_t)atomic_load(&rule->pid);
	ret->since_boot_ms = atomic_load(&rule->since_boot_ms);
	memcpy(ret->pattern, rule->name, sizeof(ret->pattern));
	ret->pattern[sizeof(ret->pattern) - 1] = '\0';
	until_ms = override_until_ms(ret->override);
	return override_is_set(ret->override) && (!until_ms || now_ms < until_ms);
}

/* Tells whether the table is to be read again. A table whose writer was killed before it had finished
 * is taken as it is. */
static bool is_torn(const struct board *board, uint32_t sequence, int *tries)
{
	atomic_thread_fence(memory_order_acquire);
	if ((!(sequence & 1) && sequence == atomic_load(&board->overrides_sequence)) ||
	    --*tries == 0)
		return false;
	(void)sched_yield();
	return true;
}

/* A process that was forked after the level was set is another one with the same pid. */
static bool is_for(const struct override_entry *entry, pid_t pid)
{
	return !entry->pid ||
	       (entry->pid == pid && ancestry_born_boot_ms() <= entry->since_boot_ms);
}

static struct override_entry find_rule(const struct board *board, const char *name, pid_t pid,
				       uint64_t now_ms)
{
	struct override_entry entry;

	for (uint32_t i = rules_used(board); i-- > 0;) {
		if (copy_rule(&board->override[i], now_ms, &entry) && is_for(&entry, pid) &&
		    glob_match_once(entry.pattern, name))
			return entry;
	}
	return (struct override_entry){ .override = 0 };
}

static struct override_entry find_entry(const char *name, pid_t pid, uint64_t now_ms)
{
	const struct board *board = board_get();
	struct override_entry entry = { .override = 0 };
	int tries = READ_TRIES;
	uint32_t sequence;

	if (!board)
		return entry;
	do {
		sequence = atomic_load(&board->overrides_sequence);
		entry = find_rule(board, name, pid, now_ms);
	} while (is_torn(board, sequence, &tries));
	return entry;
}

/* ---- Levels of a slot ------------------------------------------------------------------------ */

static bool replace(struct slot *slot, override_word seen, const struct override_entry *entry,
		    uint32_t generation)
{
	const override_word override = entry->override == OVERRIDE_RESET ? 0 : entry->override;

	if (!atomic_compare_exchange_strong(&slot->override, &seen,
					    override_of_generation(override, generation)))
		return false;
	atomic_store(&slot->override_uid, entry->uid);
	return true;
}

/* Where an operator has written to the slot since the word was seen, the table is read again: the slot
 * is not left with an older level. */
static void apply_table(struct slot *slot, const char *name, uint64_t now_ms)
{
	const uint64_t state = board_slot_state(slot);
	struct override_entry entry;
	int tries = APPLY_TRIES;
	override_word seen;

	do {
		seen = atomic_load(&slot->override);
		entry = find_entry(name, slot_word_pid(state), now_ms);
	} while (!replace(slot, seen, &entry, slot_word_generation(state)) && --tries > 0);
	slot_open_gate(slot);
}

void override_apply(struct slot *slot, const char *name)
{
	apply_table(slot, name, (uint64_t)clock_coarse_ns() / 1000000);
}

int slot_override_level(struct slot *slot, uint64_t now_ms, bool *ret_expired)
{
	override_word override = atomic_load_explicit(&slot->override, memory_order_relaxed);
	char name[PROCESS_NAME_SIZE];

	if (!override_is_set(override))
		return slot_own_level(slot);
	if (!override_until_ms(override) || now_ms < override_until_ms(override))
		return override_level(override);
	*ret_expired = atomic_compare_exchange_strong(
		&slot->override, &override,
		override_of_generation(0, slot_word_generation(board_slot_state(slot))));
	if (slot_read_name(slot, name))
		apply_table(slot, name, now_ms); /* an earlier rule of the table may still hold */
	else
		slot_open_gate(slot);
	override = atomic_load(&slot->override);
	return override_is_set(override) ? override_level(override) : slot_own_level(slot);
}

bool override_set_slot(struct board *board, uint32_t index, uint64_t word,
		       const struct override_entry *entry)
{
	struct slot *slot = &board->slot[index];

	for (int tries = APPLY_TRIES; tries > 0; tries--) {
		const override_word seen = atomic_load(&slot->override);

		if (atomic_load(&board->state[index]) != word)
			return false;
		if (!replace(slot, seen, entry, slot_word_generation(word)))
			continue;
		slot_open_gate(slot);
		return true;
	}
	return false;
}

/* ---- Writing the table ----------------------------------------------------------------------- */

static int set_lock(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return 0;
	return errno == EACCES ? -EAGAIN : -errno;
}

int override_lock(int fd)
{
	return set_lock(fd, F_WRLCK);
}

void override_unlock(int fd)
{
	(void)set_lock(fd, F_UNLCK);
}

size_t override_list(const struct board *board, struct override_entry ret[BOARD_OVERRIDES])
{
	const uint64_t now_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000;
	const uint32_t used = rules_used(board);
	size_t n = 0;

	for (uint32_t i = 0; i < used; i++)
		n += copy_rule(&board->override[i], now_ms, &ret[n]);
	return n;
}

/* Tells whether ADDED takes the place of the entry. */
static bool is_replaced(const struct override_entry *entry, const struct override_entry *added)
{
	if (!added->pid && strcmp(added->pattern, "*") == 0)
		return true;
	return entry->pid == added->pid && strcmp(entry->pattern, added->pattern) == 0;
}

/* Lists what holds with the added entry: without resets that have nothing left to reset. */
static size_t plan_table(const struct board *board, const struct override_entry *added,
			 struct override_entry ret[BOARD_OVERRIDES + 1])
{
	struct override_entry before[BOARD_OVERRIDES + 1];
	size_t n_before = override_list(board, before), n = 0;

	before[n_before++] = *added;
	for (size_t i = 0; i < n_before; i++) {
		if (i + 1 < n_before && is_replaced(&before[i], added))
			continue;
		if (n > 0 || before[i].override != OVERRIDE_RESET)
			ret[n++] = before[i];
	}
	return n;
}

static void write_rule(struct override_rule *rule, const struct override_entry *entry)
{
	atomic_store(&rule->override, entry->override);
	atomic_store(&rule->uid, entry->uid);
	atomic_store(&rule->pid, (uint32_t)entry->pid);
	atomic_store(&rule->since_boot_ms, entry->since_boot_ms);
	memcpy(rule->name, entry->pattern, sizeof(rule->name));
}

int override_set(struct board *board, const struct override_entry *entry)
{
	struct override_entry content[BOARD_OVERRIDES + 1];
	const size_t n = plan_table(board, entry, content);
	const uint32_t sequence = atomic_load(&board->overrides_sequence) | 1;

	if (n > BOARD_OVERRIDES)
		return -ENOSPC;
	atomic_store(&board->overrides_sequence, sequence);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < n; i++)
		write_rule(&board->override[i], &content[i]);
	atomic_store(&board->overrides_used, (uint32_t)n);
	atomic_thread_fence(memory_order_release);
	atomic_store(&board->overrides_sequence, sequence + 1);
	return 0;
}

void override_forget(struct board *board, pid_t pid, int64_t since_boot_ms)
{
	for (uint32_t i = 0; i < rules_used(board); i++) {
		struct override_rule *rule = &board->override[i];

		if (pid && (pid_t)atomic_load(&rule->pid) == pid &&
		    atomic_load(&rule->since_boot_ms) == since_boot_ms)
			atomic_store(&rule->override, 0);
	}
}
