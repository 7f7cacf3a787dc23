/* SPDX-License-Identifier: MIT */
/* libqb, as Corosync and Pacemaker set it up: to syslog, each call site found once. */
#include <qb/qbdefs.h>
#include <qb/qblog.h>

#include "peers.h"

bool qb_prepare(void)
{
	static bool prepared;

	if (!prepared) {
		qb_log_init("bench", LOG_USER, LOG_INFO);
		(void)qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, QB_TRUE);
	}
	prepared = true;
	return true;
}

void qb_call(void)
{
	qb_log(LOG_INFO, "got %s in %d ms", "http://example.org/index.html", 42);
}

void qb_disabled(void)
{
	qb_log(LOG_DEBUG, "got %s in %d ms", "http://example.org/index.html", 42);
}

/* Its black box is on from then on, for all calls: the row about it is the last one of libqb. */
bool qb_blackbox_prepare(void)
{
	(void)qb_prepare();
	(void)qb_log_filter_ctl(QB_LOG_BLACKBOX, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*",
				LOG_DEBUG);
	(void)qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_SIZE, 64 * 1024);
	(void)qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_THREADED, QB_FALSE);
	return qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_ENABLED, QB_TRUE) == 0;
}

void qb_blackbox(void)
{
	qb_log(LOG_DEBUG, "got %s in %d ms", "http://example.org/index.html", 42);
}
