/* SPDX-License-Identifier: MIT */
/* What reads the journal for longer than a second says so on a terminal. strace(1) holds the command up where
 * it looks for journal files. */
#include "lib/child.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <stdlib.h>
#include <string.h>

#define SLOWLY                                                                               \
	"ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -o /dev/null -e trace=getdents64 " \
	"-e inject=getdents64:delay_enter=1100000:when=3 "

static const char *const commands[] = {
	"mplog gaps -D progress/journal",
	"mplog tail -D progress/journal -n all -t ingestd",
	"mplog tail -D progress/journal -n all --lanes",
	"mplog timeline -D progress/journal -o progress/run.svg",
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void set_up(void)
{
	ck_assert_int_eq(setenv("LC_ALL", "C.UTF-8", 1), 0);
	shell_run(0, "rm -rf progress && mkdir -p progress/journal && "
		     "PATH=$PATH:/lib/systemd:/usr/lib/systemd systemd-journal-remote "
		     "-o progress/journal/a.journal $top_srcdir/tests/data/timeline.export 2>&1");
}

static void tear_down(void)
{
	shell_run(0, "rm -rf progress");
}

START_TEST(a_line_while_it_takes_its_time)
{
	char *const output = shell_on_terminal(
		"export TERM=xterm; exec 2>&1\n" SLOWLY "%s || [ $? = 1 ]", commands[_i]);
	const char *line = strstr(output, "\033[Kmplog: reading the journal: 1 record, at ");
	const char *next = line, *erased;

	ck_assert_msg(line != NULL, "%.1000s", output);
	while ((next = strstr(next + 1, "reading the journal")))
		line = next;
	erased = strstr(line, "\033[K");
	ck_assert_msg(erased && !memchr(line, '\n', (size_t)(erased - line)),
		      "it is left there: %.1000s", line);
	free(output);
}
END_TEST

/* What is printed is the same as without a terminal. */
START_TEST(nothing_of_it_is_left)
{
	shell_run(0,
		  "%s >progress/plain 2>/dev/null || [ $? = 1 ]\n" SLOWLY
		  "%s >progress/slow 2>progress/errors || [ $? = 1 ]\n"
		  "cmp progress/plain progress/slow && [ ! -s progress/errors ]",
		  commands[_i], commands[_i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("progress");
	TCase *tcase = suite_case(suite, "progress", set_up, tear_down);

	tcase_add_loop_test(tcase, a_line_while_it_takes_its_time, 0, COMMANDS);
	tcase_add_loop_test(tcase, nothing_of_it_is_left, 0, COMMANDS);
	return suite_run(suite);
}
