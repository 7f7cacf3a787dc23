/* SPDX-License-Identifier: MIT */
#include "tool/ui/term.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "tool/ui/memory.h"

enum {
	COLUMNS_DEFAULT = 80,
	COLUMNS_MAX = 10000,
};

/* Returns 0 where there is no width. */
static unsigned find_columns(void)
{
	const char *const value = getenv("COLUMNS");
	const long number = value ? strtol(value, NULL, 10) : 0;
	struct winsize size;

	if (number > 0 && number < COLUMNS_MAX)
		return (unsigned)number;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 0;
}

static bool wants_color(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

struct term term_look(void)
{
	const bool is_terminal = isatty(STDOUT_FILENO) == 1;
	const unsigned columns = find_columns();

	return (struct term){
		.is_terminal = is_terminal,
		.has_color = is_terminal && wants_color(),
		.has_utf8 = strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.columns = columns ? columns : COLUMNS_DEFAULT,
		.has_width = columns > 0,
	};
}

const char *term_color(enum color color)
{
	static const char *const sequences[] = {
		[COLOR_NONE] = "",        [COLOR_BOLD] = "\033[1m",    [COLOR_FAINT] = "\033[2m",
		[COLOR_RED] = "\033[31m", [COLOR_YELLOW] = "\033[33m", [COLOR_GREEN] = "\033[32m",
	};

	return sequences[color];
}

/* ---- Escaping --------------------------------------------------------------------------------- */

char *term_render(void (*put)(struct strbuf *, struct bytes), struct bytes bytes, size_t *ret_size)
{
	struct strbuf text = { 0 };

	put(&text, bytes);
	text = (struct strbuf){ .data = memory_new(text.size + 1, 1), .capacity = text.size };
	put(&text, bytes);
	*ret_size = text.size;
	return text.data;
}

char *term_escape(struct bytes bytes)
{
	size_t size;

	return term_render(strbuf_put_escaped, bytes, &size);
}

char *term_vformat(const char *fmt, va_list ap)
{
	AUTO_FREE char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		memory_exhausted();
	return term_escape(term_bytes(text));
}

unsigned term_print(FILE *file, struct bytes bytes)
{
	AUTO_FREE char *text = term_escape(bytes);

	(void)fputs(text, file);
	return term_width(term_bytes(text));
}

unsigned term_puts(FILE *file, const char *text)
{
	return term_print(file, term_bytes(text));
}

unsigned term_printf(FILE *file, const char *fmt, ...)
{
	AUTO_FREE char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = term_vformat(fmt, ap);
	va_end(ap);
	(void)fputs(text, file);
	return term_width(term_bytes(text));
}

/* ---- Width ------------------------------------------------------------------------------------ */

/* Returns the size of the first character, and its width: one column where the locale does not know
 * the character. */
static size_t measure(struct bytes text, unsigned *ret_width)
{
	uint32_t code = 0;
	const size_t size = utf8_decode(text, &code);
	const int width = wcwidth((wchar_t)code);

	*ret_width = width < 0 || size == 0 ? 1 : (unsigned)width;
	return size > 0 ? size : 1;
}

unsigned term_width(struct bytes text)
{
	unsigned columns = 0, width;

	for (size_t at = 0; at < text.size;) {
		at += measure((struct bytes){ text.data + at, text.size - at }, &width);
		columns += width;
	}
	return columns;
}

size_t term_fit(struct bytes text, unsigned columns)
{
	size_t at = 0, space = 0;
	unsigned used = 0;

	while (at < text.size) {
		const struct bytes rest = { text.data + at, text.size - at };
		unsigned width;
		const size_t size = measure(rest, &width);

		used += width;
		if (used > columns && at > 0) {
			if (text.data[at] == ' ')
				return at;
			return space > 0 ? space : at;
		}
		if (text.data[at] == ' ')
			space = at;
		at += size;
	}
	return at;
}

size_t term_cut(struct bytes text, unsigned columns, unsigned *ret_used)
{
	size_t at = 0, size;
	unsigned width;

	*ret_used = 0;
	for (; at < text.size; at += size) {
		size = measure((struct bytes){ text.data + at, text.size - at }, &width);
		if (*ret_used + width > columns)
			break;
		*ret_used += width;
	}
	return at;
}

/* ---- Time ------------------------------------------------------------------------------------- */

const char *term_time(char buffer[TERM_TIME_SIZE], int64_t realtime_ns)
{
	const time_t seconds = (time_t)(realtime_ns / 1000000000);
	struct tm calendar;

	if (realtime_ns == 0)
		return "never";
	if (!localtime_r(&seconds, &calendar) ||
	    !strftime(buffer, TERM_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &calendar))
		return "?";
	return buffer;
}

const char *term_age(char buffer[TERM_TIME_SIZE], int64_t realtime_ns)
{
	/* A unit is used from twice its length on: "90 s" is more exact than "1 min". */
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	const int64_t age_ns = clock_now_ns(CLOCK_REALTIME) - realtime_ns;
	const int64_t seconds = age_ns > 0 ? age_ns / 1000000000 : 0;
	size_t i = 0;

	while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
		i++;
	(void)snprintf(buffer, TERM_TIME_SIZE, "%" PRId64 " %s", seconds / units[i].seconds,
		       units[i].name);
	return buffer;
}
