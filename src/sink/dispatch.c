/* SPDX-License-Identifier: MIT */
#include "sink/dispatch.h"

#include "base/pages.h"
#include "process/seal.h"
#include "sink/socket.h"
#include "sink/stderr-fd.h"

const struct sink *const sinks[SINK_COUNT] = {
	[SINK_JOURNAL] = &sink_journal,
	[SINK_SYSLOG] = &sink_syslog,
	[SINK_STDERR] = &sink_stderr,
};

void sinks_after_fork(void)
{
	for (int i = 0; i < SINK_COUNT; i++)
		if (sinks[i]->socket)
			log_socket_after_fork(sinks[i]->socket);
	stderr_invalidate();
}

void sinks_renew(void)
{
	for (int i = 0; i < SINK_COUNT; i++)
		if (sinks[i]->socket)
			log_socket_renew(sinks[i]->socket);
}

void sinks_close(void)
{
	for (int i = 0; i < SINK_COUNT; i++)
		if (sinks[i]->socket)
			log_socket_close(sinks[i]->socket);
	stderr_invalidate();
}

/* What the sinks answered when the process was sealed. */
static bool sealed_is_journald[SINK_COUNT];

static bool is_journald(enum sink_id id)
{
	return seal_is_set() ? sealed_is_journald[id] : sinks[id]->is_journald();
}

void sinks_seal(void)
{
	for (int i = 0; i < SINK_COUNT; i++) {
		if (sinks[i]->socket)
			log_socket_connect(sinks[i]->socket);
		if (sinks[i]->seal)
			sinks[i]->seal();
		sealed_is_journald[i] = sinks[i]->is_journald();
	}
}

/* An absent service is looked for again with the first record. */
static bool connect_sink(enum sink_id id)
{
	struct log_socket *const log_socket = sinks[id]->socket;

	if (!log_socket)
		return true;
	log_socket_connect(log_socket);
	if (atomic_load(&log_socket->connection))
		return true;
	atomic_store(&log_socket->retry_at_ns, 0);
	return false;
}

void sinks_connect(const struct output *output)
{
	bool is_connected = false;

	if (output->forced != SINK_NONE)
		(void)connect_sink(output->forced);
	for (enum sink_id id = 0; output->forced == SINK_NONE && !output->single && id < SINK_COUNT;
	     id++)
		is_connected = is_connected || connect_sink(id);
}

/* "auto", opened with MPLOG_SINGLE. */
enum sink_id dispatch_primary_of_single(struct dispatch *dispatch)
{
	return stderr_is_journal(deadline_now_ns(&dispatch->deadline)) ? SINK_JOURNAL : SINK_STDERR;
}

static bool is_absent(enum sink_id id, int64_t now_ns)
{
	return log_socket_is_absent(sinks[id]->socket, now_ns);
}

static bool was_there(enum sink_id id)
{
	return sinks[id]->socket && log_socket_was_there(sinks[id]->socket);
}

bool dispatch_finds_sink(struct dispatch *dispatch)
{
	const int64_t now_ns = deadline_now_ns(&dispatch->deadline);

	dispatch->finds_none = log_socket_is_missing(sink_journal.socket, now_ns) &&
			       log_socket_is_missing(sink_syslog.socket, now_ns) &&
			       sink_stderr.is_absent(dispatch->output, now_ns);
	return !dispatch->finds_none;
}

/* Sets the sink that fails first, where one does, as dispatch_fallback() would: one whose service is gone,
 * or that was asked for by name. */
struct dispatch_result dispatch_to_none(struct dispatch *dispatch)
{
	const enum sink_id primary = dispatch_primary(dispatch);
	struct dispatch_result result = { primary, SINK_NONE, SINK_NONE, -ENOTCONN };

	if (was_there(primary) || dispatch->output->forced != SINK_NONE)
		result.failed = primary;
	if (result.failed == primary && !was_there(primary))
		result.error = dispatch_absence(primary);
	for (enum sink_id id = 0; id < SINK_COUNT && result.failed == SINK_NONE; id++)
		if (was_there(id))
			result.failed = id;
	return result;
}

enum sink_id dispatch_primary_of_direct(struct dispatch *dispatch)
{
	const int64_t now_ns = deadline_now_ns(&dispatch->deadline);
	const enum sink_id primary = dispatch_primary(dispatch);

	if (dispatch->excluded_error != 0 || dispatch->finds_none)
		return SINK_NONE;
	return primary == SINK_STDERR ||
			       (dispatch->output->forced == SINK_NONE &&
				is_absent(SINK_JOURNAL, now_ns) && is_absent(SINK_SYSLOG, now_ns))
		       ? primary
		       : SINK_NONE;
}

