/* SPDX-License-Identifier: MIT */
#include "tool/timeline/markup.h"

#include "lib/suite.h"

#include <stdlib.h>

#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	struct bytes bytes;
	const char *markup, *json;
} texts[] = {
	{ BYTES(""), "", "" },
	{ BYTES("plain gr\u00fc\u00df \u65e5 \U0001f600"), "plain gr\u00fc\u00df \u65e5 \U0001f600",
	  "plain gr\u00fc\u00df \u65e5 \U0001f600" },
	{ BYTES("</script><!-- ]]> a='b' \"c\" &amp;"),
	  "&lt;/script&gt;&lt;!-- ]]&gt; a=&#39;b&#39; &quot;c&quot; &amp;amp;",
	  "\\u003c/script\\u003e\\u003c!-- ]]\\u003e a='b' \\\"c\\\" \\u0026amp;" },
	{ BYTES("a\nb\tc\rd"), "a\nb\\tc\\rd", "a\\nb\\\\tc\\\\rd" },
	{ BYTES("\0\x1b[2J\x7f\x80"), "\\x00\\e[2J\\x7f\\x80", "\\\\x00\\\\e[2J\\\\x7f\\\\x80" },
	{ BYTES("\xc2\x85\u061c\u200f\u202e\u2029\u2066"),
	  "\\xc2\\x85\\xd8\\x9c\\xe2\\x80\\x8f\\xe2\\x80\\xae\\xe2\\x80\\xa9\\xe2\\x81\\xa6",
	  "\\\\xc2\\\\x85\\\\xd8\\\\x9c\\\\xe2\\\\x80\\\\x8f\\\\xe2\\\\x80\\\\xae\\\\xe2\\\\x80\\\\xa9"
	  "\\\\xe2\\\\x81\\\\xa6" },
	/* Not UTF-8: a lone byte, an overlong one, a surrogate, one cut off. */
	{ BYTES("\xff \xc0\xaf \xed\xa0\x80 \xe2\x82"),
	  "\\xff \\xc0\\xaf \\xed\\xa0\\x80 \\xe2\\x82",
	  "\\\\xff \\\\xc0\\\\xaf \\\\xed\\\\xa0\\\\x80 \\\\xe2\\\\x82" },
	/* No characters of XML. */
	{ BYTES("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd"),
	  "\\xef\\xbf\\xbe\\xef\\xbf\\xbf\xef\xbf\xbd",
	  "\\\\xef\\\\xbf\\\\xbe\\\\xef\\\\xbf\\\\xbf\xef\xbf\xbd" },
	{ BYTES("C:\\dir"), "C:\\\\dir", "C:\\\\\\\\dir" },
};

static void check(void (*put)(struct strbuf *, struct bytes), struct bytes bytes,
		  const char *expected)
{
	char data[512] = "";
	struct strbuf text = { data, sizeof(data) - 1, 0 };

	put(&text, bytes);
	ck_assert_uint_lt(text.size, sizeof(data));
	data[text.size] = '\0';
	ck_assert_str_eq(data, expected);
}

START_TEST(markup)
{
	check(strbuf_put_markup, texts[_i].bytes, texts[_i].markup);
}
END_TEST

START_TEST(json)
{
	check(strbuf_put_script_json, texts[_i].bytes, texts[_i].json);
}
END_TEST

/* Whatever the bytes are, none of them ends a tag, a string or a line of JSON. */
START_TEST(any_bytes)
{
	char data[64], out[2][64 * 32 + 1];

	srand(1);
	for (int round = 0; round < 20000; round++) {
		struct strbuf text[2] = { { out[0], sizeof(out[0]) - 1, 0 },
					  { out[1], sizeof(out[1]) - 1, 0 } };
		const size_t size = (size_t)rand() % sizeof(data);

		for (size_t i = 0; i < size; i++)
			data[i] =
				(char)(rand() % 4 ? rand() : "<>&\"'\\\n\xe2\x80\xae"[rand() % 10]);
		strbuf_put_markup(&text[0], (struct bytes){ data, size });
		strbuf_put_script_json(&text[1], (struct bytes){ data, size });
		for (int i = 0; i < 2; i++) {
			ck_assert_uint_lt(text[i].size, sizeof(out[i]));
			out[i][text[i].size] = '\0';
			ck_assert_uint_eq(strlen(out[i]), text[i].size);
		}
		ck_assert_ptr_null(strpbrk(out[0], "<>\"'\r\x1b\x7f"));
		ck_assert_ptr_null(strpbrk(out[1], "<>&\n\r\x1b\x7f"));
		ck_assert_ptr_null(strstr(out[0], "\u202e"));
		ck_assert_ptr_null(strstr(out[1], "\u202e"));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("markup");
	TCase *tcase = suite_case(suite, "markup", NULL, NULL);
	const int n = sizeof(texts) / sizeof(texts[0]);

	tcase_add_loop_test(tcase, markup, 0, n);
	tcase_add_loop_test(tcase, json, 0, n);
	tcase_add_test(tcase, any_bytes);
	return suite_run(suite);
}
