/* SPDX-License-Identifier: MIT */
#include "tool/cmd/level-show.h"

#include <inttypes.h>

#include "board/override.h"
#include "tool/live/describe.h"
#include "tool/ui/table.h"
#include "tool/ui/tool.h"

static const struct column columns[] = {
	{ "PROGRAM", false }, { "PROCESS", false }, { "PID", true },
	{ "LEVEL", false },   { "SET BY", false },
};

static void put_view(struct table *table, const struct slot_view *view)
{
	const enum color color = view->by_person ? COLOR_YELLOW : COLOR_NONE;
	char by[DESCRIPTION_SIZE];

	table_put(table, COLOR_NONE, "%s", view->board->identifier);
	table_put(table, COLOR_NONE, "%s", view->name);
	table_put(table, COLOR_NONE, "%ld%s", (long)view->pid, view->is_scope ? " scope" : "");
	table_put(table, color, "%s", describe_level(view->level));
	table_put(table, COLOR_NONE, "%s", describe_level_by(view, by));
}

/* What was set is for names to come as well. */
static void put_overrides(struct table *table, const struct found_board *board)
{
	struct override_entry shown[BOARD_OVERRIDES];
	const size_t n = override_list(board->board, shown);
	char until[DESCRIPTION_SIZE];

	for (size_t i = 0; i < n; i++) {
		const bool is_reset = shown[i].override == OVERRIDE_RESET;

		table_put(table, COLOR_FAINT, "%s", board->identifier);
		table_put(table, COLOR_FAINT, "%s", shown[i].pattern);
		table_put(table, COLOR_FAINT, "to come");
		table_put(table, COLOR_FAINT, "%s",
			  is_reset ? "as configured"
				   : describe_level(override_level(shown[i].override)));
		table_put(table, COLOR_FAINT, "uid %" PRIu32 " %s", (uint32_t)shown[i].uid,
			  describe_until(board->identifier,
					 is_reset ? 0 : override_until_ms(shown[i].override),
					 until));
	}
}

/* Returns how many processes and scopes there were. */
static size_t put_board(struct table *table, const struct found_board *board,
			const struct snapshot *snapshot, const struct filter *filter)
{
	size_t n = 0;

	for (size_t i = 0; i < snapshot->n; i++) {
		if (!filter_wants(filter, &snapshot->view[i]))
			continue;
		put_view(table, &snapshot->view[i]);
		n++;
	}
	if (n || filter->identifier)
		put_overrides(table, board);
	return n;
}

int level_show(const struct filter *filter)
{
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	const struct found_board *board;
	struct each each;
	size_t shown = 0;

	if (!each_begin(&each, "level", filter, false))
		return STATUS_TROUBLE;
	while ((board = each_next(&each)))
		shown += put_board(table, board, each_snapshot(&each), filter);
	if (shown)
		table_print(table);
	else
		filter_tell_none(filter);
	table_free(table);
	boards_tell_hidden(&each.boards);
	each_end(&each);
	return shown ? STATUS_GOOD : STATUS_BAD;
}
