/* SPDX-License-Identifier: MIT */
#include "blackbox/ring.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "blackbox/place.h"
#include "board/board.h"
#include "process/epoch.h"
#include "process/fork-detect.h"
#include "process/lock.h"
#include "process/seal.h"

HOT_DATA struct own_ring own_ring;

/* ---- Taking it ------------------------------------------------------------------------------- */

static uint32_t size_of(unsigned size_kb)
{
	uint32_t size = RING_SIZE_MIN;

	while (size < size_kb * 1024 && size < RING_SIZE_MAX)
		size *= 2;
	return size;
}

static void keep_speaker(struct ring *ring, const struct speaker *speaker)
{
	const size_t size = (size_t)speaker->names_size + speaker->prefix_size;

	if (size > sizeof(ring->speaker))
		return; /* each entry has its own */
	memcpy(ring->speaker, speaker->text, size);
	ring->names_size = speaker->names_size;
	ring->prefix_size = speaker->prefix_size;
	own_ring.speaker = speaker->id;
}

static void fill(struct ring *ring, uint32_t size, const struct board *board,
		 const struct speaker *speaker)
{
	/* No entry of an earlier owner of the slot may be left. */
	if (ring->magic || atomic_load(&ring->head) > 0)
		place_clear(ring, size);
	ring->version = RING_VERSION;
	ring->size = size;
	ring->pid = (uint32_t)getpid_cached();
	memcpy(ring->run_id, board->run_id, sizeof(ring->run_id));
	memcpy(ring->identifier, board->identifier, sizeof(ring->identifier));
	own_ring.size = size;
	own_ring.speaker = 0;
	keep_speaker(ring, speaker);
	ring->magic = RING_MAGIC;
}

static struct ring *take(struct slot *slot, uint32_t size, const struct speaker *speaker)
{
	struct board *board = board_get();
	struct ring *ring;

	if (!board)
		return NULL;
	if (own_ring.area && own_ring.area_size != size) { /* the parent's was another size */
		place_unmap(own_ring.area, own_ring.area_size);
		own_ring.area = NULL;
	}
	ring = place_map(-1, board_index(slot), size, own_ring.area);
	if (!ring)
		return NULL;
	own_ring.area = ring;
	own_ring.area_size = size;
	fill(ring, size, board, speaker);
	atomic_store(&slot->blackbox_state, BLACKBOX_KEPT);
	atomic_fetch_add(&board->blackboxes, 1);
	atomic_store(&own_ring.open, ring);
	return ring;
}

/* A handler that interrupts the thread here would find the lock held. */
struct ring *ring_take(struct slot *slot, unsigned size_kb, const struct speaker *speaker)
{
	struct ring *ring = NULL;
	sigset_t before;

