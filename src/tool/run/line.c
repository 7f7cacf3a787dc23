/* SPDX-License-Identifier: MIT */
#include "tool/run/line.h"

#include <string.h>

static bool has_level(const struct bytes text)
{
	return text.size >= LINE_PREFIX_SIZE && text.data[0] == '<' && text.data[1] >= '0' &&
	       text.data[1] <= '7' && text.data[2] == '>';
}

struct line line_parse(struct bytes text, int level)
{
	if (!has_level(text))
		return (struct line){ text, level, false };
	return (struct line){
		.text = { text.data + LINE_PREFIX_SIZE, text.size - LINE_PREFIX_SIZE },
		.level = text.data[1] - '0',
		.has_level = true,
	};
}

bool line_is_indented(struct bytes text)
{
	return text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t');
}

bool line_is_decided(struct bytes text)
{
	return text.size > 0 && (text.data[0] != '<' || text.size > LINE_PREFIX_SIZE);
}

size_t line_size_without_returns(struct bytes text)
{
	size_t size = text.size;

	while (size > 0 && text.data[size - 1] == '\r')
		size--;
	return size;
}

bool line_overwrite(struct bytes *text)
{
	const char *last;

	text->size = line_size_without_returns(*text);
	last = text->size > 0 ? memrchr(text->data, '\r', text->size) : NULL;
	if (!last)
		return false;
	text->size -= (size_t)(last + 1 - text->data);
	text->data = last + 1;
	return true;
}
