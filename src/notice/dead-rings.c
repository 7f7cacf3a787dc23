/* SPDX-License-Identifier: MIT */
#include "notice/dead-rings.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "blackbox/place.h"
#include "blackbox/ring-read.h"
#include "board/board.h"
#include "board/memory.h"
#include "notice/dump.h"
#include "process/ancestry.h"
#include "process/end-status.h"
#include "process/fork-detect.h"
#include "process/seal.h"
#include "scope/scope.h"

enum { LOOK_INTERVAL_MS = 1000 };

static const struct output *own_output(void)
{
	return &scope_get_config(&process_scope)->output;
}

/* Returns whether nothing is left to be dumped. */
static bool dump(struct ring *ring, pid_t pid, const struct output *output,
		 struct deadline *deadline)
{
	const size_t size = ring_data_size(ring);

	if (size == 0 || ring->pid != (uint32_t)pid)
		return true;
	return dump_ring(ring, size, output, deadline) >= 0;
}

static void dump_slot(struct slot *slot, pid_t pid, const int *status, struct deadline *deadline)
{
	struct ring *ring;

	if (atomic_load(&slot->blackbox_state) != BLACKBOX_KEPT || seal_is_set())
		return;
	ring = place_map(-1, board_index(slot), RING_SIZE_MAX, NULL);
	if (!ring)
		return;
	if ((status && WIFEXITED(*status)) || dump(ring, pid, own_output(), deadline)) {
		place_clear(ring, RING_SIZE_MAX);
		atomic_store(&slot->blackbox_state, BLACKBOX_NONE);
	}
	place_unmap(ring, RING_SIZE_MAX);
}

void dead_ring_dump(struct slot *slot, pid_t pid, const int *status)
{
	struct deadline deadline = { .timeout_ms = own_output()->timeout_ms };

	dump_slot(slot, pid, status, &deadline);
}

/* A process in another pid namespace is left to its parent: no other process sees whether it lives. */
static bool is_dead(uint64_t word)
{
	const enum slot_phase phase = slot_word_phase(word);
	const pid_t pid = slot_word_pid(word);

	if (fork_in_other_pidns() || word & SLOT_OTHER_PIDNS || pid == getpid_cached())
		return false;
	return (phase == SLOT_PROCESS || phase == SLOT_ENDED || phase == SLOT_REPORTED) &&
	       !process_is_alive(pid);
}

/* A parent that has not waited for its child knows better how that has ended. */
static void look_at(struct slot *slot, uint64_t word, struct deadline *deadline)
{
	const pid_t pid = slot_word_pid(word);
	int status;

	if (atomic_load(&slot->blackbox_state) != BLACKBOX_KEPT || !is_dead(word))
		return;
	switch (end_status_of(pid, &status)) {
	case END_KNOWN:
		dump_slot(slot, pid, &status, deadline);
		break;
	case END_GONE:
		dump_slot(slot, pid, NULL, deadline);
		break;
	case END_HIDDEN:
		break;
	}
}

/* Returns false where another process looks, or has just done so. */
static bool take_turn(struct board *board, int64_t now_ms)
{
	int64_t checked_ms = atomic_load(&board->blackboxes_checked_ms);

	/* The difference of what a scribbler may have stored is large, whatever its sign. */
	return (uint64_t)now_ms - (uint64_t)checked_ms >= LOOK_INTERVAL_MS &&
	       atomic_compare_exchange_strong(&board->blackboxes_checked_ms, &checked_ms, now_ms);
}

void dead_rings_dump_all(int64_t now_ns, bool is_due)
{
	struct board *board = board_get();
	const uint32_t used = board_used(board);
	struct deadline deadline;

	if (!board || !board_has_rings() || !atomic_load(&board->blackboxes) ||
	    !scope_get_config(&process_scope) || seal_is_set() ||
	    (is_due && !take_turn(board, now_ns / NS_PER_MS)))
		return;
	/* One for all of them: the caller waits no longer than for a record. */
	deadline = (struct deadline){ .timeout_ms = own_output()->timeout_ms };
	for (uint32_t i = 0; i < used; i++)
		look_at(&board->slot[i], atomic_load(&board->state[i]), &deadline);
}

/* ---- Another program's ----------------------------------------------------------------------------- */

/* Returns NULL where the file is no board of this version, or could be made shorter under our hands. */
static const struct board *map_board(int fd)
{
	const int seals = fcntl(fd, F_GET_SEALS);
	const struct board *board;
	struct stat status;

	if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(fd, &status) < 0 ||
	    status.st_size != (off_t)BOARD_FILE_SIZE)
		return NULL;
	board = mmap(NULL, sizeof(*board), PROT_READ, MAP_SHARED, fd, 0);
	if (board == MAP_FAILED)
		return NULL;
	if (board->magic == BOARD_MAGIC && board->version == BOARD_VERSION)
		return board;
	(void)munmap((void *)(uintptr_t)board, sizeof(*board));
	return NULL;
}

static bool dump_place(int fd, int slot, pid_t pid, const struct output *output,
		       struct deadline *deadline)
{
	struct ring *ring = place_map(fd, slot, RING_SIZE_MAX, NULL);
	bool is_done;

	if (!ring)
		return true;
	is_done = dump(ring, pid, output, deadline);
	place_unmap(ring, RING_SIZE_MAX);
	return is_done;
}

bool dead_rings_dump_file(int fd, pid_t ended_well, const struct output *output,
			  struct deadline *deadline)
{
	const struct board *board = map_board(fd);
	const uint32_t used = board_used(board);
	bool is_done = true;

	for (uint32_t i = 0; i < used && i < (uint32_t)BOARD_RINGS; i++) {
		const pid_t pid = slot_word_pid(atomic_load(&board->state[i]));

		if (atomic_load(&board->slot[i].blackbox_state) == BLACKBOX_KEPT &&
		    pid != ended_well && (pid == getpid() || !process_is_alive(pid)))
			is_done &= dump_place(fd, (int)i, pid, output, deadline);
	}
	if (board)
		(void)munmap((void *)(uintptr_t)board, sizeof(*board));
	return is_done;
}
