/* SPDX-License-Identifier: MIT */
#include "record/record.h"

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "lib/suite.h"
#include "record/encoding.h"

#define BYTES(literal) ((struct bytes){ literal, sizeof(literal) - 1 })

/* What the next compose() takes. */
static struct record_source source;
static struct record record;
static char *memory;

static void set_up(void)
{
	source = (struct record_source){ .level = MPLOG_INFO };
	memory = NULL;
}

static void tear_down(void)
{
	free(memory);
}

/* As the library does: with a small buffer first, then with one of the right size. */
static void compose_source(void)
{
	char small[16];
	const size_t size = record_compose(&record, small, sizeof(small), &source);

	ck_assert_uint_gt(size, sizeof(small));
	free(memory);
	memory = malloc(size + sizeof(small));
	ck_assert_ptr_nonnull(memory);
	memset(memory + size, '#', sizeof(small));
	ck_assert_uint_le(record_compose(&record, memory, size, &source), size);
	ck_assert_ptr_eq(record.data.data, memory);
	ck_assert_mem_eq(memory + size, "################", sizeof(small));
}

__attribute__((format(printf, 1, 2))) static void compose(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	source.fmt = fmt;
	source.ap = &ap;
	compose_source();
	va_end(ap);
}

static size_t count(const char *name)
{
	struct bytes cursor = record.data;
	struct encoded_field field;
	size_t n = 0;

	while (encoding_next(&cursor, &field))
		n += field.name.size == strlen(name) &&
		     memcmp(field.name.data, name, field.name.size) == 0;
	ck_assert_uint_eq(cursor.size, 0);
	return n;
}

static struct bytes value_of(const char *name)
{
	struct bytes cursor = record.data;
	struct encoded_field field;

	while (encoding_next(&cursor, &field)) {
		if (field.name.size == strlen(name) &&
		    memcmp(field.name.data, name, field.name.size) == 0)
			return field.value;
	}
	ck_abort_msg("no field %s", name);
}

static void check_value(const char *name, struct bytes expected)
{
	const struct bytes value = value_of(name);

	ck_assert_uint_eq(value.size, expected.size);
	ck_assert_mem_eq(value.data, expected.data, expected.size);
	ck_assert_uint_eq(count(name), 1);
}

static void check_string(const char *name, const char *expected)
{
	check_value(name, (struct bytes){ expected, strlen(expected) });
}

START_TEST(holds_everything_in_order)
{
	static const struct mplog_site site = { sizeof(site), "a.c", "run", "db", NULL, 12 };
	static const char expected[] =
		"PROCESS=1\nPRIORITY=6\nTID=4711\nPROCESS_SEQ=99\nERRNO=2\n"
		"LOGGER=db\nCODE_FILE=a.c\nCODE_LINE=12\nCODE_FUNC=run\nROLE=worker\n"
		"MESSAGE\n\x26\0\0\0\0\0\0\0process=1 x: No such file or directory\n";

	source = (struct record_source){ .head = BYTES("PROCESS=1\n"),
					 .fields = BYTES("ROLE=worker\n"),
					 .prefix = BYTES("process=1 "),
					 .level = MPLOG_INFO,
					 .error = ENOENT,
					 .tid = 4711,
					 .sequence = 99,
					 .site = &site };
	compose("%c", 'x');
	ck_assert_uint_eq(record.data.size, sizeof(expected) - 1);
	ck_assert_mem_eq(record.data.data, expected, sizeof(expected) - 1);
	ck_assert_mem_eq(record.data.data + record.message_at, "MESSAGE\n", 8);
	ck_assert_uint_eq(record.text.size, 28);
	ck_assert_mem_eq(record.text.data, "x: No such file or directory", 28);
	ck_assert_str_eq(record.logger, "db");
	ck_assert_int_eq(record.level, MPLOG_INFO);
}
END_TEST

