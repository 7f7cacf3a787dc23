/* SPDX-License-Identifier: MIT */
/* The local form of RFC 3164, as a real rsyslogd reads it in Debian's set-up. */
#include "lib/syslog-read.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/suite.h"

static const struct bytes none = { NULL, 0 };

START_TEST(is_read_as_it_is_meant)
{
	char *line;

	ck_assert_int_eq(syslog_write(none, BYTES("first: hello, world")), 1);
	line = syslog_line("first");
	syslog_has(line, "\"facility\":\"user\"");
	syslog_has(line, "\"severity\":\"4\"");
	syslog_has(line, "\"app_name\":\"ingestd\"");
	syslog_has(line, "\"procid\":\"4875\"");
	syslog_has(line, "\"msg\":\" process=1 first: hello, world\"");
	free(line);
}
END_TEST

START_TEST(has_the_facility_that_is_set)
{
	char *line;

	syslog_output.facility = 19; /* local3 */
	ck_assert_int_eq(syslog_write(none, BYTES("second")), 1);
	line = syslog_line("second");
	syslog_has(line, "\"facility\":\"local3\"");
	syslog_has(line, "\"severity\":\"4\"");
	free(line);
}
END_TEST

START_TEST(is_one_line_whatever_is_in_it)
{
	char *line;

	ck_assert_int_eq(syslog_write(none, BYTES("third\n<0>forged \033[2J \xff")), 1);
	line = syslog_line("third");
	syslog_has(line, "third\\\\n<0>forged \\\\e[2J \\\\xff\"");
	free(line);
}
END_TEST

START_TEST(has_a_tag_that_can_be_read)
{
	char *line;

	syslog_output.identifier = "a b:c[d";
	ck_assert_int_eq(syslog_write(none, BYTES("fourth")), 1);
	line = syslog_line("fourth");
	syslog_has(line, "\"app_name\":\"a_b_c_d\"");
	syslog_has(line, "\"msg\":\" process=1 fourth\"");
	free(line);
}
END_TEST

START_TEST(cuts_what_is_too_large)
{
	static char message[1 << 19];
	char *line;

	memset(message, 'x', sizeof(message));
	memcpy(message, "fifth", 5);
	ck_assert_int_eq(syslog_write(none, (struct bytes){ message, sizeof(message) }), 1);
	line = syslog_line("fifth");
	syslog_has(line, "xxxxxxxx");
	free(line);
}
END_TEST

START_TEST(sends_long_messages_whole)
{
	static char message[10000];
	char *line;

	memset(message, 'y', sizeof(message));
	memcpy(message, "sixth", 5);
	ck_assert_int_eq(syslog_write(none, (struct bytes){ message, sizeof(message) }), 1);
	line = syslog_line("sixth");
	ck_assert_uint_eq(strspn(strstr(line, "sixth") + 5, "y"), sizeof(message) - 5);
	free(line);
}
END_TEST

START_TEST(is_not_journald)
{
	ck_assert(!sink_syslog.is_journald());
}
END_TEST

START_TEST(is_no_sink_where_there_is_none)
{
	ck_assert_int_eq(rename("/dev/log", "/dev/log.away"), 0);
	ck_assert_int_eq(syslog_write(none, BYTES("seventh")), 0);
	ck_assert_int_eq(rename("/dev/log.away", "/dev/log"), 0);
}
END_TEST

START_TEST(knows_where_dev_log_leads_to_journald)
{
	const struct sockaddr_un address = { AF_UNIX, "/run/systemd/journal/dev-log" };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert(!sink_syslog.is_journald());
	ck_assert_int_eq(rename("/dev/log", "/dev/log.away"), 0);
	ck_assert_int_eq(symlink(address.sun_path, "/dev/log"), 0);
	ck_assert(sink_syslog.is_journald());
	ck_assert_int_eq(rename("/dev/log.away", "/dev/log"), 0);
	ck_assert_int_eq(unlink(address.sun_path), 0);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sink-syslog");
	TCase *tcase = suite_case(suite, "sink-syslog", syslog_set_up, NULL);

	tcase_add_test(tcase, is_read_as_it_is_meant);
	tcase_add_test(tcase, has_the_facility_that_is_set);
	tcase_add_test(tcase, is_one_line_whatever_is_in_it);
	tcase_add_test(tcase, has_a_tag_that_can_be_read);
	tcase_add_test(tcase, cuts_what_is_too_large);
	tcase_add_test(tcase, sends_long_messages_whole);
	tcase_add_test(tcase, is_not_journald);
	tcase_add_test(tcase, is_no_sink_where_there_is_none);
	tcase_add_test(tcase, knows_where_dev_log_leads_to_journald);
	return suite_run(suite);
}
