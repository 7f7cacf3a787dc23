/* SPDX-License-Identifier: MIT */
#include "notice/dump.h"

#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/pages.h"
#include "base/timestamp.h"
#include "blackbox/ring-read.h"
#include "mplog.h"
#include "notice/dump-record.h"
#include "notice/notice.h"
#include "process/ancestry.h"
#include "process/fork-detect.h"
#include "process/seal.h"
#include "process/stack.h"
#include "record/field-name.h"

enum { RECORD_BUFFER = 4096 }; /* a larger record takes pages */

struct dumping {
	struct ring *ring;
	size_t size;
	struct output output; /* as that of the entry's writer */
	struct deadline *deadline;
	struct dump_writer writer;
	int sent; /* records, or a negative errno */
};

/* ---- One record ------------------------------------------------------------------------------- */

/* A sink that fails is not worth a diversion: the entry stays where it is. */
static struct dispatch dispatch_of(const struct dumping *dumping)
{
	struct dispatch dispatch = dispatch_to(&dumping->output);

	dispatch.deadline = *dumping->deadline;
	dispatch.primary_only = true;
	return dispatch;
}

static void set_output(struct dumping *dumping, const struct ring_entry *entry)
{
	dumping->output.identifier = dumping->writer.identifier;
	dumping->output.process = dumping->writer.process;
	dumping->output.pid = dumping->writer.pid;
	for (int i = 0; i < SINK_COUNT; i++)
		dumping->output.prefix[i] = entry->prefix;
}

static int send_record(struct dumping *dumping, const struct ring_entry *entry, char *buffer,
		       size_t capacity, size_t *ret_size)
{
	struct dispatch dispatch;
	struct dispatch_result result;
	struct record record;

	*ret_size = dump_compose(&record, buffer, capacity, &dumping->writer, entry);
	if (*ret_size > capacity)
		return -EMSGSIZE;
	set_output(dumping, entry);
	dispatch = dispatch_of(dumping);
	result = dispatch_record(&dispatch, &record);
	*dumping->deadline = dispatch.deadline;
	return result.sent == SINK_NONE ? result.error : 0;
}

static int send_entry(struct dumping *dumping, const struct ring_entry *entry)
{
	char buffer[RECORD_BUFFER], *memory;
	size_t size, same;
	int r = send_record(dumping, entry, buffer, sizeof(buffer), &size);

	if (size <= sizeof(buffer))
		return r;
	memory = pages_get(size);
	if (!memory)
		return -ENOMEM;
	r = send_record(dumping, entry, memory, size, &same);
	pages_put(memory, size);
	return r;
}

/* ---- All of them ------------------------------------------------------------------------------ */

static void put_survey(struct notice *notice, const struct dump_writer *writer,
		       const struct ring_survey *survey)
{
	const struct timespec since = { .tv_sec = (time_t)(survey->since_ns / NS_PER_S),
					.tv_nsec = (long)(survey->since_ns % NS_PER_S) };

	notice_put_number(notice, FIELD_NAME_PID, (uint64_t)writer->pid);
	notice_put_time(notice, FIELD_NAME_SINCE, survey->since_ns);
	notice_put_number(notice, "MPLOG_RECORDS", survey->entries);
	notice_put_number(notice, "MPLOG_OVERWRITTEN", survey->overwritten);
	notice_put_number(notice, "MPLOG_TORN", survey->torn);
	notice_textf(notice, "Black box of %s (pid %d): %" PRIu64 " %s since ", writer->process,
		     writer->pid, survey->entries, survey->entries == 1 ? "record" : "records");
	strbuf_put_log_time(&notice->message, &since);
	notice_textf(notice, "; %" PRIu64 " older %s overwritten, %" PRIu64 " torn",
		     survey->overwritten, survey->overwritten == 1 ? "was" : "were", survey->torn);
}

