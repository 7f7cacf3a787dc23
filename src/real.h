/* SPDX-License-Identifier: MIT */
/* real: a floating-point number as text, the same in every locale. */
#pragma once

#include "text.h"

/* The fewest digits that read back as the same number, with a point: 0.1, 1e+300, -inf, nan. */
void text_put_real(struct text *text, double number);
