/* SPDX-License-Identifier: MIT */
#include "board/total.h"

#include <string.h>

#include "board/slot.h"

static struct total *find_total(struct board *board, const char name[PROCESS_NAME_SIZE])
{
	struct total *total = board->total;

	for (int i = 0; i < BOARD_TOTALS; i++, total++) {
		uint32_t free = 0;

		if (atomic_compare_exchange_strong(&total->taken, &free, 1)) {
			memcpy(total->name, name, sizeof(total->name));
			atomic_store(&total->taken, 2);
			return total;
		}
		if (free == 2 && strncmp(total->name, name, sizeof(total->name)) == 0)
			return total;
	}
	return total - 1; /* more names than places: they share the last one */
}

void total_add(struct board *board, const struct slot *slot)
{
	char name[PROCESS_NAME_SIZE];
	struct total *total;

	(void)slot_read_name(slot, name);
	total = find_total(board, name);
	atomic_fetch_add(&total->processes, 1);
	for (int i = 0; i < COUNTER_COUNT; i++)
		atomic_fetch_add(&total->counter[i], figure_value(slot->counter[i]));
}
