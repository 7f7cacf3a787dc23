/* SPDX-License-Identifier: MIT */
/* mplog-syslog: syslog(3) and its kin, by the names of the C library and of mplog-syslog.h. */
#undef _FORTIFY_SOURCE /* defines inline functions of these names */
#define MPLOG_SYSLOG_FUNCTIONS

#include "syslog/mplog-syslog.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "syslog/state.h"

enum { PRIORITY_BITS = LOG_PRIMASK | LOG_FACMASK };

static const struct mplog_site no_site = { .size = sizeof(no_site), .logger = "syslog" };

/* ---- One message ------------------------------------------------------------------------------ */

/* The C library says so too, of the message and before it. */
static int check_priority(int priority)
{
	if ((priority & ~PRIORITY_BITS) == 0)
		return priority;
	if (syslog_state_pass(LOG_ERR))
		(void)mplog_emit(&no_site, syslog_state_level(LOG_ERR), 0, NULL, 0,
				 "syslog: unknown facility/priority: %x", (unsigned)priority);
	return priority & PRIORITY_BITS;
}

void mplog_vsyslog(const struct mplog_site *site, int priority, const char *fmt, va_list ap)
{
	syslog_state_apply();
	priority = check_priority(priority);
	if (syslog_state_pass(priority))
		(void)mplog_vemit(site ? site : &no_site, syslog_state_level(priority), 0, NULL, 0,
				  fmt, ap);
}

void mplog_syslog(const struct mplog_site *site, int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	mplog_vsyslog(site, priority, fmt, ap);
	va_end(ap);
}

/* ---- Settings --------------------------------------------------------------------------------- */

void mplog_openlog(const char *ident, int option, int facility)
{
	syslog_state_open(ident, option, facility);
	if (option & LOG_NDELAY)
		syslog_state_apply();
}

void mplog_closelog(void)
{
	syslog_state_close();
}

int mplog_setlogmask(int mask)
{
	return syslog_state_set_mask(mask);
}

/* ---- The names of the C library --------------------------------------------------------------- */

MPLOG_EXPORT void openlog(const char *ident, int option, int facility)
{
	mplog_openlog(ident, option, facility);
}

MPLOG_EXPORT void closelog(void)
{
	mplog_closelog();
}

MPLOG_EXPORT int setlogmask(int mask)
{
	return mplog_setlogmask(mask);
}

MPLOG_EXPORT void vsyslog(int pri, const char *fmt, va_list ap)
{
	mplog_vsyslog(NULL, pri, fmt, ap);
}

MPLOG_EXPORT void syslog(int pri, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	mplog_vsyslog(NULL, pri, fmt, ap);
	va_end(ap);
}

/* What the calls become under _FORTIFY_SOURCE. */
#ifdef __GLIBC__

MPLOG_EXPORT void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
	MPLOG_PRINTF_(3, 0);
MPLOG_EXPORT void __syslog_chk(int priority, int flag, const char *fmt, ...) MPLOG_PRINTF_(3, 4);

/* Returns whether a directive of the format is %n. */
static bool has_n(const char *fmt)
{
	while ((fmt = strchr(fmt, '%'))) {
		fmt++;
		fmt += strspn(fmt, "0123456789-+ #'I*$.hlqjztL");
		if (*fmt == 'n')
			return true;
		if (*fmt)
			fmt++;
	}
	return false;
}

/* The C library ends a program whose format can be written to and has %n, before it writes anything. */
static void MPLOG_PRINTF_(2, 0) check_format(int flag, const char *fmt, va_list ap)
{
	va_list copy;

	if (flag <= 0 || !fmt || !has_n(fmt))
		return;
	va_copy(copy, ap);
	(void)__builtin___vsnprintf_chk(NULL, 0, flag, SIZE_MAX, fmt, copy);
	va_end(copy);
}

void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
{
	check_format(flag, fmt, ap);
	mplog_vsyslog(NULL, priority, fmt, ap);
}

void __syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	check_format(flag, fmt, ap);
	mplog_vsyslog(NULL, priority, fmt, ap);
	va_end(ap);
}

#endif
