/* SPDX-License-Identifier: MIT */
#include "tool/live/level-change.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/glob.h"
#include "base/level.h"
#include "board/board.h"
#include "notice/notice.h"
#include "record/field-name.h"
#include "scope/scope-config.h"
#include "sink/dispatch.h"
#include "tool/live/describe.h"
#include "tool/ui/tool.h"

enum { TIMEOUT_MS = 1000 };

static void sweep(const struct found_board *found, const struct override_order *order,
		  struct level_change_effect *ret)
{
	struct level_change_effect effect = { 0 };
	struct found_board now = *found;
	struct snapshot snapshot;

	now.used = board_used(found->board); /* it may have grown since it was found */
	snapshot_take(&now, &snapshot);
	for (size_t i = 0; i < snapshot.n; i++) {
		const struct slot_view *view = &snapshot.view[i];

		/* Also where it seems dead: a child that was born since is not among the members. */
		if (!glob_match_once(order->pattern, view->name) || !snapshot_is_current(view))
			continue;
		slot_set_override(&now.board->slot[view->index], order->override, order->uid);
		effect.processes += view->is_alive && !view->is_scope;
		effect.scopes += view->is_alive && view->is_scope;
	}
	snapshot_free(&snapshot);
	*ret = effect;
}

int level_change_apply(const struct found_board *found, const struct override_order *order,
		       struct level_change_effect *ret)
{
	int r = override_lock(found->fd);

	if (r < 0)
		return r;
	r = override_set(found->board, order);
	if (r == 0)
		sweep(found, order, ret);
	override_unlock(found->fd);
	return r;
}

/* The record is the command's own: the identifier on the board may be anything. */
static struct scope_config *make_voice(const struct found_board *board)
{
	const struct scope_params source = {
		.identifier = "mplog",
		.run_id = board->run_id,
		.process = "mplog",
		.parent = "",
		.pid = getpid(),
		.program_level = LEVEL_UNSET,
		.default_level = LEVEL_UNSET,
	};

	return scope_config_new(&source);
}

static void put_reset(struct notice *notice, const char *identifier,
		      const struct override_order *order)
{
	notice_textf(notice, "The level of %s of %s was given back to the configuration by uid %u",
		     order->pattern, identifier, order->uid);
}

static void put_set(struct notice *notice, const struct found_board *board,
		    const struct override_order *order)
{
	char until[DESCRIPTION_SIZE];

	notice_textf(notice, "The level of %s of %s was set to %s by uid %u, %s", order->pattern,
		     board->identifier, describe_level(override_level(order->override)), order->uid,
		     describe_until(board->identifier, override_until_ms(order->override), until));
}

static void fill(struct notice *notice, const struct found_board *board,
		 const struct override_order *order)
{
	const bool is_reset = order->override == OVERRIDE_RESET;
	const char *level =
		is_reset ? "configured" : describe_level(override_level(order->override));
	const uint64_t until_ms = is_reset ? 0 : override_until_ms(order->override);

	notice_begin(notice, NOTICE_LEVEL, MPLOG_NOTICE);
	notice_put(notice, FIELD_NAME_LEVEL, level);
	notice_put(notice, "MPLOG_IDENTIFIER", board->identifier);
	notice_put(notice, "MPLOG_PATTERN", order->pattern);
	notice_put_number(notice, "MPLOG_UID", order->uid);
	if (until_ms)
		notice_put_time(notice, "MPLOG_UNTIL", describe_realtime_us(until_ms) * 1000);
	if (is_reset)
		put_reset(notice, board->identifier, order);
	else
		put_set(notice, board, order);
}

static int send_notice(const struct notice *notice, const struct scope_config *config)
{
	struct dispatch dispatch = dispatch_to(&config->output);
	const struct dispatch_result result = notice_dispatch(notice, &dispatch, config->head);

	return dispatch_status(&result);
}

void level_change_record(const struct found_board *board, const struct override_order *order)
{
	struct scope_config *config = make_voice(board);
	struct notice notice;
	int r = -ENOMEM;

	if (config) {
		config->output.echo = false; /* the command itself has said so */
		config->output.timeout_ms = TIMEOUT_MS;
		fill(&notice, board, order);
		r = send_notice(&notice, config);
		scope_config_free(config);
	}
	if (r < 0)
		tool_complain("the record of this change could not be written: %s", strerror(-r));
}
