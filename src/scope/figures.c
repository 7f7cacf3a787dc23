/* SPDX-License-Identifier: MIT */
#include "scope/figures.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "board/slot.h"
#include "process/fork-detect.h"

/* Between the marks and the new slot: the marks alone are in memory that other processes may write. */
static struct {
	_Atomic bool are_moving;
	_Atomic(struct slot *) own; /* the slot that the process has without a board */
} figures;

static const size_t figure_offsets[] = {
	offsetof(struct slot, counter[COUNTER_CALLED]),
	offsetof(struct slot, counter[COUNTER_SENT]),
	offsetof(struct slot, counter[COUNTER_DIVERTED]),
	offsetof(struct slot, counter[COUNTER_LOST]),
	offsetof(struct slot, counter[COUNTER_SUPPRESSED]),
	offsetof(struct slot, sequence),
};

static _Atomic uint64_t *figure_at(struct slot *slot, size_t offset)
{
	return (_Atomic uint64_t *)(void *)((char *)slot + offset);
}

uint64_t figures_count_moved(_Atomic(struct slot *) *home, size_t offset)
{
	const struct timespec little = { .tv_nsec = 100000 };

	for (;;) {
		struct slot *slot = atomic_load(home);
		const uint64_t before = atomic_fetch_add(figure_at(slot, offset), 1);

		if (!(before & FIGURE_MOVED) ||
		    (!atomic_load(&figures.are_moving) && slot == atomic_load(home)))
			return figure_value(before);
		if (slot != atomic_load(&figures.own)) /* whose figures will be replaced */
			atomic_fetch_sub(figure_at(slot, offset), 1);
		(void)nanosleep(&little, NULL); /* the moving thread may have a lower priority */
	}
}

/* A thread that counts meets the mark or counts before it: no count is in both slots or in none. A
 * signal handler that logged here would wait for its own thread. */
void figures_move(_Atomic(struct slot *) *home, struct slot *own, struct slot *to)
{
	struct slot *from = atomic_load(home);
	sigset_t before;

	fork_block_signals(&before);
	atomic_store(&figures.own, own);
	atomic_store(&figures.are_moving, true);
	for (size_t i = 0; i < sizeof(figure_offsets) / sizeof(figure_offsets[0]); i++) {
		const size_t offset = figure_offsets[i];

		atomic_store(figure_at(to, offset),
			     figure_value(atomic_fetch_or(figure_at(from, offset), FIGURE_MOVED)));
	}
	atomic_store(home, to);
	atomic_store(&figures.are_moving, false);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}