START_TEST(takes_any_capacity)
{
	char whole[512];
	size_t size;

	source.head = BYTES("PROCESS=1\n");
	source.message = BYTES("hello\nworld");
	source.error = EPERM;
	size = record_compose(&record, whole, sizeof(whole), &source);
	for (size_t capacity = 0; capacity < size; capacity++) {
		char buffer[512];
		size_t wanted;

		memset(buffer, '#', sizeof(buffer));
		record.data.size = 0;
		wanted = record_compose(&record, buffer, capacity, &source);
		ck_assert_uint_ge(wanted, size);
		ck_assert_uint_eq(record.data.size, 0);
		ck_assert_int_eq(buffer[capacity], '#');
		ck_assert_uint_eq(record_compose(&record, buffer, wanted, &source), size);
		ck_assert_uint_eq(record.data.size, size);
		ck_assert_mem_eq(buffer, whole, size);
	}
}
END_TEST

/* ---- The message ---------------------------------------------------------------------------- */

static const struct bytes messages[] = {
	BYTES(""),
	BYTES("a"),
	BYTES("two\nlines"),
	BYTES("a=b"),
	BYTES("\n"),
	BYTES("\0nul\0"),
	BYTES("\xff\xfe no text"),
	BYTES("MESSAGE=forged\nPRIORITY=0\n"),
	BYTES("100 %"),
};

START_TEST(keeps_every_byte)
{
	source.message = messages[_i];
	compose_source();
	check_value("MESSAGE", messages[_i]);
	check_string("PRIORITY", "6");
}
END_TEST

START_TEST(keeps_large_messages)
{
	const size_t size = (size_t)1 << 20;
	char *large = malloc(size + 1);

	ck_assert_ptr_nonnull(large);
	memset(large, 'x', size);
	large[size] = '\0';
	compose("%s", large);
	check_string("MESSAGE", large);
	free(large);
}
END_TEST

static char *repeat(const char *what, size_t size)
{
	const size_t step = strlen(what);
	char *text = malloc(size + 1);

	ck_assert_ptr_nonnull(text);
	if (step == 1)
		memset(text, *what, size);
	else
		for (size_t i = 0; i < size; i++)
			text[i] = what[i % step];
	text[size] = '\0';
	return text;
}

static void check_truncated(size_t size, size_t prefix)
{
	char expected[32];

	(void)snprintf(expected, sizeof(expected), "%zu", size);
	check_string("MPLOG_TRUNCATED", expected);
	ck_assert_uint_le(record.data.size, RECORD_SIZE_MAX);
	ck_assert_uint_ge(record.data.size, RECORD_SIZE_MAX - 4);
	ck_assert_uint_eq(value_of("MESSAGE").size, prefix + record.text.size);
}

START_TEST(cuts_what_journald_would_refuse)
{
	char *huge = repeat("\xe2\x82\xac", RECORD_SIZE_MAX + 7);

	source.prefix = BYTES("p ");
	compose("%s", huge);
	check_truncated(RECORD_SIZE_MAX + 7 + 2, 2);
	ck_assert_uint_eq(record.text.size % 3, 0); /* whole characters */
	free(huge);
}
END_TEST

START_TEST(fills_up_to_the_limit)
{
	char *huge = repeat("x", RECORD_SIZE_MAX);
	size_t room;

	source.message = BYTES("");
	compose_source();
	room = RECORD_SIZE_MAX - record.data.size;
	source.message = (struct bytes){ huge, room };
	compose_source();
	ck_assert_uint_eq(count("MPLOG_TRUNCATED"), 0);
	ck_assert_uint_eq(record.data.size, RECORD_SIZE_MAX);
	source.message.size++;
	compose_source();
	check_truncated(room + 1, 0);
	free(huge);
}
END_TEST

START_TEST(says_what_errno_was)
{
	source.saved_errno = EACCES;
	compose("open %s: %m (100%%)", "x");
	check_string("MESSAGE", "open x: Permission denied (100%)");
	source.saved_errno = 4711;
	compose("%m");
	check_string("MESSAGE", "Unknown error 4711");
	source.saved_errno = EACCES;
	compose("%%m %20m");
	check_string("MESSAGE", "%m    Permission denied");
}
END_TEST

START_TEST(says_errno_in_long_formats_too)
{
	char *fmt = repeat("x", 2000);

	memcpy(fmt + 1990, " %m", 4);
	source.saved_errno = EACCES;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	compose(fmt);
#pragma GCC diagnostic pop
	ck_assert_uint_eq(record.text.size, 1991 + strlen("Permission denied"));
	free(fmt);
}
END_TEST

