/* SPDX-License-Identifier: MIT */
#include "tell.h"

#include "clock.h"
#include "mplog.h"
#include "notice.h"

static struct {
	_Atomic uint64_t lost, diverted;
	_Atomic uint64_t first, last; /* PROCESS_SEQ */
	_Atomic int64_t since_ns;
} untold;

void tell_forget(void)
{
	atomic_store(&untold.lost, 0);
	atomic_store(&untold.diverted, 0);
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
	atomic_fetch_add(lost ? &untold.lost : &untold.diverted, 1);
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

static bool send_lost(struct route *route, uint64_t lost, uint64_t diverted, int64_t since_ns)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_LOST, MPLOG_WARNING);
	notice_put_number(&notice, "MPLOG_LOST", lost);
	notice_put_number(&notice, "MPLOG_DIVERTED", diverted);
	notice_put_number(&notice, "MPLOG_FIRST_SEQ", atomic_load(&untold.first));
	notice_put_number(&notice, "MPLOG_LAST_SEQ", atomic_load(&untold.last));
	notice_put_time(&notice, "MPLOG_SINCE", since_ns);
	say_lost(&notice, lost, diverted);
	return notice_send(&notice, route) == 0;
}

bool tell_lost(struct route *route)
{
	const int64_t since_ns = atomic_load_explicit(&untold.since_ns, memory_order_relaxed);
	struct route first = *route;
	uint64_t lost, diverted;
	bool told;

	if (!since_ns)
		return true;
	lost = atomic_load(&untold.lost);
	diverted = atomic_load(&untold.diverted);
	if (!lost && !diverted)
		return true;
	first.first_only = true;
	told = send_lost(&first, lost, diverted, since_ns);
	route->deadline = first.deadline; /* one for both */
	if (!told)
		return false;
	atomic_fetch_sub(&untold.lost, lost);
	atomic_fetch_sub(&untold.diverted, diverted);
	atomic_store(&untold.first, 0);
	atomic_store(&untold.since_ns, 0);
	return true;
}

void tell_note_suppressed(struct slot *slot)
{
	start(&slot->suppressed_since_ns);
	atomic_fetch_add(&slot->untold_suppressed, 1);
}

void tell_suppressed(struct route *route, struct slot *slot)
{
	uint64_t suppressed = atomic_load_explicit(&slot->untold_suppressed, memory_order_relaxed);
	int64_t since_ns;
	struct notice notice;

	if (!suppressed || !(suppressed = atomic_exchange(&slot->untold_suppressed, 0)))
		return;
	since_ns = atomic_exchange(&slot->suppressed_since_ns, 0);
	notice_begin(&notice, NOTICE_SUPPRESSED, MPLOG_WARNING);
	notice_put_number(&notice, "MPLOG_SUPPRESSED", suppressed);
	notice_put_time(&notice, "MPLOG_SINCE", since_ns);
	notice_say_number(&notice, suppressed);
	notice_say(&notice, suppressed == 1 ? " record was" : " records were");
	notice_say(&notice, " suppressed by the rate limit of this process name");
	if (notice_send(&notice, route) >= 0)
		return;
	atomic_fetch_add(&slot->untold_suppressed, suppressed);
	atomic_store(&slot->suppressed_since_ns, since_ns);
}
