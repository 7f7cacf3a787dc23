/* SPDX-License-Identifier: MIT */
#include "route.h"

#include <errno.h>
#include <stdatomic.h>

#include "hot.h"
#include "mplog.h"
#include "process.h"
#include "self.h"
#include "program.h"

struct route route_of(struct scope *scope)
{
	const struct voice *voice = scope_voice(scope);

	return (struct route){
		.voice = voice,
		.slot = scope_slot(scope),
		.deadline = { .timeout_ms = voice ? voice->timeout_ms : 0 },
	};
}

static enum sink_id first_sink(const struct voice *voice, struct deadline *deadline)
{
	switch (voice->sink) {
	case SINK_CHOICE_JOURNAL:
		return SINK_JOURNAL;
	case SINK_CHOICE_SYSLOG:
		return SINK_SYSLOG;
	case SINK_CHOICE_STDERR:
		return SINK_STDERR;
	default:
		return program_get()->flags & MPLOG_SINGLE &&
				       !stderr_is_journal(deadline_now_ns(deadline))
			       ? SINK_STDERR
			       : SINK_JOURNAL;
	}
}

static bool wants_echo(const struct voice *voice, struct deadline *deadline)
{
	if (voice->echo == SETTING_AUTO)
		return stderr_is_terminal(deadline_now_ns(deadline));
	return voice->echo;
}

static void echo(const struct delivery *delivery, enum sink_id sent)
{
	if (sent == SINK_STDERR || (sinks[sent]->is_journald() && sink_stderr.is_journald()))
		return;
	(void)sink_stderr.write(delivery);
}

/* A record on its way down the chain. */
struct fall {
	const struct route *route;
	const struct delivery *delivery;
	bool forced;
	int error;            /* of the first sink that failed */
	bool journald_failed; /* whatever ends there is not worth a try */
};

/* As a sink's write; an absent one is a failure only where it was asked for by name. */
HOT_INLINE int try(const struct fall *fall, enum sink_id id, bool first)
{
	const struct sink *sink = sinks[id];
	int r;

	if (first && fall->route->first_error)
		return fall->route->first_error;
	if (fall->journald_failed && sink->is_journald())
		return -EAGAIN;
	r = sink->write(fall->delivery);
	return r == 0 && first && fall->forced ? -ENOENT : r;
}

/* Of a record that is too large for this sink another one of the same journald may take a part. */
static bool is_the_record_s(int error)
{
	return error == -EFBIG || error == -EMSGSIZE || error == -ENOMEM;
}

HOT_INLINE bool take(struct fall *fall, enum sink_id id, bool first)
{
	const int r = try(fall, id, first);

	if (r > 0)
		return true;
	if (r < 0 && !fall->error)
		fall->error = r;
	if (r == -EAGAIN)
		deadline_shorten(fall->delivery->deadline);
	if (r < 0 && !is_the_record_s(r) && sinks[id]->is_journald())
		fall->journald_failed = true;
	return false;
}

static void show(const struct route *route, int sink, int error)
{
	if (!route->slot)
		return;
	atomic_store_explicit(&route->slot->sink, sink, memory_order_relaxed);
	atomic_store_explicit(&route->slot->sink_error, -error, memory_order_relaxed);
}

int route_record(struct route *route, const struct record *record)
{
	const struct voice *voice = route->voice;
	const enum sink_id first = first_sink(voice, &route->deadline);
	const struct delivery delivery = {
		.record = record,
		.style = &voice->style,
		.deadline = &route->deadline,
		.pid = self_pid(),
	};
	struct fall fall = {
		.route = route,
		.delivery = &delivery,
		.forced = voice->sink != SINK_CHOICE_AUTO,
	};
	int sent = take(&fall, first, true) ? (int)first : -1;

	for (int id = 0; id < SINK_COUNT && sent < 0 && !(route->first_only && fall.error); id++) {
		if (id != (int)first && take(&fall, (enum sink_id)id, false))
			sent = id;
	}
	show(route, sent, fall.error);
	route->first = first;
	route->error = fall.error;
	if (sent < 0)
		return fall.error ? fall.error : -ENOTCONN;
	if (wants_echo(voice, &route->deadline))
		echo(&delivery, (enum sink_id)sent);
	return fall.error ? 1 : 0;
}
