/* SPDX-License-Identifier: MIT */
#include "process/epoch.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"
#include "process/seal.h"

HOT_DATA _Atomic uint64_t epoch_now = 1;
HOT_DATA _Atomic(struct retired *) epoch_retirees;

static void push_retired(struct retired *retired)
{
	retired->next = atomic_load(&epoch_retirees);
	while (!atomic_compare_exchange_weak(&epoch_retirees, &retired->next, retired))
		;
}

void epoch_retire(struct retired *retired, void (*free)(struct retired *retired))
{
	retired->free = free;
	retired->epoch = atomic_fetch_add(&epoch_now, 1);
	push_retired(retired);
}

void epoch_collect_all(void)
{
	struct retired *list = seal_is_set() ? NULL : atomic_exchange(&epoch_retirees, NULL);
	const uint64_t oldest = thread_oldest_epoch();

	while (list) {
		struct retired *next = list->next;

		if (list->epoch < oldest)
			list->free(list);
		else
			push_retired(list);
		list = next;
	}
}

void epoch_wait(struct thread *thread, unsigned max_ms)
{
	const struct timespec little = { .tv_nsec = 100000 };
	const int64_t end_ns = clock_now_ns(CLOCK_MONOTONIC) + max_ms * (int64_t)NS_PER_MS;
	const uint64_t now = atomic_fetch_add(&epoch_now, 1) + 1;

	atomic_store(&thread->epoch, now);
	while (thread_oldest_epoch() < now && clock_now_ns(CLOCK_MONOTONIC) < end_ns)
		(void)nanosleep(&little, NULL);
}

void epoch_drop(void)
{
	atomic_store(&epoch_retirees, NULL);
}
