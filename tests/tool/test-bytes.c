/* SPDX-License-Identifier: MIT */
/* A journal whose values are any bytes, NUL among them, as any user may send them: each output of the
 * tool shows all of them, escaped, and nothing that stands behind them in memory. */
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VALUE_MAX = 400, ENTRY_MAX = 32768, LONG = 200, FUZZED = 60, COMPRESSED = 2000 };

/* ---- An entry, byte by byte ------------------------------------------------------------------- */

struct entry {
	char data[ENTRY_MAX];
	size_t size;
};

static void add_bytes(struct entry *entry, const void *data, size_t size)
{
	ck_assert_uint_le(entry->size + size, ENTRY_MAX);
	memcpy(entry->data + entry->size, data, size);
	entry->size += size;
}

static void add(struct entry *entry, const char *name, const void *value, size_t size)
{
	unsigned char length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)size >> 8 * i);
	add_bytes(entry, name, strlen(name));
	add_bytes(entry, "\n", 1);
	add_bytes(entry, length, sizeof(length));
	add_bytes(entry, value, size);
	add_bytes(entry, "\n", 1);
}

static void add_text(struct entry *entry, const char *name, const char *value)
{
	add(entry, name, value, strlen(value));
}

static void send_entry(const struct entry *entry)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = "/run/systemd/journal/socket" };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sendto(fd, entry->data, entry->size, 0, (const struct sockaddr *)&address,
				sizeof(address)),
			 (ssize_t)entry->size);
	(void)close(fd);
}

/* ---- One value with a NUL --------------------------------------------------------------------- */

static const char *const fields[] = {
	"SYSLOG_IDENTIFIER", "PROCESS",          "PROCESS_PARENT", "MESSAGE",
	"PRIORITY",          "LOGGER",           "RUN_ID",         "PROCESS_SEQ",
	"CODE_FILE",         "CODE_FUNC",        "SYSLOG_PID",     "MESSAGE_ID",
	"MPLOG_CHILD",       "MPLOG_LOST",       "MPLOG_SINCE",    "MPLOG_LAST_SEQ",
	"MPLOG_CHILD_PID",   "SYSLOG_TIMESTAMP",
};

enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };

static char run_id[33];

/* All that a record has, one of it with a NUL and a long tail. */
static void send_one(const char *odd, const char *head, char tail)
{
	static const char *const usual[][2] = {
		{ "SYSLOG_IDENTIFIER", "bytes" },
		{ "PROCESS", "worker-1" },
		{ "PROCESS_PARENT", "main" },
		{ "MESSAGE", "a message" },
		{ "PRIORITY", "6" },
		{ "LOGGER", "root" },
		{ "PROCESS_SEQ", "1" },
	};
	struct entry entry = { .size = 0 };
	char value[VALUE_MAX];
	const size_t length = strlen(head);

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strcmp(usual[i][0], odd) != 0)
			add_text(&entry, usual[i][0], usual[i][1]);
	if (strcmp(odd, "RUN_ID") != 0)
		add_text(&entry, "RUN_ID", run_id);
	memcpy(value, head, length);
	value[length] = '\0';
	memset(value + length + 1, tail, LONG);
	add(&entry, odd, value, length + 1 + LONG);
	send_entry(&entry);
}

static const char *const outputs[] = {
	"tail -n all --output=short",
	"tail -n all --output=cat",
	"tail -n all --output=json",
	"tail -n all --lanes",
	"tail -n all --delta",
	"tail -n 7 -p warning --output=json",
	"tail -n all -t bytes --lanes --delta [!h]*",
	"tail --since=yesterday --output=short worker-1 h*",
	"gaps",
	"gaps --json",
	"gaps -t bytes --since=yesterday",
};

enum { N_OUTPUTS = sizeof(outputs) / sizeof(outputs[0]) };

/* Messages alone are written as they are. */
static void expect_no_controls(const char *command, const char *output)
{
	if (strstr(command, "=cat"))
		return;
	for (const unsigned char *c = (const unsigned char *)output; *c; c++)
		if ((*c < ' ' && *c != '\n') || *c == 0x7f)
			ck_abort_msg("%s: byte %#x", command, *c);
}

