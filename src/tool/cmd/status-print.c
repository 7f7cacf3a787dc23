/* SPDX-License-Identifier: MIT */
#include "tool/cmd/status-print.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "base/color.h"
#include "board/status-text.h"
#include "tool/live/describe.h"
#include "tool/ui/term.h"

enum { LABEL_WIDTH = 12 };

static void begin_line(const char *label)
{
	(void)printf("%*s%c ", LABEL_WIDTH, label, *label ? ':' : ' ');
}

/* The label is empty where the line goes on with the one before. */
#define LINE(label, ...)                \
	do {                            \
		begin_line(label);      \
		term_line(__VA_ARGS__); \
	} while (0)

static void print_title(const struct slot_view *view)
{
	const bool in_color = term_look().has_color;

	(void)fputs(in_color ? term_color(COLOR_BOLD) : "", stdout);
	(void)term_printf(stdout, "%s", view->name);
	(void)fputs(in_color ? COLOR_END : "", stdout);
	term_line(" - %s %ld of %s%s", view->is_scope ? "scope in process" : "process",
		  (long)view->pid, view->board->identifier, view->is_alive ? "" : ", ended");
}

static void print_lineage(const struct snapshot *snapshot, const struct slot_view *view)
{
	const struct slot_view *parent = snapshot_find(snapshot, view->parent);
	const bool is_known = parent && strcmp(parent->name, view->parent_name) == 0;
	char when[TERM_TIME_SIZE], span[TERM_TIME_SIZE], user[DESCRIPTION_SIZE];

	if (is_known)
		LINE("parent", "%s, pid %ld%s", parent->name, (long)parent->pid,
		     parent->is_alive ? "" : " (ended)");
	else
		LINE("parent", "%s", view->parent_name[0] ? view->parent_name : "none");
	LINE("run", "%s, of user %s", view->board->run_id, describe_user(view->board->owner, user));
	if (view->since_ns)
		LINE("since", "%s, %s ago", term_time(when, view->since_ns),
		     term_age(span, view->since_ns));
}

static void print_level(const struct slot_view *view)
{
	char by[DESCRIPTION_SIZE];

	if (view->by_person) {
		char until[DESCRIPTION_SIZE];

		LINE("level", "%s, set by uid %" PRIu32 " with mplog level, %s",
		     describe_level(view->level), (uint32_t)view->override_uid,
		     describe_until(view->board->identifier, view->override_until_ms, until));
		LINE("", "then %s again, set by: %s", describe_level(view->own_level),
		     describe_own_level_by(view, by));
	} else {
		LINE("level", "%s, set by: %s", describe_level(view->level),
		     describe_own_level_by(view, by));
	}
}

static void print_sink(const struct slot_view *view, const struct status_text *report)
{
	if (!view->last_record_ns)
		LINE("sink", "none yet: it has logged nothing");
	else if (view->sink < 0)
		LINE("sink", "none: its last record was lost%s%s", view->sink_error ? ": " : "",
		     view->sink_error ? strerror(view->sink_error) : "");
	else if (view->sink_error)
		LINE("sink", "%s, because the one before it failed: %s", describe_sink(view->sink),
		     strerror(view->sink_error));
	else
		LINE("sink", "%s%s", describe_sink(view->sink),
		     report->is_single ? ", for the program runs as one process (MPLOG_SINGLE)"
				       : "");
}

