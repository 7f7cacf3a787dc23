/* SPDX-License-Identifier: MIT */
#include "level-change.h"

#include <string.h>

#include "board.h"
#include "glob.h"

static int sweep(const struct found_board *found, const struct override_order *order,
		 struct level_change_effect *ret)
{
	struct level_change_effect effect = { 0 };
	struct found_board now = *found;
	struct snapshot snapshot;
	int r;

	now.used = board_used(found->board); /* it may have grown since it was found */
	r = snapshot_take(&now, &snapshot);
	if (r < 0)
		return r;
	for (size_t i = 0; i < snapshot.n; i++) {
		const struct entry *entry = &snapshot.entry[i];

		/* Also where it seems dead: a child that was born since is not among the members. */
		if (!glob_match_once(order->pattern, entry->name) || !snapshot_is_current(entry))
			continue;
		slot_set_override(&now.board->slot[entry->index], order->person, order->uid);
		effect.processes += entry->is_alive && !entry->is_scope;
		effect.scopes += entry->is_alive && entry->is_scope;
	}
	snapshot_free(&snapshot);
	*ret = effect;
	return 0;
}

int level_change_apply(const struct found_board *found, const struct override_order *order,
		       struct level_change_effect *ret)
{
	int r = override_lock(found->fd);

	if (r < 0)
		return r;
	r = override_set(found->board, order);
	if (r == 0)
		r = sweep(found, order, ret);
	override_unlock(found->fd);
	return r;
}
