/* SPDX-License-Identifier: MIT */
/* mplog tail: which records its options choose, and what it says where files cannot be read. */

#include "lib/child.h"
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a journal has besides tests/data/tail.export: newlines at the end, a message of nothing else, one
 * with a NUL, one without, two that the catalog knows, and one longer than what is copied of a field. */
static const char records[] =
	"record() {\n"
	"  at=$((1795343472280000 + n * 1000000)); n=$((n + 1))\n"
	"  printf '__REALTIME_TIMESTAMP=%d\\n__MONOTONIC_TIMESTAMP=%d\\n' $at $((70000000 + n))\n"
	"  printf '_BOOT_ID=4f1e2d3c4b5a69788796a5b4c3d2e1f0\\n'\n"
	"  printf '_MACHINE_ID=0123456789abcdef0123456789abcdef\\nSYSLOG_IDENTIFIER=more\\n'\n"
	"  printf '_SOURCE_REALTIME_TIMESTAMP=%d\\nPRIORITY=6\\n' $((at - 5000000))\n"
	"}\n"
	"binary() { printf \"MESSAGE\\n\\\\$1\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0$2\\n\\n\"; }\n"
	"n=0\n"
	"record; echo PROCESS=late; binary 7 'text\\n\\n\\n'\n"
	"record; echo PROCESS=late; binary 2 '\\n\\n'\n"
	"record; echo PROCESS=late; binary 5 'a\\0bcd'\n"
	"record; echo PROCESS=late; echo\n"
	"record; echo PROCESS=known; echo MESSAGE=Known; echo MPLOG_SUPPRESSED=7\n"
	"printf 'MESSAGE_ID=89a2c2aa62cb4691a9185b5418a684fa\\n\\n'\n"
	"record; printf 'PROCESS\\n\\5\\0\\0\\0\\0\\0\\0\\0a\\033[2J\\n'; echo MESSAGE=Hostile\n"
	"printf 'MESSAGE_ID=89a2c2aa62cb4691a9185b5418a684fa\\n\\n'\n"
	"record; echo PROCESS=long; printf 'MESSAGE=begins, %09000d ends\\n\\n' 0 | tr 0 x\n";

static void set_up(void)
{
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	ck_assert_int_eq(setenv("LC_ALL", "C.UTF-8", 1), 0);
	shell_run(
		0,
		"rm -rf tail-options && mkdir tail-options && cd tail-options && {\n"
		"cat ../$top_srcdir/tests/data/tail.export 2>/dev/null ||\n"
		"  cat $top_srcdir/tests/data/tail.export; echo; %s\n} >records &&\n"
		"mkdir journal && PATH=$PATH:/lib/systemd:/usr/lib/systemd systemd-journal-remote "
		"-o journal/a.journal records 2>&1",
		records);
}

static void tear_down(void)
{
	shell_run(0, "rm -rf tail-options");
}

static void check(const char *arguments, const char *expected)
{
	char *const output =
		shell_expect(*expected ? 0 : 1, "mplog tail -D tail-options/journal %s", arguments);

	ck_assert_msg(strcmp(output, expected) == 0, "%s:\n%s", arguments, output);
	free(output);
}

/* Which processes have records among the chosen ones, and how many. */
static void check_chosen(const char *arguments, const char *expected)
{
	char *const output = shell_expect(
		0,
		"mplog tail -D tail-options/journal --output=json %s | "
		"sed 's/.*\"PROCESS\":\"\\([^\"]*\\)\".*/\\1/' | sort | uniq -c | xargs",
		arguments);

	output[strcspn(output, "\n")] = '\0';
	ck_assert_msg(strcmp(output, expected) == 0, "%s: %s", arguments, output);
	free(output);
}

