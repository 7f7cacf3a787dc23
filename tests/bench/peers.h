/* SPDX-License-Identifier: MIT */
/* peers: those whom mplog is measured beside. What is not installed is NULL.
 *
 * Each sends MESSAGE, PRIORITY, SYSLOG_IDENTIFIER and PROCESS, if it can: less than mplog does,
 * which adds ancestry, run, thread, sequence and place. */
#pragma once

#include <stdbool.h>

#define PEER_MESSAGE "got http://example.org/index.html in 42 ms"

void systemd_send(void);
void systemd_sendv(void);
void systemd_event(void);

bool syslog_prepare(void);
void syslog_call(void);
void syslog_disabled(void);

/* The same, of libmplog-syslog ($MPLOG_SYSLOG_LIBRARY). */
bool mplog_syslog_prepare(void);
void mplog_syslog_call(void);
void mplog_syslog_disabled(void);

#ifdef HAVE_GLIB
bool glib_prepare(void);
void glib_call(void);
void glib_event(void);
void glib_disabled(void);
#else
#define glib_prepare  NULL
#define glib_call     NULL
#define glib_event    NULL
#define glib_disabled NULL
#endif

#ifdef HAVE_QB
bool qb_prepare(void);
bool qb_blackbox_prepare(void);
void qb_blackbox(void);
void qb_call(void);
void qb_disabled(void);
#else
#define qb_blackbox_prepare NULL
#define qb_blackbox         NULL
#define qb_prepare          NULL
#define qb_call             NULL
#define qb_disabled         NULL
#endif

#ifdef HAVE_SPDLOG
bool spdlog_prepare(void);
bool spdlog_backtrace_prepare(void);
void spdlog_backtrace(void);
void spdlog_call(void);
void spdlog_disabled(void);
#else
#define spdlog_backtrace_prepare NULL
#define spdlog_backtrace         NULL
#define spdlog_prepare           NULL
#define spdlog_call              NULL
#define spdlog_disabled          NULL
#endif
