/* SPDX-License-Identifier: MIT */
/* lines: the records are the same however the bytes arrive, and none is missing. */

#include "lib/suite.h"
#include "mplog.h"
#include "tool/run/lines.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The records as text: "<6>one|<3>two\n  more|" */
static char seen[1 << 16];
static size_t seen_size;
static size_t records, bytes;
static int gate;
static bool overwrites, parses;
static regex_t regex;

static bool passes(int level)
{
	return level != MPLOG_NONE && level <= gate;
}

static void collect(int level, struct bytes text, void *userdata)
{
	records++;
	bytes += text.size;
	if (seen_size + text.size + 16 > sizeof(seen))
		return;
	seen_size += (size_t)snprintf(seen + seen_size, 16, "<%d>", level);
	memcpy(seen + seen_size, text.data, text.size);
	seen_size += text.size;
	seen[seen_size++] = '|';
	seen[seen_size] = '\0';
}

/* Of the other form are lines in braces: "{3text}" has level 3, "{text}" that of the line. */
static struct bytes parsed;
static int parsed_level;

static bool parse(struct bytes text, int level, void *userdata)
{
	const bool has_level = text.size > 2 && text.data[1] >= '0' && text.data[1] <= '7';

	if (text.data[text.size - 1] != '}')
		return false;
	parsed = text;
	parsed_level = has_level ? text.data[1] - '0' : level;
	return true;
}

static void emit_parsed(void *userdata)
{
	if (passes(parsed_level))
		collect(parsed_level, parsed, userdata);
}

static void setup(void)
{
	seen[0] = '\0';
	seen_size = records = bytes = 0;
	gate = MPLOG_INFO;
	overwrites = parses = false;
}

static void start(struct lines *lines, const char *join)
{
	const struct lines_options options = {
		.level = MPLOG_INFO,
		.joins = !join || join[0],
		.join = join && join[0] ? &regex : NULL,
		.overwrites = overwrites,
		.passes = passes,
		.emit = collect,
		.parse = parses ? parse : NULL,
		.emit_parsed = emit_parsed,
	};

	if (options.join)
		ck_assert_int_eq(regcomp(&regex, join, REG_EXTENDED | REG_NOSUB), 0);
	ck_assert_int_eq(lines_init(lines, &options), 0);
}

static void finish(struct lines *lines)
{
	lines_finish(lines);
	lines_free(lines);
	if (lines->options.join)
		regfree(&regex);
}

static void feed(struct lines *lines, const char *data, size_t size)
{
	while (size > 0) {
		size_t room;
		char *to = lines_room(lines, &room);
		const size_t n = size < room ? size : room;

		ck_assert_uint_gt(room, 0);
		memcpy(to, data, n);
		lines_feed(lines, n);
		data += n;
		size -= n;
	}
}

/* In chunks of every size, the records are EXPECTED. */
static void check_size(const char *join, const char *data, size_t size, const char *expected)
{
	for (size_t chunk = 1; chunk <= size; chunk++) {
		struct lines lines;

		seen[seen_size = 0] = '\0';
		start(&lines, join);
		for (size_t at = 0; at < size; at += chunk)
			feed(&lines, data + at, chunk < size - at ? chunk : size - at);
		finish(&lines);
		ck_assert_msg(strcmp(seen, expected) == 0, "chunks of %zu: %s", chunk, seen);
	}
}

static void check(const char *join, const char *data, const char *expected)
{
	check_size(join, data, strlen(data), expected);
}

START_TEST(a_line_is_a_record)
{
	check(NULL, "one\ntwo\n\nfour\n", "<6>one|<6>two|<6>|<6>four|");
	check(NULL, "no newline", "<6>no newline|");
	check(NULL, "\n", "<6>|");
	check(NULL, "cr\r\nlf\n", "<6>cr\r|<6>lf|");
}
END_TEST

START_TEST(a_prefix_is_the_level)
{
	check(NULL, "<3>bad\nplain\n<0>x", "<3>bad|<6>plain|<0>x|");
	check(NULL, "<8>a\n<3b\n<\n<3\n<33>c\n", "<6><8>a|<6><3b|<6><|<6><3|<6><33>c|");
	check(NULL, "<3>\n", "<3>|");
}
END_TEST

