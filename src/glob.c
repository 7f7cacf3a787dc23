/* SPDX-License-Identifier: MIT */
#include "glob.h"

#include <string.h>

static const char special[] = "*?[\\";

struct char_class {
	const char *name;
	bool (*contains)(unsigned char c);
};

/* <ctype.h> would look at the locale. */
static bool is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alpha(unsigned char c)
{
	return is_upper(c) || is_lower(c);
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(unsigned char c)
{
	return is_alpha(c) || is_digit(c);
}

static bool is_xdigit(unsigned char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_graph(unsigned char c)
{
	return c > ' ' && c < 0x7f;
}

static bool is_print(unsigned char c)
{
	return c >= ' ' && c < 0x7f;
}

static bool is_punct(unsigned char c)
{
	return is_graph(c) && !is_alnum(c);
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_cntrl(unsigned char c)
{
	return c < ' ' || c == 0x7f;
}

static const struct char_class classes[] = {
	{ "alnum", is_alnum }, { "alpha", is_alpha }, { "blank", is_blank },
	{ "cntrl", is_cntrl }, { "digit", is_digit }, { "graph", is_graph },
	{ "lower", is_lower }, { "print", is_print }, { "punct", is_punct },
	{ "space", is_space }, { "upper", is_upper }, { "xdigit", is_xdigit },
};

/* [:name:], of which p is the name. Returns what follows it, or NULL: there is no such class. */
static const char *read_class(const char *p, unsigned char c, bool *found)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const size_t length = strlen(classes[i].name);

		if (strncmp(p, classes[i].name, length) == 0 && p[length] == ':' &&
		    p[length + 1] == ']') {
			*found |= classes[i].contains(c);
			return p + length + 2;
		}
	}
	return NULL;
}

/* x, \x, [.x.] or [=x=]. Returns what follows it, or NULL: that is none. */
static const char *read_character(const char *p, unsigned char *ret)
{
	if (p[0] == '[' && (p[1] == '.' || p[1] == '=')) {
		if (p[2] == '\0' || p[3] != p[1] || p[4] != ']')
			return NULL;
		*ret = (unsigned char)p[2];
		return p + 5;
	}
	if (p[0] == '\\')
		p++;
	if (*p == '\0')
		return NULL;
	*ret = (unsigned char)*p;
	return p + 1;
}

/* One member of a bracket expression: a class, a range or a character. */
static const char *read_member(const char *p, unsigned char c, bool *found)
{
	const bool is_equivalence = p[0] == '[' && p[1] == '=';
	unsigned char first, last;

	if (p[0] == '[' && p[1] == ':')
		return read_class(p + 2, c, found);

	p = read_character(p, &first);
	if (!p)
		return NULL;
	last = first;
	if (p[0] == '-' && p[1] != ']' && p[1] != '\0') {
		if (is_equivalence || (p[1] == '[' && (p[2] == '=' || p[2] == ':')))
			return NULL;
		p = read_character(p + 1, &last);
	}
	*found |= first <= c && c <= last;
	return p;
}

/* What stands behind the [. Returns what follows its ], or NULL: ill-formed. */
static const char *match_bracket(const char *p, unsigned char c, bool *ret_match)
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
		p = match_bracket(p + 1, (unsigned char)c, &match);
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

const char *glob_mistake(const char *pattern)
{
	bool match;

	for (const char *p = pattern, *next; *p != '\0'; p = next) {
		next = *p == '[' ? match_bracket(p + 1, 0, &match) : p + 1;
		if (!next)
			return strstr(p, "[:") || strstr(p, "[.") || strstr(p, "[=")
				       ? "its \"[\" is not closed, or holds an unknown [:class:]"
				       : "its \"[\" is not closed";
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
