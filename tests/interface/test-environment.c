/* SPDX-License-Identifier: MIT */
/* What goes through exec(3) by the environment to a program that uses mplog, and what does not. */

#include "lib/family.h"
#include "lib/suite.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>

static const char run_id[] = "0123456789abcdef0123456789abcdef";
static const char quiet[] = "defaults = { prefix = \"\"; };\n";

/* ---- The program that is started ------------------------------------------------------------- */

static const char program_argument[] = "--program";

/* --program IDENTIFIER [PROCESS] */
static int be_program(int argc, char *argv[])
{
	const char *identifier = argv[2];

	if (mplog_open(identifier, argc > 3 ? argv[3] : NULL, 0) < 0)
		return 1;
	mplog_info("info");
	mplog_debug("debug");
	return 0;
}

/* ---- Starting it ----------------------------------------------------------------------------- */

static pid_t start(char *const environment[], const char *identifier, const char *process)
{
	char path[] = "/proc/self/exe", argument[] = "--program", name[64], own[64];
	char *argv[] = { path, argument, name, NULL, NULL };
	const pid_t pid = fork();

	snprintf(name, sizeof(name), "%s", identifier);
	if (process) {
		snprintf(own, sizeof(own), "%s", process);
		argv[3] = own;
	}
	if (pid == 0) {
		for (; *environment; environment++)
			(void)putenv(*environment);
		execv(path, argv);
		_exit(127);
	}
	ck_assert_int_gt(pid, 0);
	return pid;
}

static void write_configuration(const char *identifier, const char *text)
{
	file_write(family_path(identifier), text);
	ck_assert_int_eq(setenv("MPLOG_CONF", family_path(identifier), 1), 0);
}

static struct journal_entries run(const char *identifier, char *const environment[])
{
	write_configuration(identifier, quiet);
	child_exited_well(start(environment, identifier, NULL));
	return family_read(identifier);
}

/* The environment keeps what it is given. */
static char *environment_of(const char *variable, const char *value)
{
	static char texts[16][300];
	static unsigned n;
	char *text = texts[n++ % 16];

	snprintf(text, sizeof(texts[0]), "%s=%s", variable, value);
	return text;
}

/* ---- Tests ----------------------------------------------------------------------------------- */

START_TEST(exported_through_exec)
{
	char *const none[] = { NULL };
	struct journal_entries all;

	write_configuration("exported", quiet);
	ck_assert_int_eq(mplog_open("exported", "main", 0), 0);
	mplog_notice("parent");
	ck_assert_int_eq(mplog_export("worker-1"), 0);
	child_exited_well(start(none, "exported", NULL));
	all = family_read("exported");
	ck_assert_str_eq(said_field(&all, "info", "PROCESS"), "worker-1");
	ck_assert_str_eq(said_field(&all, "info", "RUN_ID"), said_field(&all, "parent", "RUN_ID"));
	ck_assert_str_eq(said_field(&all, "parent", "PROCESS"), "main");
	journal_entries_free(&all);
}
END_TEST

START_TEST(export_refuses_nothing)
{
	ck_assert_int_eq(mplog_export(NULL), -EINVAL);
	ck_assert_int_eq(mplog_export(""), -EINVAL);
	ck_assert_ptr_null(getenv("MPLOG_PROCESS"));
	ck_assert_int_eq(mplog_export("a b"), 0);
	ck_assert_str_eq(getenv("MPLOG_PROCESS"), "a_b");
}
END_TEST

/* The program's own word is stronger. */
START_TEST(program_that_names_itself)
{
	char *const environment[] = { environment_of("MPLOG_PROCESS", "other"), NULL };
	struct journal_entries all;

	write_configuration("own-name", quiet);
	child_exited_well(start(environment, "own-name", "own"));
	all = family_read("own-name");
	ck_assert_str_eq(said_field(&all, "info", "PROCESS"), "own");
	journal_entries_free(&all);
}
END_TEST

START_TEST(level)
{
	char *const environment[] = { environment_of("MPLOG_LEVEL", "debug"), NULL };
	struct journal_entries all = run("level", environment);

	said(&all, "info");
	said(&all, "debug");
	journal_entries_free(&all);
}
END_TEST

START_TEST(level_by_name)
{
	char *const environment[] = { environment_of("MPLOG_LEVEL", "warning,wor*=debug"),
				      environment_of("MPLOG_PROCESS", "worker"), NULL };
	struct journal_entries all = run("level-by-name", environment);

	said(&all, "debug");
	journal_entries_free(&all);
}
END_TEST