/* Of a fresh journal. A NUL that is printed as it is becomes a Ctrl-A. */
static char *run(const char *command)
{
	int status;
	char *const output = shell(&status,
				   "export LC_ALL=C.UTF-8 TZ=UTC COLUMNS=1000; "
				   "export ASAN_OPTIONS=\"$ASAN_OPTIONS:exitcode=99\"; "
				   "{ mplog %s --run=%s 2>&1; echo \"exit $?\"; } | "
				   "tr '\\000' '\\001'",
				   command, run_id);

	ck_assert_int_eq(status, 0);
	ck_assert_msg(strstr(output, "exit 0\n") || strstr(output, "exit 1\n"), "%s: %s", command,
		      output);
	expect_no_controls(command, output);
	return output;
}

static void setup(void)
{
	static int n;

	journald_start();
	(void)snprintf(run_id, sizeof(run_id), "%016lx%016x", (long)getpid(), n++);
}

START_TEST(a_nul_in_a_field)
{
	const char *const field = fields[_i];

	send_one(field, "head", 'b');
	journald_sync();
	for (int i = 0; i < N_OUTPUTS; i++) {
		free(run(outputs[i]));
	}
}
END_TEST

/* A lane breaks lines. */
static void take_blanks_out(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != ' ' && *from != '\n')
			*to++ = *from;
	*to = '\0';
}

/* What is shown of it is all of it: as long as it is, with the NUL where it was. */
static void expect_shown(const char *field, const char *command)
{
	char *output, tail[LONG + 16];

	send_one(field, "head", 'b');
	journald_sync();
	output = run(command);
	take_blanks_out(output);
	memset(tail, 'b', LONG);
	tail[LONG] = '\0';
	ck_assert_msg(strstr(output, tail) != NULL, "%s, %s: what follows the NUL is left out: %s",
		      field, command, output);
	ck_assert_msg(strstr(output, "head\\x00bbb") != NULL ||
			      strstr(output, "head\001bbb") != NULL,
		      "%s, %s: no NUL: %s", field, command, output);
	free(output);
}

static const struct {
	const char *field, *command;
} shown[] = {
	{ "MESSAGE", "tail --output=short" },
	{ "MESSAGE", "tail --output=cat" },
	{ "MESSAGE", "tail --lanes" },
	{ "MESSAGE", "tail --delta" },
	{ "SYSLOG_IDENTIFIER", "tail --output=short" },
	{ "PROCESS", "gaps" },
};

enum { N_SHOWN = sizeof(shown) / sizeof(shown[0]) };

START_TEST(a_nul_is_shown)
{
	expect_shown(shown[_i].field, shown[_i].command);
}
END_TEST

/* The lane of such a program is headed by its process, as that of any other. */
START_TEST(a_nul_in_the_identifier_of_a_lane)
{
	char *output;

	send_one("SYSLOG_IDENTIFIER", "head", 'b');
	send_one("none", "", ' ');
	journald_sync();
	output = run("tail --lanes -n all");
	ck_assert_msg(strstr(output, "worker-1") != NULL, "%s", output);
	ck_assert_ptr_nonnull(strstr(strstr(output, "worker-1") + 1, "worker-1"));
	free(output);
	send_one("SYSLOG_IDENTIFIER", "bytes", 'b');
	journald_sync();
	output = run("tail --lanes -n 1");
	ck_assert_msg(strstr(output, "worker-1") != NULL, "%s", output);
	free(output);
}
END_TEST

/* As journalctl(1) writes it: an array of its bytes. */
START_TEST(a_nul_in_json)
{
	char *output;

	send_one(fields[_i], "head", 'b');
	journald_sync();
	if (strcmp(fields[_i], "RUN_ID") == 0 || strcmp(fields[_i], "PROCESS") == 0)
		return; /* by which the entry is found */
	output = run("tail --output=json");
	ck_assert_msg(strstr(output, "[104,101,97,100,0,98,98,") ||
			      strstr(output, "head\\u0000bbb"),
		      "%s: %s", fields[_i], output);
	free(output);
}
END_TEST