static void print_file(const struct status_file *file, bool first)
{
	char span[TERM_TIME_SIZE];

	LINE(first ? "files" : "", "%s: %s%s%s%s", file->path, file->state,
	     file->mtime_s ? ", the version of " : "",
	     file->mtime_s ? term_age(span, file->mtime_s * 1000000000) : "",
	     file->mtime_s ? " ago" : "");
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

static void print_figures(const struct slot_view *view)
{
	const uint64_t *counter = view->counter;
	char when[TERM_TIME_SIZE], span[TERM_TIME_SIZE];

	LINE("records",
	     "%" PRIu64 " called = %" PRIu64 " sent + %" PRIu64 " diverted + %" PRIu64
	     " lost + %" PRIu64 " suppressed",
	     counter[COUNTER_CALLED], counter[COUNTER_SENT], counter[COUNTER_DIVERTED],
	     counter[COUNTER_LOST], counter[COUNTER_SUPPRESSED]);
	if (!view->is_scope)
		LINE("", "the last PROCESS_SEQ is %" PRIu64, view->sequence);
	if (view->last_record_ns)
		LINE("last record", "%s, %s ago", term_time(when, view->last_record_ns),
		     term_age(span, view->last_record_ns));
	else
		LINE("last record", "never");
}

static void print_scopes(const struct snapshot *snapshot, const struct slot_view *process)
{
	bool first = true;

	for (size_t i = 0; i < snapshot->n && !process->is_scope && process->is_alive; i++) {
		const struct slot_view *scope = &snapshot->view[i];

		if (!scope->is_scope || !scope->is_alive || scope->inner_pid != process->inner_pid)
			continue;
		LINE(first ? "scopes" : "", "%s at %s, entered by thread %ld", scope->name,
		     describe_level(scope->level),
		     (long)(scope->tid ? scope->tid : scope->inner_pid));
		first = false;
	}
}

static const char *signal_name(int signal)
{
#ifdef HAVE_SIGABBREV_NP
	return sigabbrev_np(signal);
#else
	(void)signal;
	return NULL;
#endif
}

static void print_end(const struct slot_view *view)
{
	const int status = view->end_status;
	const char *name = WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : NULL;

	if (status >= 0 && WIFEXITED(status))
		LINE("end", "it exited with status %d", WEXITSTATUS(status));
	else if (status >= 0)
		LINE("end", "it was killed by signal %d%s%s", WTERMSIG(status), name ? ", SIG" : "",
		     name ? name : "");
	else if (view->has_said_so)
		LINE("end", "by itself: its parent has not reported how");
	else
		LINE("end", "it was killed, called _exit(2), or executed another program");
	LINE("note", "it has ended: its figures are final");
}

/* Prints why the process is silent, and which command helps. */
static void print_advice(const struct slot_view *view)
{
	const uint64_t *counter = view->counter;

	if (!view->is_alive) {
		print_end(view);
		return;
	}
	if (view->level == MPLOG_NONE)
		LINE("note", "at level none nothing passes");
	else if (view->level < MPLOG_DEBUG && !counter[COUNTER_CALLED] && !view->last_record_ns)
		LINE("note",
		     "no call has passed level %s yet: mplog level %s debug shows what is below",
		     describe_level(view->level), view->name);
	if (counter[COUNTER_LOST] + counter[COUNTER_DIVERTED])
		LINE("note", "not all of its records are in their sink: mplog gaps --run=%s",
		     view->board->run_id);
	if (counter[COUNTER_SUPPRESSED])
		LINE("note", "some were over the rate_limit of its rule: mplog show %s",
		     view->name);
	if (slot_reload_requested(snapshot_slot(view)))
		LINE("note", "it will answer mplog reload with its next call");
}

/* A scope's process shows the files. */
static struct status_text read_report(const struct snapshot *snapshot, const struct slot_view *view,
				      char text[SLOT_REPORT_SIZE])
{
	const struct slot_view *process =
		view->is_scope ? snapshot_process_of(snapshot, view) : view;

	text[0] = '\0';
	if (process)
		snapshot_read_report(snapshot_slot(process), text);
	return status_text_begin(text);
}

void status_print(const struct snapshot *snapshot, const struct slot_view *view)
{
	char text[SLOT_REPORT_SIZE];
	struct status_text report = read_report(snapshot, view, text);

	print_title(view);
	print_lineage(snapshot, view);
	print_level(view);
	print_sink(view, &report);
	print_files(&report);
	print_figures(view);
	print_scopes(snapshot, view);
	print_advice(view);
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

void status_print_json(const struct snapshot *snapshot, const struct slot_view *view)
{
	char text[SLOT_REPORT_SIZE];
	struct status_text report = read_report(snapshot, view, text);
	struct json json;

	json_begin(&json, stdout);
	describe_as_json(&json, view);
	json_bool(&json, "frozen", report.is_frozen);
	json_bool(&json, "reload_pending", slot_reload_requested(snapshot_slot(view)));
	if (view->end_status >= 0 && WIFEXITED(view->end_status))
		json_number(&json, "exit_status", WEXITSTATUS(view->end_status));
	else if (view->end_status >= 0)
		json_number(&json, "signal", WTERMSIG(view->end_status));
	files_as_json(&json, &report);
	json_end(&json);
}
