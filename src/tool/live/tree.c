/* SPDX-License-Identifier: MIT */
#include "tool/live/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tool/ui/memory.h"
#include "tool/ui/term.h"

enum { DEPTH_SHOWN_MAX = 16 }; /* deeper ones are drawn at that depth */

/* Indices are those of the snapshot's entries; -1: none. */
struct node {
	int parent;
	int walk; /* that opened the rings; -1: not passed */
	int first_child, last_child, next;
	bool is_shown;
};

struct forest {
	const struct snapshot *snapshot;
	struct node *node;
	struct node root;
};

/* Slots are reused: a process that took the slot later than the child is not its parent. */
static bool can_be_parent(const struct slot_view *parent, const struct slot_view *child)
{
	if (child->is_scope)
		return parent->inner_pid == child->inner_pid;
	if (child->parent_pid && parent->inner_pid != child->parent_pid)
		return false;
	return parent->since_ns <= child->since_ns;
}

static int find_parent(const struct forest *forest, int i)
{
	const struct slot_view *view = &forest->snapshot->view[i];
	const struct slot_view *parent = snapshot_find(forest->snapshot, view->parent);

	if (parent && !can_be_parent(parent, view))
		parent = NULL;
	if (!parent && view->is_scope)
		parent = snapshot_process_of(forest->snapshot, view);
	return parent ? (int)(parent - forest->snapshot->view) : -1;
}

/* Opens the rings: a board may say that two are each other's parents. Each node is passed once, and has
 * the number of the walk that passed it. */
static void open_rings(struct forest *forest)
{
	for (int i = 0; i < (int)forest->snapshot->n; i++) {
		int above = i, below = -1;

		while (above >= 0 && forest->node[above].walk < 0) {
			forest->node[above].walk = i;
			below = above;
			above = forest->node[above].parent;
		}
		if (above >= 0 && below >= 0 && forest->node[above].walk == i)
			forest->node[below].parent = -1;
	}
}

static struct node *node_of(struct forest *forest, int i)
{
	return i < 0 ? &forest->root : &forest->node[i];
}

static void append_child(struct forest *forest, int parent, int i)
{
	struct node *above = node_of(forest, parent);

	if (above->last_child < 0)
		above->first_child = i;
	else
		forest->node[above->last_child].next = i;
	above->last_child = i;
}

/* Returns the nearest node above that is shown, and makes it the parent of all below it, so that each
 * way is gone once. */
static int shown_parent(const struct forest *forest, int i)
{
	int shown = forest->node[i].parent;

	while (shown >= 0 && !forest->node[shown].is_shown)
		shown = forest->node[shown].parent;
	while (i >= 0 && forest->node[i].parent != shown) {
		const int above = forest->node[i].parent;

		forest->node[i].parent = shown;
		i = above;
	}
	return shown;
}

/* Scopes stand before child processes, scopes by age and processes by name: worker-2 before
 * worker-10. */
static int compare(const void *a, const void *b, void *entries)
{
	const struct slot_view *left = (const struct slot_view *)entries + *(const int *)a,
			       *right = (const struct slot_view *)entries + *(const int *)b;

	if (left->is_scope != right->is_scope)
		return left->is_scope ? -1 : 1;
	if (!left->is_scope && strcmp(left->name, right->name) != 0)
		return strverscmp(left->name, right->name);
	if (left->since_ns != right->since_ns)
		return left->since_ns < right->since_ns ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

static void link_shown(struct forest *forest, const int *order)
{
	for (size_t i = 0; i < forest->snapshot->n; i++) {
		if (forest->node[order[i]].is_shown)
			append_child(forest, shown_parent(forest, order[i]), order[i]);
	}
}

static void plant(struct forest *forest, const struct filter *filter)
{
	const struct snapshot *snapshot = forest->snapshot;
	AUTO_FREE int *order = memory_new(snapshot->n, sizeof(*order));

	for (size_t i = 0; i < snapshot->n; i++) {
		const struct slot_view *view = &snapshot->view[i];
		const bool is_shown =
			filter_wants(filter, view) && !snapshot_repeats_process(snapshot, view);

		forest->node[i] = (struct node){ -1, -1, -1, -1, -1, is_shown };
		order[i] = (int)i;
	}
	for (size_t i = 0; i < snapshot->n; i++)
		forest->node[i].parent = find_parent(forest, (int)i);
	open_rings(forest);
	qsort_r(order, snapshot->n, sizeof(*order), compare, snapshot->view);
	link_shown(forest, order);
}

static const char *stroke(bool is_last, bool of_itself)
{
	static const char *const strokes[2][2][2] = {
		{ { "| ", "|-" }, { "  ", "`-" } },
		{ { "│ ", "├─" }, { "  ", "└─" } },
	};

	return strokes[term_look().has_utf8][is_last][of_itself];
}

static bool is_last(const struct forest *forest, int i)
{
	return forest->node[i].next < 0;
}

static void put_prefix(struct forest *forest, int i, char prefix[TREE_PREFIX_SIZE])
{
	int path[DEPTH_SHOWN_MAX];
	int depth = 0;

	for (; i >= 0 && depth < DEPTH_SHOWN_MAX; i = shown_parent(forest, i))
		path[depth++] = i;
	for (prefix[0] = '\0'; depth > 0; depth--)
		(void)strncat(prefix, stroke(is_last(forest, path[depth - 1]), depth == 1),
			      TREE_PREFIX_SIZE - 1 - strlen(prefix));
}

static void put_line(struct forest *forest, int i, struct tree *tree)
{
	struct tree_line *line = &tree->line[tree->n++];

	line->view = &forest->snapshot->view[i];
	put_prefix(forest, i, line->prefix);
}

/* Depth first, without a recursion that a hostile board could make deep. */
static void flatten(struct forest *forest, struct tree *tree)
{
	int i = forest->root.first_child;

	while (i >= 0) {
		put_line(forest, i, tree);
		if (forest->node[i].first_child >= 0) {
			i = forest->node[i].first_child;
			continue;
		}
		while (i >= 0 && forest->node[i].next < 0)
			i = shown_parent(forest, i);
		if (i >= 0)
			i = forest->node[i].next;
	}
}

struct tree tree_grow(const struct snapshot *snapshot, const struct filter *filter)
{
	AUTO_FREE struct node *nodes = memory_new(snapshot->n, sizeof(struct node));
	struct forest forest = {
		.snapshot = snapshot,
		.node = nodes,
		.root = { -1, -1, -1, -1, -1, true },
	};
	struct tree tree = { .line = memory_new(snapshot->n, sizeof(struct tree_line)) };

	plant(&forest, filter);
	flatten(&forest, &tree);
	return tree;
}

void tree_free(struct tree *tree)
{
	free(tree->line);
	*tree = (struct tree){ 0 };
}
