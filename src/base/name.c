/* SPDX-License-Identifier: MIT */
#include "base/name.h"

#include <stddef.h>
#include <string.h>

bool process_name_allows(char byte)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789._:@/+-";

	return byte != '\0' && strchr(allowed, byte);
}

bool process_name_sanitize(char ret[PROCESS_NAME_SIZE], const char *name)
{
	bool same = true;
	size_t n = 0;

	for (; n < PROCESS_NAME_SIZE - 1 && name[n]; n++) {
		const bool is_allowed = process_name_allows(name[n]);

		ret[n] = is_allowed ? name[n] : '_';
		same &= is_allowed;
	}
	ret[n] = '\0';
	return same && !name[n];
}

void identifier_of_program(char ret[IDENTIFIER_SIZE], const char *name)
{
	size_t n = 0;

	for (; n < IDENTIFIER_SIZE - 1 && name[n]; n++) {
		const unsigned char byte = (unsigned char)name[n];

		ret[n] = (byte < ' ' || byte == 0x7f) ? '_' : name[n];
	}
	ret[n] = '\0';
}

bool run_id_is_valid(const char *text)
{
	return text && strlen(text) == RUN_ID_SIZE - 1 &&
	       strspn(text, "0123456789abcdefABCDEF") == RUN_ID_SIZE - 1;
}
