/* SPDX-License-Identifier: MIT */
/* glob: the patterns of fnmatch(3) in the C locale, without locks and allocations: names are resolved
 * in children of threaded programs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum glob_kind {
	GLOB_ANY,     /* "*" */
	GLOB_LITERAL, /* no special character */
	GLOB_PATTERN
};

struct glob {
	const char *pattern;
	size_t literal; /* length of the part before the first special character */
	enum glob_kind kind;
};

/* Keeps the pointer to PATTERN. */
struct glob glob_compile(const char *pattern);

/* Returns what is wrong with the pattern: a [ without its ], an unknown [:class:], an [=x=] or [.x.],
 * a \ at the end; or NULL. */
const char *glob_mistake(const char *pattern);

bool glob_match(const struct glob *glob, const char *string, size_t length);
bool glob_match_once(const char *pattern, const char *string);
