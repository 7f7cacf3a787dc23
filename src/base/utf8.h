/* SPDX-License-Identifier: MIT */
/* utf8: decoding, validity, cutting at a character. Pure. */
#pragma once

#include "base/strbuf.h"

/* Returns the size of the valid UTF-8 sequence at the beginning of bytes, which are not empty, and
 * sets its code point; 0: there is none. */
size_t utf8_decode(struct bytes bytes, uint32_t *ret_code);

/* Returns whether all of the bytes are UTF-8 without a NUL. */
bool utf8_is_text(struct bytes bytes);

/* Returns the size of the longest beginning of at most SIZE bytes that does not end inside of a
 * character. */
size_t utf8_cut(struct bytes bytes, size_t size);
