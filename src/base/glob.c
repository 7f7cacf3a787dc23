/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include <string.h>

static const char special[] = "*?[\\";

/* Pairs of the first and the last byte of a range. <ctype.h> would look at the locale. */
static const struct {
	const char *name, *ranges;
} classes[] = {
	{ "alnum", "09AZaz" },   { "alpha", "AZaz" },
	{ "blank", "\t\t  " },   { "cntrl", "\1\x1f\x7f\x7f" },
	{ "digit", "09" },       { "graph", "!~" },
	{ "lower", "az" },       { "print", " ~" },
	{ "punct", "!/:@[`{~" }, { "space", "\t\r  " },
	{ "upper", "AZ" },       { "xdigit", "09AFaf" },
};

static bool is_in(const char *ranges, char c)
{
	for (; *ranges != '\0'; ranges += 2) {
		if (ranges[0] <= c && c <= ranges[1])
			return true;
	}
	return false;
}

/* [:name:], of which p is the name. Returns what follows it, or NULL: there is no such class. */
static const char *read_class(const char *p, char c, bool *found)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const size_t length = strlen(classes[i].name);

		if (strncmp(p, classes[i].name, length) == 0 && p[length] == ':' &&
		    p[length + 1] == ']') {
			*found |= is_in(classes[i].ranges, c);
			return p + length + 2;
		}
	}
	return NULL;
}

/* x or \x. Returns what follows it, or NULL: that is none. [=x=] and [.x.], which the C locale has no
 * use for, are none either. */
static const char *read_character(const char *p, char *ret)
{
	if (p[0] == '[' && p[1] != '\0' && strchr(":.=", p[1]))
		return NULL;
	if (p[0] == '\\')
		p++;
	if (*p == '\0')
		return NULL;
	*ret = *p;
	return p + 1;
}

/* One member of a bracket expression: a class, a range or a character. */
static const char *read_member(const char *p, char c, bool *found)
{
	char first, last;

	if (p[0] == '[' && p[1] == ':')
		return read_class(p + 2, c, found);

	p = read_character(p, &first);
	if (!p)
		return NULL;
	last = first;
	if (p[0] == '-' && p[1] != ']' && p[1] != '\0')
		p = read_character(p + 1, &last);
	*found |=
		(unsigned char)first <= (unsigned char)c && (unsigned char)c <= (unsigned char)last;
	return p;
}

/* What stands behind the [. Returns what follows its ], or NULL: ill-formed. */
static const char *match_bracket(const char *p, char c, bool *ret_match)
{
	const bool inverted = *p == '!' || *p == '^';
	bool found = false;

	p += inverted;
	do {
		p = read_member(p, c, &found);
		if (!p)
			return NULL;
	} while (*p != ']');

	*ret_match = found != inverted;
	return p + 1;
}

/* One character against the pattern's next element, which is no '*'. Returns what follows that,
 * or NULL: they do not match. */
static const char *match_one(const char *p, char c)
{
	bool match = false;

	switch (*p) {
	case '\0':
		return NULL;
	case '?':
		return p + 1;
	case '[':
		p = match_bracket(p + 1, c, &match);
		return match ? p : NULL;
	case '\\':
		p++;
		/* fallthrough */
	default:
		return *p == c && c != '\0' ? p + 1 : NULL;
	}
}

/* Going back to the last '*' alone is enough: what an earlier one took is the least possible. */
static bool match_pattern(const char *p, const char *s, const char *end)
{
	const char *star = NULL, *resume = NULL;

	for (;;) {
		const char *next;

		if (*p == '*') {
			star = ++p;
			resume = s;
			continue;
		}
		if (s == end)
			return *p == '\0';
		next = match_one(p, *s);
		if (next) {
			p = next;
			s++;
		} else if (star) {
			p = star;
			s = ++resume;
		} else {
			return false;
		}
	}
}

struct glob glob_compile(const char *pattern)
{
	struct glob glob = { .pattern = pattern, .literal = strcspn(pattern, special) };
	const char *rest = pattern + glob.literal;

	if (*rest == '\0')
		glob.kind = GLOB_LITERAL;
	else if (strcmp(rest, "*") == 0)
		glob.kind = glob.literal == 0 ? GLOB_ANY : GLOB_PREFIX;
	else
		glob.kind = GLOB_PATTERN;
	return glob;
}

static const char *bracket_mistake(const char *p)
{
	if (strstr(p, "[:"))
		return "its \"[\" is not closed, or holds an unknown [:class:]";
	if (strstr(p, "[=") || strstr(p, "[."))
		return "its \"[\" is not closed, or holds [=x=] or [.x.] (write x)";
	return "its \"[\" is not closed";
}

const char *glob_mistake(const char *pattern)
{
	bool match;

	for (const char *p = pattern, *next; *p != '\0'; p = next) {
		next = *p == '[' ? match_bracket(p + 1, 0, &match) : p + 1;
		if (!next)
			return bracket_mistake(p);
		if (*p == '\\' && *next++ == '\0')
			return "it ends with a backslash";
	}
	return NULL;
}

bool glob_match(const struct glob *glob, const char *string, size_t length)
{
	if (glob->kind == GLOB_ANY)
		return true;
	if (length < glob->literal || memcmp(string, glob->pattern, glob->literal) != 0)
		return false;

	switch (glob->kind) {
	case GLOB_LITERAL:
		return length == glob->literal;
	case GLOB_PREFIX:
		return true;
	default:
		return match_pattern(glob->pattern + glob->literal, string + glob->literal,
				     string + length);
	}
}

bool glob_match_once(const char *pattern, const char *string)
{
	const struct glob glob = glob_compile(pattern);

	return glob_match(&glob, string, strlen(string));
}