START_TEST(describes_errors_of_either_sign)
{
	source.error = -ENOENT;
	compose("x");
	check_string("MESSAGE", "x: No such file or directory");
	check_string("ERRNO", "2");
	source.error = INT_MIN;
	compose("x");
	check_string("MESSAGE", "x: Unknown error 2147483648");
	check_string("ERRNO", "2147483648");
}
END_TEST

START_TEST(never_loses_a_message_that_printf_refuses)
{
	static const wchar_t bad[] = { (wchar_t)0x7fffffff, 0 };

	source.error = EIO;
	compose("name %ls", bad);
	check_string("MESSAGE", "name %ls: Input/output error");
}
END_TEST

/* ---- The site ------------------------------------------------------------------------------- */

START_TEST(takes_the_compiler_s_block)
{
	static const struct mplog_site site = {
		sizeof(site), "no", "run", "db", "LOGGER=db\nCODE_FILE=x.c\nCODE_LINE=3\n", 7
	};

	source.site = &site;
	compose("x");
	check_string("CODE_FILE", "x.c");
	check_string("CODE_LINE", "3");
	check_string("CODE_FUNC", "run");
	check_string("LOGGER", "db");
}
END_TEST

START_TEST(trusts_no_block_without_an_end)
{
	static const struct mplog_site site = { sizeof(site), "y.c", NULL, "db", "CODE_FILE=x", 7 };

	source.site = &site;
	compose("x");
	check_string("CODE_FILE", "y.c");
	check_string("CODE_LINE", "7");
	ck_assert_uint_eq(count("CODE_FUNC"), 0);
}
END_TEST

START_TEST(takes_what_a_site_has)
{
	struct mplog_site site = {
		offsetof(struct mplog_site, logger), "y.c", "f", (char *)1, (char *)1, 7
	};

	source.site = &site;
	compose("x");
	check_string("CODE_FILE", "y.c");
	check_string("CODE_FUNC", "f");
	ck_assert_uint_eq(count("CODE_LINE") + count("LOGGER"), 0);
	ck_assert_str_eq(record.logger, "root");
	site.size = 0;
	compose("x");
	ck_assert_uint_eq(count("CODE_FILE") + count("CODE_FUNC"), 0);
}
END_TEST

START_TEST(is_root_s_without_a_site)
{
	compose("x");
	check_string("LOGGER", "root");
}
END_TEST

/* The sizes that the macros pass are those that would be measured. */
START_TEST(a_measured_site_makes_the_same_record)
{
	const struct mplog_site counted = MPLOG_SITE_;
	struct mplog_site measured = counted;
	char *first;
	size_t size;

	source.site = &counted;
	compose("x");
	size = record.data.size;
	first = malloc(size);
	ck_assert_ptr_nonnull(first);
	memcpy(first, record.data.data, size);
	measured.size = sizeof(measured);
	source.site = &measured;
	compose("x");
	ck_assert_uint_eq(record.data.size, size);
	ck_assert_mem_eq(record.data.data, first, size);
	check_string("CODE_FUNC", measured.func);
	free(first);
}
END_TEST

START_TEST(encodes_hostile_paths)
{
	static const struct mplog_site site = { sizeof(site), "a\nPRIORITY=0\n",
						"f\n",        "l\n",
						NULL,         1 };

	source.site = &site;
	compose("x");
	check_string("CODE_FILE", "a\nPRIORITY=0\n");
	check_string("PRIORITY", "6");
}
END_TEST

/* ---- Fields of the call --------------------------------------------------------------------- */

static void compose_fields(const struct mplog_field *fields, size_t n)
{
	source.call_fields = fields;
	source.n_call_fields = n;
	compose("x");
}

START_TEST(writes_every_type)
{
	const struct mplog_field fields[] = {
		MPLOG_F("INT", -5),
		MPLOG_F("LEAST", INT64_MIN),
		MPLOG_F("MOST", UINT64_MAX),
		MPLOG_F("REAL", 0.5),
		MPLOG_F("YES", (bool)true),
		MPLOG_F("NO", (bool)false),
		MPLOG_F("TEXT", "two\nlines"),
		MPLOG_F("EMPTY", ""),
		MPLOG_BLOB("BLOB", "\0\n=", 3),
		MPLOG_F("NOTHING", (const char *)NULL),
		MPLOG_BLOB("NO_BLOB", NULL, 3),
	};

	compose_fields(fields, sizeof(fields) / sizeof(*fields));
	check_string("INT", "-5");
	check_string("LEAST", "-9223372036854775808");
	check_string("MOST", "18446744073709551615");
	check_string("REAL", "0.5");
	check_string("YES", "true");
	check_string("NO", "false");
	check_string("TEXT", "two\nlines");
	check_string("EMPTY", "");
	check_value("BLOB", BYTES("\0\n="));
	ck_assert_uint_eq(count("NOTHING") + count("NO_BLOB") + count("MPLOG_BAD_FIELD"), 0);
}
END_TEST

