/* SPDX-License-Identifier: MIT */
/* format: printf's formats as most messages have them, at a third of vsnprintf's cost, and without
 * the locks that strerror takes. Pure. */
#pragma once

#include <stdarg.h>

#include "base/strbuf.h"

/* Writes to AT, not beyond END; returns the end of what it wrote. It knows %s %c %d %i %u %x with
 * l, ll or z, %m and %%, without flags, width and precision. NULL where there is anything else, or
 * no room: then something may have been written, and it is vsnprintf's. ERROR is what %m says. */
char *format_put(char *at, char *end, const char *fmt, va_list ap, int error);

/* What strerror(3) says in the C locale: that goes through gettext and malloc(3), which a fork may
 * have left locked. */
void strbuf_put_error(struct strbuf *text, unsigned error);