static const struct {
	const char *arguments, *chosen;
} choices[] = {
	/* Names */
	{ "-t ingestd -n all '!worker-2'", "1 db-main 1 worker-1" },
	{ "-t ingestd -n all '!worker-*'", "1 db-main" },
	{ "-n all '*-*' '!worker-*' '![0-9]'", "1 db-main" },
	{ "-n all '!late' '*ate' worker-1", "1 worker-1" },
	/* Levels */
	{ "-n all -p '!debug' main", "" },
	{ "-n all -p '!notice' -t mplog-demo", "2 1 2 2 2 3 3 main" },
	{ "-n all -p '!info' -t mplog-demo", "2 1 2 2 2 3" },
	{ "-n all -p notice -p '!err' -t ingestd", "1 worker-1 1 worker-2" },
	/* Fields */
	{ "-n all -F TWICE=a", "1 worker-1" },
	{ "-n all -F TWICE=b", "1 worker-1" },
	{ "-n all -F PROCESS=1 -F PROCESS=2", "2 1 2 2" },
	{ "-n all -F PROCESS=1 -F PROCESS=main -F PRIORITY=6", "3 main" },
	{ "-n all -F MPLOG_CHILD=1 main", "1 main" },
	{ "-n all -F PRIORITY=3 -p crit", "" },
	{ "-n all -F PROCESS=worker-1 'worker-*'", "1 worker-1" },
	/* Messages */
	{ "-n all -g '^process=worker-. (first|gr)'", "1 worker-1 1 worker-2" },
	{ "-n all -g 'DONE'", "" },
	{ "-n all -g 'done'", "1 1 1 2 1 3 1 main" },
	{ "-n all -g 'GR\u00dc'", "" },
	{ "-n all -g 'gr\u00fc'", "1 worker-1" },
	{ "-n all -g 'text$'", "1 late" },
	{ "-n all -g 'bcd'", "1 late" },
	{ "-n 1 -g 'done' '[12]'", "1 2" },
	{ "-n all -g '^$' late", "2 late" },
	/* Times: of what was sent, which is what is shown */
	{ "--since='2026-11-22 09:25:11,384' -t mplog-demo", "1 3 2 main" },
	{ "--since='2026-11-22 09:25:11,384' --until='2026-11-22 09:25:11,384'", "1 3 1 main" },
	{ "--until='2026-11-22 09:25:11,281' -n all", "1 1 1 2 1 main" },
	{ "--until='2026-11-22 09:25:11,282' -n 2", "1 2 1 3" },
	{ "--since='2026-11-22 10:31:07,280' --until='2026-11-22 10:31:08,280'", "2 late" },
	{ "--since='2026-11-22 10:31:08,280' -n 1 late", "1 late" },
	{ "--since='2026-11-22T11:31:07.280+01:00' late", "4 late" },
};

START_TEST(what_is_chosen)
{
	const char *const chosen = choices[_i].chosen;

	if (*chosen)
		check_chosen(choices[_i].arguments, chosen);
	else if (strstr(choices[_i].arguments, "!debug"))
		shell_run(2, "mplog tail -D tail-options/journal %s 2>&1", choices[_i].arguments);
	else
		shell_run(1, "mplog tail -D tail-options/journal %s 2>&1", choices[_i].arguments);
}
END_TEST

START_TEST(newlines_at_the_end)
{
	check("-t more late", "2026-11-22 10:31:07,280 late info    text\n"
			      "2026-11-22 10:31:08,280 late info    \n"
			      "2026-11-22 10:31:09,280 late info    a\\x00bcd\n"
			      "2026-11-22 10:31:10,280 late info    \n");
	check("-n all -t more --output=cat -F PROCESS=late | od -An -c | tr -d ' \\n'",
	      "text\\n\\na\\0bcd\\n");
	check("--lanes -n 2 --until='2026-11-22 10:31:08,280' -t more late",
	      "2026-11-22   late\n10:31:07,280 \u25cf text\n10:31:08,280 \u25cf \n");
}
END_TEST

START_TEST(a_long_message)
{
	check("--output=cat long | tr -d x", "begins,  ends\n");
	check("--output=cat long | tr -dc x | wc -c", "9000\n");
	check("--output=cat -g 'x ends$' long | wc -l", "1\n");
}
END_TEST

/* What is shown in UTC is taken so, wherever the option stands. */
START_TEST(in_utc)
{
	ck_assert_int_eq(setenv("TZ", "XXX-05", 1), 0);
	check("-t ingestd -n 1 db-main",
	      "2026-11-22 15:26:12,280 db-main crit    process=db-main gone\n");
	check("-t ingestd -n 1 db-main --utc",
	      "2026-11-22 10:26:12,280 db-main crit    process=db-main gone\n");
	check("--since='2026-11-22 10:26:12,280' --utc -t ingestd db-main",
	      "2026-11-22 10:26:12,280 db-main crit    process=db-main gone\n");
	check("--since='2026-11-22 15:26:12,281' -t ingestd db-main", "");
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
}
END_TEST

/* A journal of this machine with another namespace's. */
START_TEST(namespaces)
{
	char *output;

	shell_run(
		0,
		"mplog log -n here text; journalctl --sync\n"
		"for folder in /run/log/journal/* /var/log/journal/*; do\n"
		"  [ -d $folder ] || continue\n"
		"  mkdir $folder.other && cp tail-options/journal/a.journal $folder.other/system.journal\n"
		"  break\n"
		"done");
	output = shell_expect(0,
			      "for namespace in other '*' +other; do\n"
			      "  mplog tail --namespace=\"$namespace\" --output=cat db-main here\n"
			      "done; mplog tail --output=cat db-main here");
	ck_assert_str_eq(output, "process=db-main gone\n"
				 "process=db-main gone\nprocess=here text\n"
				 "process=db-main gone\nprocess=here text\n"
				 "process=here text\n");
	free(output);
	shell_run(2, "mplog tail --namespace=absent 2>&1");
}
END_TEST

