/* SPDX-License-Identifier: MIT */
/* mplog blackbox: what the black boxes of processes hold. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "api/guard.h"
#include "base/cleanup.h"
#include "base/timestamp.h"
#include "blackbox/place.h"
#include "notice/dump-record.h"
#include "notice/dump.h"
#include "record/encoding.h"
#include "tool/cmd/commands.h"
#include "tool/live/each.h"
#include "tool/live/ring-file.h"
#include "tool/ui/json.h"
#include "tool/ui/memory.h"
#include "tool/ui/options.h"
#include "tool/ui/term.h"
#include "tool/ui/tool.h"
#include "tool/view/view.h"

enum { SEND_TIMEOUT_MS = 10000 };

struct options {
	struct filter filter;
	bool json, send;
	void *view; /* of mplog tail */
	bool has_failed;
};

/* ---- Showing ----------------------------------------------------------------------------------- */

/* Calls FN for each entry, oldest first. Returns how many there are. */
static size_t for_each_entry(const struct ring_copy *copy, struct dump_writer *writer,
			     void (*fn)(struct options *, struct dump_writer *,
					const struct ring_entry *),
			     struct options *options)
{
	struct ring_cursor cursor = ring_begin(copy, true);
	struct ring_entry entry;
	size_t n = 0;

	for (; ring_next(&cursor, &entry); n++)
		fn(options, writer, &entry);
	return n;
}

static struct journal_entry as_journal_entry(struct dump_writer *writer,
					     const struct ring_entry *entry, char *message)
{
	dump_writer_read(writer, entry);
	if (entry->prefix.size > 0)
		memcpy(message, entry->prefix.data, entry->prefix.size);
	memcpy(message + entry->prefix.size, entry->text.data, entry->text.size);
	return (struct journal_entry){
		.when_us = (uint64_t)entry->time_ns / 1000,
		.level = entry->level,
		.is_dumped = true,
		.process = bytes_of(writer->process),
		.identifier = bytes_of(writer->identifier),
		.message = { message, entry->prefix.size + entry->text.size },
	};
}

static void survey_entry(struct options *options, struct dump_writer *writer,
			 const struct ring_entry *entry)
{
	AUTO_FREE char *message = memory_new(entry->prefix.size + entry->text.size + 1, 1);
	const struct journal_entry shown = as_journal_entry(writer, entry, message);

	view_short.survey(options->view, &shown);
}

static void show_entry(struct options *options, struct dump_writer *writer,
		       const struct ring_entry *entry)
{
	AUTO_FREE char *message = memory_new(entry->prefix.size + entry->text.size + 1, 1);
	const struct journal_entry shown = as_journal_entry(writer, entry, message);

	view_short.show(options->view, &shown);
}

/* As the record that would be sent. */
static void show_json(struct options *options, struct dump_writer *writer,
		      const struct ring_entry *entry)
{
	struct record record;
	const size_t size = dump_compose(&record, NULL, 0, writer, entry);
	AUTO_FREE char *data = memory_new(size, 1);
	struct encoded_field field;
	struct bytes fields;
	struct json json;

	(void)options;
	(void)dump_compose(&record, data, size, writer, entry);
	fields = record.data;
	json_begin(&json, stdout);
	while (encoding_next(&fields, &field)) {
		AUTO_FREE char *name = memory_new(field.name.size + 1, 1);

		memcpy(name, field.name.data, field.name.size);
		json_bytes(&json, name, field.value);
	}
	json_end(&json);
}

static int show(struct options *options, const struct slot_view *view)
{
	struct dump_writer writer;
	struct ring_copy copy;
	const int r = ring_file_read(view, &copy);

	if (r < 0)
		return r;
	dump_writer_init(&writer, &copy.head);
	if (!options->json)
		(void)for_each_entry(&copy, &writer, survey_entry, options);
	(void)for_each_entry(&copy, &writer, options->json ? show_json : show_entry, options);
	ring_file_free(&copy);
	return 0;
}

