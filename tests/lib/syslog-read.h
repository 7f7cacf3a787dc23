/* SPDX-License-Identifier: MIT */
/* For tests of the syslog sink: a record on its way in, and the line of JSON that the real rsyslogd
 * of tests/lib/with-journald wrote of it. */
#pragma once

#include "lib/hang.h"
#include "sink/sink.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process/epoch.h"
#include "process/thread.h"

#define BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

enum { SYSLOG_WAIT_MS = 20, SYSLOG_WAITS = HANG_SECONDS * 1000 / SYSLOG_WAIT_MS };

static struct output syslog_output;

static inline void syslog_set_up(void)
{
	syslog_output = (struct output){
		.identifier = "ingestd",
		.process = "1",
		.pid = 4875,
		.prefix = { BYTES("no "), BYTES("process=1 "), BYTES("no ") },
		.facility = -1,
	};
}

static inline int syslog_write(struct bytes fields, struct bytes message)
{
	static char buffer[1 << 20];
	const struct record_source source = { .head = BYTES("PROCESS=1\n"),
					      .fields = fields,
					      .level = MPLOG_WARNING,
					      .facility = syslog_output.facility,
					      .message = message };
	struct deadline deadline = { .timeout_ms = 1000 };
	struct record record;
	const struct delivery delivery = { &record, &syslog_output, &deadline };
	struct thread *const thread = thread_get();
	const uint64_t outer = epoch_enter(thread);
	int r;

	ck_assert_uint_le(record_compose(&record, buffer, sizeof(buffer), &source), sizeof(buffer));
	r = sink_syslog.write(&delivery);
	epoch_leave(thread, outer);
	return r;
}

static inline char *syslog_find(const char *mark)
{
	FILE *file = fopen(getenv("RSYSLOGD_OUTPUT"), "re");
	char *line = NULL;
	size_t capacity = 0;

	ck_assert_ptr_nonnull(file);
	while (getline(&line, &capacity, file) > 0) {
		if (strstr(line, mark)) {
			(void)fclose(file);
			return line;
		}
	}
	(void)fclose(file);
	free(line);
	return NULL;
}

/* The line with that mark, once it is there. */
static inline char *syslog_line(const char *mark)
{
	for (int i = 0; i < SYSLOG_WAITS; i++) {
		char *line = syslog_find(mark);

		if (line)
			return line;
		(void)poll(NULL, 0, SYSLOG_WAIT_MS);
	}
	ck_abort_msg("rsyslogd wrote no line with %s", mark);
}

static inline void syslog_has(const char *line, const char *part)
{
	ck_assert_msg(strstr(line, part) != NULL, "no %s in %s", part, line);
}
