/* SPDX-License-Identifier: MIT */
#include "tool/live/describe.h"

#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/clock.h"
#include "sink/dispatch.h"

static const char *const counter_names[COUNTER_COUNT] = {
	[COUNTER_CALLED] = "called",         [COUNTER_SENT] = "sent",
	[COUNTER_DIVERTED] = "diverted",     [COUNTER_LOST] = "lost",
	[COUNTER_SUPPRESSED] = "suppressed",
};

static const char *const level_by_names[] = {
	[LEVEL_BY_DEFAULT] = "default",
	[LEVEL_BY_CONFIGURATION] = "configuration",
	[LEVEL_BY_ENVIRONMENT] = "environment",
	[LEVEL_BY_PROGRAM] = "program",
};

const char *describe_level(int level)
{
	const char *name = mplog_level_name(level);

	return name ? name : "?";
}

const char *describe_own_level_by(const struct slot_view *view, char buffer[DESCRIPTION_SIZE])
{
	if (!view->origin[0])
		return level_by_names[view->own_level_by];
	(void)stpncpy(buffer, view->origin, DESCRIPTION_SIZE - 1);
	buffer[sizeof(view->origin) - 1] = '\0';
	return buffer;
}

int64_t describe_realtime_us(uint64_t monotonic_ms)
{
	const int64_t ahead_ns = clock_now_ns(CLOCK_REALTIME) - clock_now_ns(CLOCK_MONOTONIC);

	return ahead_ns / 1000 + (int64_t)monotonic_ms * 1000;
}

/* The day only where it is not today's. */
const char *describe_until(const char *identifier, uint64_t until_ms, char buffer[DESCRIPTION_SIZE])
{
	const time_t now = time(NULL), end = (time_t)(describe_realtime_us(until_ms) / 1000000);
	struct tm today, day;

	if (!until_ms) {
		(void)snprintf(buffer, DESCRIPTION_SIZE, "until %s ends", identifier);
		return buffer;
	}
	if (!localtime_r(&now, &today) || !localtime_r(&end, &day) ||
	    !strftime(buffer, DESCRIPTION_SIZE,
		      today.tm_yday == day.tm_yday && today.tm_year == day.tm_year
			      ? "until %H:%M:%S"
			      : "until %F %H:%M:%S",
		      &day))
		return "until ?";
	return buffer;
}

const char *describe_level_by(const struct slot_view *view, char buffer[DESCRIPTION_SIZE])
{
	char until[DESCRIPTION_SIZE] = "";

	if (!view->by_person)
		return describe_own_level_by(view, buffer);
	if (view->override_until_ms)
		(void)describe_until("", view->override_until_ms, until);
	(void)snprintf(buffer, DESCRIPTION_SIZE, "uid %" PRIu32 "%s%.100s",
		       (uint32_t)view->override_uid, *until ? " " : "", until);
	return buffer;
}

const char *describe_user(uid_t uid, char buffer[DESCRIPTION_SIZE])
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		(void)snprintf(buffer, DESCRIPTION_SIZE, "%.100s", user->pw_name);
	else
		(void)snprintf(buffer, DESCRIPTION_SIZE, "%" PRIu32, (uint32_t)uid);
	return buffer;
}

const char *describe_sink(int sink)
{
	return sink >= 0 && sink < SINK_COUNT ? sinks[sink]->name : "-";
}

static void level_as_json(struct json *json, const struct slot_view *view)
{
	json_string(json, "level", mplog_level_name(view->level));
	json_string(json, "level_by",
		    view->by_person ? "person" : level_by_names[view->own_level_by]);
	if (view->by_person) {
		json_number(json, "uid", view->override_uid);
		json_string(json, "own_level", mplog_level_name(view->own_level));
		json_string(json, "own_level_by", level_by_names[view->own_level_by]);
	}
	if (view->by_person && view->override_until_ms)
		json_number(json, "until_us", describe_realtime_us(view->override_until_ms));
	if (view->origin[0])
		json_string(json, "origin", view->origin);
}

void describe_counters_as_json(struct json *json, const uint64_t counter[COUNTER_COUNT])
{
	for (int i = 0; i < COUNTER_COUNT; i++)
		json_number(json, counter_names[i], (long long)counter[i]);
}

void describe_as_json(struct json *json, const struct slot_view *view)
{
	json_string(json, "identifier", view->board->identifier);
	json_string(json, "run_id", view->board->run_id);
	json_number(json, "owner", view->board->owner);
	json_string(json, "process", view->name);
	json_number(json, "pid", view->pid);
	if (view->is_scope)
		json_number(json, "tid", view->tid ? view->tid : view->inner_pid);
	json_string(json, "parent", view->parent_name);
	json_bool(json, "scope", view->is_scope);
	json_bool(json, "alive", view->is_alive);
	level_as_json(json, view);
	json_string(json, "sink", view->sink < 0 ? NULL : describe_sink(view->sink));
	if (view->sink_error)
		json_string(json, "sink_error", error_describe(view->sink_error));
	describe_counters_as_json(json, view->counter);
	if (!view->is_scope)
		json_number(json, "sequence", view->sequence);
	json_number(json, "since_us", view->since_ns / 1000);
	if (view->last_record_ns)
		json_number(json, "last_record_us", view->last_record_ns / 1000);
	else
		json_string(json, "last_record_us", NULL);
}
