/* SPDX-License-Identifier: MIT */
#include "board/board.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "board/memory.h"
#include "board/slot.h"
#include "board/total.h"
#include "process/ancestry.h"

/* How many slots a search for a dead process's looks at: 2 µs for each living process. */
enum { SEARCH_MAX = 128 };

/* The process's own board. */
static struct {
	_Atomic(struct board *) open; /* NULL: none */
	struct board *area;           /* never unmapped: a thread may be about to read its gate */
	bool is_shared;
	bool has_rings; /* behind the board: no other process can change that */
	_Atomic uint32_t generation;
	struct owned_fd fd;
} own = { .fd = OWNED_FD_NONE };

struct board *board_get(void)
{
	return atomic_load_explicit(&own.open, memory_order_acquire);
}

bool board_is_shared(void)
{
	return board_get() && own.is_shared;
}

static int map(int fd)
{
	const int flags = (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED) |
			  (own.area ? MAP_FIXED : 0) | MAP_NORESERVE;
	void *memory = mmap(own.area, sizeof(struct board), PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	own.area = memory;
	return 0;
}

int board_open(const char *identifier, const char *run_id, bool shared)
{
	bool has_rings = false;
	AUTO_CLOSE int fd = shared ? board_memory_new(&has_rings) : -1;
	int r;

	if (shared && fd < 0)
		return fd;
	r = map(fd);
	if (r < 0)
		return r;
	own.area->version = BOARD_VERSION;
	own.area->size = sizeof(struct board);
	own.area->slot_size = sizeof(struct slot);
	own.area->n_slots = BOARD_SLOTS;
	own.area->since_ns = clock_now_ns(CLOCK_REALTIME);
	(void)stpncpy(own.area->run_id, run_id, sizeof(own.area->run_id) - 1);
	(void)stpncpy(own.area->identifier, identifier, sizeof(own.area->identifier) - 1);
	own.area->magic = BOARD_MAGIC;
	own.is_shared = shared;
	own.has_rings = has_rings;
	atomic_fetch_add(&own.generation, 1);
	owned_fd_close(&own.fd);
	if (fd >= 0)
		owned_fd_take(&own.fd, take_fd(&fd));
	atomic_store_explicit(&own.open, own.area, memory_order_release);
	return 0;
}

void board_close(void)
{
	atomic_store(&own.open, NULL);
}

void board_wipe(void)
{
	if (!own.area || board_get())
		return;
	owned_fd_close(&own.fd);
	(void)map(-1);
}

bool board_has_rings(void)
{
	return board_get() && own.has_rings;
}

int board_fd(void)
{
	return owned_fd_is_valid(&own.fd) ? own.fd.fd : -EBADF;
}

static uint64_t next_generation(uint64_t word)
{
	return (uint64_t)((slot_word_generation(word) + 1) & SLOT_GENERATION) << 8;
}

/* Takes the slot of that number where its state still is SEEN. */
static struct slot *take_at(struct board *board, uint32_t i, uint64_t seen, pid_t pid,
			    bool other_pidns)
{
	const uint64_t word = (uint64_t)pid << 32 | next_generation(seen) |
			      (other_pidns ? SLOT_OTHER_PIDNS : 0) | SLOT_TAKEN;

	return atomic_compare_exchange_strong(&board->state[i], &seen, word) ? &board->slot[i]
									     : NULL;
}

/* The tries are counted: any process of the tree may write any number to board.used. */
static struct slot *take_fresh(struct board *board, pid_t pid, bool other_pidns)
{
	for (int n = 0; n < BOARD_SLOTS && atomic_load(&board->used) < BOARD_SLOTS; n++) {
		const uint32_t i = atomic_fetch_add(&board->used, 1);
		struct slot *slot = i < BOARD_SLOTS ? take_at(board, i, 0, pid, other_pidns) : NULL;

		if (slot)
			return slot;
	}
	return NULL;
}

static bool can_reuse(uint64_t word, bool other_pidns)
{
	switch (slot_word_phase(word)) {
	case SLOT_FREE:
	case SLOT_ENDED:
	case SLOT_REPORTED:
		return true;
	default:
		if (other_pidns || word & SLOT_OTHER_PIDNS)
			return false;
		return !process_is_alive(slot_word_pid(word));
	}
}

static bool is_of_process(uint64_t word)
{
	const enum slot_phase phase = slot_word_phase(word);

	return phase == SLOT_PROCESS || phase == SLOT_ENDED || phase == SLOT_REPORTED;
}

/* Tells whether records did not reach the journal. That of the process's end may be among them, and then
 * the slot alone knows. */
static bool has_losses(uint64_t word, const struct slot *slot)
{
	return is_of_process(word) &&
	       figure_value(slot->counter[COUNTER_CALLED]) !=
		       figure_value(slot->counter[COUNTER_SENT]) +
			       figure_value(slot->counter[COUNTER_SUPPRESSED]);
}

static struct slot *take_dead(struct board *board, pid_t pid, bool other_pidns, bool spares_losses)
{
	const uint32_t used = board_used(board);

	for (int n = 0; n < SEARCH_MAX && used; n++) {
		const uint32_t i = atomic_fetch_add(&board->reuse_cursor, 1) % used;
		const uint64_t word = atomic_load(&board->state[i]);
		struct slot *slot;

		if (!word || atomic_load(&board->slot[i].blackbox_state) ||
		    !can_reuse(word, other_pidns)) /* a ring is dumped first */
			continue;
		if (spares_losses && has_losses(word, &board->slot[i]))
			continue;
		slot = take_at(board, i, word, pid, other_pidns);
		if (!slot)
			continue;
		if (is_of_process(word))
			total_add(board, slot);
		if (slot_word_phase(word) != SLOT_TAKEN && atomic_load(&board->ended) > 0)
			atomic_fetch_sub(&board->ended, 1);
		memset(slot, 0, sizeof(*slot));
		return slot;
	}
	return NULL;
}

struct slot *board_take(pid_t pid, bool other_pidns)
{
	struct board *board = board_get();
	struct slot *slot;

	if (!board)
		return NULL;
	slot = atomic_load(&board->ended) > BOARD_DEAD_KEPT
		       ? take_dead(board, pid, other_pidns, true)
		       : NULL;
	if (!slot)
		slot = take_fresh(board, pid, other_pidns);
	if (!slot)
		slot = take_dead(board, pid, other_pidns, false);
	if (!slot) {
		atomic_fetch_add(&board->slotless, 1);
		return NULL;
	}
	atomic_store(&slot->parent, -1);
	atomic_store(&slot->sink, -1);
	atomic_store(&slot->since_ns, clock_now_ns(CLOCK_REALTIME));
	atomic_store(&slot->since_boot_ms, clock_now_ns(CLOCK_BOOTTIME) / 1000000);
	return slot;
}

static uint64_t with_phase(uint64_t word, enum slot_phase phase)
{
	return (word & ~UINT64_C(0x7f)) | phase;
}

/* Another thread may close the board at any time: a call that looks for its slot and uses what it has found
 * does both with the board of one board_get(). */
static int index_on(const struct board *board, const struct slot *slot)
{
	if (!board || slot < board->slot || slot >= board->slot + BOARD_SLOTS)
		return -1;
	return (int)(slot - board->slot);
}

static void set_state(const struct slot *slot, uint64_t word)
{
	struct board *board = board_get();
	const int i = index_on(board, slot);

	if (i >= 0)
		atomic_store(&board->state[i], word);
}

/* The slot has no override yet, and a word that no earlier owner had: see override.h. */
void board_show(struct slot *slot, enum slot_phase phase)
{
	const uint64_t word = board_slot_state(slot);

	atomic_store(&slot->override, override_of_generation(0, slot_word_generation(word)));
	set_state(slot, with_phase(word, phase));
}

void board_give_back(struct slot *slot, enum slot_phase phase)
{
	struct board *board = board_get();
	const int i = index_on(board, slot);

	if (i < 0)
		return;
	atomic_store(&board->state[i], with_phase(atomic_load(&board->state[i]), phase));
	atomic_fetch_add(&board->ended, 1);
}

bool board_mark_reported(struct slot *slot, pid_t pid)
{
	struct board *board = board_get();
	const int i = index_on(board, slot);
	uint64_t word = i < 0 ? 0 : atomic_load(&board->state[i]);
	const enum slot_phase phase = slot_word_phase(word);

	if (slot_word_pid(word) != pid || (phase != SLOT_PROCESS && phase != SLOT_ENDED) ||
	    !atomic_compare_exchange_strong(&board->state[i], &word,
					    with_phase(word, SLOT_REPORTED)))
		return false;
	if (phase == SLOT_PROCESS)
		atomic_fetch_add(&board->ended, 1);
	return true;
}

/* The generation goes up: what was meant for the scope that is left does not reach the next one. */
struct slot *board_park(struct slot *slot)
{
	const uint64_t word = board_slot_state(slot);
	const uint64_t generation = (uint64_t)SLOT_GENERATION << 8;

	set_state(slot, with_phase((word & ~generation) | next_generation(word), SLOT_TAKEN));
	return slot;
}

int board_index(const struct slot *slot)
{
	return index_on(board_get(), slot);
}

uint64_t board_slot_state(const struct slot *slot)
{
	const struct board *board = board_get();
	const int i = index_on(board, slot);

	return i < 0 ? 0 : atomic_load(&board->state[i]);
}

uint32_t board_generation(void)
{
	return atomic_load(&own.generation);
}

struct slot *board_find(pid_t pid, bool other_pidns)
{
	struct board *board = board_get();
	struct slot *found = NULL;
	const uint32_t used = board_used(board);

	for (uint32_t i = 0; i < used; i++) {
		const uint64_t word = atomic_load(&board->state[i]);

		if (!slot_word_is_of(word, pid, other_pidns) || slot_word_phase(word) == SLOT_SCOPE)
			continue;
		if (!found || board->slot[i].since_ns > found->since_ns)
			found = &board->slot[i];
	}
	return found;
}

bool board_once(enum once_kind kind, uint64_t key)
{
	static _Atomic uint64_t own_once[ONCE_COUNT][BOARD_ONCE];
	struct board *board = board_get();
	_Atomic uint64_t *once = board ? board->once[kind] : own_once[kind];

	key |= 1; /* never the word that says free */
	for (int i = 0; i < BOARD_ONCE; i++) {
		uint64_t seen = 0;

		if (atomic_compare_exchange_strong(&once[i], &seen, key))
			return true;
		if (seen == key)
			return false;
	}
	/* A full table forgets: telling twice is better than not at all. */
	return atomic_exchange(&once[key / 2 % BOARD_ONCE], key) != key;
}
