/* SPDX-License-Identifier: MIT */
#include "level-show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boards.h"
#include "describe.h"
#include "override.h"
#include "print.h"
#include "snapshot.h"
#include "table.h"
#include "tool.h"

static const struct column columns[] = {
	{ "PROGRAM", false }, { "PROCESS", false }, { "PID", true },
	{ "LEVEL", false },   { "SET BY", false },
};

static void put_entry(struct table *table, const struct entry *entry)
{
	const enum colour colour = entry->by_person ? COLOUR_YELLOW : COLOUR_NONE;
	char by[DESCRIPTION_SIZE];

	table_put(table, COLOUR_NONE, "%s", entry->board->identifier);
	table_put(table, COLOUR_NONE, "%s", entry->name);
	table_put(table, COLOUR_NONE, "%ld%s", (long)entry->pid, entry->is_scope ? " scope" : "");
	table_put(table, colour, "%s", describe_level(entry->level));
	table_put(table, COLOUR_NONE, "%s", describe_level_by(entry, by));
}

/* What was set is for names to come as well. */
static void put_overrides(struct table *table, const struct found_board *board)
{
	struct override_entry shown[BOARD_OVERRIDES];
	const size_t n = override_list(board->board, shown);
	char until[DESCRIPTION_SIZE];

	for (size_t i = 0; i < n; i++) {
		const bool is_reset = shown[i].person == PERSON_RESET;

		table_put(table, COLOUR_FAINT, "%s", board->identifier);
		table_put(table, COLOUR_FAINT, "%s", shown[i].pattern);
		table_put(table, COLOUR_FAINT, "to come");
		table_put(table, COLOUR_FAINT, "%s",
			  is_reset ? "as configured"
				   : describe_level(person_level(shown[i].person)));
		table_put(table, COLOUR_FAINT, "uid %" PRIu32 " %s", (uint32_t)shown[i].uid,
			  describe_until(board->identifier,
					 is_reset ? 0 : person_until_ms(shown[i].person), until));
	}
}

static int put_board(struct table *table, const struct found_board *board,
		     const struct filter *filter, size_t *shown)
{
	struct snapshot snapshot;
	size_t n = 0;
	const int r = snapshot_take(board, &snapshot);

	if (r < 0)
		return r;
	for (size_t i = 0; i < snapshot.n; i++) {
		if (!filter_wants(filter, &snapshot.entry[i]))
			continue;
		put_entry(table, &snapshot.entry[i]);
		n++;
	}
	if (n || filter->identifier)
		put_overrides(table, board);
	*shown += n;
	snapshot_free(&snapshot);
	return 0;
}

size_t level_count(const struct found_board *board, const struct filter *filter)
{
	struct snapshot snapshot;
	size_t n = 0;

	if (snapshot_take(board, &snapshot) < 0)
		return 0;
	for (size_t i = 0; i < snapshot.n; i++)
		n += filter_wants(filter, &snapshot.entry[i]);
	snapshot_free(&snapshot);
	return n;
}

static int put_boards(struct table *table, const struct boards *boards, const struct filter *filter,
		      size_t *shown)
{
	int r = table ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < boards->n; i++) {
		if (filter_wants_program(filter, &boards->board[i]))
			r = put_board(table, &boards->board[i], filter, shown);
	}
	return r;
}

int level_show(const struct filter *filter)
{
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	struct boards boards = { 0 };
	size_t shown = 0;
	int r = boards_find(false, &boards);

	if (r == 0)
		r = put_boards(table, &boards, filter, &shown);
	if (r == 0 && shown)
		r = table_print(table, stdout);
	if (r < 0)
		tool_complain("level: %s", strerror(-r));
	else if (!shown)
		filter_tell_nobody(filter);
	table_free(table);
	boards_tell_hidden(&boards);
	boards_free(&boards);
	if (r < 0)
		return STATUS_TROUBLE;
	return shown ? STATUS_GOOD : STATUS_BAD;
}
