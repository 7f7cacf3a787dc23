/* SPDX-License-Identifier: MIT */
/* describe: an entry in words. The words may hold anything: they have yet to be escaped. */
#pragma once

#include "snapshot.h"
#include "tool.h"

enum { DESCRIPTION_SIZE = SLOT_ORIGIN_SIZE + 64 };

const char *describe_level(int level);

/* Who decided the level in force: "/etc/mplog.conf:12", "uid 0 until 15:10:11". */
const char *describe_level_by(const struct entry *entry, char buffer[DESCRIPTION_SIZE]);

/* Who decided its own level, where no person is over it. */
const char *describe_own_level_by(const struct entry *entry, char buffer[DESCRIPTION_SIZE]);

/* When a person's level ends: "until 15:10:11", "until ingestd ends". */
const char *describe_until(const char *identifier, uint64_t until_ms,
			   char buffer[DESCRIPTION_SIZE]);

/* "journal"; "-": none yet. */
const char *describe_sink(int sink);

/* CLOCK_MONOTONIC milliseconds as microseconds of CLOCK_REALTIME. */
int64_t describe_realtime_us(uint64_t monotonic_ms);

/* "called", "sent" and so on, as members of a JSON object. */
void describe_counters_as_json(struct json *json, const uint64_t counter[COUNTER_COUNT]);

/* The members of a JSON object that all commands have in common. */
void describe_as_json(struct json *json, const struct entry *entry);
