/* SPDX-License-Identifier: MIT */
#include "api/blackbox.h"

#include <string.h>
#include <syslog.h>

#include "api/refresh.h"
#include "base/clock.h"
#include "base/pages.h"
#include "board/override.h"
#include "process/epoch.h"
#include "process/fork-detect.h"

enum { PADDING = ENTRY_UNIT }; /* bytes behind what an entry is made of */

/* Returns 0; or the size of what the entry is made of, which is more than there is room for. */
static inline ALWAYS_INLINE size_t write_entry(struct ring *ring, struct entry_parts *parts,
					       const struct record_source *source, char *buffer,
					       size_t capacity)
{
	size_t text_at;
	const size_t size = record_compose_entry(buffer, capacity - PADDING, source, &text_at);

	if (UNLIKELY(size > capacity - PADDING))
		return size;
	memset(buffer + size, 0, PADDING);
	parts->record = (struct bytes){ buffer, size };
	parts->fields_size = text_at;
	ring_write(ring, parts);
	return 0;
}

/* Up to a page the memory is mostly at hand. What the call points to may change in between. */
static COLD void write_large(struct ring *ring, struct entry_parts *parts,
			     const struct record_source *source, size_t size)
{
	const size_t capacity = size + PADDING;
	char *memory = size <= RING_SIZE_MAX ? pages_get(capacity) : NULL;

	if (!memory || write_entry(ring, parts, source, memory, capacity) > 0)
		atomic_fetch_add(&ring->refused, 1);
	if (memory)
		pages_put(memory, capacity);
}

static COLD struct ring *take_ring(const struct scope_config *config)
{
	return ring_take(scope_slot(&process_scope), config->blackbox_kb, &config->speaker);
}

void blackbox_prepare(struct scope *scope)
{
	const struct scope_config *config = scope_get_config(scope);

	if (config && config->blackbox_level >= MPLOG_EMERG && !ring_get())
		(void)take_ring(config);
}

int blackbox_record(const struct record_source *said, const struct thread *thread,
		    struct scope *scope, int saved_errno, int64_t now_ns, char *buffer,
		    size_t capacity)
{
	const struct scope_config *config = scope_get_config(scope);
	struct record_source source = *said;
	struct entry_parts parts = {
		.speaker = &config->speaker,
		.level = said->level,
		.tid = atomic_load_explicit(&thread->tid, memory_order_relaxed),
		.now_ns = now_ns,
	};
	struct ring *ring = ring_get();
	size_t size;

	if (said->level > config->blackbox_level)
		return 0;
	if (!ring)
		ring = take_ring(config);
	if (!ring)
		return 0;
	source.fields = config->fields;
	source.saved_errno = saved_errno;
	if (source.facility == 0)
		source.facility = config->output.facility;
	size = write_entry(ring, &parts, &source, buffer, capacity);
	if (size > 0)
		write_large(ring, &parts, &source, size);
	return 0;
}

/* ---- The short way --------------------------------------------------------------------------- */

/* An operator's level, a reload, changed files: what mplog_emit() has to look at. */
static inline ALWAYS_INLINE bool is_something_due(const struct scope *scope,
						  const struct slot *slot, int64_t now_ns)
{
	return now_ns != atomic_load_explicit(&refresh_tick_ns, memory_order_relaxed) ||
	       slot_reload_requested(scope_slot(&process_scope)) || slot_reload_requested(slot) ||
	       scope->generation != context_generation() ||
	       override_is_set(atomic_load_explicit(&slot->override, memory_order_relaxed));
}

/* What record_compose_entry() reads is assigned member by member: to zero the whole struct, or to copy
 * what was just written in halves, costs as much as half of the entry. */
static inline ALWAYS_INLINE void keep(struct ring *ring, const struct thread *thread,
				      const struct scope_config *config, int64_t now_ns,
				      const struct mplog_site *site, int level, int error,
				      const struct mplog_field *fields, size_t n, const char *fmt,
				      va_list *ap, int saved_errno)
{
	char buffer[RECORD_STACK_SIZE];
	struct record_source source;
	struct entry_parts parts;
	size_t size;

	parts.speaker = &config->speaker;
	parts.level = LOG_PRI(level);
	parts.tid = atomic_load_explicit(&thread->tid, memory_order_relaxed);
	parts.now_ns = now_ns;
	source.fields.data = config->fields.data;
	source.fields.size = config->fields.size;
	source.level = parts.level;
	source.facility = LOG_FAC(level) ? LOG_FAC(level) : config->output.facility;
	source.error = error;
	source.suppressed = 0;
	source.site = site;
	source.call_fields = fields;
	source.n_call_fields = fields ? n : 0;
	source.fmt = fmt ? fmt : "";
	source.ap = ap;
	source.saved_errno = saved_errno;
	size = write_entry(ring, &parts, &source, buffer, sizeof(buffer));
	if (UNLIKELY(size > 0))
		write_large(ring, &parts, &source, size);
}

/* Nothing on this way is a cancellation point: the state of the thread is left as it is. */
bool blackbox_keep(const struct mplog_site *site, int level, int error,
		   const struct mplog_field *fields, size_t n, const char *fmt, va_list *ap)
{
	struct thread *const thread = thread_current();
	const struct scope_config *config;
	struct scope *scope;
	const struct slot *slot;
	struct ring *ring;
	uint64_t outer;
	int64_t now_ns;
	int saved_errno;
	bool is_kept;

	if (!thread || fork_is_pending() || level < 0 || level > (LOG_LOCAL7 | MPLOG_DEBUG))
		return false;
	now_ns = clock_coarse_ns();
	outer = epoch_enter(thread);
	scope = scope_of(thread);
	slot = scope_slot(scope);
	config = scope_get_config(scope);
	ring = ring_get();
	is_kept = ring && config && LOG_PRI(level) <= config->blackbox_level &&
		  LOG_PRI(level) > atomic_load_explicit(&slot->level, memory_order_relaxed) &&
		  !is_something_due(scope, slot, now_ns);
	if (is_kept) {
		saved_errno = *thread->errno_at;
		keep(ring, thread, config, now_ns, site, level, error, fields, n, fmt, ap,
		     saved_errno);
		*thread->errno_at = saved_errno;
	}
	epoch_leave(thread, outer);
	return is_kept;
}
