/* SPDX-License-Identifier: MIT */
#include "notice/child-end.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "board/board.h"
#include "notice/dead-rings.h"
#include "notice/loss.h"
#include "notice/notice.h"
#include "process/ancestry.h"
#include "process/end-status.h"
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

enum { CORE_FLAG = 0x80 }; /* in a status of waitpid(2), on every Linux */

static void put_status(struct notice *notice, const char *code, const char *verb, int status)
{
	notice_put(notice, FIELD_NAME_EXIT_CODE, code);
	notice_put_number(notice, "MPLOG_EXIT_STATUS", (uint64_t)status);
	notice_textf(notice, " %s %d", verb, status);
}

/* Puts how the child ended, into its slot too. */
static void put_end(struct notice *notice, struct slot *slot, const int *status)
{
	if (!status) {
		notice_put(notice, FIELD_NAME_EXIT_CODE, "unknown");
		notice_textf(notice, " ended");
		return;
	}
	atomic_store(&slot->end_status, 1 + (*status & ~CORE_FLAG));
	if (WIFEXITED(*status))
		put_status(notice, "exited", "exited with status", WEXITSTATUS(*status));
	else
		put_status(notice, WCOREDUMP(*status) ? "dumped" : "killed", "was killed by signal",
			   WTERMSIG(*status));
	if (*status != 0)
		notice->level = MPLOG_WARNING;
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

static void report_end(struct slot *slot, pid_t pid, const int *status)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_CHILD, MPLOG_INFO);
	notice_put_child(&notice, slot, pid);
	put_end(&notice, slot, status);
	if (figure_value(slot->counter[COUNTER_LOST]) > 0)
		notice.level = MPLOG_WARNING;
	/* A record that has a number and is in no counter was being sent when the child was killed:
	 * see mplog gaps. */
	notice_put_number(&notice, FIELD_NAME_LAST_SEQ, figure_value(slot->sequence));
	notice_put_time(&notice, FIELD_NAME_SINCE, atomic_load(&slot->since_ns));
	put_figures(&notice, slot);
	if (notice.level <= scope_get_config(&process_scope)->level)
		notice_log(&notice, &process_scope);
}

static int report_slot(struct slot *slot, pid_t pid, const int *status, struct mplog_stats *stats)
{
	struct dispatch dispatch;

	if (!board_mark_reported(slot, pid))
		return -ESRCH;
	if (stats)
		stats_read(stats, slot, pid);
	dispatch = dispatch_to(&scope_get_config(&process_scope)->output);
	suppressed_report_for(&dispatch, pid);
	dead_ring_dump(slot, pid, status);
	report_end(slot, pid, status);
	return 0;
}

int child_end_report(pid_t pid, const int *status, struct mplog_stats *stats)
{
	struct slot *slot = board_find(pid, fork_in_other_pidns());
	int found;

	if (!slot || pid == getpid_cached())
		return -ESRCH;
	if (status)
		return report_slot(slot, pid, status, stats);
	if (process_is_alive(pid))
		return -EBUSY;
	return report_slot(slot, pid, end_status_of_child(pid, &found) ? &found : NULL, stats);
}

/* The younger process that has the pid of an ended one may live. */
static void report_child(struct slot *slot, uint64_t word)
{
	const pid_t pid = slot_word_pid(word);
	const bool is_youngest = slot == board_find(pid, fork_in_other_pidns());
	int status;

	if (slot_word_is_of(word, pid, fork_in_other_pidns()) && pid != getpid_cached() &&
	    !(is_youngest && process_is_alive(pid)))
		(void)report_slot(slot, pid,
				  is_youngest && end_status_of_child(pid, &status) ? &status : NULL,
				  NULL);
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
