/* SPDX-License-Identifier: MIT */
/* utf8: decoding, validity, cutting at a character. Pure. */
#pragma once

#include "text.h"

/* Returns the size of the valid UTF-8 sequence at the beginning of bytes, which are not empty, and
 * sets its code point; 0: there is none. */
size_t utf8_decode(struct bytes bytes, uint32_t *ret_code);

/* Whether all of it is UTF-8 without a NUL: text, to those who read it as such. */
bool bytes_are_text(struct bytes bytes);

/* The size of the longest beginning of at most size bytes that does not end inside a character. */
size_t bytes_cut_at_character(struct bytes bytes, size_t size);
