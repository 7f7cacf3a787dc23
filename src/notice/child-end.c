/* SPDX-License-Identifier: MIT */
#include "notice/child-end.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "board/board.h"
#include "notice/loss.h"
#include "notice/notice.h"
#include "process/ancestry.h"
#include "process/fork-detect.h"
#include "record/field-name.h"
#include "sink/dispatch.h"

void stats_read(struct mplog_stats *stats, const struct slot *slot, pid_t pid)
{
	const size_t size = stats->size;
	const struct mplog_stats all = {
		.size = size,
		.called = figure_value(slot->counter[COUNTER_CALLED]),
		.sent = figure_value(slot->counter[COUNTER_SENT]),
		.diverted = figure_value(slot->counter[COUNTER_DIVERTED]),
		.lost = figure_value(slot->counter[COUNTER_LOST]),
		.suppressed = figure_value(slot->counter[COUNTER_SUPPRESSED]),
		.pid = pid,
		.level = slot_own_level(slot),
	};

	memcpy(stats, &all, size < sizeof(all) ? size : sizeof(all));
}

/* Puts how the child ended, into its slot too, which the kernel knows until the program has waited for
 * it. Returns false where that was a failure. */
static bool put_end(struct notice *notice, struct slot *slot, pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (!pid || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    !info.si_pid) {
		notice_put(notice, FIELD_NAME_EXIT_CODE, "unknown");
		notice_textf(notice, " ended");
		return true;
	}
	atomic_store(&slot->end_status,
		     1 + (info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0)
						     : W_EXITCODE(0, info.si_status)));
	notice_put(notice, FIELD_NAME_EXIT_CODE,
		   info.si_code == CLD_EXITED   ? "exited"
		   : info.si_code == CLD_DUMPED ? "dumped"
						: "killed");
	notice_put_number(notice, "MPLOG_EXIT_STATUS", (uint64_t)info.si_status);
	notice_textf(notice, " %s %d",
		     info.si_code == CLD_EXITED ? "exited with status" : "was killed by signal",
		     info.si_status);
	return info.si_code == CLD_EXITED && info.si_status == 0;
}

static void put_figures(struct notice *notice, const struct slot *slot)
{
	static const struct {
		const char *field, *word;
	} names[COUNTER_COUNT] = {
		[COUNTER_CALLED] = { "MPLOG_CALLED", "called" },
		[COUNTER_SENT] = { FIELD_NAME_SENT, "sent" },
		[COUNTER_DIVERTED] = { FIELD_NAME_DIVERTED, "diverted" },
		[COUNTER_LOST] = { FIELD_NAME_LOST, "lost" },
		[COUNTER_SUPPRESSED] = { FIELD_NAME_SUPPRESSED, "suppressed" },
	};

	for (int i = 0; i < COUNTER_COUNT; i++) {
		const uint64_t figure = figure_value(slot->counter[i]);

		notice_put_number(notice, names[i].field, figure);
		notice_textf(notice, "%s %" PRIu64 " %s", i == 0 ? ":" : ",", figure,
			     names[i].word);
	}
}

static void report_end(struct slot *slot, pid_t pid, bool is_waitable)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_CHILD, MPLOG_INFO);
	notice_put_child(&notice, slot, pid);
	if (!put_end(&notice, slot, is_waitable ? pid : 0) ||
	    figure_value(slot->counter[COUNTER_LOST]) > 0)
		notice.level = MPLOG_WARNING;
	/* A record that has a number and is in no counter was being sent when the child was killed:
	 * see mplog gaps. */
	notice_put_number(&notice, FIELD_NAME_LAST_SEQ, figure_value(slot->sequence));
	notice_put_time(&notice, FIELD_NAME_SINCE, atomic_load(&slot->since_ns));
	put_figures(&notice, slot);
	if (notice.level <= scope_get_config(&process_scope)->level)
		notice_log(&notice, &process_scope);
}

/* IS_WAITABLE: no younger process has the pid, so that waitid(2) tells how this one ended. */
static int report_slot(struct slot *slot, pid_t pid, bool is_waitable, struct mplog_stats *stats)
{
	struct dispatch dispatch;

	if (!board_mark_reported(slot, pid))
		return -ESRCH;
	if (stats)
		stats_read(stats, slot, pid);
	dispatch = dispatch_to(&scope_get_config(&process_scope)->output);
	suppressed_report_for(&dispatch, pid);
	report_end(slot, pid, is_waitable);
	return 0;
}

int child_end_report(pid_t pid, struct mplog_stats *stats)
{
	struct slot *slot = board_find(pid, fork_in_other_pidns());

	if (!slot || pid == getpid_cached())
		return -ESRCH;
	if (process_is_alive(pid))
		return -EBUSY;
	return report_slot(slot, pid, true, stats);
}

/* The younger process that has the pid of an ended one may live. */
static void report_child(struct slot *slot, uint64_t word)
{
	const pid_t pid = slot_word_pid(word);
	const bool is_youngest = slot == board_find(pid, fork_in_other_pidns());

	if (slot_word_is_of(word, pid, fork_in_other_pidns()) && pid != getpid_cached() &&
	    !(is_youngest && process_is_alive(pid)))
		(void)report_slot(slot, pid, is_youngest, NULL);
}

void child_end_report_all(void)
{
	struct board *board = board_get();
	const uint32_t used = board_used(board);

	for (uint32_t i = 0; i < used; i++) {
		const uint64_t word = atomic_load(&board->state[i]);
		const enum slot_phase phase = slot_word_phase(word);

		if ((phase == SLOT_PROCESS || phase == SLOT_ENDED) &&
		    atomic_load(&board->slot[i].parent_pid) == (uint32_t)getpid_cached())
			report_child(&board->slot[i], word);
	}
}
