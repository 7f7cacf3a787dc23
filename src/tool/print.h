/* SPDX-License-Identifier: MIT */
/* print: text for people. Whatever came from a board, a journal or a command line is escaped: it
 * can neither forge a line nor drive the terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "mplog.h"

/* One line without an end on OUT. */
void print_text(FILE *out, const char *fmt, ...) MPLOG_PRINTF_(2, 3);

/* The text as it can be shown: to be freed; NULL: no memory. */
char *print_escape(const char *text);

/* A terminal that wants colours: NO_COLOR is not set (no-color.org), TERM is not dumb. */
bool print_in_colour(FILE *out);

/* Whether the locale can show more than ASCII. */
bool print_in_utf8(void);

enum colour { COLOUR_NONE, COLOUR_BOLD, COLOUR_FAINT, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN };

const char *print_colour_begin(enum colour colour);
#define PRINT_COLOUR_END "\033[0m"

/* "2026-11-22 09:25:11", local time; "never" for 0. */
enum { PRINT_TIME_SIZE = 32 };
const char *print_time(char buffer[PRINT_TIME_SIZE], int64_t realtime_ns);

/* "3 s", "5 min", "2 h", "4 days": roughly. */
const char *print_span(char buffer[PRINT_TIME_SIZE], int64_t ns);
