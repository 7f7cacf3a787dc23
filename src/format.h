/* SPDX-License-Identifier: MIT */
/* format: printf's formats as most messages have them, at a third of vsnprintf's cost, and without
 * the locks that strerror takes. Pure. */
#pragma once

#include <stdarg.h>

#include "text.h"

/* %s %c %d %i %u %x with l, ll or z, %m and %%, without flags, width and precision. False where
 * there is anything else: then something may have been written, and it is vsnprintf's. ERROR is
 * what %m says. */
bool text_put_format(struct text *text, const char *fmt, va_list ap, int error);

/* What strerror(3) says in the C locale: that goes through gettext and malloc(3), which a fork may
 * have left locked. */
void text_put_error(struct text *text, unsigned error);
