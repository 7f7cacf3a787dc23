/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "describe.h"
#include "print.h"
#include "status-text.h"
#include "tool.h"

enum { LABEL_WIDTH = 12 };

static void begin_line(const char *label)
{
	(void)printf("%*s%c ", LABEL_WIDTH, label, *label ? ':' : ' ');
}

/* The label is empty where the line goes on with the one before. */
#define LINE(label, ...)                         \
	do {                                     \
		begin_line(label);               \
		print_text(stdout, __VA_ARGS__); \
		(void)putchar('\n');             \
	} while (0)

static void print_title(const struct entry *entry)
{
	const bool in_colour = print_in_colour(stdout);

	(void)fputs(in_colour ? print_colour_begin(COLOUR_BOLD) : "", stdout);
	print_text(stdout, "%s", entry->name);
	(void)fputs(in_colour ? PRINT_COLOUR_END : "", stdout);
	print_text(stdout, " - %s %ld of %s%s", entry->is_scope ? "scope in process" : "process",
		   (long)entry->pid, entry->board->identifier, entry->is_alive ? "" : ", ended");
	(void)putchar('\n');
}

static void print_lineage(const struct snapshot *snapshot, const struct entry *entry)
{
	const struct entry *parent = snapshot_find(snapshot, entry->parent);
	const bool is_known = parent && strcmp(parent->name, entry->parent_name) == 0;
	char when[PRINT_TIME_SIZE], span[PRINT_TIME_SIZE];

	if (is_known)
		LINE("parent", "%s, pid %ld%s", parent->name, (long)parent->pid,
		     parent->is_alive ? "" : " (ended)");
	else
		LINE("parent", "%s", entry->parent_name[0] ? entry->parent_name : "none");
	LINE("run", "%s", entry->board->run_id);
	if (entry->since_ns)
		LINE("since", "%s, %s ago", print_time(when, entry->since_ns),
		     print_span(span, clock_now_ns(CLOCK_REALTIME) - entry->since_ns));
}

static void print_level(const struct entry *entry)
{
	char by[DESCRIPTION_SIZE];

	if (entry->by_person) {
		char until[DESCRIPTION_SIZE];

		LINE("level", "%s, set by uid %" PRIu32 " with mplog level, %s",
		     describe_level(entry->level), (uint32_t)entry->person_uid,
		     describe_until(entry->board->identifier, entry->person_until_ms, until));
		LINE("", "then %s again, set by: %s", describe_level(entry->own_level),
		     describe_own_level_by(entry, by));
	} else {
		LINE("level", "%s, set by: %s", describe_level(entry->level),
		     describe_own_level_by(entry, by));
	}
}

static void print_sink(const struct entry *entry, const struct status_text *report)
{
	if (!entry->last_record_ns)
		LINE("sink", "none yet: it has logged nothing");
	else if (entry->sink < 0)
		LINE("sink", "none: its last record was lost%s%s", entry->sink_error ? ": " : "",
		     entry->sink_error ? strerror(entry->sink_error) : "");
	else if (entry->sink_error)
		LINE("sink", "%s, because the one before it failed: %s", describe_sink(entry->sink),
		     strerror(entry->sink_error));
	else
		LINE("sink", "%s%s", describe_sink(entry->sink),
		     report->is_single ? ", for the program runs as one process (MPLOG_SINGLE)"
				       : "");
}

static void print_file(const struct status_file *file, bool first)
{
	const int64_t age_ns = clock_now_ns(CLOCK_REALTIME) - file->mtime_s * 1000000000;
	char span[PRINT_TIME_SIZE];

	LINE(first ? "files" : "", "%s: %s%s%s%s", file->path, file->state,
	     file->mtime_s ? ", the version of " : "",
	     file->mtime_s ? print_span(span, age_ns) : "", file->mtime_s ? " ago" : "");
	if (file->error[0])
		LINE("", "  mistake: %s:%s", file->path, file->error);
}

static void print_files(struct status_text *report)
{
	struct status_file file;
	bool first = true;

	for (; status_text_next(report, &file); first = false)
		print_file(&file, first);
	if (first)
		LINE("files", "none");
	if (report->is_frozen)
		LINE("", "not reachable any more (chroot?): the loaded version stays in force");
}

