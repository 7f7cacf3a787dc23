/* SPDX-License-Identifier: MIT */
/* format: the directives of printf(3) that most messages have, at a third of the cost of vsnprintf(3)
 * and without the locks that strerror(3) takes. Pure. */
#pragma once

#include <stdarg.h>

#include "base/strbuf.h"

/* Writes from AT to at most END; returns the end of the text, behind which anything may stand then.
 * Knows %s %c %d %i %u %x with l, ll or z, %m and %%, without flags, width and precision; %m describes
 * ERROR. Returns NULL for any other directive and where there is no room: then the caller uses
 * vsnprintf(3) over what was written. */
char *format_put(char *at, char *end, const char *fmt, va_list ap, int error);

/* Writes what strerror(3) says in the C locale, without its gettext and malloc(3), which a fork may
 * have left locked. */
void strbuf_put_error(struct strbuf *text, unsigned error);

/* Writes what vsnprintf(3) makes of the format, ERROR being described by %m; returns the new size.
 * Where vsnprintf(3) refuses a format, the format is the text: no message is lost. */
size_t strbuf_put_printed(struct strbuf out, const char *fmt, va_list ap, int error);
