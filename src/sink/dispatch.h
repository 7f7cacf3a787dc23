/* SPDX-License-Identifier: MIT */
/* dispatch: the sinks, and which of them a record goes to: its primary sink, a fallback, the echo. */
#pragma once

#include <errno.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "record/record.h"
#include "sink/sink.h"
#include "sink/socket.h"

/* In the order in which a record falls from one to the next. */
extern const struct sink *const sinks[SINK_COUNT];

/* Has each sink check its descriptors, and take some of its own once the child logs more than a record.
 * Async-signal-safe. */
void sinks_after_fork(void);

/* Has each sink take descriptors of its own with the next record: the services at their paths may be
 * others than our parent's. */
void sinks_renew(void);

/* Connects the first sink there is for such records: a child may not see its path after chroot(2). */
void sinks_connect(const struct output *output);

/* Makes the sinks ready for a sealed process. */
void sinks_seal(void);

/* Gives the descriptors of all sinks back. A record afterwards opens them again. */
void sinks_close(void);

struct dispatch {
	const struct output *output;
	struct deadline deadline;
	bool primary_only; /* no fallback */
	bool finds_none;   /* dispatch_finds_sink() */

	/* The sink that failed already for this call, and its negative errno; or 0. */
	enum sink_id excluded;
	int excluded_error;
};

/* What became of a record. */
struct dispatch_result {
	enum sink_id primary; /* where the record should go; SINK_NONE: lost before any sink */
	enum sink_id sent;    /* the sink that took it, or SINK_NONE */
	enum sink_id failed;  /* the first sink that failed, or SINK_NONE */
	/* 0: sent, and no sink failed. Or a negative errno: of the sink that failed, or -ENOTCONN
	 * where there is no sink at all. */
	int error;
};

static inline struct dispatch dispatch_to(const struct output *output)
{
	return (struct dispatch){
		.output = output,
		.deadline = { .timeout_ms = output->timeout_ms },
	};
}

/* Excludes the sink that failed from the rest of this call. */
static inline void dispatch_exclude(struct dispatch *dispatch, const struct dispatch_result *result)
{
	if (result->failed == SINK_NONE)
		return;
	dispatch->excluded = result->failed;
	dispatch->excluded_error = result->error;
}

/* Makes the result of a record that was lost before any sink. */
static inline struct dispatch_result dispatch_refused(int error)
{
	return (struct dispatch_result){ SINK_NONE, SINK_NONE, SINK_NONE, error };
}

/* Returns 0: in its primary sink. 1: in a fallback. Or a negative errno: lost. */
static inline int dispatch_status(const struct dispatch_result *result)
{
	if (LIKELY(result->error == 0))
		return 0;
	return result->sent == SINK_NONE ? result->error : 1;
}

COLD enum sink_id dispatch_primary_of_single(struct dispatch *dispatch);

static inline enum sink_id dispatch_primary(struct dispatch *dispatch)
{
	const struct output *output = dispatch->output;

	if (UNLIKELY(output->forced != SINK_NONE))
		return output->forced;
	return UNLIKELY(output->single) ? dispatch_primary_of_single(dispatch) : SINK_JOURNAL;
}

/* Returns as the sink's write. */
static inline ALWAYS_INLINE int dispatch_try(const struct dispatch *dispatch, enum sink_id id,
					     const struct delivery *delivery)
{
	if (UNLIKELY(dispatch->excluded_error != 0) && dispatch->excluded == id)
		return dispatch->excluded_error;
	return sinks[id]->write(delivery);
}

/* Returns why a sink that is absent is: -EACCES or -ENOENT. */
COLD int dispatch_absence(enum sink_id id);

/* Looks whether any sink is there, as far as a record would look in this tick of the coarse clock. Where
 * none is, no record of this call is composed. */
COLD bool dispatch_finds_sink(struct dispatch *dispatch);

/* Returns what becomes of a record where no sink is there. */
COLD struct dispatch_result dispatch_to_none(struct dispatch *dispatch);

/* Goes down the chain for a record that its primary sink did not take. R: as returned by write. */
COLD struct dispatch_result dispatch_fallback(struct dispatch *dispatch,
					      const struct delivery *delivery, enum sink_id primary,
					      int r);

/* Writes the record to standard error too where that is wished for. Never waits. */
void dispatch_echo(const struct delivery *delivery, enum sink_id sent);

/* Returns the primary sink of a record that comes to standard error without a failure of another sink,
 * or SINK_NONE. */
COLD enum sink_id dispatch_primary_of_direct(struct dispatch *dispatch);

/* Excludes standard error, which failed with R, from the rest of this call. */
COLD void dispatch_exclude_direct(struct dispatch *dispatch, int r);

/* Writes a record that has not been composed to standard error, where that is the first sink there is,
 * or finds that it is lost. Returns false where the record has to be composed, and dispatched by
 * dispatch_record(). */
static inline ALWAYS_INLINE bool dispatch_source(struct dispatch *dispatch,
						 const struct record_source *source, char *buffer,
						 size_t capacity, struct dispatch_result *ret)
{
	const struct log_socket *const journal = sink_journal.socket;
	struct direct_delivery delivery;
	enum sink_id primary;
	int r;

	if (LIKELY(dispatch->output->forced == SINK_NONE && !dispatch->output->single &&
		   atomic_load_explicit(&journal->connection, memory_order_relaxed)))
		return false;
	primary = dispatch_primary_of_direct(dispatch);
	if (UNLIKELY(primary == SINK_NONE)) {
		if (dispatch->finds_none)
			*ret = dispatch_to_none(dispatch);
		return dispatch->finds_none;
	}
	delivery = (struct direct_delivery){ source, dispatch->output, &dispatch->deadline, buffer,
					     capacity };
	r = sink_stderr.write_direct(&delivery);
	*ret = (struct dispatch_result){ primary, SINK_STDERR, SINK_NONE, 0 };
	if (UNLIKELY(r < 0))
		dispatch_exclude_direct(dispatch, r);
	return r > 0;
}

static inline ALWAYS_INLINE struct dispatch_result dispatch_record(struct dispatch *dispatch,
								   const struct record *record)
{
	const struct delivery delivery = {
		.record = record,
		.output = dispatch->output,
		.deadline = &dispatch->deadline,
	};
	const enum sink_id primary = dispatch_primary(dispatch);
	const int r = dispatch_try(dispatch, primary, &delivery);

	if (UNLIKELY(r <= 0))
		return dispatch_fallback(dispatch, &delivery, primary, r);
	if (dispatch->output->echo)
		dispatch_echo(&delivery, primary);
	return (struct dispatch_result){ primary, primary, SINK_NONE, 0 };
}

/* Composes a record of that SIZE, which the caller's buffer did not hold, in pages, and writes it as
 * dispatch_record() does. */
COLD struct dispatch_result dispatch_large(struct dispatch *dispatch,
					   const struct record_source *source, size_t size);
