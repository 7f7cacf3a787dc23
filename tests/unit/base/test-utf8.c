/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <check.h>

#include "lib/suite.h"

static const struct {
	const char *in;
	size_t size; /* 0: invalid */
	uint32_t code;
} sequences[] = {
	{ "a", 1, 'a' },
	{ "\x7f", 1, 0x7f },
	{ "\xc2\x80", 2, 0x80 },
	{ "\xe2\x82\xac", 3, 0x20ac },
	{ "\xef\xbf\xbf", 3, 0xffff },
	{ "\xf0\x90\x80\x80", 4, 0x10000 },
	{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	{ "\x80", 0, 0 },             /* the middle of one */
	{ "\xc1\xbf", 0, 0 },         /* overlong */
	{ "\xe0\x9f\xbf", 0, 0 },     /* overlong */
	{ "\xed\xa0\x80", 0, 0 },     /* half of a pair of UTF-16 */
	{ "\xf4\x90\x80\x80", 0, 0 }, /* beyond Unicode */
	{ "\xe2\x82", 0, 0 },         /* cut */
	{ "\xe2\x82z", 0, 0 },
	{ "\xff", 0, 0 },
};

START_TEST(decodes_what_is_valid_alone)
{
	const struct bytes in = { sequences[_i].in, strlen(sequences[_i].in) };
	uint32_t code = 0;

	ck_assert_uint_eq(utf8_decode(in, &code), sequences[_i].size);
	ck_assert_uint_eq(code, sequences[_i].code);
}
END_TEST

START_TEST(knows_text)
{
	ck_assert(utf8_is_text((struct bytes){ NULL, 0 }));
	ck_assert(utf8_is_text((struct bytes){ "a\nb\033", 4 }));
	ck_assert(!utf8_is_text((struct bytes){ "a\0b", 3 }));
	ck_assert(!utf8_is_text((struct bytes){ "\xc3", 1 }));
}
END_TEST

START_TEST(cuts_between_characters)
{
	static const char in[] = "a\xe2\x82\xac"
				 "b";
	static const size_t expected[] = { 0, 1, 1, 1, 4, 5, 5 };

	for (size_t size = 0; size < sizeof(expected) / sizeof(expected[0]); size++)
		ck_assert_uint_eq(utf8_cut((struct bytes){ in, 5 }, size), expected[size]);
	/* Of what is no text, the size counts. */
	ck_assert_uint_eq(utf8_cut((struct bytes){ "\x80\x80\x80\x80\x80\x80", 6 }, 5), 5);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("utf8");
	TCase *tcase = suite_case(suite, "utf8", NULL, NULL);

	tcase_add_loop_test(tcase, decodes_what_is_valid_alone, 0,
			    sizeof(sequences) / sizeof(*sequences));
	tcase_add_test(tcase, knows_text);
	tcase_add_test(tcase, cuts_between_characters);
	return suite_run(suite);
}
