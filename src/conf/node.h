/* SPDX-License-Identifier: MIT */
/* conf-node: one node of libconfig's tree, and what a parser of the tree has to hand. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "conf/diag.h"

struct config_setting_t; /* libconfig's */

struct conf_parser {
	struct conf_diags *diags;
	struct arena *arena;
	bool out_of_memory;
};

/* In the arena; NULL: out of memory, which the parser remembers. */
void *conf_allocate(struct conf_parser *parser, size_t size);
const char *conf_copy(struct conf_parser *parser, const char *string);

unsigned node_line(const struct config_setting_t *node);
bool node_is_named(const struct config_setting_t *node, const char *name);

/* Returns false: it is no whole number. */
bool node_integer(const struct config_setting_t *node, long long *ret);

/* Returns the string, or NULL: the node is another value. */
const char *node_string(const struct config_setting_t *node);

/* Returns whether the node is a group; if not, that was reported. */
bool node_check_group(struct conf_parser *parser, const struct config_setting_t *node);

struct node_type {
	char text[64];
};

/* Says what a value is, in a few words: 5, a string, a group { } */
struct node_type node_describe(const struct config_setting_t *node);
