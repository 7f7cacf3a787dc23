/* SPDX-License-Identifier: MIT */
#include "print.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cleanup.h"
#include "escape.h"

char *print_escape(const char *text)
{
	const struct bytes bytes = { text, strlen(text) };
	struct text measured = { 0 }, written;

	text_put_escaped(&measured, bytes);
	written = (struct text){ .data = malloc(measured.size + 1), .capacity = measured.size };
	if (!written.data)
		return NULL;
	text_put_escaped(&written, bytes);
	written.data[written.size] = '\0';
	return written.data;
}

static void print_formatted(FILE *out, const char *fmt, va_list ap) MPLOG_PRINTF_(2, 0);

static void print_formatted(FILE *out, const char *fmt, va_list ap)
{
	AUTO_FREE char *raw = NULL, *escaped = NULL;

	if (vasprintf(&raw, fmt, ap) < 0)
		raw = NULL;
	escaped = raw ? print_escape(raw) : NULL;
	(void)fputs(escaped ? escaped : "(no memory)", out);
}

void print_text(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_formatted(out, fmt, ap);
	va_end(ap);
}

bool print_in_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(out)) && !(no_colour && *no_colour) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

bool print_in_utf8(void)
{
	return strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

const char *print_colour_begin(enum colour colour)
{
	static const char *const sequences[] = {
		[COLOUR_NONE] = "",           [COLOUR_BOLD] = "\033[1m",
		[COLOUR_FAINT] = "\033[2m",   [COLOUR_RED] = "\033[31m",
		[COLOUR_YELLOW] = "\033[33m", [COLOUR_GREEN] = "\033[32m",
	};

	return sequences[colour];
}

const char *print_time(char buffer[PRINT_TIME_SIZE], int64_t realtime_ns)
{
	const time_t seconds = (time_t)(realtime_ns / 1000000000);
	struct tm calendar;

	if (realtime_ns == 0)
		return "never";
	if (!localtime_r(&seconds, &calendar) ||
	    !strftime(buffer, PRINT_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &calendar))
		return "?";
	return buffer;
}

const char *print_span(char buffer[PRINT_TIME_SIZE], int64_t ns)
{
	/* Each from twice its length on: "90 s" says more than "1 min". */
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	const int64_t seconds = ns > 0 ? ns / 1000000000 : 0;
	size_t i = 0;

	while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
		i++;
	(void)snprintf(buffer, PRINT_TIME_SIZE, "%" PRId64 " %s", seconds / units[i].seconds,
		       units[i].name);
	return buffer;
}
