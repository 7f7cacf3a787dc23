/* SPDX-License-Identifier: MIT */
#include "tool/live/each.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/ui/memory.h"
#include "tool/ui/tool.h"

bool each_begin(struct each *each, const char *command, const struct filter *filter,
		bool keeps_snapshots)
{
	const int r = boards_find(&each->boards);

	if (r < 0) {
		tool_complain("%s: %s", command,
			      r == -ENOENT ? "/proc is not mounted: no process can be seen"
					   : strerror(-r));
		return false;
	}
	each->filter = filter;
	each->keeps_snapshots = keeps_snapshots;
	each->snapshot = memory_new(each->boards.n, sizeof(*each->snapshot));
	each->next = 0;
	return true;
}

static void leave_board(struct each *each)
{
	struct found_board *board = &each->boards.board[each->next - 1];

	board_file_unmap(board->copy);
	board->copy = NULL;
	if (!each->keeps_snapshots)
		snapshot_free(&each->snapshot[each->next - 1]);
}

const struct found_board *each_next(struct each *each)
{
	if (each->next > 0)
		leave_board(each);
	while (each->next < each->boards.n) {
		const struct found_board *board = &each->boards.board[each->next++];

		if (filter_wants_program(each->filter, board))
			return board;
	}
	return NULL;
}

const struct snapshot *each_snapshot(struct each *each)
{
	struct snapshot *snapshot = &each->snapshot[each->next - 1];

	if (!snapshot->view)
		snapshot_take(&each->boards.board[each->next - 1], snapshot);
	return snapshot;
}

void each_rewind(struct each *each)
{
	if (each->next > 0)
		leave_board(each);
	each->next = 0;
}

void each_end(struct each *each)
{
	each_rewind(each);
	for (size_t i = 0; i < each->boards.n; i++)
		snapshot_free(&each->snapshot[i]);
	free(each->snapshot);
	boards_free(&each->boards);
}