START_TEST(continuations_join)
{
	check(NULL, "a\n  b\n\tc\nd\n", "<6>a\n  b\n\tc|<6>d|");
	check(NULL, "  first\n  second\n", "<6>  first\n  second|");
	check(NULL, "<3>a\n b\n<3> c\n<4> d\n", "<3>a\n b\n c|<4> d|");
	check("^Caused by", "a\n at b\nCaused by: c\n at d\ne\n",
	      "<6>a\n at b\nCaused by: c\n at d|<6>e|");
	check("", "a\n  b\n", "<6>a|<6>  b|");
}
END_TEST

START_TEST(below_the_level_is_dropped_with_its_continuations)
{
	check(NULL, "<7>a\n  b\nc\n<7>d", "<6>c|");
	gate = MPLOG_ERR;
	check(NULL, "a\n  b\n<3>c\n  d\ne\n  f\n<4>g\n<3>h\n", "<3>c\n  d|<3>h|");
	check("^x", "xa\nxb\n<3>c\nxd\ne\nxf\n<4>g\nxh\n<3>h\nxi", "<3>c\nxd|<3>h\nxi|");
	check("", "a\n  b\n<3>c\n  d\n x <3>e\n", "<3>c|");
}
END_TEST

START_TEST(any_byte_passes)
{
	static const char data[] = "a\0b\n\0\n\xff<3>\x1b[0m\n<3>\0z";

	check_size(NULL, data, sizeof(data) - 1, "<6>a");
	ck_assert_mem_eq(seen, "<6>a\0b|<6>\0|<6>\xff<3>\x1b[0m|<3>\0z|", 29);
}
END_TEST

START_TEST(the_last_state_of_a_line_counts)
{
	overwrites = true;
	check(NULL, "cr\r\nlf\n\r\nend\r", "<6>cr|<6>lf|<6>|<6>end|");
	check(NULL, "1%\r 50%\r100%\nafter\n", "<6>100%|<6>after|");
	check(NULL, "1%\r100%\r\r\n\r1%\r2%", "<6>100%|<6>2%|");
	check(NULL, "\r\r\r\n1\r\r2\r\n", "<6>|<6>2|");
	check(NULL, "<3>a\r<4>b\nc\r<3>d\n<3>e\rf\n", "<4>b|<3>d|<6>f|");
	check(NULL, "a\n  b\rc\nd\n  e\r  f\r\n", "<6>a|<6>c|<6>d\n  f|");
	check("^and", "a\nx\rand b\nand c\ry\n", "<6>a\nand b|<6>y|");
	check("", "1\r2\n3\r\n", "<6>2|<6>3|");
}
END_TEST

START_TEST(overwritten_states_below_the_level_hide_none)
{
	overwrites = true;
	gate = MPLOG_ERR;
	check(NULL, "1%\r2%\nx\r\r<3>a\n3%\r<3>b\rc\n<3>d\r\n", "<3>a|<3>d|");
	check("", "1%\r2%\nx\r\r<3>a\n3%\r<3>b\rc\n<3>d\r\n\r<3>e", "<3>a|<3>d|<3>e|");
}
END_TEST

START_TEST(lines_of_another_form_are_records)
{
	check(NULL, "{a}\n", "<6>{a}|");
	parses = true;
	check(NULL, "a\n{3b}\n  c\n{d\n  e}\n<4>{f}\n{5g}",
	      "<6>a|<3>{3b}|<6>  c|<6>{d\n  e}|<4>{f}|<5>{5g}|");
	check(NULL, "a\n  {b}\n", "<6>a\n  {b}|");
	check("^[{c]", "a\n{b}\nc\n{d\ne\n", "<6>a|<6>{b}|<6>c\n{d|<6>e|");
	check("", "{a}\nb\n{\n", "<6>{a}|<6>b|<6>{|");
	overwrites = true;
	check(NULL, "1%\r{3a}\r\n{b}\rc\n", "<3>{3a}|<6>c|");
}
END_TEST

