/* SPDX-License-Identifier: MIT */
/* Standard error: one line, and one write where it can be, for each record. */
#include "sink/sink.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/escape.h"
#include "base/pages.h"
#include "process/seal.h"
#include "sink/stderr-fd.h"
#include "sink/stderr-format.h"
#include "sink/stderr-write.h"

enum {
	LINE_BUFFER = 1536, /* a longer line takes memory from the kernel; see sink-syslog.c */
	NAP_MS = 1,         /* where poll(2) calls writable what does not take a byte */
};

/* A child inherits both: descriptor 2 is the parent's. */
static HOT_DATA struct {
	struct breaker breaker;
	atomic_bool torn; /* a line went out in part: the next one begins with a newline */
} stderr_state;

static bool wants_color(const struct output *output, const struct stderr_probe *probe)
{
	return output->stderr_color > 0 ||
	       (output->stderr_color < 0 && probe->kind == STDERR_TERMINAL && !stderr_no_color());
}

static void put_begin(struct strbuf *text, const struct stderr_probe *probe, int level)
{
	if (UNLIKELY(atomic_load_explicit(&stderr_state.torn, memory_order_relaxed)))
		strbuf_put_char(text, '\n');
	if (UNLIKELY(probe->is_journal)) {
		strbuf_put_char(text, '<');
		strbuf_put_number(text, (unsigned)level);
		strbuf_put_char(text, '>');
	}
}

static void put_record(struct strbuf *text, const struct delivery *delivery,
		       const struct stderr_probe *probe, const struct timespec *when)
{
	const struct output *const output = delivery->output;

	put_begin(text, probe, delivery->record->level);
	if (output->stderr_json)
		strbuf_put_json_line(text, delivery, when);
	else
		strbuf_put_line(text, delivery, when, wants_color(output, probe));
}

/* Returns false when the deadline has passed. */
static bool wait_writable(struct deadline *deadline, bool has_just_been)
{
	if (seal_is_set())
		return false;
	if (!has_just_been)
		return deadline_poll(deadline, STDERR_FILENO);
	(void)poll(NULL, 0, NAP_MS);
	return deadline_left_ns(deadline) > 0;
}

/* N: what the first write returned. */
static int write_rest(const struct stderr_probe *probe, struct bytes *rest, ssize_t n,
		      struct deadline *deadline)
{
	bool has_waited = false;

	for (;; n = stderr_write_once(probe, *rest)) {
		if (n > 0) {
			rest->data += n;
			rest->size -= (size_t)n;
			if (rest->size == 0)
				return 0;
		} else if (n == -EAGAIN) {
			if (!breaker_allows_wait(&stderr_state.breaker, deadline) ||
			    !wait_writable(deadline, has_waited))
				return -EAGAIN;
		} else if (n != -EINTR) {
			return n < 0 ? (int)n : -EIO;
		}
		has_waited = n == -EAGAIN && !has_waited;
	}
}

static COLD int finish_line(const struct stderr_probe *probe, struct bytes line, ssize_t n,
			    struct deadline *deadline)
{
	struct bytes rest = line;
	const int r = write_rest(probe, &rest, n, deadline);

	if (r == 0)
		breaker_reset(&stderr_state.breaker);
	else if (r == -EAGAIN)
		breaker_trip(&stderr_state.breaker, deadline);
	if (rest.size < line.size)
		atomic_store_explicit(&stderr_state.torn, r < 0, memory_order_relaxed);
	return r;
}

static inline ALWAYS_INLINE int write_line(const struct stderr_probe *probe, struct bytes line,
					   struct deadline *deadline)
{
	const ssize_t n = stderr_write_once(probe, line);

	if (LIKELY(n == (ssize_t)line.size && breaker_is_closed(&stderr_state.breaker) &&
		   !atomic_load_explicit(&stderr_state.torn, memory_order_relaxed)))
		return 0;
	return finish_line(probe, line, n, deadline);
}

static int write_large(size_t size, const struct delivery *delivery,
		       const struct stderr_probe *probe, const struct timespec *when)
{
	struct strbuf text = { pages_get(size), size, 0 };
	int r;

	if (!text.data)
		return -ENOMEM;
	put_record(&text, delivery, probe, when);
	if (text.size > size) {
		text.size = size;
		text.data[size - 1] = '\n';
	}
	r = write_line(probe, (struct bytes){ text.data, text.size }, delivery->deadline);
	pages_put(text.data, size);
	return r;
}

static void stderr_seal(void)
{
	stderr_invalidate();
	stderr_seal_writing(stderr_probe(true, clock_coarse_ns()).kind);
}

static inline ALWAYS_INLINE struct stderr_probe probe_for(const struct output *output,
							  int64_t now_ns)
{
	const bool is_asked_for =
		output->forced == SINK_STDERR || (output->forced == SINK_NONE && output->single);

	return stderr_probe(is_asked_for, now_ns);
}

static bool stderr_is_absent(const struct output *output, int64_t now_ns)
{
	return probe_for(output, now_ns).kind == STDERR_NONE;
}

static int stderr_write(const struct delivery *delivery)
{
	const struct stderr_probe probe =
		probe_for(delivery->output, deadline_now_ns(delivery->deadline));
	char buffer[LINE_BUFFER];
	struct strbuf text = { buffer, sizeof(buffer), 0 };
	struct timespec now;
	int r;

	if (probe.kind == STDERR_NONE)
		return 0;
	now = record_time(delivery->record);
	put_record(&text, delivery, &probe, &now);
	if (text.size <= text.capacity)
		r = write_line(&probe, (struct bytes){ buffer, text.size }, delivery->deadline);
	else
		r = write_large(text.size, delivery, &probe, &now);
	return r == 0 ? 1 : r;
}

static int stderr_write_direct(const struct direct_delivery *delivery)
{
	const struct output *const output = delivery->output;
	const struct record_source *const source = delivery->source;
	const struct stderr_probe probe = probe_for(output, deadline_now_ns(delivery->deadline));
	struct strbuf text = { delivery->buffer, delivery->capacity, 0 };
	struct timespec now;
	int r;

	if (probe.kind == STDERR_NONE)
		return 0;
	if (!output->line_head.data || wants_color(output, &probe))
		return -EMSGSIZE;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	put_begin(&text, &probe, source->level);
	if (!strbuf_put_source(&text, source, output, &now))
		return -EMSGSIZE;
	r = write_line(&probe, (struct bytes){ text.data, text.size }, delivery->deadline);
	return r == 0 ? 1 : r;
}

const struct sink sink_stderr = {
	.name = "stderr",
	.write = stderr_write,
	.write_direct = stderr_write_direct,
	.is_absent = stderr_is_absent,
	.is_journald = stderr_leads_to_journald,
	.seal = stderr_seal,
};
