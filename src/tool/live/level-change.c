/* SPDX-License-Identifier: MIT */
#include "tool/live/level-change.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/glob.h"
#include "base/level.h"
#include "base/name.h"
#include "board/board.h"
#include "notice/notice.h"
#include "record/field-name.h"
#include "scope/scope-config.h"
#include "sink/dispatch.h"
#include "tool/live/describe.h"
#include "tool/ui/tool.h"

enum { TIMEOUT_MS = 1000 };

/* Goes through the slots, also of what seems dead: a child that was born since the members were found is
 * not among them. */
static void change_slots(const struct found_board *found, struct board *board,
			 const struct override_entry *entry, struct level_change_effect *ret)
{
	struct level_change_effect effect = { 0 };
	struct found_board now = *found;
	struct snapshot snapshot;

	snapshot_take(&now, &snapshot);
	for (size_t i = 0; i < snapshot.n; i++) {
		const struct slot_view *view = &snapshot.view[i];

		if (!glob_match_once(entry->pattern, view->name) ||
		    (entry->pid && entry->pid != view->inner_pid) ||
		    !override_set_slot(board, view->index, view->state, entry))
			continue;
		effect.processes += view->is_alive && !view->is_scope;
		effect.scopes += view->is_alive && view->is_scope;
	}
	snapshot_free(&snapshot);
	board_file_unmap(now.copy);
	*ret = effect;
}

/* What was set for a process ends with it: its pid goes to others. */
static void forget_ended(const struct found_board *found, struct board *board)
{
	struct override_entry entries[BOARD_OVERRIDES];
	const size_t n = override_list(board, entries);

	for (size_t i = 0; i < n; i++) {
		if (!level_change_is_for_living(found, &entries[i]))
			override_forget(board, entries[i].pid, entries[i].since_boot_ms);
	}
}

bool level_change_is_for_living(const struct found_board *found, const struct override_entry *entry)
{
	return !entry->pid || board_member(found, entry->pid, entry->since_boot_ms);
}

int level_change_apply(const struct found_board *found, const struct override_entry *entry,
		       struct level_change_effect *ret)
{
	AUTO_CLOSE int fd = board_open_file(found, true);
	struct board *board = NULL;
	int r = fd < 0 ? fd : override_lock(fd);

	if (r < 0)
		return r;
	r = board_file_map(fd, &board);
	if (r == 0) {
		forget_ended(found, board);
		r = override_set(board, entry);
	}
	if (r == 0)
		change_slots(found, board, entry, ret);
	override_unlock(fd);
	board_file_unmap(board);
	return r;
}

/* The record has the run of the program: a reader of either journal finds it. */
static struct scope_config *new_config(const struct found_board *board)
{
	const struct scope_params params = {
		.identifier = "mplog",
		.run_id = run_id_is_valid(board->run_id) ? board->run_id : "",
		.process = "mplog",
		.parent = "",
		.pid = getpid(),
		.program_level = LEVEL_UNSET,
		.default_level = LEVEL_UNSET,
	};

	return scope_config_new(&params);
}

/* "worker-* of ingestd", "process 12 of ingestd" */
static void put_target(struct notice *notice, const struct found_board *board,
		       const struct override_entry *entry)
{
	if (entry->pid)
		notice_textf(notice, "process %d of %s", entry->pid, board->identifier);
	else
		notice_textf(notice, "%s of %s", entry->pattern, board->identifier);
}

static void fill_notice(struct notice *notice, const struct found_board *board,
			const struct override_entry *entry)
{
	char until[DESCRIPTION_SIZE];
	const bool is_reset = entry->override == OVERRIDE_RESET;
	const char *level =
		is_reset ? "configured" : describe_level(override_level(entry->override));
	const uint64_t until_ms = is_reset ? 0 : override_until_ms(entry->override);

	notice_begin(notice, NOTICE_LEVEL, MPLOG_NOTICE);
	notice_put(notice, FIELD_NAME_LEVEL, level);
	notice_put(notice, "MPLOG_PATTERN", entry->pattern);
	notice_put_number(notice, "MPLOG_UID", entry->uid);
	if (until_ms)
		notice_put_time(notice, "MPLOG_UNTIL", describe_realtime_us(until_ms) * 1000);
	notice_put(notice, "MPLOG_IDENTIFIER", board->identifier);
	if (entry->pid)
		notice_put_number(notice, "MPLOG_TARGET_PID", (uint64_t)entry->pid);
	notice_textf(notice, "The level of ");
	put_target(notice, board, entry);
	if (is_reset)
		notice_textf(notice, " was given back to the configuration by uid %u", entry->uid);
	else
		notice_textf(notice, " was set to %s by uid %u, %s", level, entry->uid,
			     describe_until(board->identifier, until_ms, until));
}

static int send_notice(const struct notice *notice, const struct scope_config *config)
{
	struct dispatch dispatch = dispatch_to(&config->output);
	const struct dispatch_result result = notice_dispatch(notice, &dispatch, config->head);

	return dispatch_status(&result);
}

void level_change_record(const struct found_board *board, const struct override_entry *entry)
{
	struct scope_config *config = new_config(board);
	struct notice notice;
	int r = -ENOMEM;

	if (config) {
		config->output.echo = false; /* the command prints the change */
		config->output.timeout_ms = TIMEOUT_MS;
		fill_notice(&notice, board, entry);
		r = send_notice(&notice, config);
		scope_config_free(config);
	}
	if (r < 0)
		tool_complain("the record of this change could not be written: %s", strerror(-r));
}
