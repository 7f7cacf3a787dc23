/* SPDX-License-Identifier: MIT */
#include "api/rate-limit.h"

#include <stdatomic.h>

#include "mplog.h"
#include "notice/loss.h"

/* A token bucket as one word, the moment at which it is full again: taking a token moves it on by
 * interval / burst, and there is none left where it lies more than interval ahead. No call stores one
 * that lies further: such a moment, which another member of the tree has written, counts as none. */
static bool has_token(const struct scope_config *config, struct slot *slot, int64_t now_ns)
{
	const int64_t interval_ns = (int64_t)config->interval_ms * 1000000;
	const int64_t token_ns = interval_ns / config->burst;
	int64_t full_ns = atomic_load(&slot->bucket_full_ns);
	int64_t next_ns;

	do {
		next_ns = full_ns > now_ns && full_ns <= now_ns + interval_ns ? full_ns : now_ns;
		next_ns += token_ns;
		if (next_ns - now_ns > interval_ns)
			return false;
	} while (!atomic_compare_exchange_weak(&slot->bucket_full_ns, &full_ns, next_ns));
	return true;
}

bool rate_limit_suppresses(int level, const struct scope_config *config, struct slot *slot,
			   int64_t now_ns)
{
	if (level <= MPLOG_ERR || has_token(config, slot, now_ns))
		return false;
	suppressed_count(slot);
	return true;
}