START_TEST(lines_of_another_form_have_their_own_level)
{
	parses = true;
	gate = MPLOG_ERR;
	check(NULL, "a\n{3b}\n  c\n{7d}\n  e\n<3>{f}\n<3>g\n{5g}\n  h\n{3i",
	      "<3>{3b}|<3>{f}|<3>g|");
	check("", "a\n{3b}\n{7d}\n<7>{3e}\n", "<3>{3b}|<3>{3e}|");
	gate = MPLOG_NONE;
	check(NULL, "a\n{3b}\n<0>c\n", "");
}
END_TEST

START_TEST(the_gate_may_open_at_any_time)
{
	struct lines lines;

	gate = MPLOG_WARNING;
	start(&lines, NULL);
	feed(&lines, "a\nb\nhalf", 8);
	gate = MPLOG_INFO;
	feed(&lines, " a line\nwhole\n", 14);
	gate = MPLOG_WARNING;
	feed(&lines, "c\nd", 3);
	finish(&lines);
	ck_assert_str_eq(seen, "<6>whole|");
}
END_TEST

START_TEST(nothing_waits_for_what_cannot_continue_it)
{
	struct lines lines;

	start(&lines, NULL);
	feed(&lines, "one\n", 4);
	ck_assert(lines_waits(&lines));
	feed(&lines, "t", 1);
	ck_assert(!lines_waits(&lines));
	ck_assert_str_eq(seen, "<6>one|");
	feed(&lines, "wo\n", 3);
	lines_settle(&lines);
	ck_assert_str_eq(seen, "<6>one|<6>two|");
	feed(&lines, "<3>three\n", 9);
	lines_settle(&lines);
	feed(&lines, "  late\n", 7);
	finish(&lines);
	ck_assert_str_eq(seen, "<6>one|<6>two|<3>three|<3>  late|");
}
END_TEST

START_TEST(more_is_expected_once_it_was_continued)
{
	struct lines lines;

	start(&lines, NULL);
	feed(&lines, "one\n", 4);
	ck_assert(!lines_expects(&lines));
	feed(&lines, "  more\n", 7);
	ck_assert(lines_expects(&lines));
	feed(&lines, "two\n", 4);
	ck_assert(!lines_expects(&lines));
	finish(&lines);

	start(&lines, "^and");
	feed(&lines, "one\n", 4);
	ck_assert(lines_expects(&lines));
	lines_settle(&lines);
	ck_assert(!lines_expects(&lines));
	finish(&lines);
}
END_TEST

static void feed_filled(struct lines *lines, char c, size_t size)
{
	static char block[100000];

	memset(block, c, sizeof(block));
	for (; size > 0; size -= size < sizeof(block) ? size : sizeof(block))
		feed(lines, block, size < sizeof(block) ? size : sizeof(block));
}

START_TEST(long_lines_stay_whole)
{
	struct lines lines;

	start(&lines, NULL);
	feed_filled(&lines, 'x', 5 << 20);
	feed(&lines, "\nend\n", 5);
	lines_finish(&lines);
	ck_assert_uint_eq(records, 2);
	ck_assert_uint_eq(bytes, (5 << 20) + 3);
	lines_free(&lines);
}
END_TEST

START_TEST(too_long_lines_are_split_without_a_loss)
{
	struct lines lines;

	start(&lines, NULL);
	feed(&lines, "<3>", 3);
	feed_filled(&lines, '<', 40 << 20);
	feed(&lines, "\n<4>end\n", 8);
	finish(&lines);
	ck_assert_uint_eq(records, 4);
	ck_assert_uint_eq(bytes, (40 << 20) + 3);
	ck_assert_str_eq(seen, "<4>end|");
}
END_TEST

