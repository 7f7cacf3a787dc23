/* SPDX-License-Identifier: MIT */
#include "tool/run/log-bytes.h"

#include "api/log.h"

/* mplog_write(3) takes any bytes too, but as it may stand in a signal handler it neither knows a
 * call site nor looks whether the configuration has changed. */
int log_bytes(const struct mplog_site *site, int level, struct bytes text)
{
	return log_message(site, level, text);
}
