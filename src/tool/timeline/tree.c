/* SPDX-License-Identifier: MIT */
#include "tool/timeline/tree.h"

#include <stdlib.h>

#include "tool/ui/memory.h"

/* ---- Lives ------------------------------------------------------------------------------------ */

static uint64_t cut(uint64_t when_us, uint64_t since_us, uint64_t until_us)
{
	if (since_us && when_us < since_us)
		return since_us;
	return until_us && when_us > until_us ? until_us : when_us;
}

/* A report counts where it can be true: a machine boots before its processes begin. */
static void find_life(struct lane *lane, uint64_t since_us, uint64_t until_us)
{
	const struct counted *const process = lane->process;
	uint64_t begin_us = lane->first_us, end_us = lane->last_us;

	if (!lane->is_scope && process->is_reported) {
		if (process->since_us && process->since_us >= process->booted_us &&
		    (!begin_us || process->since_us < begin_us))
			begin_us = process->since_us;
		if (process->until_us > end_us)
			end_us = process->until_us;
	}
	begin_us = begin_us ? begin_us : end_us;
	end_us = end_us ? end_us : begin_us;
	lane->begin_us = cut(begin_us, since_us, until_us);
	lane->end_us = cut(end_us, since_us, until_us);
}

/* A scope has been entered from another name of the same process. */
static bool is_scope_of(const struct lane *lane, const struct lane *other)
{
	return lane != other && lane->process == other->process &&
	       bytes_equal(lane->parent_name, other->name);
}

static void find_scopes(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->n; i++) {
		struct lane *const lane = lanes->lane[i];

		for (size_t k = 0; k < lanes->n && lane->parent_name.size && !lane->is_scope; k++)
			lane->is_scope = is_scope_of(lane, lanes->lane[k]);
	}
}

/* ---- Parents ---------------------------------------------------------------------------------- */

/* Returns whether OTHER is the likelier parent. Of several processes of one name it is the last that
 * began before the child did. */
static bool is_better(const struct lane *lane, const struct lane *other, const struct lane *best)
{
	const bool is_before = other->begin_us <= lane->begin_us;

	if (!best)
		return true;
	if (is_before != (best->begin_us <= lane->begin_us))
		return is_before;
	return is_before ? other->begin_us > best->begin_us : other->begin_us < best->begin_us;
}

static bool may_be_parent(const struct lane *lane, const struct lane *other)
{
	if (lane == other || !bytes_equal(lane->parent_name, other->name))
		return false;
	if (lane->is_scope)
		return lane->process == other->process;
	return lane->process != other->process && lane->process->run == other->process->run &&
	       sd_id128_equal(lane->process->boot_id, other->process->boot_id);
}

static void find_parent(const struct lanes *lanes, struct lane *lane)
{
	for (size_t i = 0; i < lanes->n && lane->parent_name.size; i++) {
		struct lane *const other = lanes->lane[i];

		if (may_be_parent(lane, other) && is_better(lane, other, lane->parent))
			lane->parent = other;
	}
}

/* Names are what processes say: of a circle no lane is the first. */
static void break_circle(struct lane *lane, size_t n)
{
	const struct lane *ancestor = lane->parent;

	for (; ancestor && ancestor != lane && n > 0; n--)
		ancestor = ancestor->parent;
	if (ancestor)
		lane->parent = NULL;
}

/* ---- Order ------------------------------------------------------------------------------------ */

static int compare_begins(const void *a, const void *b)
{
	const struct lane *left = *(struct lane *const *)a, *right = *(struct lane *const *)b;

	if (left->process->run != right->process->run)
		return left->process->run->order < right->process->run->order ? -1 : 1;
	if (left->begin_us != right->begin_us)
		return left->begin_us < right->begin_us ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

/* Pushes the children, or where PARENT is NULL the roots: the first of them on top. */
static size_t push_children(const struct lanes *lanes, const struct lane *parent,
			    struct lane **stack, size_t n)
{
	for (size_t i = lanes->n; i-- > 0;) {
		if (lanes->lane[i]->parent == parent)
			stack[n++] = lanes->lane[i];
	}
	return n;
}

static void sort_by_tree(struct lanes *lanes)
{
	struct lane **const sorted = memory_new(lanes->n, sizeof(struct lane *)),
			    **const stack = memory_new(lanes->n, sizeof(struct lane *));
	size_t n = push_children(lanes, NULL, stack, 0), row = 0;

	while (n > 0) {
		struct lane *const lane = stack[--n];

		lane->row = row;
		lane->depth = lane->parent ? lane->parent->depth + 1 : 0;
		sorted[row++] = lane;
		n = push_children(lanes, lane, stack, n);
	}
	free(stack);
	free(lanes->lane);
	lanes->lane = sorted;
	lanes->room = lanes->n;
}

void tree_arrange(struct lanes *lanes, uint64_t since_us, uint64_t until_us)
{
	find_scopes(lanes);
	for (size_t i = 0; i < lanes->n; i++)
		find_life(lanes->lane[i], since_us, until_us);
	if (lanes->n > 1)
		qsort(lanes->lane, lanes->n, sizeof(struct lane *), compare_begins);
	for (size_t i = 0; i < lanes->n; i++) {
		find_parent(lanes, lanes->lane[i]);
		break_circle(lanes->lane[i], lanes->n);
	}
	sort_by_tree(lanes);
}

/* ---- How many at once ------------------------------------------------------------------------- */

/* Sorts by time; what begins stands before what ends at the same moment. */
static int compare_changes(const void *a, const void *b)
{
	const struct alive *left = a, *right = b;

	if (left->when_us != right->when_us)
		return left->when_us < right->when_us ? -1 : 1;
	return (left->n < right->n) - (left->n > right->n);
}

struct alive *tree_alive(const struct lanes *lanes, size_t *ret_n)
{
	struct alive *const alive = memory_new(2 * lanes->n, sizeof(*alive));
	size_t n = 0, living = 0;

	/* 1: one more, 0: one less */
	for (size_t i = 0; i < lanes->n; i++) {
		if (lanes->lane[i]->is_scope)
			continue;
		alive[n++] = (struct alive){ lanes->lane[i]->begin_us, 1 };
		alive[n++] = (struct alive){ lanes->lane[i]->end_us, 0 };
	}
	if (n > 1)
		qsort(alive, n, sizeof(*alive), compare_changes);
	for (size_t i = 0; i < n; i++) {
		living = alive[i].n ? living + 1 : living - 1;
		alive[i].n = living;
	}
	*ret_n = n;
	return alive;
}

size_t tree_most_at_once(const struct lanes *lanes)
{
	size_t n, most = 0;
	struct alive *const alive = tree_alive(lanes, &n);

	for (size_t i = 0; i < n; i++)
		most = alive[i].n > most ? alive[i].n : most;
	free(alive);
	return most;
}
