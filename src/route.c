/* SPDX-License-Identifier: MIT */
#include "route.h"

#include "standard-error.h"

const struct sink *const sinks[SINK_COUNT] = {
	[SINK_JOURNAL] = &sink_journal,
	[SINK_SYSLOG] = &sink_syslog,
	[SINK_STDERR] = &sink_stderr,
};

void sinks_renew(void)
{
	for (int i = 0; i < SINK_COUNT; i++)
		sinks[i]->renew();
}

/* "auto", opened with MPLOG_SINGLE. */
enum sink_id route_first_of_single(struct route *route)
{
	return stderr_is_journal(deadline_now_ns(&route->deadline)) ? SINK_JOURNAL : SINK_STDERR;
}

static bool wants_echo(const struct voice *voice, struct deadline *deadline)
{
	if (voice->echo == SETTING_AUTO)
		return stderr_is_terminal(deadline_now_ns(deadline));
	return voice->echo;
}

void route_echo(const struct route *route, const struct delivery *delivery, enum sink_id sent)
{
	if (!wants_echo(route->voice, delivery->deadline) || sent == SINK_STDERR ||
	    (sinks[sent]->is_journald() && sink_stderr.is_journald()))
		return;
	(void)sink_stderr.write(delivery);
}

/* Of a record that is too large for this sink another one of the same journald may take a part. */
static bool is_the_record_s(int error)
{
	return error == -EFBIG || error == -EMSGSIZE || error == -ENOMEM;
}

/* Notes that a sink failed, if it did; whatever ends in the same journald is not worth a try. */
static void note_failure(struct route *route, enum sink_id id, int r, bool *journald_failed)
{
	if (r < 0 && !route->error) {
		route->error = r;
		route->failed = id;
	}
	if (r == -EAGAIN)
		deadline_shorten(&route->deadline);
	if (r < 0 && !is_the_record_s(r) && sinks[id]->is_journald())
		*journald_failed = true;
}

int route_fall(struct route *route, const struct delivery *delivery, int r)
{
	const bool forced = route->voice->sink != SINK_CHOICE_AUTO;
	bool journald_failed = false;
	int sent = -1;

	/* An absent one is a failure only where it was asked for by name. */
	note_failure(route, route->first, r == 0 && forced ? -ENOENT : r, &journald_failed);
	for (int id = 0; id < SINK_COUNT && sent < 0 && !(route->first_only && route->error);
	     id++) {
		if (id == (int)route->first || (journald_failed && sinks[id]->is_journald()))
			continue;
		r = route_try(route, (enum sink_id)id, delivery);
		note_failure(route, (enum sink_id)id, r, &journald_failed);
		if (r > 0)
			sent = id;
	}
	route_show(route, sent, route->error);
	if (sent < 0)
		return route->error ? route->error : -ENOTCONN;
	route_echo(route, delivery, (enum sink_id)sent);
	return route->error ? 1 : 0;
}
