/* SPDX-License-Identifier: MIT */
/* mplog timeline: what is chosen and in which form, of a journal that is always the same; and of a real
 * one the demo's run. What a browser makes of it is in test-timeline-page. */

#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* tests/data/timeline.export as journal files. */
static void setup(void)
{
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	ck_assert_int_eq(setenv("LC_ALL", "C.UTF-8", 1), 0);
	shell_run(0,
		  "rm -rf timeline-journal && mkdir timeline-journal && "
		  "PATH=$PATH:/lib/systemd:/usr/lib/systemd systemd-journal-remote "
		  "-o timeline-journal/alpha.journal $top_srcdir/tests/data/timeline.export 2>&1");
}

static void teardown(void)
{
	shell_run(0, "rm -rf timeline-journal");
}

/* The names of the lanes, in order, and how many marks there are. */
static void check(const char *arguments, const char *names, int marks)
{
	char *output =
		shell_expect(0,
			     "mplog timeline -D timeline-journal %s | "
			     "sed -n 's/^<text class=\"name wide[^>]*>\\([^<]*\\)<.*/\\1/p' | "
			     "tr '\\n' ' '",
			     arguments);

	ck_assert_str_eq(output, names);
	free(output);
	output = shell_expect(0,
			      "mplog timeline -D timeline-journal %s | grep -c '^<rect class=\"m '",
			      arguments);
	ck_assert_msg(atoi(output) == marks, "%s: %s", arguments, output);
	free(output);
}

START_TEST(the_newest_run)
{
	check("", "main worker-1 table-1 table-2 worker-2 worker-3 worker-4 worker-3 ", 60);
	check("-t ingestd", "main worker-1 table-1 table-2 worker-2 worker-3 worker-4 worker-3 ",
	      60);
}
END_TEST

START_TEST(what_is_asked_for)
{
	check("--run=0000000000000000000000000000000b", "main ", 2);
	check("--since='2026-11-22 09:20' 'worker-[12]'", "worker-1 worker-2 ", 16);
	check("--since='2026-11-22 09:20' main", "main main ", 4);
	check("--until='2026-11-22 09:25:11'", "main ", 2);
	check("'table-*'", "table-1 table-2 ", 10);
	check("worker-3", "worker-3 worker-3 ", 22);
}
END_TEST

/* A choice of names makes no gap: the numbers of a process count all of its scopes. */
START_TEST(gaps)
{
	shell_run(
		0,
		"mplog timeline -D timeline-journal >all.svg\n"
		"[ $(grep -c 'rect class=\"gap\" y=' all.svg) = 2 ] &&\n" /* one is the legend's */
		"grep -q '36 records are missing, 8 to 43: reported lost or diverted' all.svg &&\n"
		"! mplog timeline -D timeline-journal worker-1 | grep 'class=\"gap\" y' &&\n"
		"rm all.svg");
}
END_TEST

START_TEST(forms)
{
	shell_run(0, "cd timeline-journal && for file in a.svg a.html a.json; do\n"
		     "  mplog timeline -D . -o $file || exit 1\n"
		     "done\n"
		     "head -n 1 a.svg | grep -q '^<?xml' &&\n"
		     "head -n 1 a.html | grep -q '^<!DOCTYPE html>' &&\n"
		     "mplog timeline -D . --output=perfetto -o a.txt && cmp a.txt a.json &&\n"
		     "mplog timeline -D . --output=svg | cmp - a.svg");
}
END_TEST

/* Well-formed, and nothing of it comes from elsewhere. */
START_TEST(svg_is_xml)
{
	shell_run(
		0,
		"mplog timeline -D timeline-journal | python3 -c '\n"
		"import sys, xml.dom.minidom\n"
		"document = xml.dom.minidom.parse(sys.stdin.buffer)\n"
		"names = {element.tagName for element in document.getElementsByTagName(\"*\")}\n"
		"sys.exit(bool(names & {\"script\", \"img\", \"image\", \"a\"}))' &&\n"
		"! mplog timeline -D timeline-journal | grep -v '<title>' | grep -v xmlns= | grep -v requiredExtensions= | grep '://'");
}
END_TEST

