/* SPDX-License-Identifier: MIT */
#include "notice/loss.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/clock.h"
#include "board/board.h"
#include "mplog.h"
#include "notice/notice.h"
#include "process/fork-detect.h"
#include "record/field-name.h"

HOT_DATA struct loss_pending loss_pending;

/* A child inherits it on purpose: a run has one notice of each sink. */
static _Atomic bool sink_reported[SINK_COUNT];

void loss_after_fork(void)
{
	memset(&loss_pending, 0, sizeof(loss_pending));
}

static void note_start(_Atomic int64_t *since_ns)
{
	int64_t none = 0;

	if (!atomic_load_explicit(since_ns, memory_order_relaxed))
		(void)atomic_compare_exchange_strong(since_ns, &none, clock_now_ns(CLOCK_REALTIME));
}

static void raise_severity(int severity)
{
	int now = atomic_load(&loss_pending.severity);

	while (now < severity &&
	       !atomic_compare_exchange_weak(&loss_pending.severity, &now, severity))
		;
}

void loss_note_level(int level)
{
	raise_severity(MPLOG_DEBUG + 1 - level);
}

void loss_count(bool lost, uint64_t sequence)
{
	uint64_t none = 0;

	note_start(&loss_pending.since_ns);
	if (sequence) {
		(void)atomic_compare_exchange_strong(&loss_pending.first, &none, sequence);
		atomic_store(&loss_pending.last, sequence);
	}
	atomic_fetch_add(lost ? &loss_pending.lost : &loss_pending.diverted, 1);
}

static void put_lost(struct notice *notice, uint64_t lost, uint64_t diverted)
{
	if (lost)
		notice_textf(notice, "%" PRIu64 " %s", lost,
			     lost == 1 ? "record was lost" : "records were lost");
	if (lost && diverted)
		notice_textf(notice, " and ");
	if (diverted)
		notice_textf(notice, "%" PRIu64 " %s", diverted,
			     diverted == 1 ? "was diverted" : "were diverted");
}

/* The figures of one notice. */
struct account {
	uint64_t lost, diverted;
	uint64_t first, last;
	int64_t since_ns;
	int severity;
};

/* Each figure is taken by one exchange: no two threads report the same records. A record that another
 * thread is counting may be in the account without its time and number, or the other way round. */
static struct account take_account(void)
{
	return (struct account){
		.since_ns = atomic_exchange(&loss_pending.since_ns, 0),
		.severity = atomic_exchange(&loss_pending.severity, 0),
		.lost = atomic_exchange(&loss_pending.lost, 0),
		.diverted = atomic_exchange(&loss_pending.diverted, 0),
		.first = atomic_exchange(&loss_pending.first, 0),
		.last = atomic_load(&loss_pending.last),
	};
}

/* What other threads counted after take_account() is later: first and since_ns are those of the
 * account. */
static void give_back(const struct account *account)
{
	if (account->since_ns)
		atomic_store(&loss_pending.since_ns, account->since_ns);
	if (account->first)
		atomic_store(&loss_pending.first, account->first);
	raise_severity(account->severity);
	atomic_fetch_add(&loss_pending.lost, account->lost);
	atomic_fetch_add(&loss_pending.diverted, account->diverted);
}

static struct dispatch_result send_account(struct dispatch *dispatch, const struct account *account,
					   struct scope *scope)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_LOST, MPLOG_WARNING);
	notice_put_number(&notice, FIELD_NAME_LOST, account->lost);
	notice_put_number(&notice, FIELD_NAME_DIVERTED, account->diverted);
	notice_put_number(&notice, FIELD_NAME_FIRST_SEQ, account->first);
	notice_put_number(&notice, FIELD_NAME_LAST_SEQ, account->last);
	notice_put_time(&notice, FIELD_NAME_SINCE, account->since_ns);
	if (account->severity)
		notice_put(&notice, FIELD_NAME_LEVEL,
			   mplog_level_name(MPLOG_DEBUG + 1 - account->severity));
	put_lost(&notice, account->lost, account->diverted);
	return notice_send(&notice, dispatch, scope);
}

static void report_account(struct dispatch *dispatch, struct scope *scope, bool primary_only)
{
	struct dispatch way = *dispatch;
	struct dispatch_result result;
	struct account account;

	if (!loss_is_pending())
		return;
	account = take_account();
	if (!account.lost && !account.diverted) {
		give_back(&account);
		return;
	}
	if (!account.since_ns)
		account.since_ns = clock_now_ns(CLOCK_REALTIME);
	if (!account.first)
		account.first = account.last;
	way.primary_only = primary_only;
	result = send_account(&way, &account, scope);
	dispatch->deadline = way.deadline; /* one for the notice and the record */
	if (result.sent != SINK_NONE)
		return;
	give_back(&account);
	dispatch_exclude(dispatch, &result);
}

