/* SPDX-License-Identifier: MIT */
/* rsyslog: whether the local syslog is an rsyslogd that cannot read RFC 5424. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Tells whether rsyslogd runs with its special parser for local messages, as packages set it up: it
 * reads RFC 3164 alone. Looks once in ten seconds. NOW_NS is of the coarse clock.
 * Async-signal-safe. */
bool rsyslog_has_special_parser(int64_t now_ns);
