/* SPDX-License-Identifier: MIT */
#include "tool/cmd/gaps-print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool/cmd/gaps-list.h"
#include "tool/journal/judge.h"
#include "tool/ui/json.h"
#include "tool/ui/table.h"

enum { RANGES_SHOWN = 6, LIST_SIZE = 1024, DATE_SIZE = 11 };

static const struct column columns[] = {
	{ "PROCESS" },
	{ "PID", .right = true },
	{ "RECORDS", .right = true },
	{ "MISSING", .right = true },
	{ "LOST", .right = true },
	{ "DIVERTED", .right = true },
	{ "SUPPRESSED", .right = true },
	{ "WORST" },
	{ "WHEN" },
	{ "MISSING NUMBERS" },
	{ "IDENTIFIER", .is_extra = true },
	{ "RUN ID", .is_extra = true },
};

/* ---- For people ------------------------------------------------------------------------------ */

static void put_gap(struct strbuf *text, const struct gap *gap)
{
	static const char *const causes[] = {
		[CAUSE_UNKNOWN] = " (unaccounted for)",
		[CAUSE_TOLD] = "",
		[CAUSE_IN_FLIGHT] = " (in flight when it was killed)",
		[CAUSE_BEFORE] = " (before the journal begins)",
	};

	strbuf_put_number(text, gap->range.first);
	if (gap->range.last > gap->range.first) {
		strbuf_put_string(text, "-");
		strbuf_put_number(text, gap->range.last);
	}
	strbuf_put_string(text, causes[gap->cause]);
}

/* Puts the first gaps: "17-18, 40 (unaccounted for)". */
static void put_gaps(struct table *table, const struct counted *process,
		     const struct verdict *verdict)
{
	struct gaps gaps = gaps_of(process, verdict);
	char buffer[LIST_SIZE];
	struct strbuf text = { .data = buffer, .capacity = sizeof(buffer) - 1 };
	struct gap gap;

	for (size_t n = 0; gaps_next(&gaps, &gap); n++) {
		strbuf_put_string(&text, n ? ", " : "");
		if (n == RANGES_SHOWN) {
			strbuf_put_string(&text, "...");
			break;
		}
		put_gap(&text, &gap);
	}
	buffer[text.size < text.capacity ? text.size : text.capacity] = '\0';
	table_put(table, COLOR_NONE, "%s", buffer);
}

/* When the first and the last of the missing numbers were, as far as the records beside them tell. */
static void put_when(struct table *table, const struct counted *process,
		     const struct verdict *verdict)
{
	struct gaps gaps = gaps_of(process, verdict);
	char after[TERM_TIME_SIZE] = "", before[TERM_TIME_SIZE] = "";
	uint64_t after_us = 0, before_us = 0;
	bool is_first = true;
	struct gap gap;

	while (gaps_next(&gaps, &gap)) {
		if (gap.cause == CAUSE_BEFORE)
			continue;
		after_us = is_first ? gap.range.first_us : after_us;
		before_us = gap.range.last_us;
		is_first = false;
	}
	if (after_us)
		(void)term_time(after, (int64_t)after_us * 1000);
	if (before_us)
		(void)term_time(before, (int64_t)before_us * 1000);
	table_put(table, COLOR_NONE, "%s%s%s%s", after_us ? "after " : "", after,
		  after_us && before_us ? ", before "
		  : before_us           ? "before "
					: "",
		  after_us && before_us && strncmp(after, before, DATE_SIZE) == 0
			  ? before + DATE_SIZE
			  : before);
}

static void put_number(struct table *table, enum color color, uint64_t number)
{
	table_put(table, number ? color : COLOR_NONE, "%" PRIu64, number);
}

static void put_process(struct table *table, const struct counted *process)
{
	const struct verdict verdict = judge(process);

	table_put_bytes(table, COLOR_NONE, process->name);
	table_put(table, COLOR_NONE, "%ld", (long)process->pid);
	put_number(table, COLOR_NONE, process->records);
	put_number(table, COLOR_RED, verdict.missing);
	put_number(table, COLOR_NONE, verdict.losses.lost);
	put_number(table, COLOR_NONE, verdict.losses.diverted);
	put_number(table, COLOR_NONE, verdict.losses.suppressed);
	table_put(table, COLOR_NONE, "%s",
		  process->worst ? mplog_level_name(process->worst - 1) : "");
	put_when(table, process, &verdict);
	put_gaps(table, process, &verdict);
	table_put_bytes(table, COLOR_NONE, process->identifier);
	table_put(table, COLOR_NONE, "%s", process->run->id);
}

struct sum {
	uint64_t records, missing, told, in_flight, unknown, before, twice;
};

static void add_to_sum(struct sum *sum, const struct counted *process)
{
	const struct verdict verdict = judge(process);

	sum->records += process->records;
	sum->missing += verdict.missing;
	sum->told += verdict.losses.lost + verdict.losses.diverted;
	sum->in_flight += verdict.in_flight;
	sum->unknown += verdict.unknown;
	sum->before += verdict.before;
	sum->twice += process->twice;
}

