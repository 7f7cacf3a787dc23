/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include "cleanup.h"
#include "escape.h"
#include "utf8.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum {
	COLUMNS_DEFAULT = 80,
	COLUMNS_MAX = 10000,
};

static bool is_set(const char *name)
{
	const char *const value = getenv(name);

	return value && *value;
}

static bool is_dumb(void)
{
	const char *const term = getenv("TERM");

	return term && strcmp(term, "dumb") == 0;
}

static unsigned find_columns(void)
{
	const char *const value = getenv("COLUMNS");
	const long number = value ? strtol(value, NULL, 10) : 0;
	struct winsize size;

	if (number > 0 && number < COLUMNS_MAX)
		return (unsigned)number;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return COLUMNS_DEFAULT;
}

struct terminal terminal_look(void)
{
	const bool is_terminal = isatty(STDOUT_FILENO) == 1;

	(void)setlocale(LC_CTYPE, "");
	return (struct terminal){
		.is_terminal = is_terminal,
		.has_color = is_terminal && !is_set("NO_COLOR") && !is_dumb(),
		.has_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		.columns = find_columns(),
	};
}

struct bytes terminal_escape(struct bytes bytes)
{
	struct text text = { 0 };

	text_put_escaped(&text, bytes);
	text.capacity = text.size;
	text.size = 0;
	text.data = malloc(text.capacity + 1);
	if (!text.data)
		abort();
	text_put_escaped(&text, bytes);
	return (struct bytes){ text.data, text.size };
}

void terminal_print(FILE *file, struct bytes bytes)
{
	const struct bytes escaped = terminal_escape(bytes);
	AUTO_FREE char *data = (char *)(uintptr_t)escaped.data;

	(void)fwrite(data, 1, escaped.size, file);
}

/* Returns the size of the first character, and its width. What the locale does not know takes one
 * column, more likely than not. */
static size_t measure(struct bytes text, unsigned *ret_width)
{
	uint32_t code = 0;
	const size_t size = utf8_decode(text, &code);
	const int width = wcwidth((wchar_t)code);

	*ret_width = width < 0 || size == 0 ? 1 : (unsigned)width;
	return size > 0 ? size : 1;
}

unsigned terminal_columns(struct bytes text)
{
	unsigned columns = 0, width;

	for (size_t at = 0; at < text.size;) {
		at += measure((struct bytes){ text.data + at, text.size - at }, &width);
		columns += width;
	}
	return columns;
}

size_t terminal_fit(struct bytes text, unsigned columns)
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
