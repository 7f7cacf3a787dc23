/* SPDX-License-Identifier: MIT */
#include "scope/pattern.h"

#include <limits.h>
#include <stdint.h>
#include <unistd.h>

#include "base/strbuf.h"

static void put_host(struct strbuf *text)
{
	char host[HOST_NAME_MAX + 1] = "";

	(void)gethostname(host, sizeof(host) - 1);
	strbuf_put_string(text, host);
}

static void put_variable(struct strbuf *text, char variable, const struct pattern_vars *vars)
{
	switch (variable) {
	case 'n':
		strbuf_put_string(text, vars->process);
		break;
	case 'i':
		strbuf_put_string(text, vars->identifier);
		break;
	case 'p':
		strbuf_put_number(text, (uint64_t)vars->pid);
		break;
	case 'c':
		strbuf_put_number(text, vars->number);
		break;
	case 'C':
		strbuf_put_number(text, vars->count);
		break;
	case 'P':
		strbuf_put_string(text, vars->parent);
		break;
	case 'h':
		put_host(text);
		break;
	default:
		strbuf_put(text, (struct bytes){ &variable, 1 });
		break;
	}
}

size_t pattern_expand(char *buffer, size_t capacity, const char *pattern,
		      const struct pattern_vars *vars)
{
	struct strbuf text = { .data = buffer, .capacity = capacity };

	for (; *pattern; pattern++) {
		if (*pattern == '%' && pattern[1])
			put_variable(&text, *++pattern, vars);
		else
			strbuf_put(&text, (struct bytes){ pattern, 1 });
	}
	return text.size;
}