/* ---- Values that journald has compressed ------------------------------------------------------- */

static void send_long(const char *word, char letter, const char *dumped_us)
{
	struct entry entry = { .size = 0 };
	char message[COMPRESSED];

	memset(message, letter, sizeof(message));
	memcpy(message, word, strlen(word));
	add_text(&entry, "SYSLOG_IDENTIFIER", "bytes");
	add_text(&entry, "PROCESS", "worker-1");
	add_text(&entry, "PRIORITY", "6");
	add_text(&entry, "RUN_ID", run_id);
	add(&entry, "MESSAGE", message, sizeof(message));
	if (dumped_us) {
		add_text(&entry, "MPLOG_BLACKBOX", "1");
		add_text(&entry, "MPLOG_TIME", dumped_us);
	}
	send_entry(&entry);
}

/* A record out of a black box that is older, and not wanted, is read before this one is shown. */
START_TEST(a_record_beside_one_that_is_not_wanted)
{
	char *output;

	send_long("wanted", 'w', NULL);
	send_long("other", 'o', "1");
	journald_sync();
	output = run("tail -n all -g ^wanted");
	ck_assert_msg(strstr(output, "wantedwww") && !strstr(output, "ooo"), "%s", output);
	free(output);
}
END_TEST

/* ---- Values of any bytes ---------------------------------------------------------------------- */

static uint64_t state;

static unsigned draw(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 11) % below;
}

/* What is on the edge of something, and what is anything. */
static size_t odd_value(char *value)
{
	static const struct {
		const char *data;
		size_t size;
	} edges[] = {
		{ "", 0 },
		{ "\0", 1 },
		{ "\0\0\0\0", 4 },
		{ "18446744073709551615", 20 },
		{ "-9223372036854775808", 20 },
		{ "99999999999999999999999999", 26 },
		{ "1\0002", 3 },
		{ "\033[31m\007\r", 7 },
		{ "\342\200\256\342\200\250", 6 },
		{ "\342\200", 2 },
		{ "\370\200\200\200\200", 5 },
		{ "71df69f8ea8d4de889630e30f4d7f242", 32 },
		{ "89a2c2aa62cb4691a9185b5418a684fa", 32 },
		{ "9258b8862001475eabd44b7f4049e9cf", 32 },
		{ "69e1fe1b67224ee2ac8dc35b2e96f55b", 32 },
		{ "worker-1", 8 },
		{ "1", 1 },
	};
	const unsigned n = draw(sizeof(edges) / sizeof(edges[0]) + 4);
	size_t size;

	if (n < sizeof(edges) / sizeof(edges[0])) {
		memcpy(value, edges[n].data, edges[n].size);
		return edges[n].size;
	}
	size = draw(VALUE_MAX);
	for (size_t i = 0; i < size; i++)
		value[i] = (char)draw(256);
	return size;
}

START_TEST(any_bytes)
{
	state = 88172645463325252u + (uint64_t)_i * 7919;
	for (int n = 0; n < FUZZED; n++) {
		struct entry entry = { .size = 0 };

		add_text(&entry, "RUN_ID", run_id);
		for (int i = 0; i < N_FIELDS; i++) {
			char value[VALUE_MAX];

			if (strcmp(fields[i], "RUN_ID") != 0 && draw(4) != 0)
				add(&entry, fields[i], value, odd_value(value));
		}
		send_entry(&entry);
	}
	journald_sync();
	for (int i = 0; i < N_OUTPUTS; i++)
		free(run(outputs[i]));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bytes");
	TCase *tcase = suite_case(suite, "bytes", setup, NULL);

	tcase_add_loop_test(tcase, a_nul_in_a_field, 0, N_FIELDS);
	tcase_add_loop_test(tcase, a_nul_is_shown, 0, N_SHOWN);
	tcase_add_test(tcase, a_nul_in_the_identifier_of_a_lane);
	tcase_add_loop_test(tcase, a_nul_in_json, 0, N_FIELDS);
	tcase_add_test(tcase, a_record_beside_one_that_is_not_wanted);
	tcase_add_loop_test(tcase, any_bytes, 0, 8);
	return suite_run(suite);
}
