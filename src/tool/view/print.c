/* SPDX-License-Identifier: MIT */
#include "tool/view/print.h"

#include <inttypes.h>
#include <string.h>

#include "base/color.h"
#include "base/timestamp.h"
#include "mplog.h"

enum { MICROSECONDS = 1000 * 1000 };

unsigned print_colored(const struct look *look, struct bytes name, struct bytes text)
{
	unsigned columns;

	if (look->term.has_color)
		(void)printf(COLOR_BEGIN "%um", color_of_name(name.data, name.size));
	columns = term_print(stdout, text);
	if (look->term.has_color)
		(void)fputs(COLOR_END, stdout);
	return columns;
}

/* As journalctl(1) has them. */
static const char *color_of_level(int level)
{
	static const char *const colors[] = {
		[MPLOG_EMERG] = "\033[1;31m",
		[MPLOG_ALERT] = "\033[1;31m",
		[MPLOG_CRIT] = "\033[1;31m",
		[MPLOG_ERR] = "\033[1;31m",
		[MPLOG_WARNING] = "\033[33m",
		[MPLOG_NOTICE] = "\033[1m",
		[MPLOG_INFO] = "",
		[MPLOG_DEBUG] = "\033[90m",
	};

	return level < 0 ? "" : colors[level];
}

void print_text(const struct look *look, int level, struct bytes escaped)
{
	const char *const color = look->term.has_color ? color_of_level(level) : "";

	(void)fputs(color, stdout);
	(void)fwrite(escaped.data, 1, escaped.size, stdout);
	if (*color)
		(void)fputs(COLOR_END, stdout);
}

void print_spaces(unsigned n)
{
	(void)printf("%*s", (int)n, "");
}

size_t print_format_time(char buffer[PRINT_TIME_SIZE], const struct journal_entry *entry)
{
	const struct timespec when = { .tv_sec = (time_t)(entry->when_us / MICROSECONDS),
				       .tv_nsec = (long)(entry->when_us % MICROSECONDS) * 1000 };
	struct strbuf text = { .data = buffer, .capacity = PRINT_TIME_SIZE };

	strbuf_put_log_time(&text, &when);
	return text.size;
}

unsigned print_delta(const struct look *look, const struct journal_entry *entry, uint64_t *last_us)
{
	const uint64_t last = *last_us ? *last_us : entry->when_us;
	const bool is_back = entry->when_us < last;
	const uint64_t delta = is_back ? last - entry->when_us : entry->when_us - last;
	int columns;

	*last_us = entry->when_us;
	if (!look->has_delta)
		return 0;
	columns = printf("%c%3" PRIu64 ".%06" PRIu64 " ", is_back ? '-' : '+', delta / MICROSECONDS,
			 delta % MICROSECONDS);
	return columns < 0 ? 0 : (unsigned)columns;
}

bool print_next_line(struct bytes *rest, struct bytes *ret_line)
{
	const char *newline;

	if (!rest->data)
		return false;
	newline = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
	*ret_line = *rest;
	if (!newline) {
		*rest = (struct bytes){ NULL, 0 };
		return true;
	}
	ret_line->size = (size_t)(newline - rest->data);
	rest->data = newline + 1;
	rest->size -= ret_line->size + 1;
	return true;
}
