/* SPDX-License-Identifier: MIT */
/* describe: a slot in words. The words may hold anything: they have yet to be escaped. */
#pragma once

#include "tool/live/snapshot.h"
#include "tool/ui/json.h"

enum { DESCRIPTION_SIZE = SLOT_ORIGIN_SIZE + 64 };

const char *describe_level(int level);

/* Describes what decided the level in force: "/etc/mplog.conf:12", "uid 0 until 15:10:11". */
const char *describe_level_by(const struct slot_view *view, char buffer[DESCRIPTION_SIZE]);

/* Describes what decided its own level, where no override is above it. */
const char *describe_own_level_by(const struct slot_view *view, char buffer[DESCRIPTION_SIZE]);

/* Describes when an override ends: "until 15:10:11", "until ingestd ends". */
const char *describe_until(const char *identifier, uint64_t until_ms,
			   char buffer[DESCRIPTION_SIZE]);

/* Returns the name of a user, or the number. */
const char *describe_user(uid_t uid, char buffer[DESCRIPTION_SIZE]);

/* "journal"; "-": none yet. */
const char *describe_sink(int sink);

/* Returns CLOCK_MONOTONIC milliseconds as microseconds of CLOCK_REALTIME. */
int64_t describe_realtime_us(uint64_t monotonic_ms);

/* Prints "called", "sent" and so on, as members of a JSON object. */
void describe_counters_as_json(struct json *json, const uint64_t counter[COUNTER_COUNT]);

/* Prints the members of a JSON object that all commands have in common. */
void describe_as_json(struct json *json, const struct slot_view *view);
