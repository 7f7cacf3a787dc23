/* SPDX-License-Identifier: MIT */
#include "tool/live/each.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/ui/memory.h"
#include "tool/ui/tool.h"

bool each_begin(struct each *each, const char *command, const struct filter *filter, bool writable)
{
	const int r = boards_find(writable, &each->boards);

	if (r < 0) {
		tool_complain("%s: %s", command,
			      r == -ENOENT ? "/proc is not mounted: no process can be seen"
					   : strerror(-r));
		return false;
	}
	each->filter = filter;
	each->snapshot = memory_new(each->boards.n, sizeof(*each->snapshot));
	each->next = 0;
	return true;
}

const struct found_board *each_next(struct each *each)
{
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
	each->next = 0;
}

void each_end(struct each *each)
{
	for (size_t i = 0; i < each->boards.n; i++)
		snapshot_free(&each->snapshot[i]);
	free(each->snapshot);
	boards_free(&each->boards);
}
