/* SPDX-License-Identifier: MIT */
#include "board/slot.h"

#include <sched.h>
#include <string.h>

#include "mplog.h"

/* A writer that never stops is not followed for ever: any file may look like a board. */
enum { OPEN_TRIES = 1000, READ_TRIES = 100 };

/* ---- Texts ---------------------------------------------------------------------------------- */

void slot_write_text(struct slot *slot, char *field, size_t size, const char *text)
{
	atomic_fetch_add(&slot->text_sequence, 1);
	atomic_thread_fence(memory_order_release);
	(void)strncpy(field, text, size - 1);
	field[size - 1] = '\0';
	atomic_thread_fence(memory_order_release);
	atomic_fetch_add(&slot->text_sequence, 1);
}

static bool copy_text(const struct slot *slot, size_t offset, size_t size, char *ret)
{
	const uint32_t before = atomic_load(&slot->text_sequence);

	memcpy(ret, (const char *)slot + offset, size);
	ret[size - 1] = '\0';
	atomic_thread_fence(memory_order_acquire);
	return !(before & 1) && before == atomic_load(&slot->text_sequence);
}

bool slot_read_text_within(const struct slot *slot, size_t offset, size_t size, char *ret,
			   unsigned *tries)
{
	while (!copy_text(slot, offset, size, ret)) {
		if (*tries == 0)
			return false;
		--*tries;
		(void)sched_yield();
	}
	return true;
}

bool slot_read_text(const struct slot *slot, size_t offset, size_t size, char *ret)
{
	unsigned tries = READ_TRIES;

	return slot_read_text_within(slot, offset, size, ret, &tries);
}

/* ---- The gate ------------------------------------------------------------------------------- */

/* An operator's level with an end is left to mplog_emit() where it is the tighter one: a gate that
 * kept the process quiet would keep it from noticing the end. */
static int gate_for(int level, override_word override)
{
	if (!override)
		return level;
	if (override_until_ms(override) && override_level(override) < level)
		return level;
	return override_level(override);
}

void slot_open_gate(struct slot *slot)
{
	override_word override;
	int tries = OPEN_TRIES;
	int level, gate;
	bool asked;

	/* Two processes may do this at once: the one that stores last has seen the changes of both,
	 * or sees the other's below. */
	do {
		override = atomic_load(&slot->override);
		level = atomic_load(&slot->level);
		asked = atomic_load(&slot->reload_requested) !=
			atomic_load(&slot->reload_completed);
		gate = asked ? MPLOG_DEBUG : gate_for(level, override);
		__atomic_store_n(&slot->gate, gate, __ATOMIC_SEQ_CST);
	} while (--tries > 0 &&
		 (override != atomic_load(&slot->override) || level != atomic_load(&slot->level) ||
		  asked != (atomic_load(&slot->reload_requested) !=
			    atomic_load(&slot->reload_completed))));
}
