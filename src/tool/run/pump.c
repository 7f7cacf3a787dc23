/* SPDX-License-Identifier: MIT */
#include "tool/run/pump.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "mplog.h"
#include "tool/run/json-record.h"
#include "tool/run/lines.h"
#include "api/log.h"

#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

enum {
	MILLISECOND = 1000 * 1000,
	/* A single line is complete after a pipe's latency: lines printed at once, or one after
	 * another, are there by then. */
	ALONE_NS = MILLISECOND / 10,
	/* Where more lines are expected: a busy machine may take the processor away from the
	 * command. */
	JOIN_NS = 10 * MILLISECOND,
	/* Orphans that hold the pipe after the command's end have so long to write something, */
	QUIET_NS = 100 * MILLISECOND,
	/* and may go on for so long. */
	DRAIN_NS = 1000 * MILLISECOND,
};

struct stream {
	int fd; /* -1: it has ended */
	const struct mplog_site *site;
	struct lines lines;
	struct json_record json;
	int64_t settle_at; /* when the open record is complete */
	int owed;          /* bytes from before the command's end */
};

struct pump {
	struct stream stream[PUMP_STREAMS];
	struct child *child;
	int signal_fd;
	int64_t quiet_at, drained_at; /* after the command's end */
};

static const struct mplog_site sites[PUMP_STREAMS] = {
	[PUMP_OUT] = { sizeof(struct mplog_site), NULL, NULL, "stdout", "LOGGER=stdout\n", 0 },
	[PUMP_ERR] = { sizeof(struct mplog_site), NULL, NULL, "stderr", "LOGGER=stderr\n", 0 },
};

static bool is_enabled(int level)
{
	return mplog_enabled(level);
}

static void emit_record(int level, struct bytes text, void *userdata)
{
	const struct stream *stream = (const struct stream *)userdata;

	(void)log_message(stream->site, level, text);
}

static bool parse_json(struct bytes line, int level, void *userdata)
{
	struct stream *const stream = userdata;

	return json_record_read(&stream->json, line, level);
}

static void emit_json(void *userdata)
{
	const struct stream *stream = (const struct stream *)userdata;
	const struct json_record *json = &stream->json;
	const struct mplog_site site = { sizeof(site), NULL, NULL, json->logger, NULL, 0 };
	struct record_source said = {
		.site = json->logger ? &site : stream->site,
		.message = json->message,
		.call_fields = json->fields,
		.n_call_fields = json->n_fields,
	};

	if (is_enabled(json->level))
		(void)log_source(&said, json->level);
}

/* Returns whether there was any output. */
static bool read_stream(struct stream *stream)
{
	size_t room;
	char *const data = lines_room(&stream->lines, &room);
	const ssize_t n = read(stream->fd, data, room);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		(void)close(take_fd(&stream->fd));
		lines_finish(&stream->lines);
		stream->owed = 0;
		return true;
	}
	stream->owed -= n < stream->owed ? (int)n : stream->owed;
	lines_feed(&stream->lines, (size_t)n);
	stream->settle_at = clock_now_ns(CLOCK_MONOTONIC) +
			    (lines_expects(&stream->lines) ? JOIN_NS : ALONE_NS);
	return true;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t next_deadline(const struct pump *pump)
{
	int64_t at = INT64_MAX;

	for (int i = 0; i < PUMP_STREAMS; i++) {
		if (lines_waits(&pump->stream[i].lines))
			at = earlier(at, pump->stream[i].settle_at);
	}
	if (pump->child->ended)
		at = earlier(at, earlier(pump->quiet_at, pump->drained_at));
	return at;
}

