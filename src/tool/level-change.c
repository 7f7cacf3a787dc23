/* SPDX-License-Identifier: MIT */
#include "level-change.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "glob.h"
#include "slot.h"

/* Whoever has the board open can hold its lock: nobody is waited for in earnest. */
enum { LOCK_TRIES = 200, LOCK_PAUSE_NS = 10000000 };

static int set_lock(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -errno : 0;
}

static int lock_board(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	int r;

	for (int i = 0; i < LOCK_TRIES; i++) {
		r = set_lock(fd, F_WRLCK);
		if (r != -EAGAIN && r != -EACCES)
			return r;
		(void)nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

static bool is_over(person_word person)
{
	const uint64_t now_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000;
	const uint64_t until_ms = person_until_ms(person);

	return until_ms && until_ms <= now_ms;
}

static uint32_t n_used(const struct board *board)
{
	const uint32_t used = atomic_load(&board->overrides_used);

	return used < BOARD_OVERRIDES ? used : BOARD_OVERRIDES;
}

/* Under the lock nobody else writes; one whose writer was killed amid is none. */
static bool read_one(const struct override *override, struct override_shown *ret)
{
	const uint32_t sequence = atomic_load(&override->sequence);

	ret->person = atomic_load(&override->person);
	ret->uid = atomic_load(&override->uid);
	memcpy(ret->pattern, override->name, sizeof(ret->pattern));
	ret->pattern[sizeof(ret->pattern) - 1] = '\0';
	return sequence && !(sequence & 1) && ret->person && !is_over(ret->person);
}

static void write_one(struct override *override, const struct override_shown *content)
{
	uint32_t sequence = atomic_load(&override->sequence) | 1;

	atomic_store(&override->sequence, sequence);
	atomic_thread_fence(memory_order_release);
	atomic_store(&override->person, content->person);
	atomic_store(&override->uid, content->uid);
	memcpy(override->name, content->pattern, sizeof(override->name));
	atomic_thread_fence(memory_order_release);
	sequence++;
	atomic_store(&override->sequence, sequence ? sequence : 2); /* 0 says: never used */
}

size_t override_list(const struct found_board *found, struct override_shown ret[BOARD_OVERRIDES])
{
	const uint32_t used = n_used(found->board);
	size_t n = 0;

	for (uint32_t i = 0; i < used; i++)
		n += read_one(&found->board->override[i], &ret[n]);
	return n;
}

bool override_holds(const struct found_board *found, const char *pattern)
{
	struct override_shown shown[BOARD_OVERRIDES];
	const size_t n = override_list(found, shown);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(shown[i].pattern, pattern) == 0)
			return true;
	}
	return false;
}

static bool is_everything(const char *pattern)
{
	return strcmp(pattern, "*") == 0;
}

/* What holds when the new one is there too: without those whose place it takes, and without resets
 * that have nothing left to reset. */
static size_t plan(const struct found_board *found, const struct override_shown *added,
		   struct override_shown ret[BOARD_OVERRIDES + 1])
{
	struct override_shown before[BOARD_OVERRIDES];
	const size_t n_before = override_list(found, before);
	size_t n = 0;

	for (size_t i = 0; i < n_before; i++) {
		if (is_everything(added->pattern) || strcmp(before[i].pattern, added->pattern) == 0)
			continue;
		if (n > 0 || before[i].person != PERSON_RESET)
			ret[n++] = before[i];
	}
	if (n > 0 || added->person != PERSON_RESET)
		ret[n++] = *added;
	return n;
}

/* Front to back: who reads meanwhile, back to front, may see one twice, but misses none that stays. */
static void write_table(struct board *board, const struct override_shown *content, size_t n)
{
	static const struct override_shown nothing;
	const uint32_t used = n_used(board);

	for (size_t i = 0; i < n; i++)
		write_one(&board->override[i], &content[i]);
	if (n > used)
		atomic_store(&board->overrides_used, (uint32_t)n);
	for (size_t i = n; i < used; i++)
		write_one(&board->override[i], &nothing);
	atomic_store(&board->overrides_used, (uint32_t)n);
}

static int write_override(const struct found_board *found, const struct override_order *order)
{
	struct override_shown added = { .person = order->person, .uid = order->uid };
	struct override_shown content[BOARD_OVERRIDES + 1];
	size_t n;

	if (strlen(order->pattern) >= sizeof(added.pattern))
		return -ENAMETOOLONG;
	(void)stpncpy(added.pattern, order->pattern, sizeof(added.pattern));
	n = plan(found, &added, content);
	if (n > BOARD_OVERRIDES)
		return -ENOSPC;
	write_table(found->board, content, n);
	return 0;
}

static bool matches(const char *pattern, const char *name)
{
	const struct glob glob = glob_compile(pattern);

	return glob_match(&glob, name, strlen(name));
}

static void set_person(const struct entry *entry, const struct override_order *order)
{
	struct slot *slot = &entry->board->board->slot[entry->index];

	atomic_store(&slot->person, order->person == PERSON_RESET ? 0 : order->person);
	atomic_store(&slot->person_uid, order->uid);
	slot_open_gate(slot);
}

static int sweep(const struct found_board *found, const struct override_order *order,
		 struct level_change_effect *ret)
{
	struct level_change_effect effect = { 0 };
	struct found_board now = *found;
	struct snapshot snapshot;
	int r;

	now.used = board_used(found->board); /* it may have grown since it was found */
	r = snapshot_take(&now, &snapshot);
	if (r < 0)
		return r;
	for (size_t i = 0; i < snapshot.n; i++) {
		const struct entry *entry = &snapshot.entry[i];

		/* Also where it seems dead: a child that was born since is not among the members. */
		if (!matches(order->pattern, entry->name) || !snapshot_is_current(entry))
			continue;
		set_person(entry, order);
		effect.processes += entry->is_alive && !entry->is_scope;
		effect.scopes += entry->is_alive && entry->is_scope;
	}
	snapshot_free(&snapshot);
	*ret = effect;
	return 0;
}

int level_change_apply(const struct found_board *found, const struct override_order *order,
		       struct level_change_effect *ret)
{
	int r = lock_board(found->fd);

	if (r < 0)
		return r;
	r = write_override(found, order);
	if (r == 0)
		r = sweep(found, order, ret);
	(void)set_lock(found->fd, F_UNLCK);
	return r;
}
