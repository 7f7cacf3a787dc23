/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include "cleanup.h"
#include "escape.h"

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

/* Escaped text is valid UTF-8. Returns the character's size. */
static size_t decode(struct bytes text, wchar_t *ret)
{
	const unsigned char first = (unsigned char)text.data[0];
	const size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	wchar_t character = first < 0x80 ? first : first & (0x7f >> size);

	for (size_t i = 1; i < size && i < text.size; i++)
		character = (wchar_t)((character << 6) | ((unsigned char)text.data[i] & 0x3f));
	*ret = character;
	return size < text.size ? size : text.size;
}

/* What the locale does not know will take one, more likely than not. */
static unsigned width_of(wchar_t character)
{
	const int width = wcwidth(character);

	return width < 0 ? 1 : (unsigned)width;
}

unsigned terminal_columns(struct bytes text)
{
	unsigned columns = 0;
	wchar_t character;

	for (size_t at = 0; at < text.size;) {
		at += decode((struct bytes){ text.data + at, text.size - at }, &character);
		columns += width_of(character);
	}
	return columns;
}

size_t terminal_fit(struct bytes text, unsigned columns)
{
	size_t at = 0, space = 0;
	unsigned used = 0;

	while (at < text.size) {
		const struct bytes rest = { text.data + at, text.size - at };
		wchar_t character;
		const size_t size = decode(rest, &character);

		used += width_of(character);
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