static void print_figures(const struct entry *entry)
{
	const uint64_t *counter = entry->counter;
	char when[PRINT_TIME_SIZE], span[PRINT_TIME_SIZE];

	LINE("records",
	     "%" PRIu64 " called = %" PRIu64 " sent + %" PRIu64 " diverted + %" PRIu64
	     " lost + %" PRIu64 " suppressed",
	     counter[COUNTER_CALLED], counter[COUNTER_SENT], counter[COUNTER_DIVERTED],
	     counter[COUNTER_LOST], counter[COUNTER_SUPPRESSED]);
	if (!entry->is_scope)
		LINE("", "the last PROCESS_SEQ is %" PRIu64, entry->sequence);
	if (entry->last_record_ns)
		LINE("last record", "%s, %s ago", print_time(when, entry->last_record_ns),
		     print_span(span, clock_now_ns(CLOCK_REALTIME) - entry->last_record_ns));
	else
		LINE("last record", "never");
}

static void print_scopes(const struct snapshot *snapshot, const struct entry *process)
{
	bool first = true;

	for (size_t i = 0; i < snapshot->n && !process->is_scope && process->is_alive; i++) {
		const struct entry *scope = &snapshot->entry[i];

		if (!scope->is_scope || !scope->is_alive || scope->inner_pid != process->inner_pid)
			continue;
		LINE(first ? "scopes" : "", "%s at %s, entered by thread %ld", scope->name,
		     describe_level(scope->level),
		     (long)(scope->tid ? scope->tid : scope->inner_pid));
		first = false;
	}
}

static bool is_asked_to_reload(const struct entry *entry)
{
	const struct slot *slot = &entry->board->board->slot[entry->index];

	return atomic_load(&slot->reload_asked) != atomic_load(&slot->reload_answered);
}

/* Why it is silent, if it is, and what helps. */
static void print_advice(const struct entry *entry)
{
	const uint64_t *counter = entry->counter;

	if (!entry->is_alive) {
		LINE("note", "it has ended: its figures are final");
		return;
	}
	if (entry->level == MPLOG_NONE)
		LINE("note", "at level none nothing passes");
	else if (entry->level < MPLOG_DEBUG && !counter[COUNTER_CALLED] && !entry->last_record_ns)
		LINE("note",
		     "no call has passed level %s yet: mplog level %s debug shows what is below",
		     describe_level(entry->level), entry->name);
	if (counter[COUNTER_LOST] + counter[COUNTER_DIVERTED])
		LINE("note", "not all of its records are in their sink: mplog gaps --run=%s",
		     entry->board->run_id);
	if (counter[COUNTER_SUPPRESSED])
		LINE("note", "some were over the rate_limit of its rule: mplog show %s",
		     entry->name);
	if (is_asked_to_reload(entry))
		LINE("note", "it will answer mplog reload with its next call");
}

void status_print(const struct snapshot *snapshot, const struct entry *entry)
{
	const struct entry *process =
		entry->is_scope ? snapshot_process_of(snapshot, entry) : entry;
	char text[SLOT_REPORT_SIZE] = "";
	struct status_text report;

	if (process)
		snapshot_read_report(process, text);
	report = status_text_begin(text);
	print_title(entry);
	print_lineage(snapshot, entry);
	print_level(entry);
	print_sink(entry, &report);
	print_files(&report);
	print_figures(entry);
	print_scopes(snapshot, entry);
	print_advice(entry);
	(void)putchar('\n');
}

static void files_as_json(struct json *json, struct status_text *report)
{
	struct status_file file;

	json_open(json, "files", '[');
	while (status_text_next(report, &file)) {
		json_open(json, NULL, '{');
		json_string(json, "path", file.path);
		json_string(json, "state", file.state);
		if (file.mtime_s)
			json_number(json, "mtime", file.mtime_s);
		if (file.error[0])
			json_string(json, "error", file.error);
		json_close(json, '}');
	}
	json_close(json, ']');
}

void status_print_json(const struct snapshot *snapshot, const struct entry *entry)
{
	const struct entry *process =
		entry->is_scope ? snapshot_process_of(snapshot, entry) : entry;
	char text[SLOT_REPORT_SIZE] = "";
	struct status_text report;
	struct json json;

	if (process)
		snapshot_read_report(process, text);
	report = status_text_begin(text);
	json_begin(&json, stdout);
	describe_as_json(&json, entry);
	json_bool(&json, "frozen", report.is_frozen);
	json_bool(&json, "reload_pending", is_asked_to_reload(entry));
	files_as_json(&json, &report);
	json_end(&json);
}
