/* SPDX-License-Identifier: MIT */
/* RFC 5424 with the fields as structured data, as rsyslogd's parser for it reads that. */
#include "lib/syslog-read.h"

#include <unistd.h>

#include "lib/suite.h"
#include "record/encoding.h"

#define LONGEST_NAME "A234567890123456789012345678901Z"

static void set_up(void)
{
	syslog_set_up();
	syslog_output.syslog_rfc5424 = true;
}

START_TEST(is_read_as_it_is_meant)
{
	char *line;

	ck_assert_int_eq(syslog_write(BYTES("ROLE=worker\n"), BYTES("first: hello, world")), 1);
	line = syslog_line("first");
	syslog_has(line, "\"facility\":\"user\"");
	syslog_has(line, "\"severity\":\"4\"");
	syslog_has(line, "\"app_name\":\"ingestd\"");
	syslog_has(line, "\"procid\":\"4875\"");
	syslog_has(line, "\"structured_data\":\"[mplog@32473 PROCESS=\\\"1\\\" PRIORITY=\\\"4\\\" "
			 "LOGGER=\\\"root\\\" ROLE=\\\"worker\\\"]\"");
	syslog_has(line, "\"msg\":\"process=1 first: hello, world\"");
	free(line);
}
END_TEST

START_TEST(names_the_host)
{
	char expected[300] = " ";
	char *line;

	ck_assert_int_eq(gethostname(expected + 1, sizeof(expected) - 20), 0);
	(void)strcat(expected, " ingestd 4875 - [");
	ck_assert_int_eq(syslog_write(BYTES(""), BYTES("second")), 1);
	line = syslog_line("second");
	syslog_has(line, expected);
	free(line);
}
END_TEST

START_TEST(keeps_hostile_values_apart)
{
	char *line;

	ck_assert_int_eq(syslog_write(BYTES("A\n\x08\0\0\0\0\0\0\0\"] B=\\\"\n\n" LONGEST_NAME
					    "=1\n" LONGEST_NAME "X=2\n"),
				      BYTES("third\n]")),
			 1);
	line = syslog_line("third");
	syslog_has(line, "A=\\\"\\\\\\\"\\\\] B=\\\\\\\\\\\\\\\"\\\\\\\\x0a\\\" " LONGEST_NAME
			 "=\\\"1\\\"]\"");
	syslog_has(line, "\"msg\":\"process=1 third\\\\n]\"");
	ck_assert_ptr_null(strstr(line, LONGEST_NAME "X"));
	free(line);
}
END_TEST

START_TEST(keeps_the_message_where_fields_are_too_large)
{
	static char fields[1 << 19];
	static char value[(1 << 19) - 100];
	size_t size;
	char *line;

	memset(value, 'x', sizeof(value));
	size = encoding_put(fields, sizeof(fields), BYTES("LARGE"),
			    (struct bytes){ value, sizeof(value) });
	ck_assert_int_eq(syslog_write((struct bytes){ fields, size }, BYTES("fourth")), 1);
	line = syslog_line("fourth");
	syslog_has(line, "\"structured_data\":\"-\"");
	syslog_has(line, "\"msg\":\"process=1 fourth\"");
	free(line);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sink-syslog-rfc5424");
	TCase *tcase = suite_case(suite, "sink-syslog-rfc5424", set_up, NULL);

	tcase_add_test(tcase, is_read_as_it_is_meant);
	tcase_add_test(tcase, names_the_host);
	tcase_add_test(tcase, keeps_hostile_values_apart);
	tcase_add_test(tcase, keeps_the_message_where_fields_are_too_large);
	return suite_run(suite);
}