static void wait_for_input(const struct pump *pump, struct pollfd polled[PUMP_STREAMS + 1])
{
	const int64_t at = next_deadline(pump);
	int64_t left = at - clock_now_ns(CLOCK_MONOTONIC);
	struct timespec timeout;

	left = left > 0 ? left : 0;
	timeout = (struct timespec){ .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
	for (int i = 0; i < PUMP_STREAMS; i++)
		polled[i] = (struct pollfd){ .fd = pump->stream[i].fd, .events = POLLIN };
	polled[PUMP_STREAMS] = (struct pollfd){ .fd = pump->signal_fd, .events = POLLIN };
	if (ppoll(polled, PUMP_STREAMS + 1, at == INT64_MAX ? NULL : &timeout, NULL) <= 0)
		memset(polled, 0, (PUMP_STREAMS + 1) * sizeof(*polled));
}

static void settle_streams(struct pump *pump)
{
	const int64_t now = clock_now_ns(CLOCK_MONOTONIC);

	for (int i = 0; i < PUMP_STREAMS; i++) {
		struct stream *const stream = &pump->stream[i];

		if (lines_waits(&stream->lines) && now >= stream->settle_at)
			lines_settle(&stream->lines);
	}
}

/* All output of the command is in the pipes by now, perhaps with that of orphans. */
static void note_the_end(struct pump *pump)
{
	const int64_t now = clock_now_ns(CLOCK_MONOTONIC);

	pump->quiet_at = now + QUIET_NS;
	pump->drained_at = now + DRAIN_NS;
	for (int i = 0; i < PUMP_STREAMS; i++) {
		if (pump->stream[i].fd >= 0)
			(void)ioctl(pump->stream[i].fd, FIONREAD, &pump->stream[i].owed);
	}
}

static void handle_signal(struct pump *pump)
{
	const bool ended = pump->child->ended;

	child_handle_signal(pump->child, pump->signal_fd);
	if (pump->child->ended && !ended)
		note_the_end(pump);
	child_end_orphans(pump->child);
}

static bool is_done(const struct pump *pump)
{
	const int64_t now = clock_now_ns(CLOCK_MONOTONIC);

	if (!pump->child->ended)
		return false;
	if (pump->stream[PUMP_OUT].fd < 0 && pump->stream[PUMP_ERR].fd < 0)
		return true;
	return pump->stream[PUMP_OUT].owed == 0 && pump->stream[PUMP_ERR].owed == 0 &&
	       (now >= pump->quiet_at || now >= pump->drained_at);
}

static void run_until_done(struct pump *pump)
{
	struct pollfd polled[PUMP_STREAMS + 1];

	while (!is_done(pump)) {
		wait_for_input(pump, polled);
		for (int i = 0; i < PUMP_STREAMS; i++) {
			if (polled[i].revents && read_stream(&pump->stream[i]))
				pump->quiet_at = clock_now_ns(CLOCK_MONOTONIC) + QUIET_NS;
		}
		if (polled[PUMP_STREAMS].revents)
			handle_signal(pump);
		settle_streams(pump);
	}
}

static int open_streams(struct pump *pump, const struct pump_options *options)
{
	for (int i = 0; i < PUMP_STREAMS; i++) {
		struct stream *const stream = &pump->stream[i];
		const struct lines_options lines_options = {
			.level = options->level[i],
			.joins = options->joins,
			.join = options->join,
			.overwrites = true,
			.passes = is_enabled,
			.emit = emit_record,
			.parse = options->json ? parse_json : NULL,
			.emit_parsed = emit_json,
			.userdata = stream,
		};

		stream->site = &sites[i];
		if (lines_init(&stream->lines, &lines_options) < 0 ||
		    (options->json && json_record_init(&stream->json) < 0))
			return -ENOMEM;
	}
	return 0;
}

static void close_streams(struct pump *pump)
{
	for (int i = 0; i < PUMP_STREAMS; i++) {
		lines_finish(&pump->stream[i].lines);
		lines_free(&pump->stream[i].lines);
		json_record_free(&pump->stream[i].json);
		cleanup_fd(&pump->stream[i].fd);
	}
}

int pump_run(struct child *child, int signal_fd, const struct pump_options *options)
{
	struct pump pump = {
		.stream = { [PUMP_OUT].fd = child->out, [PUMP_ERR].fd = child->err },
		.child = child,
		.signal_fd = signal_fd,
	};
	const int r = open_streams(&pump, options);

	if (r == 0)
		run_until_done(&pump);
	close_streams(&pump);
	return r;
}
