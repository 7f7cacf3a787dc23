/* SPDX-License-Identifier: MIT */
/* libsystemd, and the C library's syslog(3). */
#include "peers.h"

#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

void systemd_send(void)
{
	(void)sd_journal_send("MESSAGE=got %s in %d ms", "http://example.org/index.html", 42,
			      "PRIORITY=%d", 6, "SYSLOG_IDENTIFIER=bench", "PROCESS=worker-1",
			      NULL);
}

static struct iovec part(const char *text)
{
	return (struct iovec){ (void *)(uintptr_t)text, strlen(text) };
}

void systemd_sendv(void)
{
	char message[256];
	struct iovec parts[4];

	(void)snprintf(message, sizeof(message), "MESSAGE=got %s in %d ms",
		       "http://example.org/index.html", 42);
	parts[0] = part(message);
	parts[1] = part("PRIORITY=6");
	parts[2] = part("SYSLOG_IDENTIFIER=bench");
	parts[3] = part("PROCESS=worker-1");
	(void)sd_journal_sendv(parts, 4);
}

void systemd_event(void)
{
	(void)sd_journal_send("MESSAGE=got %s in %d ms", "http://example.org/index.html", 42,
			      "PRIORITY=%d", 6, "SYSLOG_IDENTIFIER=bench", "PROCESS=worker-1",
			      "BYTES=%d", 4711, "URL=%s", "http://example.org/index.html",
			      "CACHED=%s", "true", "STATUS=%d", 200, "PEER=%s", "192.0.2.1", NULL);
}

bool syslog_prepare(void)
{
	openlog("bench", LOG_PID, LOG_USER);
	(void)setlogmask(LOG_UPTO(LOG_INFO));
	return true;
}

void syslog_call(void)
{
	syslog(LOG_INFO, "got %s in %d ms", "http://example.org/index.html", 42);
}

void syslog_disabled(void)
{
	syslog(LOG_DEBUG, "got %s in %d ms", "http://example.org/index.html", 42);
}