	if (seal_is_set() || atomic_load(&own_ring.has_failed) || !board_has_rings())
		return NULL;
	fork_block_signals(&before);
	if (tid_lock_try(&own_ring.lock)) {
		ring = ring_get();
		if (!ring)
			ring = take(slot, size_of(size_kb), speaker);
		atomic_store(&own_ring.has_failed, !ring);
		atomic_store(&own_ring.lock, 0);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ring;
}

void ring_give_back(struct slot *slot)
{
	struct ring *ring = atomic_exchange(&own_ring.open, NULL);

	atomic_store(&own_ring.has_failed, false);
	if (!ring)
		return;
	atomic_store(&slot->blackbox_state, BLACKBOX_NONE);
	/* Calls of other threads under way may write on: the mapping stays. */
	place_clear(ring, own_ring.area_size);
}

void ring_after_fork(void)
{
	atomic_store(&own_ring.open, NULL);
	atomic_store(&own_ring.has_failed, false);
	atomic_store(&own_ring.lock, 0);
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* The fine clock takes as long as all the rest: it is read for the first entry in each tick of the coarse
 * one, and that is the time of the others too. */
static inline int64_t realtime_ns(int64_t now_ns)
{
	if (UNLIKELY(atomic_load_explicit(&own_ring.tick_ns, memory_order_relaxed) != now_ns)) {
		atomic_store_explicit(&own_ring.realtime_ns, clock_now_ns(CLOCK_REALTIME),
				      memory_order_relaxed);
		atomic_store_explicit(&own_ring.tick_ns, now_ns, memory_order_relaxed);
	}
	return atomic_load_explicit(&own_ring.realtime_ns, memory_order_relaxed);
}

/* A single thread needs no atomic addition: a signal handler between load and store costs a number that
 * is given twice. */
static inline uint64_t next_number(struct ring *ring)
{
	uint64_t number;

	if (!epoch_is_alone())
		return atomic_fetch_add_explicit(&ring->number, 1, memory_order_relaxed) + 1;
	number = atomic_load_explicit(&ring->number, memory_order_relaxed) + 1;
	atomic_store_explicit(&ring->number, number, memory_order_relaxed);
	return number;
}

/* Where the next unit of an entry goes. */
struct pen {
	uint64_t *data;
	size_t mask; /* words that the data has - 1 */
	size_t at;
	struct entry_sum sum;
};

/* One store: with two an entry took a tenth longer. A reader that finds half of it finds a wrong sum. */
static inline ALWAYS_INLINE void store_pair(uint64_t *words, entry_pair pair)
{
#ifdef __SANITIZE_THREAD__ /* a thread that stood still may write where another one does */
	__atomic_store_n(&words[0], pair[0], __ATOMIC_RELAXED);
	__atomic_store_n(&words[1], pair[1], __ATOMIC_RELAXED);
#else
	memcpy(words, &pair, sizeof(pair));
#endif
}

static inline ALWAYS_INLINE void put_pair(struct pen *pen, entry_pair pair)
{
	entry_sum_add(&pen->sum, pair);
	store_pair(&pen->data[pen->at & pen->mask], pair);
	pen->at += 2;
}

/* Behind the bytes there are zeroes up to the next unit. */
static inline ALWAYS_INLINE void put_units(struct pen *pen, const char *bytes, size_t size)
{
	const char *const end = bytes + entry_padded(size);

	UNROLL(4)
	for (; bytes != end; bytes += sizeof(entry_pair)) {
		entry_pair pair;

		memcpy(&pair, bytes, sizeof(pair));
		put_pair(pen, pair);
	}
}

static inline ALWAYS_INLINE uint64_t word_of(uint32_t low, uint32_t high)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? (uint64_t)high << 32 | low
							 : (uint64_t)low << 32 | high;
}

static inline ALWAYS_INLINE uint32_t half_of(const struct entry_parts *parts, size_t names_size,
					     size_t prefix_size, size_t padding)
{
	const uint32_t level = (uint32_t)parts->level | (uint32_t)padding << 4;

	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		       ? (uint32_t)(names_size | prefix_size << 16) | level << 8
		       : (uint32_t)(names_size << 24 | prefix_size) | level << 16;
}

/* What a thread has taken for an entry. */
struct room {
	uint64_t number;
	uint64_t position;
};

/* The head of the entry goes from registers into the ring: a struct that was just written by members and
 * is read by words costs more than all of them. Of a scope, or of a process that has another name than
 * when it took its ring, names and prefix stand in the entry itself. */
static inline ALWAYS_INLINE void put_entry_at(struct pen pen, struct room room,
					      const struct entry_parts *parts, size_t size,
					      size_t names_size, size_t prefix_size)
{
	const size_t padding = entry_padded(parts->record.size) - parts->record.size;
	uint64_t *const first = &pen.data[pen.at & pen.mask]; /* mark and sum */

	pen.at += 2;
	put_pair(&pen, (entry_pair){ word_of((uint32_t)size, (uint32_t)parts->tid), room.number });
	put_pair(&pen, (entry_pair){ (uint64_t)realtime_ns(parts->now_ns),
				     word_of(half_of(parts, names_size, prefix_size, padding),
					     (uint32_t)parts->fields_size) });
	put_units(&pen, parts->speaker->text, names_size + prefix_size);
	put_units(&pen, parts->record.data, parts->record.size);
	__atomic_store_n(&first[1], entry_sum_value(&pen.sum), __ATOMIC_RELAXED);
	__atomic_store_n(&first[0], room.position + 1, __ATOMIC_RELEASE);
}

/* An entry that does not go on at the ring's beginning, as nearly all, is written without a mask. */
static inline ALWAYS_INLINE void put_entry(struct ring *ring, const struct entry_parts *parts,
					   size_t size, size_t names_size, size_t prefix_size)
{
	char *const data = (char *)ring + RING_DATA_AT;
	struct room room = { .number = next_number(ring) };
	size_t offset;

	/* Acquire: no byte is written before the head says that its place is being written. */
	room.position = atomic_fetch_add_explicit(&ring->head, size, memory_order_acquire);
	/* Another process of the tree may have written any number there. */
	offset = room.position & (own_ring.size - ENTRY_UNIT);
	if (LIKELY(offset + size <= own_ring.size)) {
		const struct pen pen = { .data = (uint64_t *)(void *)(data + offset),
					 .mask = SIZE_MAX };

		put_entry_at(pen, room, parts, size, names_size, prefix_size);
	} else {
		const struct pen pen = { .data = (uint64_t *)(void *)data,
					 .mask = own_ring.size / sizeof(uint64_t) - 1,
					 .at = offset / sizeof(uint64_t) };

		put_entry_at(pen, room, parts, size, names_size, prefix_size);
	}
}

static COLD void refuse(struct ring *ring)
{
	atomic_fetch_add_explicit(&ring->refused, 1, memory_order_relaxed);
}

void ring_write(struct ring *ring, const struct entry_parts *parts)
{
	const struct speaker *speaker = parts->speaker;
	const size_t size = sizeof(struct entry) + entry_padded(parts->record.size);
	const size_t front = entry_padded((size_t)speaker->names_size + speaker->prefix_size);

	if (UNLIKELY(size + front > own_ring.size / 2))
		refuse(ring);
	else if (LIKELY(speaker->id == own_ring.speaker))
		put_entry(ring, parts, size, 0, 0);
	else
		put_entry(ring, parts, size + front, speaker->names_size, speaker->prefix_size);
}