static void print_part(const char **separator, uint64_t number, const char *words)
{
	if (!number)
		return;
	(void)printf("%s%" PRIu64 " %s", *separator, number, words);
	*separator = ", ";
}

/* One line for all processes. */
static void print_sum(const struct tally *tally)
{
	const char *separator;
	struct sum sum = { 0 };

	for (size_t i = 0; i < tally->n; i++) {
		if (judge_is_worth_a_line(tally->process[i]))
			add_to_sum(&sum, tally->process[i]);
	}
	(void)printf("%" PRIu64 " records, %" PRIu64 " missing", sum.records, sum.missing);
	separator = ": ";
	print_part(&separator, sum.told, "reported lost or diverted");
	print_part(&separator, sum.in_flight, "in flight when their process was killed");
	print_part(&separator, sum.unknown, "unaccounted for");
	separator = "; ";
	print_part(&separator, sum.before, "before the journal begins");
	print_part(&separator, sum.twice, "numbers came twice");
	(void)putchar('\n');
}

/* Sorts by run, and within a run by appearance. */
static int compare_processes(const void *a, const void *b)
{
	const struct counted *left = *(struct counted *const *)a,
			     *right = *(struct counted *const *)b;

	if (left->run != right->run)
		return left->run->order < right->run->order ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

struct table_options gaps_print_options(void)
{
	return (struct table_options){ .column = columns,
				       .n_columns = sizeof(columns) / sizeof(columns[0]) };
}

void gaps_print(const struct tally *tally, const struct table_options *options)
{
	const struct counted *before = NULL;
	struct table *table = table_new(options);

	if (tally->n > 1)
		qsort(tally->process, tally->n, sizeof(struct counted *), compare_processes);
	for (size_t i = 0; i < tally->n; i++) {
		const struct counted *process = tally->process[i];

		if (!judge_is_worth_a_line(process))
			continue;
		if (!before || before->run != process->run)
			table_put_heading(table, COLOR_BOLD, process->identifier, ", run %s",
					  process->run->id);
		put_process(table, process);
		before = process;
	}
	if (before)
		table_print(table);
	table_free(table);
	if (!options->is_raw && !options->has_no_headings)
		print_sum(tally);
}

/* ---- For machines ---------------------------------------------------------------------------- */

static void gaps_as_json(struct json *json, const struct counted *process,
			 const struct verdict *verdict)
{
	static const char *const causes[] = {
		[CAUSE_UNKNOWN] = "unknown",
		[CAUSE_TOLD] = "told",
		[CAUSE_IN_FLIGHT] = "in flight",
		[CAUSE_BEFORE] = "before",
	};
	struct gaps gaps = gaps_of(process, verdict);
	struct gap gap;

	json_open(json, "gaps", '[');
	while (gaps_next(&gaps, &gap)) {
		json_open(json, NULL, '{');
		json_number(json, "first", (long long)gap.range.first);
		json_number(json, "last", (long long)gap.range.last);
		json_string(json, "cause", causes[gap.cause]);
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* When each gap was: the times of the records before and behind it. */
static void times_as_json(struct json *json, const struct counted *process,
			  const struct verdict *verdict)
{
	struct gaps gaps = gaps_of(process, verdict);
	struct gap gap;

	json_open(json, "times", '[');
	while (gaps_next(&gaps, &gap)) {
		json_open(json, NULL, '{');
		if (gap.range.first_us)
			json_number(json, "after_us", (long long)gap.range.first_us);
		if (gap.range.last_us)
			json_number(json, "before_us", (long long)gap.range.last_us);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void print_process_as_json(const struct counted *process)
{
	const struct verdict verdict = judge(process);
	char boot_id[SD_ID128_STRING_MAX];
	struct json json;

	json_begin(&json, stdout);
	json_bytes(&json, "identifier", process->identifier);
	json_string(&json, "run_id", process->run->id);
	json_string(&json, "boot_id", sd_id128_to_string(process->boot_id, boot_id));
	json_bytes(&json, "process", process->name);
	json_number(&json, "pid", process->pid);
	json_number(&json, "records", (long long)process->records);
	json_number(&json, "missing", (long long)verdict.missing);
	json_number(&json, "in_flight", (long long)verdict.in_flight);
	json_number(&json, "twice", (long long)process->twice);
	json_number(&json, "before", (long long)verdict.before);
	json_number(&json, "lost", (long long)verdict.losses.lost);
	json_number(&json, "diverted", (long long)verdict.losses.diverted);
	json_number(&json, "suppressed", (long long)verdict.losses.suppressed);
	json_string(&json, "worst", process->worst ? mplog_level_name(process->worst - 1) : NULL);
	times_as_json(&json, process, &verdict);
	gaps_as_json(&json, process, &verdict);
	json_end(&json);
}

void gaps_print_json(const struct tally *tally)
{
	for (size_t i = 0; i < tally->n; i++) {
		if (judge_is_worth_a_line(tally->process[i]))
			print_process_as_json(tally->process[i]);
	}
}
