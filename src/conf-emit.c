/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "conf-syntax.h"

void syntax_advance(struct syntax *s)
{
	s->last_line = s->token.line;
	s->token = conf_lex(&s->lexer);
}

static bool reserve(struct syntax *s, size_t more)
{
	size_t capacity = s->capacity;
	char *out;

	if (more < capacity - s->length)
		return true;
	while (more >= capacity - s->length)
		capacity *= 2;
	out = realloc(s->out, capacity);
	if (!out) {
		s->out_of_memory = true;
		return false;
	}
	s->out = out;
	s->capacity = capacity;
	return true;
}

static bool is_part_of_word(char c)
{
	switch (c) {
	case '=':
	case ':':
	case ';':
	case ',':
	case '{':
	case '}':
	case '(':
	case ')':
	case '[':
	case ']':
	case '"':
	case '\n':
		return false;
	default:
		return true;
	}
}

/* Whether two tokens would become one without a space between them. */
static bool would_join(char before, char next)
{
	return is_part_of_word(before) && is_part_of_word(next);
}

void syntax_emit(struct syntax *s, unsigned line, const char *text, size_t length)
{
	const size_t newlines = line > s->out_line ? line - s->out_line : 0;

	if (!reserve(s, newlines + 1 + length))
		return;
	if (newlines == 0 && s->length > 0 && would_join(s->out[s->length - 1], text[0]))
		s->out[s->length++] = ' ';
	for (; s->out_line < line; s->out_line++)
		s->out[s->length++] = '\n';
	memcpy(s->out + s->length, text, length);
	s->length += length;
}

void syntax_emit_token(struct syntax *s)
{
	syntax_emit(s, s->token.line, s->token.text, s->token.length);
	syntax_advance(s);
}

struct mark syntax_mark(const struct syntax *s)
{
	return (struct mark){ s->length, s->out_line };
}

void syntax_take_back(struct syntax *s, struct mark to)
{
	s->length = to.length;
	s->out_line = to.line;
}
