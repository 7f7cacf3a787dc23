/* SPDX-License-Identifier: MIT */
#include "board/slot.h"

#include <sched.h>
#include <string.h>

#include "mplog.h"

/* A writer that never stops is not waited for: any file may look like a board. */
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

static bool copy_name(const struct slot *slot, char ret[static PROCESS_NAME_SIZE])
{
	const uint32_t before = atomic_load(&slot->text_sequence);

	memcpy(ret, slot->name, PROCESS_NAME_SIZE);
	ret[PROCESS_NAME_SIZE - 1] = '\0';
	atomic_thread_fence(memory_order_acquire);
	return !(before & 1) && before == atomic_load(&slot->text_sequence);
}

bool slot_read_name(const struct slot *slot, char ret[static PROCESS_NAME_SIZE])
{
	char name[PROCESS_NAME_SIZE];
	int tries = READ_TRIES;

	while (!copy_name(slot, name) && tries-- > 0)
		(void)sched_yield();
	(void)process_name_sanitize(ret, name);
	return tries >= 0;
}

/* ---- The gate ------------------------------------------------------------------------------- */

/* An override with an end is left to mplog_emit() where it is the tighter level: a gate that kept the
 * process quiet would keep it from noticing the end. */
static int gate_for(int level, override_word override)
{
	if (!override_is_set(override))
		return level;
	if (override_until_ms(override) && override_level(override) < level)
		return level;
	return override_level(override);
}

/* A message that only the black box takes has to pass too. */
static int loosest(int a, int b)
{
	return a > b ? a : b;
}

static bool is_reload_pending(const struct slot *slot)
{
	return atomic_load(&slot->reload_requested) != atomic_load(&slot->reload_completed) ||
	       atomic_load(&slot->reload_result) == RELOAD_DEFERRED;
}

void slot_open_gate(struct slot *slot)
{
	override_word override;
	int tries = OPEN_TRIES;
	bool is_pending;
	int level, blackbox;

	/* Two processes may do this at once: the process that stores last has seen the changes of
	 * both, or sees the other's below. */
	do {
		override = atomic_load(&slot->override);
		level = slot_own_level(slot);
		blackbox = slot_blackbox_level(slot);
		is_pending = is_reload_pending(slot);
		__atomic_store_n(&slot->gate,
				 is_pending ? MPLOG_DEBUG
					    : loosest(gate_for(level, override), blackbox),
				 __ATOMIC_SEQ_CST);
	} while (--tries > 0 &&
		 (override != atomic_load(&slot->override) || level != slot_own_level(slot) ||
		  blackbox != slot_blackbox_level(slot) || is_pending != is_reload_pending(slot)));
}

void slot_answer_reload(struct slot *slot, uint32_t generation, enum reload_result result)
{
	atomic_store(&slot->reload_result, (int)result);
	atomic_store(&slot->reload_completed, generation);
	slot_open_gate(slot);
}

void slot_await_file(struct slot *slot, enum reload_result result)
{
	if ((atomic_load(&slot->reload_result) == RELOAD_DEFERRED) == (result == RELOAD_DEFERRED))
		return;
	atomic_store(&slot->reload_result, (int)result);
	slot_open_gate(slot);
}

void slot_request_reload(struct slot *slot, uint32_t generation)
{
	uint32_t before = atomic_load(&slot->reload_requested);

	while ((int32_t)(generation - before) > 0 &&
	       !atomic_compare_exchange_weak(&slot->reload_requested, &before, generation))
		continue;
	slot_open_gate(slot);
}
