/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include <string.h>

static const char special[] = "*?[\\";

/* Pairs of the first and the last byte of a range. <ctype.h> depends on the locale. */
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

static bool is_between(char first, char c, char last)
{
	return (unsigned char)first <= (unsigned char)c && (unsigned char)c <= (unsigned char)last;
}

/* Reads [:name:] from its name on. Returns what follows the class, or NULL where there is none of
 * that name. */
static const char *read_class(const char *p, char c, bool *found)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const size_t length = strlen(classes[i].name);

		if (strncmp(p, classes[i].name, length) == 0 && p[length] == ':' &&
		    p[length + 1] == ']') {
			for (const char *range = classes[i].ranges; *range != '\0'; range += 2)
				*found |= is_between(range[0], c, range[1]);
			return p + length + 2;
		}
	}
	return NULL;
}

/* Reads x or \x. Returns what follows the character, or NULL where there is none: not at the end, nor
 * in [=x=] and [.x.], which the C locale has no use for. */
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

/* Reads one member of a bracket expression: a class, a range or a character. */
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
	*found |= is_between(first, c, last);
	return p;
}

/* Matches a bracket expression, of which p stands behind the [. Returns what follows its ], or NULL
 * where the expression is ill-formed. */
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

/* Matches one character with the pattern's next element, which is no '*'. Returns what follows the
 * element, or NULL where they do not match. */
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

/* Goes back to the last '*' alone: an earlier one has taken the least that is possible. */
static bool match_pattern(const char *p, const char *s, const char *end)
{
	const char *star = NULL, *resume = NULL;

	for (;;) {
		const char *next;

		if (*p == '*') {
			star = ++p;
			resume = s;
			if (*p == '\0')
				return true;
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

	if (pattern[glob.literal] == '\0')
		glob.kind = GLOB_LITERAL;
	else if (strcmp(pattern, "*") == 0)
		glob.kind = GLOB_ANY;
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

	return match_pattern(glob->pattern + glob->literal, string + glob->literal,
			     string + length);
}

bool glob_match_once(const char *pattern, const char *string)
{
	const struct glob glob = glob_compile(pattern);

	return glob_match(&glob, string, strlen(string));
}
