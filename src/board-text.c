/* SPDX-License-Identifier: MIT */
/* board: the texts of a slot, which one process writes and others read. */
#include "board.h"

#include <sched.h>
#include <string.h>

void slot_write_text(struct slot *slot, char *field, size_t size, const char *text)
{
	atomic_fetch_add(&slot->text_sequence, 1);
	atomic_thread_fence(memory_order_release);
	(void)strncpy(field, text, size - 1);
	field[size - 1] = '\0';
	atomic_thread_fence(memory_order_release);
	atomic_fetch_add(&slot->text_sequence, 1);
}

bool slot_read_text(const struct slot *slot, size_t offset, size_t size, char *ret)
{
	for (int tries = 0; tries < 100; tries++) {
		const uint32_t before = atomic_load(&slot->text_sequence);

		memcpy(ret, (const char *)slot + offset, size);
		ret[size - 1] = '\0';
		atomic_thread_fence(memory_order_acquire);
		if (!(before & 1) && before == atomic_load(&slot->text_sequence))
			return true;
		(void)sched_yield();
	}
	return false;
}
