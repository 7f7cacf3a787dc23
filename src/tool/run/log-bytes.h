/* SPDX-License-Identifier: MIT */
/* log-bytes: any bytes as the message of a record, a NUL among them. */
#pragma once

#include "mplog.h"
#include "base/strbuf.h"

/* As mplog_emit(3) with a format that ends at no NUL. SITE may be NULL. */
int log_bytes(const struct mplog_site *site, int level, struct bytes text);