START_TEST(a_part_of_a_line_has_no_other_form)
{
	struct lines lines;

	parses = true;
	start(&lines, NULL);
	feed(&lines, "{", 1);
	feed_filled(&lines, '}', 40 << 20);
	feed(&lines, "\n{3a}\n", 6);
	finish(&lines);
	ck_assert_uint_eq(records, 4);
	ck_assert_uint_eq(bytes, (40 << 20) + 1 + 4);
	ck_assert_str_eq(seen, "<3>{3a}|");
}
END_TEST

START_TEST(endless_continuation_is_bounded)
{
	struct lines lines;
	enum { LINES = 100000 };

	start(&lines, NULL);
	for (int i = 0; i < LINES; i++)
		feed(&lines, "  0123456789\n", 13);
	lines_finish(&lines);
	ck_assert_uint_eq(bytes + records, (size_t)LINES * 13);
	ck_assert_uint_ge(records, (size_t)LINES * 13 / LINES_JOINED_MAX);
	ck_assert_uint_lt(lines.capacity, 1 << 20);
	lines_free(&lines);
}
END_TEST

/* A download of days has one line. */
START_TEST(progress_takes_no_memory)
{
	static const char state[] = "\r 12345 of 99999 blocks, 1 MB/s";
	struct lines lines;

	overwrites = true;
	start(&lines, NULL);
	feed(&lines, "before\n", 7);
	for (size_t i = 0; i < (4 << 20) / sizeof(state); i++)
		feed(&lines, state, sizeof(state) - 1);
	ck_assert_uint_lt(lines.capacity, 1 << 20);
	feed(&lines, "\rdone\n", 6);
	finish(&lines);
	ck_assert_str_eq(seen, "<6>before|<6>done|");
}
END_TEST

START_TEST(carriage_returns_alone_are_bounded)
{
	struct lines lines;

	overwrites = true;
	start(&lines, NULL);
	feed_filled(&lines, '\r', 40 << 20);
	feed(&lines, "end\n", 4);
	ck_assert_uint_le(lines.capacity, 2 * LINES_LINE_MAX);
	finish(&lines);
	ck_assert_ptr_nonnull(strstr(seen, "<6>end|"));
}
END_TEST

START_TEST(what_does_not_pass_takes_no_memory)
{
	struct lines lines;

	gate = MPLOG_ERR;
	start(&lines, NULL);
	feed_filled(&lines, 'x', 100 << 20);
	ck_assert_uint_lt(lines.capacity, 1 << 20);
	feed(&lines, "\n<7>", 4);
	feed_filled(&lines, 'x', 100 << 20);
	ck_assert_uint_lt(lines.capacity, 1 << 20);
	feed(&lines, "\n<3>end", 7);
	finish(&lines);
	ck_assert_str_eq(seen, "<3>end|");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lines");
	TCase *tcase = suite_case(suite, "lines", setup, NULL);

	tcase_add_test(tcase, a_line_is_a_record);
	tcase_add_test(tcase, a_prefix_is_the_level);
	tcase_add_test(tcase, continuations_join);
	tcase_add_test(tcase, below_the_level_is_dropped_with_its_continuations);
	tcase_add_test(tcase, any_byte_passes);
	tcase_add_test(tcase, the_last_state_of_a_line_counts);
	tcase_add_test(tcase, overwritten_states_below_the_level_hide_none);
	tcase_add_test(tcase, lines_of_another_form_are_records);
	tcase_add_test(tcase, lines_of_another_form_have_their_own_level);
	tcase_add_test(tcase, the_gate_may_open_at_any_time);
	tcase_add_test(tcase, nothing_waits_for_what_cannot_continue_it);
	tcase_add_test(tcase, more_is_expected_once_it_was_continued);
	tcase_add_test(tcase, long_lines_stay_whole);
	tcase_add_test(tcase, too_long_lines_are_split_without_a_loss);
	tcase_add_test(tcase, a_part_of_a_line_has_no_other_form);
	tcase_add_test(tcase, endless_continuation_is_bounded);
	tcase_add_test(tcase, progress_takes_no_memory);
	tcase_add_test(tcase, carriage_returns_alone_are_bounded);
	tcase_add_test(tcase, what_does_not_pass_takes_no_memory);
	return suite_run(suite);
}
