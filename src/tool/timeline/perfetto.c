/* SPDX-License-Identifier: MIT */
/* mplog timeline --output=perfetto: Chrome's trace-event JSON, which ui.perfetto.dev and
 * chrome://tracing open: a track a process and scope, slices for lives, instants for records. */
#include <inttypes.h>
#include <stdlib.h>

#include "tool/timeline/markup.h"
#include "tool/timeline/output.h"
#include "tool/ui/memory.h"
#include "tool/ui/term.h"

/* No process has such a number: the kernel's limit is 2^22. */
enum { PID_INVENTED = 1 << 23 };

struct trace {
	FILE *file;
	long *pid; /* of each lane */
	size_t n;  /* events, so far */
};

/* Pids come again in other runs, on other machines and later: the first process keeps its own. */
static long find_pid(const struct survey *survey, const struct lane *lane)
{
	const struct counted *const process = lane->process;

	for (size_t i = 0; i < survey->lanes.n; i++) {
		const struct counted *const other = survey->lanes.lane[i]->process;

		if (other->pid == process->pid && other->order < process->order)
			return PID_INVENTED + (long)process->order;
	}
	return process->pid;
}

/* The first track of a process is its own, one more each scope's. */
static long track_tid(const struct trace *trace, const struct lane *lane)
{
	return lane->is_scope ? 2 * (long)PID_INVENTED + (long)lane->row : trace->pid[lane->row];
}

static void begin_event(struct trace *trace, const char *phase, const struct lane *lane)
{
	(void)fprintf(trace->file, "%s{\"ph\":\"%s\",\"pid\":%ld,\"tid\":%ld",
		      trace->n++ ? ",\n" : "", phase, trace->pid[lane->row],
		      track_tid(trace, lane));
}

static void put_string(struct trace *trace, const char *name, struct bytes value)
{
	(void)fprintf(trace->file, ",\"%s\":", name);
	markup_print_json(trace->file, value);
}

static void put_meta(struct trace *trace, const struct lane *lane, const char *name,
		     struct bytes value)
{
	begin_event(trace, "M", lane);
	(void)fprintf(trace->file, ",\"name\":\"%s\",\"args\":{\"name\":", name);
	markup_print_json(trace->file, value);
	(void)fputs("}}", trace->file);
}

static void put_order(struct trace *trace, const struct lane *lane, const char *name)
{
	begin_event(trace, "M", lane);
	(void)fprintf(trace->file, ",\"name\":\"%s\",\"args\":{\"sort_index\":%zu}}", name,
		      lane->row);
}

static void put_slice(struct trace *trace, const struct lane *lane, struct bytes name,
		      const char *category, uint64_t from_us, uint64_t to_us)
{
	begin_event(trace, "X", lane);
	put_string(trace, "name", name);
	(void)fprintf(trace->file, ",\"cat\":\"%s\",\"ts\":%" PRIu64 ",\"dur\":%" PRIu64, category,
		      from_us, to_us - from_us);
}

static void put_life(struct trace *trace, const struct lane *lane)
{
	put_slice(trace, lane, lane->name, lane->is_scope ? "scope" : "process", lane->begin_us,
		  lane->end_us);
	(void)fprintf(trace->file, ",\"args\":{\"pid\":%d,\"records\":%" PRIu64, lane->process->pid,
		      lane->records);
	put_string(trace, "parent", lane->parent_name);
	put_string(trace, "run", term_bytes(lane->process->run->id));
	(void)fputs("}}", trace->file);
}

/* Bands have tracks of their own: slices of one track must lie within each other. */
static void put_note(struct trace *trace, const struct lane *lane, const struct note *note)
{
	static const char *const categories[NOTE_KINDS] = { "gap",  "loss",  "suppressed",
							    "dump", "level", "end" };
	const char *const category = categories[note->kind];
	char dump[64];
	struct bytes text = note->text;

	(void)snprintf(dump, sizeof(dump), "%zu records out of the black box", note->n);
	if (note->kind == NOTE_DUMP)
		text = term_bytes(dump);
	begin_event(trace, "b", lane);
	put_string(trace, "name", text);
	(void)fprintf(trace->file, ",\"cat\":\"%s\",\"id\":%zu,\"ts\":%" PRIu64 "}", category,
		      trace->n, note->from_us);
	begin_event(trace, "e", lane);
	put_string(trace, "name", text);
	(void)fprintf(trace->file, ",\"cat\":\"%s\",\"id\":%zu,\"ts\":%" PRIu64 "}", category,
		      trace->n - 1, note->to_us);
}

static void put_lane(struct trace *trace, const struct lane *lane)
{
	if (!lane->is_scope) {
		put_meta(trace, lane, "process_name", lane->name);
		put_order(trace, lane, "process_sort_index");
	}
	put_meta(trace, lane, "thread_name", lane->name);
	put_order(trace, lane, "thread_sort_index");
	put_life(trace, lane);
	for (size_t i = 0; i < lane->n_notes; i++)
		put_note(trace, lane, &lane->note[i]);
}

static void put_record(void *userdata, const struct timeline_record *record)
{
	struct trace *const trace = userdata;
	const char *const level =
		record->level == LEVEL_UNKNOWN ? "no level" : mplog_level_name(record->level);

	begin_event(trace, "i", record->lane);
	put_string(trace, "name", record->message);
	(void)fprintf(trace->file,
		      ",\"cat\":\"%s\",\"s\":\"t\",\"ts\":%" PRIu64 ",\"args\":{\"level\":\"%s\"",
		      level, record->when_us, level);
	if (record->is_dumped)
		(void)fputs(",\"blackbox\":true", trace->file);
	if (record->fields.size > 0)
		put_string(trace, "fields", record->fields);
	if (record->site.size > 0)
		put_string(trace, "site", record->site);
	(void)fputs("}}", trace->file);
}

static int print_perfetto(const struct survey *survey, FILE *file)
{
	struct trace trace = { .file = file,
			       .pid = memory_new(survey->lanes.n, sizeof(*trace.pid)) };
	int r;

	(void)fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n", file);
	for (size_t i = 0; i < survey->lanes.n; i++)
		trace.pid[i] = find_pid(survey, survey->lanes.lane[i]);
	for (size_t i = 0; i < survey->lanes.n; i++)
		put_lane(&trace, survey->lanes.lane[i]);
	r = record_each(survey, put_record, &trace);
	(void)fputs("\n]}\n", file);
	free(trace.pid);
	return r;
}

const struct output output_perfetto = { .name = "perfetto",
					.ending = ".json",
					.print = print_perfetto };
