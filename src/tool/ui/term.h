/* SPDX-License-Identifier: MIT */
/* term: text for people. What came from a board, a journal or a command line is escaped before it is
 * printed: it can neither forge a line nor drive the terminal. Escaped text holds no NUL. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "mplog.h"

/* What standard output can show. */
struct term {
	bool is_terminal;
	bool has_color; /* a terminal, NO_COLOR is not set (no-color.org), TERM is not dumb */
	bool has_utf8;
	unsigned columns; /* $COLUMNS, or the terminal's, or 80 */
	bool has_width;   /* it is one of the former */
};

struct term term_look(void);

enum color { COLOR_NONE, COLOR_BOLD, COLOR_FAINT, COLOR_RED, COLOR_YELLOW, COLOR_GREEN };

/* Returns the bytes that begin the color, "" for none. COLOR_END of color.h ends it. */
const char *term_color(enum color color);

/* Returns what PUT writes of the bytes, with a NUL behind it, to be given to free(3). */
char *term_render(void (*put)(struct strbuf *, struct bytes), struct bytes bytes, size_t *ret_size);

/* Returns the text escaped, to be given to free(3). */
char *term_escape(struct bytes bytes);
char *term_vformat(const char *fmt, va_list ap) MPLOG_PRINTF_(1, 0);

/* Print the text escaped. Return how many columns it took. */
unsigned term_print(FILE *file, struct bytes bytes);
unsigned term_puts(FILE *file, const char *text);
unsigned term_printf(FILE *file, const char *fmt, ...) MPLOG_PRINTF_(2, 3);

/* Prints a line, escaped, on standard output. */
#define term_line(...)                                  \
	do {                                            \
		(void)term_printf(stdout, __VA_ARGS__); \
		(void)putchar('\n');                    \
	} while (0)

/* Returns how many columns escaped text takes. */
unsigned term_width(struct bytes text);

/* Returns how many bytes of escaped text fit into so many columns: at least one character; up to a
 * space where there is one. */
size_t term_fit(struct bytes text, unsigned columns);

/* Returns how many bytes of escaped text fit into so many columns, perhaps none, and sets *ret_used to how
 * many these take. */
size_t term_cut(struct bytes text, unsigned columns, unsigned *ret_used);

static inline struct bytes term_bytes(const char *text)
{
	return (struct bytes){ text, strlen(text) };
}

/* "2026-11-22 09:25:11", local time; "never" for 0. */
enum { TERM_TIME_SIZE = 32 };
const char *term_time(char buffer[TERM_TIME_SIZE], int64_t realtime_ns);

/* "3 s", "5 min", "2 h", "4 days": roughly, since that moment. */
const char *term_age(char buffer[TERM_TIME_SIZE], int64_t realtime_ns);