START_TEST(lets_the_later_field_win)
{
	const struct mplog_field fields[] = {
		MPLOG_F("A", 1),
		MPLOG_F("B", 2),
		MPLOG_F("A", 3),
		MPLOG_F("C", (const char *)NULL),
		MPLOG_F("A", 4),
		MPLOG_F("B", "x"),
		MPLOG_F("B", (const char *)NULL),
	};

	source.fields = BYTES("A=scope\nC=scope\nAA=scope\n");
	compose_fields(fields, sizeof(fields) / sizeof(*fields));
	check_string("A", "4");
	check_string("B", "x");
	check_string("C", "scope");
	check_string("AA", "scope");
}
END_TEST

START_TEST(takes_the_place_of_binary_fields_too)
{
	const struct mplog_field fields[] = { MPLOG_F("A", 1) };

	source.fields = BYTES("Z=1\nA\n\x03\0\0\0\0\0\0\0b\nc\nY=2\n");
	compose_fields(fields, 1);
	check_string("A", "1");
	check_string("Z", "1");
	check_string("Y", "2");
}
END_TEST

static const char *const bad_names[] = {
	"",           "lower",
	"1ST",        "_HIDDEN",
	"A B",        "A=B",
	"A\nB",       "\xc3\x84",
	"MESSAGE",    "PRIORITY",
	"PROCESS",    "RUN_ID",
	"MPLOG_LOST", "A2345678901234567890123456789012345678901234567890123456789012345",
};

START_TEST(reports_a_bad_name)
{
	const struct mplog_field fields[] = {
		MPLOG_F("GOOD", 1),
		MPLOG_F(bad_names[_i], "no"),
		MPLOG_F("bad too", 2),
		MPLOG_F("FINE", 2),
	};

	compose_fields(fields, 4);
	check_string("MPLOG_BAD_FIELD", bad_names[_i]);
	check_string("GOOD", "1");
	check_string("FINE", "2");
	check_string("MESSAGE", "x");
}
END_TEST

START_TEST(cuts_a_bad_name)
{
	char *name = repeat("a", 1000);
	struct mplog_field fields[] = { MPLOG_F(name, 1) };

	compose_fields(fields, 1);
	ck_assert_uint_eq(value_of("MPLOG_BAD_FIELD").size, 256);
	fields[0].name = NULL;
	compose_fields(fields, 1);
	check_string("MPLOG_BAD_FIELD", "(null)");
	fields[0] = (struct mplog_field){ .name = "TYPE", .type = 99 };
	compose_fields(fields, 1);
	check_string("MPLOG_BAD_FIELD", "TYPE");
	free(name);
}
END_TEST

START_TEST(has_room_for_a_thousand_fields)
{
	static struct mplog_field fields[1001];
	static char names[1001][16];

	for (size_t i = 0; i < 1001; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "FIELD_%zu", i);
		fields[i] = MPLOG_F(names[i], i);
	}
	compose_fields(fields, 1000);
	check_string("FIELD_0", "0");
	check_string("FIELD_999", "999");
	ck_assert_uint_eq(count("MPLOG_BAD_FIELD"), 0);
	compose_fields(fields, 1001);
	check_string("MPLOG_BAD_FIELD", "FIELD_1000");
	source.fields = BYTES("SCOPE=1\nFIELD_5=scope\n");
	compose_fields(fields, 1000);
	check_string("SCOPE", "1");
	check_string("FIELD_5", "5");
	check_string("MPLOG_BAD_FIELD", "FIELD_999");
}
END_TEST

