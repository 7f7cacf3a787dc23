/* SPDX-License-Identifier: MIT */
/* utf8: decoding, validity, cutting at a character. Pure. */
#pragma once

#include "base/strbuf.h"

/* Returns the size of the valid sequence at the beginning of BYTES, which are not empty, and its code
 * point; or 0 where there is none. */
size_t utf8_decode(struct bytes bytes, uint32_t *ret_code);

/* Returns whether the bytes are UTF-8 without a NUL. */
bool utf8_is_text(struct bytes bytes);

/* Returns the size of the longest beginning of at most SIZE bytes that ends with a whole character. */
size_t utf8_cut(struct bytes bytes, size_t size);
