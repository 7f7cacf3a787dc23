/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/suite.h"

typedef void put_function(struct strbuf *text, struct bytes bytes);

struct example {
	const char *in;
	size_t size;
	const char *out;
};

#define EXAMPLE(in, out)                \
	{                               \
		in, sizeof(in) - 1, out \
	}

static void check_example(put_function *put, const struct example *example)
{
	char buffer[256];
	struct strbuf text = { buffer, sizeof(buffer) - 1, 0 };

	put(&text, (struct bytes){ example->in, example->size });
	ck_assert_uint_le(text.size, text.capacity);
	buffer[text.size] = '\0';
	ck_assert_str_eq(buffer, example->out);
}

static const struct example escaped[] = {
	EXAMPLE("", ""),
	EXAMPLE("plain text: 1 ...", "plain text: 1 ..."),
	EXAMPLE("a\nb\tc\rd", "a\\nb\\tc\\rd"),
	EXAMPLE("\a\b\v\f", "\\a\\b\\v\\f"),
	EXAMPLE("\033[31mred", "\\e[31mred"),
	EXAMPLE("C:\\new", "C:\\\\new"),
	EXAMPLE("a\0b", "a\\x00b"),
	EXAMPLE("\x01\x1f\x7f", "\\x01\\x1f\\x7f"),
	EXAMPLE("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"),
	EXAMPLE("\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80"),
	EXAMPLE("\xc2\x9b"
		"31m",
		"\\xc2\\x9b31m"), /* C1: the 8-bit CSI */
	EXAMPLE("\x9b"
		"31m",
		"\\x9b31m"),                                 /* not even UTF-8 */
	EXAMPLE("\xc0\xaf", "\\xc0\\xaf"),                   /* overlong */
	EXAMPLE("\xe0\x80\xaf", "\\xe0\\x80\\xaf"),          /* overlong */
	EXAMPLE("\xed\xa0\x80", "\\xed\\xa0\\x80"),          /* a surrogate */
	EXAMPLE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"), /* above U+10FFFF */
	EXAMPLE("\xff\xfe", "\\xff\\xfe"),
	EXAMPLE("\xe2\x82", "\\xe2\\x82"), /* cut */
	EXAMPLE("\xe2\x82x", "\\xe2\\x82x"),
	/* Bidirectional text: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
	EXAMPLE("\xd8\x9c", "\\xd8\\x9c"),
	EXAMPLE("\xe2\x80\x8e\xe2\x80\x8f", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f"),
	EXAMPLE("\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae"),
	EXAMPLE("\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"),
	/* The ends of lines and paragraphs: U+2028, U+2029. */
	EXAMPLE("\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"),
	/* Their neighbours: U+200D joins characters. */
	EXAMPLE("\xe2\x80\x8d\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
		"\xe2\x80\x8d\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa"),
};

START_TEST(keeps_text_on_one_line)
{
	check_example(strbuf_put_escaped, &escaped[_i]);
}
END_TEST

static const struct example json[] = {
	EXAMPLE("", ""),
	EXAMPLE("say \"hi\" \\ /", "say \\\"hi\\\" \\\\ /"),
	EXAMPLE("\b\t\n\f\r", "\\b\\t\\n\\f\\r"),
	EXAMPLE("\x01\033\x7f", "\\u0001\\u001b\\u007f"),
	EXAMPLE("\xc2\x9b", "\\u009b"),
	EXAMPLE("\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6", "\\u2028\\u202e\\u2066"),
	EXAMPLE("\xc3\xbc", "\xc3\xbc"),
	EXAMPLE("a\xff"
		"b",
		"a\xef\xbf\xbd"
		"b"),
};

START_TEST(writes_json)
{
	check_example(strbuf_put_json_characters, &json[_i]);
}
END_TEST

static const struct example structured[] = {
	EXAMPLE("plain", "plain"),
	EXAMPLE("a\"b\\c]d", "a\\\"b\\\\c\\]d"),
	EXAMPLE("a\nb", "a\\\\x0ab"),
	EXAMPLE("\xff", "\\\\xff"),
	EXAMPLE("\xe2\x80\xae", "\\\\xe2\\\\x80\\\\xae"),
	EXAMPLE("\xc3\xbc", "\xc3\xbc"),
};