START_TEST(perfetto)
{
	char *const output = shell_expect(
		0, "mplog timeline -D timeline-journal --output=perfetto | python3 -c '\n"
		   "import json, sys\n"
		   "events = json.load(sys.stdin)[\"traceEvents\"]\n"
		   "of = lambda phase: [e for e in events if e[\"ph\"] == phase]\n"
		   "names = {e[\"pid\"]: e[\"args\"][\"name\"] for e in of(\"M\")"
		   " if e[\"name\"] == \"process_name\"}\n"
		   "print(*[names[pid] for pid in sorted(names)])\n"
		   "print(*[e[\"name\"] for e in of(\"X\")])\n"
		   "print(*[e[\"cat\"] for e in of(\"X\")])\n"
		   "print(len(of(\"i\")), len({(e[\"pid\"], e[\"tid\"]) for e in of(\"i\")}))\n"
		   "print(*sorted(e[\"cat\"] for e in of(\"b\")))\n"
		   "print(len(of(\"b\")) == len(of(\"e\")),"
		   " all(a[\"id\"] == b[\"id\"] for a, b in zip(of(\"b\"), of(\"e\"))))\n"
		   "print([e[\"args\"] for e in of(\"i\") if e[\"cat\"] == \"err\"])\n"
		   "print([e[\"ts\"] for e in of(\"i\")][0], any(ord(c) in (0x202e, 27, 0)"
		   " for e in of(\"i\") for c in e[\"name\"]))'");

	ck_assert_str_eq(
		output,
		"main worker-1 worker-2 worker-3 worker-4 worker-3\n"
		"main worker-1 table-1 table-2 worker-2 worker-3 worker-4 worker-3\n"
		"process process scope scope process process process process\n"
		"60 8\n"
		"dump end end gap level loss suppressed\n"
		"True True\n"
		"[{'level': 'err', 'fields': 'ERRNO=5', 'site': 'worker.c:88, read_chunk()'}]\n"
		"1795339511000000 False\n");
	free(output);
}
END_TEST

START_TEST(mistakes)
{
	shell_says("mplog timeline -D timeline-journal absent 2>&1 || [ $? = 1 ]",
		   "the journal has no record by such a name");
	shell_says("mplog timeline -D timeline-journal -t absent 2>&1 || [ $? = 1 ]",
		   "the journal has no record of program absent");
	shell_says("mplog timeline --output=png 2>&1 || [ $? = 2 ]",
		   "expected svg, html, perfetto");
	shell_says("mplog timeline --since=12:00 --until=11:00 2>&1 || [ $? = 2 ]",
		   "--until is not later than --since");
	shell_says("mplog timeline '[' 2>&1 || [ $? = 2 ]", "malformed pattern");
	shell_says(
		"mplog timeline -D /nonexistent >/dev/null 2>err || [ $? = 2 ] && cat err && rm err",
		"/nonexistent: No such file");
	shell_says("mplog timeline -D timeline-journal -o /nonexistent/a.svg 2>&1 || [ $? = 2 ]",
		   "cannot write /nonexistent/a.svg: No such file");
	shell_says("mplog timeline -D timeline-journal -o /dev/full 2>&1 || [ $? = 2 ]",
		   "cannot write /dev/full: No space left");
	shell_says("mplog timeline -D . --namespace=x 2>&1 || [ $? = 2 ]", "exclude each other");
}
END_TEST

START_TEST(not_onto_a_terminal)
{
	char *const output = shell_on_terminal("mplog timeline -D timeline-journal 2>&1; echo $?");

	ck_assert_ptr_nonnull(strstr(output, "standard output is a terminal"));
	ck_assert_ptr_nonnull(strstr(output, "\n2\n"));
	free(output);
}
END_TEST

/* Nothing is written, and nothing taken away, where there is nothing to be drawn. */
START_TEST(a_file_stays_where_there_is_no_record)
{
	shell_run(0, "echo mine >timeline-journal/a.svg\n"
		     "mplog timeline -D timeline-journal -o timeline-journal/a.svg absent\n"
		     "[ $? = 1 ] && grep -q mine timeline-journal/a.svg");
}
END_TEST

