/* SPDX-License-Identifier: MIT */
/* terminal: what standard output can show, and how much of it. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "text.h"

struct terminal {
	bool is_terminal;
	bool has_color; /* a terminal, and NO_COLOR is not set */
	bool has_utf8;
	unsigned columns; /* $COLUMNS, or the terminal's, or 80 */
};

/* Of standard output. Sets the locale's characters. */
struct terminal terminal_look(void);

/* Prints text with what could drive a terminal escaped. */
void terminal_print(FILE *file, struct bytes bytes);

/* Text with control characters and what is not UTF-8 escaped, to be given to free(3). */
struct bytes terminal_escape(struct bytes bytes);

/* How many columns escaped text takes. */
unsigned terminal_columns(struct bytes text);

/* How many bytes of escaped text fit into so many columns: at least one character; up to a space
 * where there is one. */
size_t terminal_fit(struct bytes text, unsigned columns);
