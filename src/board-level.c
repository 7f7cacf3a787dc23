/* SPDX-License-Identifier: MIT */
/* board: the level of a slot, which its process and people outside both decide. */
#include "board.h"

#include <sched.h>
#include <stddef.h>
#include <string.h>

#include "clock.h"
#include "glob.h"

/* Who never stops changing a slot is not followed for ever: the board may be a stranger's. */
enum { OPEN_TRIES = 1000, READ_TRIES = 100, APPLY_TRIES = 100 };

/* A person's level that ends is not left to the gate where it is the tighter one: whoever is kept
 * quiet by the gate would never notice that the time is over. */
static int gate_for(int level, person_word person)
{
	if (!person)
		return level;
	if (person_until_ms(person) && person_level(person) < level)
		return level;
	return person_level(person);
}

void slot_open_gate(struct slot *slot)
{
	person_word person;
	int tries = OPEN_TRIES;
	int level, gate;
	bool asked;

	/* Two may do this at once: who stores last has seen what both changed, or sees it now. */
	do {
		person = atomic_load(&slot->person);
		level = atomic_load(&slot->level);
		asked = atomic_load(&slot->reload_asked) != atomic_load(&slot->reload_answered);
		gate = asked ? MPLOG_DEBUG : gate_for(level, person);
		__atomic_store_n(&slot->gate, gate, __ATOMIC_SEQ_CST);
	} while (--tries > 0 &&
		 (person != atomic_load(&slot->person) || level != atomic_load(&slot->level) ||
		  asked != (atomic_load(&slot->reload_asked) !=
			    atomic_load(&slot->reload_answered))));
}

/* False: it was being written. */
static bool copy_override(const struct override *override, person_word *ret_person,
			  uint32_t *ret_uid, char *ret_name)
{
	const uint32_t sequence = atomic_load(&override->sequence);

	*ret_person = atomic_load(&override->person);
	*ret_uid = atomic_load(&override->uid);
	memcpy(ret_name, override->name, PROCESS_NAME_SIZE);
	ret_name[PROCESS_NAME_SIZE - 1] = '\0';
	atomic_thread_fence(memory_order_acquire);
	return !(sequence & 1) && sequence == atomic_load(&override->sequence);
}

/* False: there is none. One whose writer was killed amid is none. */
static bool read_override(const struct override *override, person_word *ret_person,
			  uint32_t *ret_uid, char *ret_name)
{
	for (int tries = 0; tries < READ_TRIES; tries++) {
		if (copy_override(override, ret_person, ret_uid, ret_name))
			return *ret_person;
		(void)sched_yield();
	}
	return false;
}

/* Whether it says something of that name, and is not over. */
static bool is_meant(const char *pattern, person_word person, const char *name, uint64_t now_ms)
{
	const struct glob glob = glob_compile(pattern);

	return glob_match(&glob, name, strlen(name)) &&
	       (!person_until_ms(person) || person_until_ms(person) > now_ms);
}

/* 0: nobody said anything. The last one wins, and from the back none is missed: who writes the
 * table moves entries to the front only, and writes them there before others take their place. */
static person_word find_override(const char *name, uint64_t now_ms, uint32_t *ret_uid)
{
	struct board *board = board_get();
	uint32_t i = board ? atomic_load(&board->overrides_used) : 0;

	if (i > BOARD_OVERRIDES)
		i = BOARD_OVERRIDES;
	while (i-- > 0) {
		char pattern[PROCESS_NAME_SIZE];
		person_word person;

		if (read_override(&board->override[i], &person, ret_uid, pattern) &&
		    is_meant(pattern, person, name, now_ms))
			return person;
	}
	return 0;
}

/* Who sets a level writes the table first and the slots then. Where the table has changed since it
 * was read, the slot may have been written already: it is not left with what was older. */
static void apply_overrides(struct slot *slot, const char *name, uint64_t now_ms)
{
	uint32_t uid = 0;
	person_word person = find_override(name, now_ms, &uid), before = 0;

	for (int tries = APPLY_TRIES; tries > 0 && person != before; tries--) {
		atomic_store(&slot->person, person == PERSON_RESET ? 0 : person);
		atomic_store(&slot->person_uid, uid);
		before = person;
		person = find_override(name, now_ms, &uid);
	}
	slot_open_gate(slot);
}

void slot_apply_overrides(struct slot *slot, const char *name)
{
	apply_overrides(slot, name, (uint64_t)coarse_now_ns() / 1000000);
}

/* What was set before the one whose time is over may still hold. */
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
