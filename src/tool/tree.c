/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

enum { DEPTH_SHOWN_MAX = 16 }; /* deeper ones are drawn at that depth */

/* Indices are those of the snapshot's entries; -1: none. */
struct node {
	int parent;
	int first_child, last_child, next;
	bool is_shown;
};

struct forest {
	const struct snapshot *snapshot;
	struct node *node;
	struct node root;
};

/* Slots are reused: who took the slot later than the child is not its parent. */
static bool can_be_parent(const struct entry *parent, const struct entry *child)
{
	if (child->is_scope)
		return parent->inner_pid == child->inner_pid;
	if (child->parent_pid && parent->inner_pid != child->parent_pid)
		return false;
	return parent->since_ns <= child->since_ns;
}

/* Whether the forest would close into a ring: a board may say that two are each other's parents. */
static bool is_below(const struct forest *forest, int i, int forebear)
{
	for (; i >= 0; i = forest->node[i].parent) {
		if (i == forebear)
			return true;
	}
	return false;
}

static int find_parent(const struct forest *forest, int i)
{
	const struct entry *entry = &forest->snapshot->entry[i];
	const struct entry *parent = snapshot_find(forest->snapshot, entry->parent);

	if (parent && !can_be_parent(parent, entry))
		parent = NULL;
	if (!parent && entry->is_scope)
		parent = snapshot_process_of(forest->snapshot, entry);
	if (!parent || is_below(forest, (int)(parent - forest->snapshot->entry), i))
		return -1;
	return (int)(parent - forest->snapshot->entry);
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

static int shown_parent(const struct forest *forest, int i)
{
	do
		i = forest->node[i].parent;
	while (i >= 0 && !forest->node[i].is_shown);
	return i;
}

/* Scopes stand before child processes, older ones before younger. */
static int compare(const void *a, const void *b, void *entries)
{
	const struct entry *left = (const struct entry *)entries + *(const int *)a,
			   *right = (const struct entry *)entries + *(const int *)b;

	if (left->is_scope != right->is_scope)
		return left->is_scope ? -1 : 1;
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

static int plant(struct forest *forest, const struct filter *filter)
{
	const struct snapshot *snapshot = forest->snapshot;
	int *order = calloc(snapshot->n + 1, sizeof(*order));

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct entry *entry = &snapshot->entry[i];
		const bool is_shown =
			filter_wants(filter, entry) && !snapshot_repeats_process(snapshot, entry);

		forest->node[i] = (struct node){ -1, -1, -1, -1, is_shown };
		order[i] = (int)i;
	}
	for (size_t i = 0; i < snapshot->n; i++)
		forest->node[i].parent = find_parent(forest, (int)i);
	qsort_r(order, snapshot->n, sizeof(*order), compare, snapshot->entry);
	link_shown(forest, order);
	free(order);
	return 0;
}

static const char *stroke(bool is_last, bool of_itself)
{
	static const char *const strokes[2][2][2] = {
		{ { "| ", "|-" }, { "  ", "`-" } },
		{ { "│ ", "├─" }, { "  ", "└─" } },
	};

	return strokes[print_in_utf8()][is_last][of_itself];
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

	line->entry = &forest->snapshot->entry[i];
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

int tree_grow(const struct snapshot *snapshot, const struct filter *filter, struct tree *ret)
{
	struct forest forest = {
		.snapshot = snapshot,
		.node = calloc(snapshot->n + 1, sizeof(struct node)),
		.root = { -1, -1, -1, -1, true },
	};
	struct tree tree = { .line = calloc(snapshot->n + 1, sizeof(struct tree_line)) };
	int r = forest.node && tree.line ? plant(&forest, filter) : -ENOMEM;

	if (r == 0)
		flatten(&forest, &tree);
	free(forest.node);
	if (r == 0)
		*ret = tree;
	else
		tree_free(&tree);
	return r;
}

void tree_free(struct tree *tree)
{
	free(tree->line);
	*tree = (struct tree){ 0 };
}
