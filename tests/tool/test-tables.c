/* SPDX-License-Identifier: MIT */
/* mplog ps, level and gaps as tables: for terminals and for scripts. */
#include "lib/child.h"
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <mplog.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_NAME "process-with-a-name-that-is-longer-than-others"

static void set_up(void)
{
	journald_start();
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	ck_assert_int_eq(setenv("LC_ALL", "C.UTF-8", 1), 0);
	ck_assert_int_eq(unsetenv("COLUMNS"), 0);
	ck_assert_int_eq(mplog_open(shell_program("tables \u6f22"), LONG_NAME, 0), 0);
	ck_assert_int_eq(mplog_info("here"), 0);
	ck_assert_int_eq(mplog_enter("scope"), 0);
	ck_assert_int_eq(mplog_info("here"), 0);
	journald_sync();
}

static void tear_down(void)
{
	mplog_leave();
	mplog_close();
}

/* Of each of them, by the widest of its lines. */
static const char *const tables[] = {
	"mplog ps -t \"$PROGRAM\"",
	"mplog gaps -t \"$PROGRAM\" | sed '$d'",
	"mplog level -t \"$PROGRAM\" '*'",
};

START_TEST(fits)
{
	char *output =
		shell_expect(0,
			     "%s | wc -L; COLUMNS=%s; export COLUMNS; %s | tee fitted | wc -L; "
			     "grep -c \u2026 fitted; rm fitted",
			     tables[_i], _i == 1 ? "100" : "80", tables[_i]);
	int whole, fitted, cut;

	ck_assert_int_eq(sscanf(output, "%d %d %d", &whole, &fitted, &cut), 3);
	ck_assert_msg(whole > (_i == 1 ? 100 : 80) && fitted <= (_i == 1 ? 100 : 80) && cut > 0,
		      "%s", output);
	free(output);
}
END_TEST

START_TEST(for_scripts)
{
	char *const output = shell_expect(
		0, "mplog ps -t \"$PROGRAM\" -o identifier,process --noheadings --raw\n"
		   "mplog level -t \"$PROGRAM\" -o program,level --noheadings --raw scope\n"
		   "mplog gaps -t \"$PROGRAM\" -o identifier,missing,process --noheadings --raw\n");
	char expected[1024];
	const char *const id = getenv("PROGRAM") + strlen("tables \u6f22-");

	(void)snprintf(expected, sizeof(expected),
		       "tables\\x20\u6f22-%s " LONG_NAME "\n"
		       "tables\\x20\u6f22-%s scope\n"
		       "tables\\x20\u6f22-%s info\n"
		       "tables\\x20\u6f22-%s 0 " LONG_NAME "\n",
		       id, id, id, id);
	ck_assert_str_eq(output, expected);
	free(output);
}
END_TEST

START_TEST(mistakes)
{
	shell_run(2, "mplog ps -o nothing 2>&1");
	shell_run(2, "mplog gaps -o process, 2>&1");
	shell_run(2, "mplog level -o pid,set_buy 2>&1");
	shell_run(2, "mplog level main debug --raw 2>&1");
	shell_run(2, "mplog ps --json -o pid 2>&1");
	shell_run(2, "mplog gaps --json --raw 2>&1");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tables");
	TCase *tcase = suite_case(suite, "tables", set_up, tear_down);

	tcase_add_loop_test(tcase, fits, 0, sizeof(tables) / sizeof(tables[0]));
	tcase_add_test(tcase, for_scripts);
	tcase_add_test(tcase, mistakes);
	return suite_run(suite);
}
