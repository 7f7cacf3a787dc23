/* SPDX-License-Identifier: MIT */
/* Every macro of mplog-syslog.h in use, in what is common to C and C++: see tests/tree/check-header. */
#include <mplog-syslog.h>

#include <syslog.h>

int every_call(int n, const char *ident);
void every_list(const char *fmt, va_list ap) __attribute__((__format__(__printf__, 1, 0)));

int every_call(int n, const char *ident)
{
	openlog(ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	syslog(LOG_INFO, "no arguments");
	if (n > 0)
		syslog(LOG_AUTHPRIV | LOG_ERR, "%d: %m", n);
	else
		syslog(n, "%s", ident);
	n > 1 ? syslog(LOG_INFO, "as an expression") : (void)0;
	closelog();
	return setlogmask(LOG_UPTO(LOG_INFO));
}

void every_list(const char *fmt, va_list ap)
{
	vsyslog(LOG_INFO, fmt, ap);
}
