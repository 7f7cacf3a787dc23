/* SPDX-License-Identifier: MIT */
/* mplog exec --syslog: an unmodified program that calls syslog(3), Python's module of that name, and the
 * programs that the run-time linker loads nothing into. */
#include "lib/journald.h"
#include "lib/privileges.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect(const struct journal_entry *entry, const char *message, const char *priority,
		   const char *logger)
{
	ck_assert_str_eq(journal_value(entry, "MESSAGE"), message);
	ck_assert_str_eq(journal_value(entry, "PRIORITY"), priority);
	ck_assert_str_eq(journal_value(entry, "LOGGER"), logger);
}

static void refused(const char *script, const char *reason)
{
	int status;
	char *output = shell(&status, "cd $JOURNALD_STATE; { %s; } 2>&1", script);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 125, "status %#x: %s",
		      (unsigned)status, output);
	ck_assert_msg(strstr(output, reason) != NULL, "no \"%s\": %s", reason, output);
	free(output);
}

START_TEST(syslog_and_output_are_of_one_process)
{
	struct journal_entries all;

	shell_run(0, "mplog exec --syslog one -- python3 -c '\n"
		     "import syslog\n"
		     "syslog.openlog(\"ident\", syslog.LOG_PID, syslog.LOG_UUCP)\n"
		     "syslog.syslog(syslog.LOG_ERR, \"an error\")\n"
		     "syslog.syslog(syslog.LOG_AUTHPRIV | syslog.LOG_DEBUG, \"a secret\")\n"
		     "print(\"a line\")'");
	all = journal_read("SYSLOG_IDENTIFIER=ident", "PROCESS=one", NULL);
	ck_assert_uint_eq(all.n, 2);
	expect(&all.entries[0], "process=one an error", "3", "syslog");
	expect(&all.entries[1], "process=one a secret", "7", "syslog");
	ck_assert_str_eq(journal_value(&all.entries[0], "SYSLOG_FACILITY"), "8");
	ck_assert_str_eq(journal_value(&all.entries[1], "SYSLOG_FACILITY"), "10");
	ck_assert_str_eq(journal_value(&all.entries[0], "_TRANSPORT"), "journal");
	ck_assert_uint_eq(
		journal_count("SYSLOG_IDENTIFIER=python3", "PROCESS=one", "LOGGER=stdout", NULL),
		1);
	journal_entries_free(&all);
}
END_TEST

START_TEST(programs_that_it_executes_too)
{
	shell_run(0, "cat >script-$$ <<'END'\n"
		     "#!/bin/sh\n"
		     "python3 -c 'import syslog; syslog.syslog(\"from a script\")'\n"
		     "END\n"
		     "chmod +x script-$$; mplog exec two --syslog ./script-$$; rm script-$$");
	ck_assert_uint_eq(journal_count("PROCESS=two", "LOGGER=syslog", NULL), 1);
}
END_TEST

START_TEST(perror_is_one_record)
{
	static const char script[] =
		"import syslog\n"
		"syslog.openlog(\"perror\", syslog.LOG_PERROR, syslog.LOG_USER)\n"
		"syslog.syslog(\"told\")\n";
	char *output;

	shell_run(0, "mplog exec --syslog three -- python3 -c '%s'", script);
	ck_assert_uint_eq(journal_count("PROCESS=three", NULL), 1);
	output = shell_expect(0, "mplog exec --syslog --stderr=none three -- python3 -c '%s' 2>&1",
			      script);
	ck_assert_ptr_nonnull(strstr(output, "process=three told"));
	ck_assert_uint_eq(journal_count("PROCESS=three", NULL), 2);
	free(output);
}
END_TEST

START_TEST(the_environment_keeps_what_it_had)
{
	char *output =
		shell_expect(0, "LD_PRELOAD=libc.so.6 mplog exec --syslog --stdout=none four "
				"-- sh -c 'echo $LD_PRELOAD'");

	ck_assert_int_eq(strncmp(output, "libc.so.6:/", strlen("libc.so.6:/")), 0);
	ck_assert_ptr_nonnull(strstr(output, "libmplog-syslog.so"));
	free(output);
	shell_says("mplog exec --stdout=none four -- sh -c 'echo \"<$LD_PRELOAD>\"'", "<>");
}
END_TEST

START_TEST(set_user_id_programs)
{
	struct stat su;

	ck_assert_int_eq(stat("/usr/bin/su", &su), 0);
	if (su.st_uid != getuid()) /* in an ordinary user's namespace */
		refused("mplog exec --syslog x -- /usr/bin/su --version", "set-user-ID");
	else if (privileges_are_root_s())
		refused("cp /bin/true other; chown 65534 other; chmod u+s other; "
			"PATH=$PATH:. mplog exec --syslog x other",
			"set-user-ID");
	shell_run(0, "cd $JOURNALD_STATE && cp /bin/true own && chmod u+s own && "
		     "mplog exec --syslog x ./own");
}
END_TEST

START_TEST(programs_without_a_linker)
{
	refused("echo 'void _start(void) { for (;;); }' >static.c; "
		"$CC -nostdlib -static -o static static.c; mplog exec --syslog x -- ./static",
		"./static: statically linked");
	refused("cp /bin/true word; "
		"python3 -c 'f = open(\"word\", \"r+b\"); f.seek(4); c = f.read(1)[0]; f.seek(4); "
		"f.write(bytes([3 - c]))'; mplog exec --syslog x ./word",
		"another word size");
}
END_TEST

START_TEST(libraries_that_cannot_be_loaded)
{
	refused("MPLOG_SYSLOG_LIBRARY=/nowhere/lib.so mplog exec --syslog x true",
		"mplog exec: /nowhere/lib.so: No such file");
	refused("cp \"$MPLOG_SYSLOG_LIBRARY\" 'a blank.so'; "
		"MPLOG_SYSLOG_LIBRARY='./a blank.so' mplog exec --syslog x true",
		"blanks or colons");
	shell_run(127, "mplog exec --syslog x /nowhere/program");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mplog exec --syslog");
	TCase *tcase = suite_case(suite, "programs", journald_start, NULL);

	tcase_add_test(tcase, syslog_and_output_are_of_one_process);
	tcase_add_test(tcase, programs_that_it_executes_too);
	tcase_add_test(tcase, perror_is_one_record);
	tcase_add_test(tcase, the_environment_keeps_what_it_had);
	tcase_add_test(tcase, set_user_id_programs);
	tcase_add_test(tcase, programs_without_a_linker);
	tcase_add_test(tcase, libraries_that_cannot_be_loaded);
	return suite_run(suite);
}
