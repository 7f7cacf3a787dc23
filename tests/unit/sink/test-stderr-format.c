/* SPDX-License-Identifier: MIT */
/* A line that is put straight from the source of a record is, byte for byte, the line of the record. */
#include "sink/stderr-format.h"

#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "record/encoding.h"

enum { ROUNDS = 20000, LINE_MAX_ = 1536, FIELDS_MAX = 6 };

static const struct timespec when = { 1795335911, 280123456 };

/* What a line is made of, by chance. */
struct chance {
	char head[512], fields[512], constants[2048], texts[8][64];
	struct output output;
	struct mplog_field field[FIELDS_MAX];
	struct mplog_site site;
	struct record_source source;
};

static size_t pick(size_t n)
{
	return (size_t)rand() % n;
}

/* Plain text, mostly; with characters that JSON or a line escapes; not UTF-8. */
static struct bytes put_text(char buffer[64])
{
	static const char *const pieces[] = {
		"plain text ",  "got it", "x",    "\"quoted\"",
		"back\\slash",  "\n",     "\033", "gr\xc3\xbc\xc3\x9f",
		"\xe2\x80\xae", "\xff",   "\t",   ""
	};
	const size_t known = pick(3) ? 3 : sizeof(pieces) / sizeof(pieces[0]);
	size_t size = 0;

	for (size_t i = pick(4); i > 0; i--) {
		const char *const piece = pieces[pick(known)];

		memcpy(buffer + size, piece, strlen(piece));
		size += strlen(piece);
	}
	buffer[size] = '\0';
	return (struct bytes){ buffer, size };
}

static struct bytes put_fields(char *buffer, size_t capacity, const char *const *names, size_t n)
{
	struct strbuf out = { buffer, capacity, 0 };

	for (size_t i = 0; i < n; i++) {
		char text[64];

		strbuf_put_field(&out, (struct bytes){ names[i], strlen(names[i]) },
				 put_text(text));
	}
	return (struct bytes){ buffer, out.size };
}

static const char *const names[] = { "A", "URL", "BYTES_READ", "bad name", "MESSAGE", "X1" };

static struct mplog_field put_field(char text[64])
{
	static const double reals[] = { 0.5, 1.0 / 3, 1e300, -2, 0 };
	struct mplog_field field = { .name = names[pick(6)],
				     .type = MPLOG_FIELD_INT + (unsigned)pick(6) };

	switch (field.type) {
	case MPLOG_FIELD_REAL:
		field.value.real = reals[pick(5)];
		break;
	case MPLOG_FIELD_STRING:
	case MPLOG_FIELD_BLOB:
		field.size = put_text(text).size;
		field.value.data = pick(9) ? text : NULL;
		break;
	default:
		field.value.number = pick(2) ? rand() : -rand();
		break;
	}
	return field;
}

static void set_output(struct chance *chance)
{
	static const char *const head[] = { "SYSLOG_IDENTIFIER", "PROCESS", "RUN_ID" };
	struct output *const output = &chance->output;
	struct strbuf out = { chance->constants, sizeof(chance->constants), 0 };

	*output = (struct output){ .identifier = "ingestd",
				   .process = "worker",
				   .pid = (pid_t)pick(100000) + 1,
				   .stderr_json = pick(2) };
	output->prefix[SINK_JOURNAL] = put_text(chance->texts[0]);
	output->prefix[SINK_STDERR] = put_text(chance->texts[1]);
	chance->source.head = put_fields(chance->head, sizeof(chance->head), head, 3);
	strbuf_put_line_head(&out, output, chance->source.head);
	output->line_head = (struct bytes){ out.data, out.size };
	if (!strbuf_put_line_prefix(&out, output))
		output->line_head.data = NULL;
	output->line_prefix = (struct bytes){ out.data + output->line_head.size,
					      out.size - output->line_head.size };
}

