/* SPDX-License-Identifier: MIT */
#include "syslog/state.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

#include "mplog.h"

enum {
	MASK_ALL = LOG_UPTO(LOG_DEBUG),
	IDENT_SIZE = 256, /* of an identifier of mplog's, with its NUL */
	YIELDS_MAX = 100,
};

enum phase {
	CLOSED,
	OPEN,     /* by this library, which follows the ident from now on */
	PROGRAMS, /* the program has called mplog_open() itself: the identifier is its own */
};

static struct {
	_Atomic(const char *) ident; /* or NULL. Programs change what it points to */
	_Atomic int readers;         /* threads that read the ident at this moment */
	_Atomic int option;
	_Atomic int facility;
	_Atomic int mask;
	_Atomic int phase;            /* enum phase */
	_Atomic int opened_facility;  /* which mplog_open() was given */
	_Atomic uint64_t applied;     /* what the ident and the option were then: a hash */
	_Atomic bool is_mask_applied; /* or there was none to be applied */
} state = { .facility = LOG_USER, .mask = MASK_ALL, .is_mask_applied = true };

/* ---- The ident -------------------------------------------------------------------------------- */

/* Copies the ident, or of the program's name where there is none. */
static void read_ident(char ret[IDENT_SIZE])
{
	const char *ident;
	size_t size = 0;

	(void)atomic_fetch_add(&state.readers, 1);
	ident = atomic_load(&state.ident);
	if (!ident || !*ident)
		ident = program_invocation_short_name;
	for (; size < IDENT_SIZE - 1 && ident[size]; size++)
		ret[size] = ident[size];
	ret[size] = '\0';
	(void)atomic_fetch_sub(&state.readers, 1);
}

/* The program may free the former ident when this returns: other threads have read it then, which takes
 * them a moment. A reader that was not forked along stays counted in the child, hence the bound. */
static void replace_ident(const char *ident)
{
	if (atomic_exchange(&state.ident, ident) == ident)
		return;
	for (int i = 0; i < YIELDS_MAX && atomic_load(&state.readers) > 0; i++)
		(void)sched_yield();
}

void syslog_state_open(const char *ident, int option, int facility)
{
	if (ident)
		replace_ident(ident);
	atomic_store(&state.option, option);
	if (facility > 0 && (facility & ~LOG_FACMASK) == 0)
		atomic_store(&state.facility, facility);
}

/* The option stays, as it does in the C library. */
void syslog_state_close(void)
{
	replace_ident(NULL);
}

/* ---- The mask ---------------------------------------------------------------------------------- */

static int highest_priority(int mask)
{
	int priority = LOG_DEBUG;

	while (priority > LOG_EMERG && !(mask & LOG_MASK(priority)))
		priority--;
	return priority;
}

static void apply_mask(void)
{
	atomic_store(&state.is_mask_applied, true);
	if (mplog_set_level(highest_priority(atomic_load(&state.mask))) < 0)
		atomic_store(&state.is_mask_applied, false);
}

/* A mask of 0 changes nothing, in the C library too. */
int syslog_state_set_mask(int mask)
{
	int before;

	if ((mask & MASK_ALL) == 0)
		return atomic_load(&state.mask);
	before = atomic_exchange(&state.mask, mask & MASK_ALL);
	atomic_store(&state.is_mask_applied, false);
	if (atomic_load(&state.phase) >= OPEN)
		apply_mask();
	return before;
}

/* ---- To mplog ---------------------------------------------------------------------------------- */

static unsigned current_flags(void)
{
	return atomic_load_explicit(&state.option, memory_order_relaxed) & LOG_PERROR ? MPLOG_ECHO
										      : 0;
}

/* FNV-1a. */
static uint64_t hash_state(const char *ident, unsigned flags)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ flags;

	for (size_t i = 0; ident[i]; i++)
		hash = (hash ^ (unsigned char)ident[i]) * UINT64_C(1099511628211);
	return hash;
}

/* Has mplog follow the ident of a program that this library opened. */
static int follow_ident(const char *ident, unsigned flags, uint64_t hash)
{
	const int r = mplog_set_program_(ident, flags);

	if (r == 0)
		atomic_store(&state.applied, hash);
	return r;
}

/* The facility that mplog_open() is given is noted before: a child may be forked in the middle. */
static int choose_facility(void)
{
	int before = 0;
	const int facility = atomic_load(&state.facility);

	return atomic_compare_exchange_strong(&state.opened_facility, &before, facility) ? facility
											 : before;
}

/* Another thread, or one of the parent at the moment of the fork, may have opened mplog in between; or the
 * program itself, which mplog knows. All priorities pass, as they do without a mask, where no
 * configuration says otherwise. */
static void open_program(const char *ident, unsigned flags, uint64_t hash)
{
	const struct mplog_options options = {
		.size = sizeof(options),
		.identifier = ident,
		.flags = flags | MPLOG_FOLLOWS_IDENT_,
		.level = MPLOG_DEBUG,
		.facility = choose_facility(),
	};
	int r = mplog_open_with(&options);

	if (r == 0)
		atomic_store(&state.applied, hash);
	else if (r == -EALREADY)
		r = follow_ident(ident, flags, hash);
	else
		return;
	if (r == -EPERM)
		atomic_store(&state.opened_facility, 0);
	atomic_store(&state.phase, r == -EPERM ? PROGRAMS : OPEN);
}

void syslog_state_apply(void)
{
	const unsigned flags = current_flags();
	const int phase = atomic_load_explicit(&state.phase, memory_order_acquire);
	char ident[IDENT_SIZE];
	uint64_t hash;

	read_ident(ident);
	hash = hash_state(ident, flags);
	if (phase < OPEN)
		open_program(ident, flags, hash);
	else if (phase == OPEN &&
		 atomic_load_explicit(&state.applied, memory_order_relaxed) != hash)
		(void)follow_ident(ident, flags, hash);
	if (!atomic_load_explicit(&state.is_mask_applied, memory_order_relaxed))
		apply_mask();
}

bool syslog_state_pass(int priority)
{
	const int mask = atomic_load_explicit(&state.mask, memory_order_relaxed);
	const int level = LOG_PRI(priority);

	if (!(mask & LOG_MASK(level)) && level < highest_priority(mask))
		return false;
	return mplog_enabled(level);
}

/* The facility of openlog(3) is given to mplog_open(), so that a configuration may set another one. */
int syslog_state_level(int priority)
{
	int facility = priority & LOG_FACMASK;

	if (facility > LOG_LOCAL7)
		facility = 0;
	if (facility == 0) {
		facility = atomic_load_explicit(&state.facility, memory_order_relaxed);
		if (facility == atomic_load_explicit(&state.opened_facility, memory_order_relaxed))
			facility = 0;
	}
	return facility | LOG_PRI(priority);
}
