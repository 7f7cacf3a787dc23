/* SPDX-License-Identifier: MIT */
/* Every kind of message comes back from the journal as it was, and is one harmless line on standard
 * error. */

#include "lib/file.h"
#include "lib/readback.h"
#include "lib/suite.h"

#include <mplog.h>

#include <check.h>
#include <stdio.h>

enum { MESSAGE_MAX = 1 << 20 };

static const struct {
	const char *bytes;
	size_t size;
	size_t repeated; /* to this size, where it is not 0 */
} messages[] = {
	{ "two\nlines\n", 10, 0 },
	{ "a=b", 3, 0 },
	{ "MESSAGE\n\b\0\0\0\0\0\0\0x", 17, 0 },
	{ "\0\1\2\33[31m\177\200", 10, 0 },
	{ "\303\050 \377 \342\202", 7, 0 },
	{ "\303\244\342\202\254\360\237\230\200", 9, 0 },
	{ "", 0, 0 },
	{ "48 KiB\n", 7, 48 << 10 },
	{ "1 MiB", 5, MESSAGE_MAX },
};

static size_t make_message(char *buffer, int i)
{
	const size_t size = messages[i].repeated ? messages[i].repeated : messages[i].size;

	for (size_t k = 0; k < size; k++)
		buffer[k] = messages[i].bytes[k % messages[i].size];
	return size;
}

START_TEST(messages_come_back_identical)
{
	static char message[MESSAGE_MAX];
	const size_t size = make_message(message, _i);
	struct journal_entries entries;
	const struct journal_field *field;
	char process[32];

	snprintf(process, sizeof(process), "message-%d", _i);
	mplog_enter(process);
	ck_assert_int_eq(mplog_write(MPLOG_INFO, message, size), 0);
	entries = readback_one(process);
	field = journal_field(&entries.entries[0], "MESSAGE");
	ck_assert_ptr_nonnull(field);
	ck_assert_uint_eq(field->size, size);
	ck_assert_int_eq(memcmp(field->value, message, size), 0);
	journal_entries_free(&entries);
	ck_assert_uint_eq(capture_lines(), 1);
}
END_TEST

START_TEST(formatted_messages_of_every_size)
{
	static char message[MESSAGE_MAX + 1];
	struct journal_entries entries;
	char process[32];

	memset(message, 'm', (size_t)1 << _i);
	snprintf(process, sizeof(process), "formatted-%d", _i);
	mplog_enter(process);
	ck_assert_int_eq(mplog_info("%s", message), 0);
	entries = readback_one(process);
	ck_assert(strcmp(journal_value(&entries.entries[0], "MESSAGE"), message) == 0);
	ck_assert_str_eq(journal_value(&entries.entries[0], "CODE_FUNC"), __func__);
	journal_entries_free(&entries);
	ck_assert_uint_eq(capture_lines(), 1);
}
END_TEST

/* Nothing but printable characters and the newline at the end reaches a terminal. */
START_TEST(standard_error_shows_one_harmless_line)
{
	static const char hostile[] = "a\nb\tc\33[31m\r\177\2339m\\ \303\244";
	char *text;

	mplog_enter("hostile");
	ck_assert_int_eq(mplog_write(MPLOG_INFO, hostile, sizeof(hostile) - 1), 0);
	text = capture_text();
	ck_assert_uint_eq(strcspn(text, "\n"), strlen(text) - 1);
	for (const char *c = text; c[1] != '\0'; c++)
		ck_assert((unsigned char)*c >= ' ' && *c != '\177');
	ck_assert_ptr_nonnull(strstr(text, "a\\nb\\tc\\e[31m"));
	ck_assert_ptr_nonnull(strstr(text, "\\\\ \303\244\n"));
	free(text);
}
END_TEST

/* Records that an echo adds to standard error, under a configuration and with a program's flag. */
static size_t echoed(const char *configuration, unsigned flags)
{
	const size_t before = capture_lines();
	const struct mplog_options options = { .size = sizeof(options),
					       .flags = flags,
					       .config = readback_path };

	file_write(readback_path, configuration);
	mplog_close();
	ck_assert_int_eq(mplog_open_with(&options), 0);
	ck_assert_int_eq(mplog_info("to be echoed?"), 0);
	return capture_lines() - before;
}

START_TEST(the_configuration_has_the_last_word_on_the_echo)
{
	ck_assert_uint_eq(echoed("", 0), 0);
	ck_assert_uint_eq(echoed("", MPLOG_ECHO), 1);
	ck_assert_uint_eq(echoed("defaults = { echo = false; };", MPLOG_ECHO), 0);
	ck_assert_uint_eq(echoed("defaults = { echo = true; };", 0), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("messages");
	TCase *tcase = suite_case(suite, "messages", readback_setup, readback_teardown);

	tcase_add_loop_test(tcase, messages_come_back_identical, 0,
			    sizeof(messages) / sizeof(messages[0]));
	tcase_add_loop_test(tcase, formatted_messages_of_every_size, 0, 21);
	tcase_add_test(tcase, standard_error_shows_one_harmless_line);
	tcase_add_test(tcase, the_configuration_has_the_last_word_on_the_echo);
	return suite_run(suite);
}
