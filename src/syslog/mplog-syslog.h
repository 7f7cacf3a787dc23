/* SPDX-License-Identifier: MIT */
#ifndef MPLOG_SYSLOG_H
#define MPLOG_SYSLOG_H

/**
 * mplog-syslog - the functions of syslog(3), in front of mplog.
 *
 * Include it in place of <syslog.h>, or behind it, and link with -lmplog-syslog: the program's calls are
 * mplog's from then on, each with its place in the source. Programs that are linked with
 * libmplog-syslog, or run by `mplog exec --syslog`, need no include for the rest.
 *
 * See mplog-syslog(3).
 */

#include <mplog.h>
#include <stdarg.h>
#include <syslog.h>

#ifdef __cplusplus
extern "C" {
#endif

/** As those of syslog(3). IDENT is not copied: like the C library's, these read it with each call. */
MPLOG_EXPORT void mplog_openlog(const char *ident, int option, int facility);
MPLOG_EXPORT void mplog_closelog(void);
MPLOG_EXPORT int mplog_setlogmask(int mask);

/** syslog(3) and vsyslog(3), with the place of the call; SITE may be NULL. */
MPLOG_EXPORT void mplog_syslog(const struct mplog_site *site, int priority, const char *fmt, ...)
	MPLOG_PRINTF_(3, 4);
MPLOG_EXPORT void mplog_vsyslog(const struct mplog_site *site, int priority, const char *fmt, va_list ap)
	MPLOG_PRINTF_(3, 0);

#ifdef __cplusplus
} /* extern "C" */
#endif

/* Define it before the include to have the functions above alone. */
#ifndef MPLOG_SYSLOG_FUNCTIONS

#define openlog(ident, option, facility) mplog_openlog(ident, option, facility)
#define closelog() mplog_closelog()
#define setlogmask(mask) mplog_setlogmask(mask)

#define syslog(priority, ...)                                                                      \
	__extension__({                                                                            \
		const struct mplog_site mplog_syslog_site_ = MPLOG_SITE_;                          \
		mplog_syslog(&mplog_syslog_site_, priority, __VA_ARGS__);                          \
	})
#define vsyslog(priority, fmt, ap)                                                                 \
	__extension__({                                                                            \
		const struct mplog_site mplog_syslog_site_ = MPLOG_SITE_;                          \
		mplog_vsyslog(&mplog_syslog_site_, priority, fmt, ap);                             \
	})

#endif
#endif
