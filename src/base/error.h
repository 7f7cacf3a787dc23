/* SPDX-License-Identifier: MIT */
/* error: the description of an errno. */
#pragma once

#include <string.h>

/* Returns NULL, or a text of the C library's own, for an unknown one. With strerrordesc_np(3) it is not
 * translated, and async-signal-safe. */
static inline const char *error_describe(int error)
{
#ifdef HAVE_STRERRORDESC_NP
	return strerrordesc_np(error);
#else
	return strerror(error); /* musl: a table */
#endif
}