static int redirect(void)
{
	const int fd = open(family_path("output"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	return fd;
}

static void assert_output(int fd, const char *expected)
{
	char text[4096] = "";
	const ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	ck_assert_int_gt(n, 0);
	ck_assert_msg(strstr(text, expected) != NULL, "not in it: %s: %s", expected, text);
}

START_TEST(sink_and_format)
{
	char *const environment[] = { environment_of("MPLOG_SINK", "stderr"),
				      environment_of("MPLOG_FORMAT", "json"), NULL };
	const int fd = redirect();
	struct journal_entries all = run("sink", environment);

	ck_assert_uint_eq(all.n, 0);
	assert_output(fd, "\"MESSAGE\":\"info\"");
	journal_entries_free(&all);
}
END_TEST

START_TEST(echo)
{
	char *const environment[] = { environment_of("MPLOG_ECHO", "true"), NULL };
	const int fd = redirect();
	struct journal_entries all = run("echo", environment);

	ck_assert_uint_eq(all.n, 1);
	assert_output(fd, " INFO echo ");
	journal_entries_free(&all);
}
END_TEST

START_TEST(run_id_of_the_parent)
{
	char *const environment[] = {
		environment_of("MPLOG_RUN_ID", "0123456789ABCDEF0123456789abcdef"), NULL
	};
	struct journal_entries all = run("run-id", environment);

	ck_assert_str_eq(said_field(&all, "info", "RUN_ID"), run_id);
	journal_entries_free(&all);
}
END_TEST

/* Each is reported, and the program runs as if it were not there. */
START_TEST(malformed_values)
{
	static const struct {
		const char *variable, *value;
	} bad[] = {
		{ "MPLOG_LEVEL", "vebrose" }, { "MPLOG_LEVEL", "info,=debug" },
		{ "MPLOG_SINK", "jurnal" },   { "MPLOG_ECHO", "maybe" },
		{ "MPLOG_FORMAT", "xml" },    { "MPLOG_RUN_ID", "123" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *const environment[] = { environment_of(bad[i].variable, bad[i].value), NULL };
		char identifier[32];
		struct journal_entries all;

		snprintf(identifier, sizeof(identifier), "malformed-%zu", i);
		write_configuration(identifier, quiet);
		child_exited_well(start(environment, identifier, NULL));
		all = family_read(identifier);
		ck_assert_msg(all.n == 2, "%s=%s: %zu records", bad[i].variable, bad[i].value,
			      all.n);
		ck_assert_str_eq(journal_value(&all.entries[1], "PROCESS"), "main");
		ck_assert_str_eq(journal_value(&all.entries[1], "PRIORITY"), "6");
		ck_assert_uint_eq(strlen(journal_value(&all.entries[1], "RUN_ID")),
				  sizeof(run_id) - 1);
		ck_assert_str_eq(journal_value(&all.entries[0], "PRIORITY"), "4");
		ck_assert_ptr_nonnull(
			strstr(journal_value(&all.entries[0], "MESSAGE"), bad[i].variable));
		journal_entries_free(&all);
	}
}
END_TEST

START_TEST(empty_values_are_none)
{
	char *const environment[] = { environment_of("MPLOG_LEVEL", ""),
				      environment_of("MPLOG_SINK", ""),
				      environment_of("MPLOG_PROCESS", ""),
				      environment_of("MPLOG_RUN_ID", ""), NULL };
	struct journal_entries all = run("empty", environment);

	ck_assert_uint_eq(all.n, 1);
	ck_assert_str_eq(said_field(&all, "info", "PROCESS"), "main");
	journal_entries_free(&all);
}
END_TEST

static pid_t start_invocation(const char *identifier, bool matching)
{
	char *environment[] = { environment_of("INVOCATION_ID", run_id), NULL, NULL };
	char pid[16];
	const pid_t child = fork();

	if (child == 0) {
		char path[] = "/proc/self/exe", argument[] = "--program", name[64];
		char *const argv[] = { path, argument, name, NULL };

		snprintf(name, sizeof(name), "%s", identifier);
		snprintf(pid, sizeof(pid), "%d", (int)(matching ? getpid() : getppid()));
		environment[1] = environment_of("SYSTEMD_EXEC_PID", pid);
		(void)putenv(environment[0]);
		(void)putenv(environment[1]);
		execv(path, argv);
		_exit(127);
	}
	return child;
}

/* It leaks into every shell and cron job below a unit: only what systemd itself started has it. */
START_TEST(invocation_id_of_the_service)
{
	struct journal_entries all;

	write_configuration("invocation", quiet);
	child_exited_well(start_invocation("invocation", true));
	all = family_read("invocation");
	ck_assert_str_eq(said_field(&all, "info", "RUN_ID"), run_id);
	journal_entries_free(&all);
}
END_TEST

START_TEST(invocation_id_of_another_process)
{
	struct journal_entries all;

	write_configuration("leaked", quiet);
	child_exited_well(start_invocation("leaked", false));
	all = family_read("leaked");
	ck_assert_str_ne(said_field(&all, "info", "RUN_ID"), run_id);
	journal_entries_free(&all);
}
END_TEST

int main(int argc, char *argv[])
{
	TCase *tcase;
	Suite *suite;

	if (argc > 2 && strcmp(argv[1], program_argument) == 0)
		return be_program(argc, argv);
	suite = suite_create("environment");
	tcase = suite_case(suite, "environment", journald_start, NULL);
	tcase_add_test(tcase, exported_through_exec);
	tcase_add_test(tcase, export_refuses_nothing);
	tcase_add_test(tcase, program_that_names_itself);
	tcase_add_test(tcase, level);
	tcase_add_test(tcase, level_by_name);
	tcase_add_test(tcase, sink_and_format);
	tcase_add_test(tcase, echo);
	tcase_add_test(tcase, run_id_of_the_parent);
	tcase_add_test(tcase, malformed_values);
	tcase_add_test(tcase, empty_values_are_none);
	tcase_add_test(tcase, invocation_id_of_the_service);
	tcase_add_test(tcase, invocation_id_of_another_process);
	return suite_run(suite);
}