/* -EMSGSIZE is no failure: the record has to be composed. */
void dispatch_exclude_direct(struct dispatch *dispatch, int r)
{
	if (r == -EMSGSIZE)
		return;
	dispatch->excluded = SINK_STDERR;
	dispatch->excluded_error = r;
}

static bool wants_echo(const struct delivery *delivery)
{
	const int echo = delivery->output->echo;

	return echo < 0 ? stderr_is_terminal(deadline_now_ns(delivery->deadline)) : echo;
}

void dispatch_echo(const struct delivery *delivery, enum sink_id sent)
{
	struct deadline no_wait = { .now_ns = deadline_now_ns(delivery->deadline) };
	const struct delivery echo = { delivery->record, delivery->output, &no_wait };

	if (!wants_echo(delivery) || sent == SINK_STDERR ||
	    (is_journald(sent) && is_journald(SINK_STDERR)))
		return;
	(void)sink_stderr.write(&echo);
}

/* The record was refused, not the service: another socket of the same journald may take a shortened
 * form. */
static bool is_refusal_of_record(int error)
{
	return error == -EFBIG || error == -EMSGSIZE || error == -ENOMEM;
}

/* Notes a failure. After one of journald, sinks that end in the same journald are skipped. */
static void note_failure(struct dispatch_result *result, enum sink_id id, int r,
			 const struct delivery *delivery, bool *journald_failed)
{
	if (r >= 0)
		return;
	if (!result->error) {
		result->error = r;
		result->failed = id;
	}
	if (r == -EAGAIN)
		deadline_shorten(delivery->deadline);
	if (!is_refusal_of_record(r) && is_journald(id))
		*journald_failed = true;
}

int dispatch_absence(enum sink_id id)
{
	const struct log_socket *log_socket = sinks[id]->socket;

	return log_socket && atomic_load_explicit(&log_socket->forbidden, memory_order_relaxed)
		       ? -EACCES
		       : -ENOENT;
}

/* It leads to the journald that failed. */
static void skip_sink(enum sink_id id, const struct delivery *delivery)
{
	if (sinks[id]->socket)
		log_socket_postpone(sinks[id]->socket, deadline_now_ns(delivery->deadline));
}

struct dispatch_result dispatch_fallback(struct dispatch *dispatch, const struct delivery *delivery,
					 enum sink_id primary, int r)
{
	const bool forced = dispatch->output->forced != SINK_NONE;
	struct dispatch_result result = { primary, SINK_NONE, SINK_NONE, 0 };
	bool journald_failed = false;

	/* An absent sink is a failure only where it was asked for by name. */
	note_failure(&result, primary, r == 0 && forced ? dispatch_absence(primary) : r, delivery,
		     &journald_failed);
	for (enum sink_id id = 0; id < SINK_COUNT && result.sent == SINK_NONE; id++) {
		if (dispatch->primary_only && result.error)
			break;
		if (id == primary)
			continue;
		if (journald_failed && is_journald(id)) {
			skip_sink(id, delivery);
			continue;
		}
		r = dispatch_try(dispatch, id, delivery);
		note_failure(&result, id, r, delivery, &journald_failed);
		if (r > 0)
			result.sent = id;
	}
	if (result.sent != SINK_NONE)
		dispatch_echo(delivery, result.sent);
	else if (!result.error)
		result.error = -ENOTCONN;
	return result;
}

/* Sets *size to what the record takes. -EMSGSIZE: that is more than *size was. */
static struct dispatch_result send_sized(struct dispatch *dispatch,
					 const struct record_source *source, size_t *size)
{
	struct dispatch_result result = dispatch_refused(-EMSGSIZE);
	const size_t capacity = *size;
	char *buffer = pages_get(capacity);
	struct record record;

	if (!buffer)
		return dispatch_refused(-ENOMEM);
	*size = record_compose(&record, buffer, capacity, source);
	if (*size <= capacity)
		result = dispatch_record(dispatch, &record);
	pages_put(buffer, capacity);
	return result;
}

/* Another thread may change what the call points to, between measuring and writing. */
struct dispatch_result dispatch_large(struct dispatch *dispatch, const struct record_source *source,
				      size_t size)
{
	const size_t measured = size;
	const struct dispatch_result result = send_sized(dispatch, source, &size);

	return size > measured ? send_sized(dispatch, source, &size) : result;
}
