/* SPDX-License-Identifier: MIT */
/* name: process names and run ids: their sizes, and the bytes that they may have. Pure. */
#pragma once

#include <stdbool.h>

enum {
	PROCESS_NAME_SIZE = 64, /* with the NUL */
	IDENTIFIER_SIZE = 256,
	RUN_ID_SIZE = 33
};

/* The bytes of process names, for messages. */
#define PROCESS_NAME_BYTES "A-Z a-z 0-9 . _ : @ / + -"

/* Returns whether process names may have the byte. */
bool process_name_allows(char byte);

/* Makes a process name of any string: other bytes become '_', and the excess is cut. Returns false
 * where the string was changed. */
bool process_name_sanitize(char ret[PROCESS_NAME_SIZE], const char *name);

/* Makes the identifier of a program that gives none: the name of its file, which may hold any byte.
 * Control characters become '_', and the excess is cut. */
void identifier_of_program(char ret[IDENTIFIER_SIZE], const char *name);

/* Returns whether TEXT, which may be NULL, is 32 hexadecimal digits, in either case. */
bool run_id_is_valid(const char *text);
