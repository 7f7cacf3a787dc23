/* SPDX-License-Identifier: MIT */
#include "tell.h"

#include <stddef.h>
#include <string.h>

#include "clock.h"
#include "mplog.h"
#include "notice.h"
#include "self.h"

HOT_DATA _Atomic uint64_t tell_lost_count, tell_diverted_count;

static HOT_DATA struct {
	_Atomic uint64_t first, last; /* PROCESS_SEQ */
	_Atomic int64_t since_ns;
} untold;

void tell_forget(void)
{
	atomic_store(&tell_lost_count, 0);
	atomic_store(&tell_diverted_count, 0);
	atomic_store(&untold.first, 0);
	atomic_store(&untold.last, 0);
	atomic_store(&untold.since_ns, 0);
}

static void start(_Atomic int64_t *since_ns)
{
	int64_t none = 0;

	if (!atomic_load_explicit(since_ns, memory_order_relaxed))
		(void)atomic_compare_exchange_strong(since_ns, &none, clock_now_ns(CLOCK_REALTIME));
}

void tell_note(bool lost, uint64_t sequence)
{
	uint64_t none = 0;

	start(&untold.since_ns);
	if (sequence) {
		(void)atomic_compare_exchange_strong(&untold.first, &none, sequence);
		atomic_store(&untold.last, sequence);
	}
	atomic_fetch_add(lost ? &tell_lost_count : &tell_diverted_count, 1);
}

static void say_lost(struct notice *notice, uint64_t lost, uint64_t diverted)
{
	if (lost) {
		notice_say_number(notice, lost);
		notice_say(notice, lost == 1 ? " record was lost" : " records were lost");
	}
	if (lost && diverted)
		notice_say(notice, " and ");
	if (diverted) {
		notice_say_number(notice, diverted);
		notice_say(notice, diverted == 1 ? " was diverted" : " were diverted");
	}
}

/* What one notice tells of. */
struct account {
	uint64_t lost, diverted;
	uint64_t first, last;
	int64_t since_ns;
};

/* Taken by one thread: no two tell of the same records. One that another thread is just about to
 * note may be counted here without its moment and its number, or the other way round. */
static struct account take_account(void)
{
	return (struct account){
		.since_ns = atomic_exchange(&untold.since_ns, 0),
		.lost = atomic_exchange(&tell_lost_count, 0),
		.diverted = atomic_exchange(&tell_diverted_count, 0),
		.first = atomic_exchange(&untold.first, 0),
		.last = atomic_load(&untold.last),
	};
}

static void fill_gaps(struct account *account)
{
	if (!account->since_ns)
		account->since_ns = clock_now_ns(CLOCK_REALTIME);
	if (!account->first)
		account->first = account->last;
}

/* Those that others noted meanwhile came later. */
static void give_back(const struct account *account)
{
	if (account->since_ns)
		atomic_store(&untold.since_ns, account->since_ns);
	if (account->first)
		atomic_store(&untold.first, account->first);
	atomic_fetch_add(&tell_lost_count, account->lost);
	atomic_fetch_add(&tell_diverted_count, account->diverted);
}

static int send_account(struct route *route, const struct account *account)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_LOST, MPLOG_WARNING);
	notice_put_number(&notice, "MPLOG_LOST", account->lost);
	notice_put_number(&notice, "MPLOG_DIVERTED", account->diverted);
	notice_put_number(&notice, "MPLOG_FIRST_SEQ", account->first);
	notice_put_number(&notice, "MPLOG_LAST_SEQ", account->last);
	notice_put_time(&notice, "MPLOG_SINCE", account->since_ns);
	say_lost(&notice, account->lost, account->diverted);
	return notice_send(&notice, route);
}

static void tell(struct route *route, bool first_only)
{
	struct route way = *route;
	struct account account;
	int r;

	if (!tell_is_anything_untold())
		return;
	account = take_account();
	if (!account.lost && !account.diverted) {
		give_back(&account);
		return;
	}
	fill_gaps(&account);
	way.first_only = first_only;
	r = send_account(&way, &account);
	route->deadline = way.deadline; /* one for both */
	if (r >= 0)
		return;
	give_back(&account);
	route->tried = way.failed;
	route->tried_error = way.error;
}

void tell_lost_now(struct route *route)
{
	tell(route, true);
}

void tell_lost_at_last(struct route *route)
{
	tell(route, false);
}

