/* SPDX-License-Identifier: MIT */
/* dtoa: a double as its shortest decimal, the same in every locale. */
#pragma once

#include "base/strbuf.h"

/* The fewest digits that read back as the same number, with a point: 0.1, 1e+300, -inf, nan. */
void strbuf_put_double(struct strbuf *text, double number);