START_TEST(writes_structured_data)
{
	check_example(strbuf_put_sd_value, &structured[_i]);
}
END_TEST

/* Every byte, at every place in texts of every size up to some words: as alone. */
START_TEST(looks_at_every_byte)
{
	put_function *const put[] = { strbuf_put_escaped, strbuf_put_json_characters,
				      strbuf_put_sd_value };
	enum { SIZE_MAX_ = 35 };
	char in[SIZE_MAX_], out[SIZE_MAX_ + 16], alone[16];

	for (int byte = 0; byte < 256; byte++) {
		const char c = (char)byte;
		struct strbuf one = { alone, sizeof(alone), 0 };

		put[_i](&one, (struct bytes){ &c, 1 });
		for (size_t at = 0; at < SIZE_MAX_; at++) {
			const size_t size = at + 1 + (at * 7 + (size_t)byte) % (SIZE_MAX_ - at);
			struct strbuf text = { out, sizeof(out), 0 };

			memset(in, '~', sizeof(in));
			in[at] = c;
			put[_i](&text, (struct bytes){ in, size });
			ck_assert_uint_eq(text.size, size - 1 + one.size);
			ck_assert_mem_eq(out, "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~", at);
			ck_assert_mem_eq(out + at, alone, one.size);
		}
	}
}
END_TEST

/* Every capacity from none to enough: never a byte too many, always the whole size. */
START_TEST(never_overflows)
{
	static const char in[] = "a\n\033\\\xc3\xbc\xff\"]\x01";
	const struct bytes bytes = { in, sizeof(in) - 1 };
	put_function *const put[] = { strbuf_put_escaped, strbuf_put_json_characters,
				      strbuf_put_sd_value };
	char whole[256];

	for (size_t f = 0; f < 3; f++) {
		struct strbuf all = { whole, sizeof(whole), 0 };

		put[f](&all, bytes);
		for (size_t capacity = 0; capacity <= all.size; capacity++) {
			char buffer[256];
			struct strbuf text = { buffer, capacity, 0 };

			memset(buffer, '#', sizeof(buffer));
			put[f](&text, bytes);
			ck_assert_uint_eq(text.size, all.size);
			ck_assert_mem_eq(buffer, whole, capacity);
			ck_assert_int_eq(buffer[capacity], '#');
		}
	}
}
END_TEST

START_TEST(writes_numbers)
{
	char buffer[64];
	struct strbuf text = { buffer, sizeof(buffer), 0 };

	strbuf_put_number(&text, 0);
	strbuf_put_char(&text, ' ');
	strbuf_put_number(&text, UINT64_MAX);
	strbuf_put_char(&text, ' ');
	strbuf_put_padded(&text, 7, 3);
	strbuf_put_padded(&text, 1234, 3);
	strbuf_put_char(&text, '\0');
	ck_assert_str_eq(buffer, "0 18446744073709551615 0071234");
}
END_TEST

START_TEST(writes_numbers_of_every_size)
{
	uint64_t power = 1;

	for (int digits = 1; digits <= 20; digits++, power *= 10) {
		const uint64_t numbers[] = { power - 1, power, power + 1, power * 9 + power / 7 };

		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
			char ours[32], theirs[32];
			struct strbuf text = { ours, sizeof(ours), 0 };

			strbuf_put_number(&text, numbers[i]);
			strbuf_put_char(&text, '\0');
			(void)snprintf(theirs, sizeof(theirs), "%" PRIu64, numbers[i]);
			ck_assert_str_eq(ours, theirs);
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("escape");
	TCase *tcase = suite_case(suite, "escape", NULL, NULL);

	tcase_add_loop_test(tcase, keeps_text_on_one_line, 0, sizeof(escaped) / sizeof(*escaped));
	tcase_add_loop_test(tcase, writes_json, 0, sizeof(json) / sizeof(*json));
	tcase_add_loop_test(tcase, writes_structured_data, 0,
			    sizeof(structured) / sizeof(*structured));
	tcase_add_test(tcase, never_overflows);
	tcase_add_loop_test(tcase, looks_at_every_byte, 0, 3);
	tcase_add_test(tcase, writes_numbers);
	tcase_add_test(tcase, writes_numbers_of_every_size);
	return suite_run(suite);
}