START_TEST(leaves_out_a_field_that_fills_the_record)
{
	char *huge = repeat("x", RECORD_SIZE_MAX);
	const struct mplog_field fields[] = { MPLOG_F("HUGE", huge), MPLOG_F("SMALL", 1) };

	compose_fields(fields, 2);
	check_string("MPLOG_BAD_FIELD", "HUGE");
	check_string("MPLOG_TRUNCATED", "1");
	check_string("SMALL", "1");
	check_string("MESSAGE", "x");
	free(huge);
}
END_TEST

START_TEST(reads_no_byte_of_a_size_that_is_none)
{
	static const size_t sizes[] = { (size_t)PTRDIFF_MAX + 1, SIZE_MAX, SIZE_MAX - 4096 };

	for (size_t i = 0; i < 3; i++) {
		const struct mplog_field fields[] = { MPLOG_BLOB("BLOB", "1234", sizes[i]),
						      MPLOG_F("SMALL", 1) };

		compose_fields(fields, 2);
		check_string("MPLOG_BAD_FIELD", "BLOB");
		check_string("SMALL", "1");
		check_string("MESSAGE", "x");
	}
}
END_TEST

/* ---- Sums of parts that are each within their limit ------------------------------------------- */

enum { NUMBERS = 999, SUM_TEXT = 70000 };

/* A blob, and numbers with the longest names. */
static struct mplog_field sum[1 + NUMBERS];
static char sum_names[NUMBERS][65];

static void fill_sum(unsigned type, const char *blob, size_t size)
{
	sum[0] = (struct mplog_field){
		.name = "BLOB", .type = MPLOG_FIELD_BLOB, .size = size, .value.data = blob
	};
	for (int i = 0; i < NUMBERS; i++) {
		(void)snprintf(sum_names[i], sizeof(sum_names[i]), "N%04d_%058d", i, 0);
		sum[1 + i] = (struct mplog_field){ .name = sum_names[i], .type = type };
		if (type == MPLOG_FIELD_REAL)
			sum[1 + i].value.real = -1.2345678901234567e-300;
		else
			sum[1 + i].value.unsigned_number = (uint64_t)INT64_MIN;
	}
}

static const size_t blobs[] = {
	RECORD_SIZE_MAX,          RECORD_SIZE_MAX - 2000,    RECORD_SIZE_MAX - (64 << 10) - 2000,
	RECORD_SIZE_MAX - 100000, RECORD_SIZE_MAX - 150000,  RECORD_SIZE_MAX - 160000,
	RECORD_SIZE_MAX / 2,      RECORD_SIZE_MAX + 1000000,
};

enum { N_BLOBS = sizeof(blobs) / sizeof(blobs[0]) };

static void check_sum(void)
{
	ck_assert_uint_le(record.data.size, RECORD_SIZE_MAX);
	ck_assert_uint_eq(count("PRIORITY"), 1); /* and all bytes are fields */
	ck_assert_uint_eq(count("MESSAGE"), 1);
}

START_TEST(drops_the_largest_fields_until_the_message_fits)
{
	char *blob = repeat("b", blobs[_i]);
	char *text = repeat("t", SUM_TEXT);

	for (unsigned type = MPLOG_FIELD_INT; type <= MPLOG_FIELD_BOOL; type++) {
		fill_sum(type, blob, blobs[_i]);
		source.call_fields = sum;
		source.n_call_fields = 1 + NUMBERS;
		compose("%s", text);
		check_sum();
		check_string("MESSAGE", text);
		ck_assert_uint_eq(count(sum_names[NUMBERS - 1]), 1);
		ck_assert_uint_eq(count("BLOB") + count("MPLOG_TRUNCATED"), 1);
		if (count("BLOB") == 0) {
			check_string("MPLOG_TRUNCATED", "70000");
			check_string("MPLOG_BAD_FIELD", "BLOB");
		}
	}
	ck_assert(count("BLOB") == 1 || blobs[_i] > RECORD_SIZE_MAX / 2);
	free(blob);
	free(text);
}
END_TEST

START_TEST(adds_no_sizes_that_overflow)
{
	char *blob = repeat("b", RECORD_SIZE_MAX);

	fill_sum(MPLOG_FIELD_INT, blob, RECORD_SIZE_MAX);
	for (int i = 0; i <= NUMBERS; i++) {
		sum[i].type = MPLOG_FIELD_BLOB;
		sum[i].size = i % 2 ? PTRDIFF_MAX : RECORD_SIZE_MAX;
		sum[i].value.data = blob;
	}
	compose_fields(sum, 1 + NUMBERS);
	check_sum();
	check_string("MESSAGE", "x");
	check_string("MPLOG_BAD_FIELD", "BLOB");
	free(blob);
}
END_TEST

