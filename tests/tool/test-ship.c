/* SPDX-License-Identifier: MIT */
/* Two machines: the journal of one is shipped to the other with systemd-journal-remote, and the
 * processes of both are read there, merged, by their names. */

#include "lib/shell.h"
#include "lib/suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* What is logged is the same on all hosts but for the host, and comes out in export format. */
static const char work[] =
	"for i in 1 2; do\n"
	"  mplog exec worker-$i -t shipd -- printf 'one\\n<3>two\\n  lines\\n\\001\\377\\n' &\n"
	"done; wait\n"
	"mplog log -n main -t shipd -F BYTES=12 -F HOST=$(hostname) done\n"
	"journalctl --sync; journalctl -o export SYSLOG_IDENTIFIER=shipd\n";

/* Runs that on a host of its own, with a journald of its own. */
static const char on_host[] = "echo \"$2\" >machine-id-$1\n"
			      "exec unshare -mu --propagation private sh -c '\n"
			      "  hostname $1 && mount --bind machine-id-$1 /etc/machine-id &&\n"
			      "  exec $top_srcdir/tests/lib/with-journald sh work' sh \"$1\"\n";

static const char ship[] = "PATH=$PATH:/lib/systemd:/usr/lib/systemd\n"
			   "sh on_host alpha 00000000000000000000000000000001 >alpha || exit 1\n"
			   "sh on_host beta 00000000000000000000000000000002 | tee beta |\n"
			   "  systemd-journal-remote -o journal/beta.journal - || exit 1\n"
			   "systemd-journal-remote -o journal/alpha.journal alpha\n";

static void write_file(const char *path, const char *text)
{
	FILE *const file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void setup(void)
{
	shell_run(0, "rm -rf ship && mkdir ship ship/journal");
	write_file("ship/work", work);
	write_file("ship/on_host", on_host);
	write_file("ship/ship", ship);
	shell_run(0, "cd ship && sh ship >log 2>&1 || { cat log >&2; exit 1; }");
}

static void teardown(void)
{
	shell_run(0, "rm -rf ship");
}

START_TEST(both_hosts_are_merged)
{
	char *const output = shell_expect(
		0, "mplog tail -D ship/journal -n all --output=json |\n"
		   "grep -o '\"_HOSTNAME\":\"[a-z]*\"' | sort | uniq -c | tr -s ' \\n' ' '");

	ck_assert_str_eq(output, " 7 \"_HOSTNAME\":\"alpha\" 7 \"_HOSTNAME\":\"beta\" ");
	free(output);
}
END_TEST

START_TEST(processes_are_found_by_name)
{
	char *const output = shell_expect(
		0, "mplog tail -D ship/journal -n all --output=cat 'worker-*' -p err | sort\n"
		   "journalctl -q -D ship/journal PROCESS=worker-1 -o cat | grep -c one\n"
		   "mplog tail -D ship/journal -n all worker-1 --output=cat | grep -c one");

	ck_assert_str_eq(output, "  lines\n  lines\n  lines\n  lines\n"
				 "process=worker-1 two\nprocess=worker-1 two\n"
				 "process=worker-2 two\nprocess=worker-2 two\n2\n2\n");
	free(output);
}
END_TEST

/* All that a record holds but for its place in the file. */
START_TEST(fields_are_whole)
{
	char *const output = shell_expect(
		0, "journalctl -q -D ship/journal -o export _HOSTNAME=beta |\n"
		   "  grep -av -e ^__CURSOR -e ^__SEQNUM -e ^__MONOTONIC | sort >ship/there\n"
		   "grep -av -e ^__CURSOR -e ^__SEQNUM -e ^__MONOTONIC ship/beta | sort | "
		   "diff - ship/there && grep -ac ^HOST=beta ship/there");

	ck_assert_str_eq(output, "1\n");
	free(output);
}
END_TEST

/* The configuration of rsyslogd that mplog(7) gives. Its daemon is ended by its own number. */
START_TEST(rsyslogd_has_the_fields)
{
	char *const output = shell_expect(
		0,
		"echo \"global(workDirectory=\\\"$PWD\\\")\" >rsyslog.conf\n"
		"sed -n '/^module(load=\"imjournal/,/^\\.Ed/p' $top_srcdir/man/mplog.7 |\n"
		"  sed '$d; s/StateFile/IgnorePreviousMessages=\"off\" StateFile/' >>rsyslog.conf\n"
		"mplog log -n worker-1 -t ingestd 'some \"text\"'; journalctl --sync\n"
		"PATH=$PATH:/usr/sbin:/sbin\n"
		"rsyslogd -n -i NONE -f $PWD/rsyslog.conf >&2 & pid=$!\n"
		"until [ -s /var/log/mplog.json ]; do sleep 0.01; done\n"
		"kill $pid; wait; rm -f rsyslog.conf imjournal.state\n"
		"grep -o '\"service.name.*process\":[^,]*' /var/log/mplog.json\n"
		"grep -o '\"message.*' /var/log/mplog.json");

	ck_assert_str_eq(output, "\"service.name\":\"ingestd\", \"mplog.process\":\"worker-1\"\n"
				 "\"message\":\"process=worker-1 some \\\"text\\\"\"}\n");
	free(output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ship");
	TCase *tcase = suite_case(suite, "ship", NULL, NULL);

	tcase_add_unchecked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, both_hosts_are_merged);
	tcase_add_test(tcase, processes_are_found_by_name);
	tcase_add_test(tcase, fields_are_whole);
	tcase_add_test(tcase, rsyslogd_has_the_fields);
	return suite_run(suite);
}