/* Sends the notice under the name of the process that wrote the entries. */
static int send_notice(struct dumping *dumping, const struct ring_entry *first,
		       const struct ring_survey *survey)
{
	char head[512 + IDENTIFIER_SIZE];
	struct strbuf text = { head, sizeof(head), 0 };
	struct dispatch_result result;
	struct dispatch dispatch;
	struct notice notice;

	dump_writer_read(&dumping->writer, first);
	strbuf_put_dump_head(&text, &dumping->writer);
	notice_begin(&notice, NOTICE_BLACKBOX, MPLOG_NOTICE);
	put_survey(&notice, &dumping->writer, survey);
	set_output(dumping, first);
	dispatch = dispatch_of(dumping);
	result = notice_dispatch(&notice, &dispatch, (struct bytes){ head, text.size });
	*dumping->deadline = dispatch.deadline;
	return result.sent == SINK_NONE ? result.error : 0;
}

/* An entry counts as dumped before it is sent: of a process that is killed in between that entry is lost,
 * and none comes twice. */
static int send_entries(struct dumping *dumping, const struct ring_copy *copy)
{
	struct ring *ring = dumping->ring;
	struct ring_cursor cursor = ring_begin(copy, false);
	struct ring_entry entry;
	int n = 0;

	while (ring_next(&cursor, &entry)) {
		const uint64_t before = atomic_exchange(&ring->dumped, entry.end);
		int r = 0;

		if (dumping->deadline->timeout_ms > 0 && deadline_left_ns(dumping->deadline) == 0)
			r = -EAGAIN;
		if (r == 0)
			r = send_entry(dumping, &entry);
		if (r < 0 && r != -EMSGSIZE) {
			atomic_store(&ring->dumped, before);
			return r;
		}
		atomic_store(&ring->dumped_number, entry.number);
		n++;
	}
	return n;
}

static int dump_copy(struct dumping *dumping, const struct ring_copy *copy)
{
	const struct ring_survey survey = ring_survey(copy);
	struct ring_cursor cursor = ring_begin(copy, false);
	struct ring_entry first;
	int r;

	if (!ring_next(&cursor, &first))
		return 0;
	dump_writer_init(&dumping->writer, &copy->head);
	(void)deadline_left_ns(dumping->deadline); /* the clock begins */
	r = send_notice(dumping, &first, &survey);
	return r < 0 ? r : send_entries(dumping, copy);
}

static void dump_locked(struct dumping *dumping)
{
	struct ring_copy copy = { .data = pages_get(dumping->size) };

	dumping->sent = -ENOMEM;
	if (!copy.data)
		return;
	dumping->sent = 0;
	if (ring_copy_from(&copy, dumping->ring, dumping->size))
		dumping->sent = dump_copy(dumping, &copy);
	pages_put(copy.data, dumping->size);
}

static void dump_on_stack(void *argument)
{
	struct dumping *dumping = argument;
	_Atomic uint32_t *reader = &dumping->ring->reader;
	const uint32_t self = (uint32_t)getpid_cached();
	uint32_t other = 0;

	dumping->sent = -EBUSY;
	if (seal_is_set() && atomic_load(reader)) /* the next lines ask the kernel */
		return;
	if (!atomic_compare_exchange_strong(reader, &other, self) &&
	    (other == self || process_is_alive((pid_t)other) ||
	     !atomic_compare_exchange_strong(reader, &other, self)))
		return;
	dump_locked(dumping);
	atomic_store(reader, 0);
}

int dump_ring(struct ring *ring, size_t size, const struct output *output,
	      struct deadline *deadline)
{
	struct dumping dumping = {
		.ring = ring,
		.size = size,
		.output = *output,
		.deadline = deadline,
	};

	stack_run(dump_on_stack, &dumping);
	return dumping.sent;
}

int dump_own(const struct output *output, struct deadline *deadline)
{
	struct ring *ring = ring_get();

	return ring && ring_has_entries(ring) ? dump_ring(ring, own_ring.size, output, deadline)
					      : 0;
}

/* What is left of the time is the record's. */
void dump_before_now(struct dispatch *dispatch)
{
	const unsigned timeout_ms = dispatch->output->timeout_ms / 2;
	struct deadline deadline = { .timeout_ms = timeout_ms };

	(void)dump_own(dispatch->output, &deadline);
	if (timeout_ms > 0)
		deadline_spent(&dispatch->deadline,
			       timeout_ms * NS_PER_MS - deadline_left_ns(&deadline));
}