START_TEST(texts_of_the_catalog)
{
	char *output = shell_expect(
		0,
		"root=$PWD/tail-options/root; catalog=$root/usr/lib/systemd/catalog\n"
		"mkdir -p $catalog $root/var/lib/systemd/catalog /var/lib/systemd/catalog\n"
		"cp $top_srcdir/conf/mplog.catalog $catalog; journalctl --root=$root --update-catalog\n"
		"unshare -m sh -c \"mount --bind $root/var/lib/systemd/catalog /var/lib/systemd/catalog &&\n"
		"  mplog tail -x -n 2 -D tail-options/journal -F "
		"MESSAGE_ID=89a2c2aa62cb4691a9185b5418a684fa\"");

	ck_assert_msg(strncmp(output,
			      "2026-11-22 10:31:11,280 more known  info    Known\n"
			      "-- Subject: Records were over the rate limit\n"
			      "-- Defined-By: mplog\n"
			      "-- Documentation: man:mplog.conf(5)\n"
			      "--\n"
			      "-- 7 records were over",
			      160) == 0,
		      "%s", output);
	ck_assert_ptr_nonnull(strstr(output, "more a\\e[2J info    Hostile\n"));
	ck_assert_ptr_null(strchr(output, '\033'));
	free(output);
}
END_TEST

static const struct {
	const char *script, *says;
	int status;
} complaints[] = {
	{ "mkdir empty; mplog tail -D empty", "mplog: empty: there is no journal file\n", 2 },
	{ "mplog tail -D absent", "mplog: absent: No such file or directory\n", 2 },
	{ "mplog tail -D records", "mplog: records: Not a directory\n", 2 },
	{ "cp journal/a.journal journal/b.journal; : >journal/c.journal; mplog tail -n 1 -D journal "
	  "--output=cat db-main",
	  "mplog: journal/c.journal: not a journal file: it is too short\nprocess=db-main gone\n",
	  2 },
	{ "head -c 4096 /dev/zero >journal/d.journal~; mplog tail -n 1 -D journal --output=cat db-main",
	  "mplog: journal/d.journal~: not a journal file that can be read here: it is damaged, or of "
	  "another format\nprocess=db-main gone\n",
	  2 },
	{ "ln -s nowhere journal/e.journal; mplog tail -n 1 -D journal --output=cat db-main",
	  "mplog: journal/e.journal: No such file or directory\nprocess=db-main gone\n", 2 },
	{ "m=journal/0123456789abcdef0123456789abcdef; mkdir $m; mv journal/a.journal $m; mplog tail -n 1 "
	  "-D journal --output=cat db-main",
	  "process=db-main gone\n", 0 },
	{ "mkdir empty; mplog gaps -D empty", "mplog: empty: there is no journal file\n", 2 },
	{ "mplog gaps -D absent", "mplog: absent: No such file or directory\n", 2 },
	{ ": >journal/c.journal; mplog gaps -D journal -t ingestd PROCESS=db-main --raw -o process,records",
	  "mplog: journal/c.journal: not a journal file: it is too short\nPROCESS RECORDS\ndb-main 1\n",
	  2 },
	{ "rm journal/a.journal; : >journal/c.journal; mplog gaps -D journal",
	  "mplog: journal/c.journal: not a journal file: it is too short\n", 2 },
	{ "mkdir empty; mplog timeline -D empty >empty.svg",
	  "mplog: empty: there is no journal file\n", 2 },
	{ "mplog timeline -D absent >absent.svg", "mplog: absent: No such file or directory\n", 2 },
	{ "ln -s nowhere journal/e.journal; mplog timeline -D journal -t mplog-demo | grep -c 'class=\"lane\"'",
	  "mplog: journal/e.journal: No such file or directory\n4\n", 0 },
};

START_TEST(what_cannot_be_read_is_told)
{
	char *output = shell_expect(complaints[_i].status, "cd tail-options; { %s; } 2>&1",
				    complaints[_i].script);

	ck_assert_str_eq(output, complaints[_i].says);
	free(output);
}
END_TEST

static const char *const mistakes[] = {
	"-F name=value", "-F =x",           "-F 1X=x",        "-F X",
	"-g '('",        "-g a -g b",       "--until=soon",   "--since=today --until=yesterday",
	"-p '!loud'",    "-p '!none'",      "-p '!'",         "-p err -p '!err'",
	"'!'",           "'![a'",           "-f --until=now", "-D . --namespace=x",
	"-x --lanes",    "-x --output=cat",
};

START_TEST(mistakes_are_told)
{
	shell_run(2, "mplog tail -D tail-options/journal %s 2>&1", mistakes[_i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tail-options");
	TCase *tcase = suite_case(suite, "options", set_up, tear_down),
	      *real = suite_case(suite, "real", journald_start, NULL);

	tcase_add_loop_test(tcase, what_is_chosen, 0, sizeof(choices) / sizeof(choices[0]));
	tcase_add_test(tcase, newlines_at_the_end);
	tcase_add_test(tcase, a_long_message);
	tcase_add_test(tcase, in_utc);
	tcase_add_test(tcase, texts_of_the_catalog);
	tcase_add_loop_test(tcase, what_cannot_be_read_is_told, 0,
			    sizeof(complaints) / sizeof(complaints[0]));
	tcase_add_loop_test(tcase, mistakes_are_told, 0, sizeof(mistakes) / sizeof(mistakes[0]));
	tcase_add_checked_fixture(real, set_up, tear_down);
	tcase_add_test(real, namespaces);
	return suite_run(suite);
}