/* No hash of a text that is told once a run is as small as this. */
static uint64_t key_of(enum sink_id sink)
{
	return ((uint64_t)sink + 1) << 1;
}

void tell_sink(const struct route *route)
{
	static _Atomic bool told[SINK_COUNT];
	const char *name = sinks[route->first]->name;
	const char *why = strerrordesc_np(-route->error);
	struct route way = *route;
	struct notice notice;

	if (!route->error) /* the record was lost before it came to a sink */
		return;
	if (atomic_exchange(&told[route->first], true) || !board_tell_once(key_of(route->first)))
		return;
	notice_begin(&notice, NOTICE_SINK, MPLOG_WARNING);
	notice_put(&notice, "MPLOG_SINK", name);
	notice_put_number(&notice, "ERRNO", (uint64_t)-route->error);
	notice_say(&notice, "The sink \"");
	notice_say(&notice, name);
	notice_say(&notice, "\", asked for by name, cannot be used: ");
	notice_say(&notice, why ? why : "unknown error");
	way.tried = route->failed;
	way.tried_error = route->error;
	(void)notice_send(&notice, &way);
}

void tell_note_suppressed(struct slot *slot)
{
	start(&slot->suppressed_since_ns);
	atomic_fetch_add(&slot->untold_suppressed, 1);
}

static void say_whose(struct notice *notice, const struct slot *slot, pid_t pid)
{
	char name[PROCESS_NAME_SIZE];

	if (!pid)
		return;
	(void)slot_read_text(slot, offsetof(struct slot, name), sizeof(name), name);
	notice_put(notice, "MPLOG_CHILD", name);
	notice_put_number(notice, "MPLOG_CHILD_PID", (uint64_t)pid);
	notice_say(notice, "Process ");
	notice_say(notice, name);
	notice_say(notice, " (pid ");
	notice_say_number(notice, (uint64_t)pid);
	notice_say(notice, "): ");
}

/* PID: whose slot it is, where somebody else tells; 0: who speaks. */
static void tell_slot(struct route *route, struct slot *slot, pid_t pid)
{
	const uint64_t suppressed = atomic_exchange(&slot->untold_suppressed, 0);
	const int64_t since_ns = atomic_exchange(&slot->suppressed_since_ns, 0);
	struct notice notice;

	if (!suppressed)
		return; /* another thread tells of them */
	notice_begin(&notice, NOTICE_SUPPRESSED, MPLOG_WARNING);
	notice_put_number(&notice, "MPLOG_SUPPRESSED", suppressed);
	notice_put_time(&notice, "MPLOG_SINCE", since_ns);
	say_whose(&notice, slot, pid);
	notice_say_number(&notice, suppressed);
	notice_say(&notice, suppressed == 1 ? " record was" : " records were");
	notice_say(&notice, " suppressed by the rate limit of this process name");
	if (notice_send(&notice, route) >= 0)
		return;
	atomic_fetch_add(&slot->untold_suppressed, suppressed);
	atomic_store(&slot->suppressed_since_ns, since_ns);
}

static bool is_anything_suppressed(const struct slot *slot)
{
	return atomic_load_explicit(&slot->untold_suppressed, memory_order_relaxed) > 0;
}

void tell_suppressed(struct route *route, struct slot *slot)
{
	if (is_anything_suppressed(slot))
		tell_slot(route, slot, 0);
}

/* Not before each of the few that pass while the burst goes on. A clock that was set back does not
 * put it off. */
void tell_suppressed_if_time(struct route *route, struct slot *slot)
{
	const uint64_t interval_ns = (uint64_t)route->voice->interval_ms * 1000000;

	if (is_anything_suppressed(slot) &&
	    (uint64_t)(clock_now_ns(CLOCK_REALTIME) - atomic_load(&slot->suppressed_since_ns)) >=
		    interval_ns)
		tell_slot(route, slot, 0);
}

void tell_suppressed_by(struct route *route, pid_t pid)
{
	struct board *board = board_get();
	uint32_t used = board ? atomic_load(&board->used) : 0;

	if (used > BOARD_SLOTS)
		used = BOARD_SLOTS;
	for (uint32_t i = 0; i < used; i++) {
		if (slot_word_is_of(atomic_load(&board->state[i]), pid, self_is_foreign()) &&
		    is_anything_suppressed(&board->slot[i]))
			tell_slot(route, &board->slot[i], pid);
	}
}