static void set_source(struct chance *chance)
{
	static const char *const of_scope[] = { "A", "ROLE", "X1" };
	struct record_source *const source = &chance->source;

	chance->site = (struct mplog_site){
		.size = pick(9) ? sizeof(chance->site) : offsetof(struct mplog_site, line),
		.file = "dir/\"file\".c",
		.func = pick(5) ? "function" : NULL,
		.logger = "d\\b",
		.line = 12,
		.block = pick(9) ? "LOGGER=d\\b\nCODE_FILE=dir/\"file\".c\nCODE_LINE=12\n" : NULL,
	};
	source->prefix = chance->output.prefix[SINK_JOURNAL];
	source->site = pick(9) ? &chance->site : NULL;
	source->level = (int)pick(8);
	source->facility = (int)pick(3) - 1;
	source->error = pick(5) ? 0 : (int)pick(40);
	source->tid = (pid_t)pick(70000);
	source->sequence = pick(9) ? (uint64_t)rand() << pick(30) : 0;
	source->suppressed = pick(5) ? 0 : pick(1000);
	source->message = put_text(chance->texts[2]);
	source->fields = put_fields(chance->fields, sizeof(chance->fields), of_scope, pick(4));
	source->n_call_fields = pick(3) ? 0 : pick(FIELDS_MAX);
	source->call_fields = chance->field;
	for (size_t i = 0; i < source->n_call_fields; i++)
		chance->field[i] = put_field(chance->texts[3 + i % 5]);
}

static size_t put_record_line(char *buffer, size_t capacity, const struct chance *chance)
{
	static char encoded[8192];
	struct strbuf text = { buffer, capacity, 0 };
	struct deadline deadline = { 0 };
	struct record record;
	const struct delivery delivery = { &record, &chance->output, &deadline };

	ck_assert_uint_le(record_compose(&record, encoded, sizeof(encoded), &chance->source),
			  sizeof(encoded));
	if (chance->output.stderr_json)
		strbuf_put_json_line(&text, &delivery, &when);
	else
		strbuf_put_line(&text, &delivery, &when, false);
	return text.size;
}

START_TEST(the_line_of_a_source_is_that_of_its_record)
{
	static struct chance chance;
	static char direct[LINE_MAX_], whole[8192];
	int n_direct[2] = { 0, 0 };

	srand(7);
	for (int i = 0; i < ROUNDS; i++) {
		struct strbuf text = { direct, sizeof(direct), 0 };
		size_t size;

		set_output(&chance);
		set_source(&chance);
		size = put_record_line(whole, sizeof(whole), &chance);
		if (!chance.output.line_head.data ||
		    !strbuf_put_source(&text, &chance.source, &chance.output, &when))
			continue;
		n_direct[chance.output.stderr_json]++;
		ck_assert_msg(text.size == size && memcmp(direct, whole, size) == 0,
			      "round %d: %.*s instead of %.*s", i, (int)text.size, direct,
			      (int)size, whole);
	}
	ck_assert_int_gt(n_direct[0], ROUNDS / 3);
	ck_assert_int_gt(n_direct[1], ROUNDS / 4);
}
END_TEST

/* Where it does not fit nothing is written beyond the buffer. */
START_TEST(no_byte_too_many)
{
	static struct chance chance;
	static char direct[LINE_MAX_], untouched[LINE_MAX_];
	bool is_in_bounds = true;

	srand(8);
	memset(untouched, '#', sizeof(untouched));
	for (int i = 0; i < 200; i++) {
		set_output(&chance);
		set_source(&chance);
		if (!chance.output.line_head.data)
			continue;
		for (size_t capacity = 0; capacity < 600; capacity += 1 + pick(5)) {
			struct strbuf text = { direct, capacity, 0 };

			memset(direct, '#', sizeof(direct));
			if (strbuf_put_source(&text, &chance.source, &chance.output, &when))
				is_in_bounds = is_in_bounds && text.size <= capacity;
			is_in_bounds = is_in_bounds && memcmp(direct + capacity, untouched,
							      sizeof(direct) - capacity) == 0;
		}
	}
	ck_assert(is_in_bounds);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stderr-format");
	TCase *tcase = suite_case(suite, "stderr-format", NULL, NULL);

	tcase_add_test(tcase, the_line_of_a_source_is_that_of_its_record);
	tcase_add_test(tcase, no_byte_too_many);
	return suite_run(suite);
}
