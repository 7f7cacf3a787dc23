/* SPDX-License-Identifier: MIT */
#define G_LOG_DOMAIN "bench"
#define G_LOG_USE_STRUCTURED
#include <glib.h>

#include "peers.h"

/* What is sent goes to the journal at once; g_debug() has the way of a program that sets nothing,
 * where G_MESSAGES_DEBUG decides. */
static GLogWriterOutput write_log(GLogLevelFlags level, const GLogField *fields, gsize n,
				  gpointer data)
{
	if (g_log_writer_default_would_drop(level, G_LOG_DOMAIN))
		return G_LOG_WRITER_HANDLED;
	return g_log_writer_journald(level, fields, n, data);
}

bool glib_prepare(void)
{
	static bool prepared;

	if (!prepared)
		g_log_set_writer_func(write_log, NULL, NULL);
	prepared = true;
	return true;
}

void glib_call(void)
{
	g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "SYSLOG_IDENTIFIER", "bench", "PROCESS",
			 "worker-1", "MESSAGE", "got %s in %d ms", "http://example.org/index.html",
			 42);
}

void glib_event(void)
{
	g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "SYSLOG_IDENTIFIER", "bench", "PROCESS",
			 "worker-1", "BYTES", "4711", "URL", "http://example.org/index.html",
			 "CACHED", "true", "STATUS", "200", "PEER", "192.0.2.1", "MESSAGE",
			 "got %s in %d ms", "http://example.org/index.html", 42);
}

void glib_disabled(void)
{
	g_debug("got %s in %d ms", "http://example.org/index.html", 42);
}