/* Of 100 lanes and many records the picture has no more marks than an eye can tell apart, and the
 * figures are those of all. */
START_TEST(many_records_become_density)
{
	shell_run(
		0,
		"awk 'BEGIN { for (i = 0; i < 40000; i++) {\n"
		"  printf \"__REALTIME_TIMESTAMP=%%.0f\\n__MONOTONIC_TIMESTAMP=%%.0f\\n\", "
		"1795339511000000 + i * 1000, 1000000 + i * 1000\n"
		"  print \"_BOOT_ID=4f1e2d3c4b5a69788796a5b4c3d2e1f0\"\n"
		"  print \"_MACHINE_ID=0123456789abcdef0123456789abcdef\\nSYSLOG_IDENTIFIER=big\"\n"
		"  print \"RUN_ID=0000000000000000000000000000000d\\nMESSAGE=Number \" i\n"
		"  print \"PRIORITY=\" (i %% 10 ? 6 : 4) \"\\nPROCESS=w\" i %% 100 \"\\n_PID=\" 1000 + i %% 100\n"
		"  print \"\" } }' >big.export\n"
		"rm -rf big && mkdir big && PATH=$PATH:/lib/systemd:/usr/lib/systemd "
		"systemd-journal-remote -o big/b.journal big.export 2>/dev/null\n"
		"mplog timeline -D big >big.svg &&\n"
		"[ $(grep -c 'g class=\"lane\"' big.svg) = 100 ] &&\n"
		"marks=$(grep -c '^<rect class=\"m ' big.svg) && [ $marks -le 30100 ] && [ $marks -gt 10000 ] &&\n"
		"grep '^<rect class=\"m ' big.svg | awk '{ n = 1; if (match($0, /data-n=\"[0-9]+/)) "
		"n = substr($0, RSTART + 8, RLENGTH - 8); sum += n } END { exit sum != 40000 }' &&\n"
		"grep -q 'data-lanes=\"100\" data-records=\"40000\"' big.svg &&\n"
		"rm -rf big big.export big.svg");
}
END_TEST

START_TEST(the_demo)
{
	char *const output = shell_expect(
		0,
		"mplog-demo --jobs=3 --tasks=12 && journalctl --sync\n"
		"mplog timeline -t mplog-demo >demo.svg\n"
		"sed -n 's/^<text class=\"name wide[^>]*>\\([^<]*\\)<.*/\\1/p' demo.svg | sort -n | "
		"tr '\\n' ' '\n"
		"grep -o 'at most [0-9] at once' demo.svg; rm demo.svg");

	ck_assert_str_eq(output, "main 1 2 3 4 5 6 7 8 9 10 11 12 at most 4 at once\n");
	free(output);
}
END_TEST

/* A real tree: a scope, and a child that is killed. */
START_TEST(a_killed_child)
{
	char *const output = shell_expect(
		0, "mplog exec one -t killed -- sh -c 'echo begin; kill -9 $$' 2>/dev/null\n"
		   "journalctl --sync; mplog timeline -t killed >killed.svg\n"
		   "grep -c 'g class=\"lane\"' killed.svg; rm killed.svg");

	ck_assert_int_ge(atoi(output), 1);
	free(output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("timeline");
	TCase *fixed = suite_case(suite, "fixed", NULL, NULL),
	      *real = suite_case(suite, "real", journald_start, NULL);

	tcase_add_unchecked_fixture(fixed, setup, teardown);
	tcase_add_test(fixed, the_newest_run);
	tcase_add_test(fixed, what_is_asked_for);
	tcase_add_test(fixed, gaps);
	tcase_add_test(fixed, forms);
	tcase_add_test(fixed, svg_is_xml);
	tcase_add_test(fixed, perfetto);
	tcase_add_test(fixed, mistakes);
	tcase_add_test(fixed, not_onto_a_terminal);
	tcase_add_test(fixed, a_file_stays_where_there_is_no_record);
	tcase_add_test(fixed, many_records_become_density);

	tcase_add_test(real, the_demo);
	tcase_add_test(real, a_killed_child);
	return suite_run(suite);
}
