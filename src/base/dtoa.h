/* SPDX-License-Identifier: MIT */
/* dtoa: a double as its shortest decimal, in every locale the same. */
#pragma once

#include "base/strbuf.h"

/* Writes the fewest digits that read back as the same number: 0.1, 1e+300, -inf, nan. */
void strbuf_put_double(struct strbuf *text, double number);
