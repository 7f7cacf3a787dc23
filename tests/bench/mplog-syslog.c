/* SPDX-License-Identifier: MIT */
/* The functions of libmplog-syslog, beside those of the C library: the program is not linked with it,
 * because both have the same names. */
#include "peers.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <syslog.h>

static void (*log_message)(int priority, const char *fmt, ...)
	__attribute__((__format__(__printf__, 2, 3)));

bool mplog_syslog_prepare(void)
{
	const char *const path = getenv("MPLOG_SYSLOG_LIBRARY");
	void *const library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	int (*set_mask)(int mask);
	void (*open_log)(const char *ident, int option, int facility);

	if (!library)
		return false;
	*(void **)&log_message = dlsym(library, "syslog");
	*(void **)&set_mask = dlsym(library, "setlogmask");
	*(void **)&open_log = dlsym(library, "openlog");
	if (!log_message || !set_mask || !open_log)
		return false;
	open_log("bench", LOG_PID, LOG_USER);
	(void)set_mask(LOG_UPTO(LOG_INFO));
	return true;
}

void mplog_syslog_call(void)
{
	log_message(LOG_INFO, "got %s in %d ms", "http://example.org/index.html", 42);
}

void mplog_syslog_disabled(void)
{
	log_message(LOG_DEBUG, "got %s in %d ms", "http://example.org/index.html", 42);
}