static const int scope_fields[] = { 1, 255, 497, 505, 511, 512, 513, 600 };

enum { N_SCOPE_FIELDS = sizeof(scope_fields) / sizeof(scope_fields[0]), SCOPE_VALUE = 64 << 10 };

/* As many fields of 64 KiB as a configuration could have. */
static struct bytes fill_scope_fields(int n)
{
	const size_t capacity = (size_t)n * (SCOPE_VALUE + 32);
	struct strbuf fields = { malloc(capacity), capacity, 0 };
	char *value = repeat("v", SCOPE_VALUE);
	char name[16];

	ck_assert_ptr_nonnull(fields.data);
	for (int i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "F%d", i);
		strbuf_put_field(&fields, (struct bytes){ name, strlen(name) },
				 (struct bytes){ value, SCOPE_VALUE });
	}
	free(value);
	return (struct bytes){ fields.data, fields.size };
}

START_TEST(drops_fields_of_the_scope_too)
{
	source.fields = fill_scope_fields(scope_fields[_i]);
	compose("a whole %s", "message");
	check_sum();
	check_string("MESSAGE", "a whole message");
	ck_assert_uint_eq(count("MPLOG_TRUNCATED"), source.fields.size > RECORD_SIZE_MAX - 200);
	free((void *)(uintptr_t)source.fields.data);
}
END_TEST

/* A message that does not fit without fields either: fields that leave some of it stay. */
START_TEST(cuts_a_message_beside_its_fields)
{
	char *huge = repeat("x", RECORD_SIZE_MAX * 2);
	char *prefix = repeat("p", RECORD_SIZE_MAX);

	source.fields = BYTES("A=1\n");
	source.prefix = (struct bytes){ prefix, RECORD_SIZE_MAX / 4 };
	compose("%s", huge);
	check_sum();
	check_string("A", "1");
	ck_assert_uint_gt(record.text.size, RECORD_SIZE_MAX / 2);
	source.fields = fill_scope_fields(scope_fields[_i]);
	source.prefix.size = RECORD_SIZE_MAX;
	compose("%s", huge);
	check_sum();
	ck_assert_uint_gt(record.text.size, SUM_TEXT / 2);
	ck_assert_mem_eq(record.text.data, "xxxx", 4);
	free((void *)(uintptr_t)source.fields.data);
	free(prefix);
	free(huge);
}
END_TEST

START_TEST(leaves_out_a_site_that_fills_the_record)
{
	char *huge = repeat("f", RECORD_SIZE_MAX);
	const struct mplog_site sites[] = {
		{ sizeof(sites[0]), huge, "f", "db", NULL, 1 },
		{ sizeof(sites[0]), "a.c", huge, "db", "LOGGER=db\n", 1 },
		{ sizeof(sites[0]), huge, huge, huge, NULL, 1 },
	};

	for (size_t i = 0; i < 3; i++) {
		source.site = &sites[i];
		compose("x");
		check_sum();
		check_string("MESSAGE", "x");
		check_string("MPLOG_TRUNCATED", "1");
	}
	free(huge);
}
END_TEST

/* ---- Encoded bytes -------------------------------------------------------------------------- */

START_TEST(puts_a_field_so_that_it_comes_back)
{
	static const struct bytes values[] = { BYTES(""), BYTES("a"), BYTES("a\nb"),
					       BYTES("a\0=") };
	char buffer[64];
	struct encoded_field field;

	for (size_t i = 0; i < 4; i++) {
		const size_t size = encoding_put(buffer, sizeof(buffer), BYTES("NAME"), values[i]);
		struct bytes cursor = { buffer, size };

		ck_assert(encoding_next(&cursor, &field));
		ck_assert_uint_eq(field.name.size, 4);
		ck_assert_uint_eq(field.value.size, values[i].size);
		ck_assert_mem_eq(field.value.data, values[i].data, values[i].size);
		ck_assert_ptr_eq(field.encoded.data, buffer);
		ck_assert_uint_eq(field.encoded.size, size);
		ck_assert(!encoding_next(&cursor, &field));
	}
}
END_TEST