/* ---- Sending ----------------------------------------------------------------------------------- */

/* What was sent is not sent again, by no other process either. */
static int send(const struct slot_view *view)
{
	const struct output output = {
		.forced = SINK_NONE,
		.timeout_ms = SEND_TIMEOUT_MS,
		.facility = -1,
	};
	struct deadline deadline = { .timeout_ms = SEND_TIMEOUT_MS };
	struct ring *ring;
	size_t size;
	int r;
	GUARD(guard);

	if (!guard.thread)
		return -ENOMEM;
	r = ring_file_map(view, &ring);
	if (r < 0)
		return r;
	size = ring_data_size(ring);
	r = size > 0 ? dump_ring(ring, size, &output, &deadline) : -ENOENT;
	place_unmap(ring, RING_SIZE_MAX);
	if (r >= 0)
		term_line("%s (pid %ld): %d record%s sent", view->name, (long)view->pid, r,
			  r == 1 ? "" : "s");
	return r < 0 ? r : 0;
}

/* ---- The command ------------------------------------------------------------------------------- */

/* Returns whether the process has a black box. */
static bool handle(struct options *options, const struct slot_view *view)
{
	const int r = options->send ? send(view) : show(options, view);

	if (r < 0 && r != -ENOENT) {
		tool_complain("blackbox: %s (pid %ld): %s", view->name, (long)view->pid,
			      r == -EBUSY ? "it is being sent by another process" : strerror(-r));
		options->has_failed = true;
	}
	return r != -ENOENT;
}

static int blackbox(struct options *options)
{
	size_t found = 0, processes = 0;
	struct each each;

	if (!each_begin(&each, "blackbox", &options->filter, false))
		return STATUS_TROUBLE;
	while (each_next(&each)) {
		const struct snapshot *snapshot = each_snapshot(&each);

		for (size_t i = 0; i < snapshot->n; i++) {
			const struct slot_view *view = &snapshot->view[i];

			if (view->is_scope || !filter_wants(&options->filter, view))
				continue;
			processes++;
			found += handle(options, view);
		}
	}
	if (processes == 0)
		filter_tell_none(&options->filter);
	else if (found == 0)
		tool_complain(
			"no black box: none is configured, nothing was logged into it, or it was"
			" sent to the journal (mplog tail)");
	boards_tell_unread(&each.boards);
	each_end(&each);
	if (options->has_failed)
		return STATUS_TROUBLE;
	return found ? STATUS_GOOD : STATUS_BAD;
}

static int run_blackbox(const struct command *command, int argc, char **argv)
{
	struct options options = { .filter = { .with_pids = true, .with_dead = true } };
	const struct look look = { .term = term_look(), .has_identifier = true };
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &options.filter.identifier },
		{ "send", .flag = &options.send },
		{ "json", 'j', .flag = &options.json },
		{ 0 },
	};
	int status;

	if (options_parse(command, rows, NULL, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (optind == argc)
		return tool_usage(command, "expected NAME or PID");
	if (options.send && options.json)
		return tool_usage(command, "--send shows nothing: --json does not go with it");
	timestamp_init();
	options.filter.name = argv + optind;
	options.filter.n_names = (size_t)(argc - optind);
	options.view = view_short.open(&look);
	status = blackbox(&options);
	view_short.close(options.view);
	return status;
}

const struct command command_blackbox = {
	.name = "blackbox",
	.summary = "Show what a process has logged below its level, alive or dead",
	.arguments = "[-t IDENTIFIER] [--send | --json] NAME|PID...",
	.help = "NAME may be a glob. What is shown stays where it is.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  of this program\n"
		"      --send                   send it to the journal, what was sent already not again\n"
		"  -j, --json                   one JSON object a line, with all fields\n"
		"\n"
		"Exit status: 0, 1 no such process or no black box, 2 usage or trouble.\n",
	.run = run_blackbox,
};
