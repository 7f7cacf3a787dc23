/* SPDX-License-Identifier: MIT */
#include "scope/pattern.h"

#include <limits.h>
#include <stdint.h>
#include <unistd.h>

static void put_host(struct strbuf *out)
{
	char host[HOST_NAME_MAX + 1] = "";

	(void)gethostname(host, sizeof(host) - 1);
	strbuf_put_string(out, host);
}

static void put_variable(struct strbuf *out, char variable, const struct pattern_vars *vars)
{
	switch (variable) {
	case 'n':
		strbuf_put_string(out, vars->process);
		break;
	case 'i':
		strbuf_put_string(out, vars->identifier);
		break;
	case 'p':
		strbuf_put_number(out, (uint64_t)vars->pid);
		break;
	case 'c':
		strbuf_put_number(out, vars->number);
		break;
	case 'C':
		strbuf_put_number(out, vars->count);
		break;
	case 'P':
		strbuf_put_string(out, vars->parent);
		break;
	case 'h':
		put_host(out);
		break;
	default:
		strbuf_put_char(out, variable);
		break;
	}
}

void pattern_expand(struct strbuf *out, const char *pattern, const struct pattern_vars *vars)
{
	for (; *pattern; pattern++) {
		if (*pattern == '%' && pattern[1])
			put_variable(out, *++pattern, vars);
		else
			strbuf_put_char(out, *pattern);
	}
}