static const struct bytes malformed[] = {
	BYTES("A"),
	BYTES("A=1"),
	BYTES("\n"),
	BYTES("A\n"),
	BYTES("A\n\1\0\0\0\0\0\0"),
	BYTES("A\n\1\0\0\0\0\0\0\0"),
	BYTES("A\n\1\0\0\0\0\0\0\0x"),
	BYTES("A\n\1\0\0\0\0\0\0\0xy"),
	BYTES("A\n\xff\xff\xff\xff\xff\xff\xff\xffx\n"),
};

START_TEST(stops_at_what_is_no_field)
{
	struct bytes cursor = malformed[_i];
	struct encoded_field field;

	ck_assert(!encoding_next(&cursor, &field));
}
END_TEST

static void add_message_tests(TCase *tcase)
{
	tcase_add_test(tcase, holds_everything_in_order);
	tcase_add_test(tcase, takes_any_capacity);
	tcase_add_loop_test(tcase, keeps_every_byte, 0, sizeof(messages) / sizeof(*messages));
	tcase_add_test(tcase, keeps_large_messages);
	tcase_add_test(tcase, cuts_what_journald_would_refuse);
	tcase_add_test(tcase, fills_up_to_the_limit);
	tcase_add_test(tcase, says_what_errno_was);
	tcase_add_test(tcase, says_errno_in_long_formats_too);
	tcase_add_test(tcase, describes_errors_of_either_sign);
	tcase_add_test(tcase, never_loses_a_message_that_printf_refuses);
}

static void add_field_tests(TCase *tcase)
{
	tcase_add_test(tcase, takes_the_compiler_s_block);
	tcase_add_test(tcase, trusts_no_block_without_an_end);
	tcase_add_test(tcase, takes_what_a_site_has);
	tcase_add_test(tcase, is_root_s_without_a_site);
	tcase_add_test(tcase, a_measured_site_makes_the_same_record);
	tcase_add_test(tcase, encodes_hostile_paths);
	tcase_add_test(tcase, writes_every_type);
	tcase_add_test(tcase, lets_the_later_field_win);
	tcase_add_test(tcase, takes_the_place_of_binary_fields_too);
	tcase_add_loop_test(tcase, reports_a_bad_name, 0, sizeof(bad_names) / sizeof(*bad_names));
	tcase_add_test(tcase, cuts_a_bad_name);
	tcase_add_test(tcase, has_room_for_a_thousand_fields);
	tcase_add_test(tcase, leaves_out_a_field_that_fills_the_record);
	tcase_add_test(tcase, reads_no_byte_of_a_size_that_is_none);
	tcase_add_test(tcase, puts_a_field_so_that_it_comes_back);
	tcase_add_loop_test(tcase, stops_at_what_is_no_field, 0,
			    sizeof(malformed) / sizeof(*malformed));
}

static void add_sum_tests(TCase *tcase)
{
	tcase_add_loop_test(tcase, drops_the_largest_fields_until_the_message_fits, 0, 1);
	tcase_add_test(tcase, adds_no_sizes_that_overflow);
	tcase_add_loop_test(tcase, drops_fields_of_the_scope_too, 0, 1);
	tcase_add_test(tcase, leaves_out_a_site_that_fills_the_record);
}

static void add_other_sum_tests(TCase *tcase)
{
	tcase_add_loop_test(tcase, drops_the_largest_fields_until_the_message_fits, 1, N_BLOBS);
	tcase_add_loop_test(tcase, drops_fields_of_the_scope_too, 1, N_SCOPE_FIELDS);
	tcase_add_loop_test(tcase, cuts_a_message_beside_its_fields, 0, N_SCOPE_FIELDS);
}

int main(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = suite_case(suite, "record", set_up, tear_down);

	add_message_tests(tcase);
	add_sum_tests(tcase);
	add_field_tests(tcase);
	/* Many records of 32 MiB, each of which takes valgrind a minute. */
	tcase = suite_case(suite, "other sums", set_up, tear_down);
	tcase_set_tags(tcase, "huge");
	add_other_sum_tests(tcase);
	return suite_run(suite);
}