void loss_report_now(struct dispatch *dispatch, struct scope *scope)
{
	if (dispatch_finds_sink(dispatch))
		report_account(dispatch, scope, true);
}

void loss_report_final(struct dispatch *dispatch, struct scope *scope)
{
	report_account(dispatch, scope, false);
}

/* Small numbers: they cannot collide with the 64-bit hashes that are the other keys. */
static uint64_t key_of_sink(enum sink_id sink)
{
	return ((uint64_t)sink + 1) << 1;
}

static void send_sink(struct dispatch *dispatch, const struct dispatch_result *result,
		      struct scope *scope)
{
	const char *name = sinks[result->primary]->name;
	const char *why = error_describe(-result->error);
	struct notice notice;

	notice_begin(&notice, NOTICE_SINK, MPLOG_WARNING);
	notice_put(&notice, "MPLOG_SINK", name);
	notice_put_number(&notice, "ERRNO", (uint64_t)-result->error);
	notice_textf(&notice, "The sink \"%s\", asked for by name, cannot be used: %s", name,
		     why ? why : "unknown error");
	(void)notice_send(&notice, dispatch, scope);
}

void notice_sink_failed(const struct dispatch *dispatch, const struct dispatch_result *result,
			struct scope *scope)
{
	struct dispatch way = *dispatch;

	if (result->failed == SINK_NONE)
		return;
	if (atomic_exchange(&sink_reported[result->primary], true) ||
	    !board_once(ONCE_TROUBLE, key_of_sink(result->primary)))
		return;
	dispatch_exclude(&way, result);
	send_sink(&way, result, scope);
}

void suppressed_count(struct slot *slot)
{
	note_start(&slot->suppressed_since_ns);
	atomic_fetch_add(&slot->suppressed_pending, 1);
}

/* Reports as a notice of SCOPE. pid: the slot's process when another process reports for it; 0 for our
 * own. */
static void report_slot(struct dispatch *dispatch, struct scope *scope, struct slot *slot,
			pid_t pid)
{
	const uint64_t suppressed = atomic_exchange(&slot->suppressed_pending, 0);
	const int64_t since_ns = atomic_exchange(&slot->suppressed_since_ns, 0);
	struct notice notice;

	if (!suppressed)
		return; /* another thread reports them */
	notice_begin(&notice, NOTICE_SUPPRESSED, MPLOG_WARNING);
	notice_put_number(&notice, FIELD_NAME_SUPPRESSED, suppressed);
	notice_put_time(&notice, FIELD_NAME_SINCE, since_ns);
	if (pid) {
		notice_put_child(&notice, slot, pid);
		notice_textf(&notice, ": ");
	}
	notice_textf(&notice, "%" PRIu64 " %s suppressed by the rate limit of this process name",
		     suppressed, suppressed == 1 ? "record was" : "records were");
	if (notice_send(&notice, dispatch, scope).sent != SINK_NONE)
		return;
	atomic_fetch_add(&slot->suppressed_pending, suppressed);
	atomic_store(&slot->suppressed_since_ns, since_ns);
}

static bool has_suppressed(const struct slot *slot)
{
	return atomic_load_explicit(&slot->suppressed_pending, memory_order_relaxed) > 0;
}

void suppressed_report(struct scope *scope)
{
	struct dispatch dispatch = dispatch_to(&scope_get_config(scope)->output);
	struct slot *slot = scope_slot(scope);

	if (has_suppressed(slot))
		report_slot(&dispatch, scope, slot, 0);
}

/* During a burst a few records pass: not each of them is to have a report before it. The difference is
 * unsigned: a clock that was set back does not put the report off. */
void suppressed_report_if_due(struct dispatch *dispatch, struct scope *scope)
{
	const uint64_t interval_ns = scope_get_config(scope)->interval_ms * (uint64_t)NS_PER_MS;
	struct slot *slot = scope_slot(scope);

	if (has_suppressed(slot) &&
	    (uint64_t)clock_now_ns(CLOCK_REALTIME) -
			    (uint64_t)atomic_load(&slot->suppressed_since_ns) >=
		    interval_ns)
		report_slot(dispatch, scope, slot, 0);
}

void suppressed_report_for(struct dispatch *dispatch, pid_t pid)
{
	struct board *board = board_get();
	const uint32_t used = board_used(board);

	for (uint32_t i = 0; i < used; i++) {
		if (slot_word_is_of(atomic_load(&board->state[i]), pid, fork_in_other_pidns()) &&
		    has_suppressed(&board->slot[i]))
			report_slot(dispatch, &process_scope, &board->slot[i], pid);
	}
}
