/* SPDX-License-Identifier: MIT */
#include "tool/cmd/level-show.h"

#include <inttypes.h>

#include "base/glob.h"
#include "board/override.h"
#include "tool/live/describe.h"
#include "tool/live/level-change.h"
#include "tool/ui/table.h"
#include "tool/ui/tool.h"

static const struct column columns[] = {
	{ "PROGRAM" }, { "PROCESS" }, { "PID", .right = true }, { "LEVEL" }, { "SET BY" },
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

static void put_override(struct table *table, const struct found_board *board,
			 const struct override_entry *entry)
{
	const bool is_reset = entry->override == OVERRIDE_RESET;
	const uint64_t until_ms = is_reset ? 0 : override_until_ms(entry->override);
	char until[DESCRIPTION_SIZE];

	table_put(table, COLOR_FAINT, "%s", board->identifier);
	table_put(table, COLOR_FAINT, "%s", entry->pattern);
	if (entry->pid)
		table_put(table, COLOR_FAINT, "%ld", (long)entry->pid);
	else
		table_put(table, COLOR_FAINT, "to come");
	table_put(table, COLOR_FAINT, "%s",
		  is_reset ? "as configured" : describe_level(override_level(entry->override)));
	table_put(table, COLOR_FAINT, "uid %" PRIu32 " %s", (uint32_t)entry->uid,
		  describe_until(board->identifier, until_ms, until));
}

/* Whether the entry may hold for a name that is asked for: either may be the glob. */
static bool concerns(const struct override_entry *entry, const struct filter *filter)
{
	for (size_t i = 0; i < filter->n_names; i++) {
		if (glob_match_once(entry->pattern, filter->name[i]) ||
		    glob_match_once(filter->name[i], entry->pattern))
			return true;
	}
	return filter->n_names == 0;
}

/* Puts what was set, which is for names to come as well. Returns how much that was. */
static size_t put_overrides(struct table *table, const struct found_board *board,
			    const struct filter *filter)
{
	struct override_entry entries[BOARD_OVERRIDES];
	const size_t n = override_list(board->copy, entries);
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		if (!concerns(&entries[i], filter) ||
		    !level_change_is_for_living(board, &entries[i]))
			continue;
		put_override(table, board, &entries[i]);
		shown++;
	}
	return shown;
}

/* Without a name the processes are left out. Returns how many lines there were. */
static size_t put_board(struct table *table, const struct found_board *board,
			const struct snapshot *snapshot, const struct filter *filter)
{
	size_t n = 0;

	for (size_t i = 0; i < snapshot->n && filter->n_names; i++) {
		if (!filter_wants(filter, &snapshot->view[i]))
			continue;
		put_view(table, &snapshot->view[i]);
		n++;
	}
	return n + put_overrides(table, board, filter);
}

struct table_options level_show_options(void)
{
	return (struct table_options){ .column = columns,
				       .n_columns = sizeof(columns) / sizeof(columns[0]) };
}

int level_show(const struct filter *filter, const struct table_options *options)
{
	struct table *table = table_new(options);
	const struct found_board *board;
	struct each each;
	size_t shown = 0;

	if (!each_begin(&each, "level", filter, false))
		return STATUS_TROUBLE;
	while ((board = each_next(&each)))
		shown += put_board(table, board, each_snapshot(&each), filter);
	if (shown)
		table_print(table);
	else if (filter->n_names)
		filter_tell_none(filter);
	else
		tool_complain("no level has been set");
	table_free(table);
	boards_tell_unread(&each.boards);
	each_end(&each);
	return shown || !filter->n_names ? STATUS_GOOD : STATUS_BAD;
}
