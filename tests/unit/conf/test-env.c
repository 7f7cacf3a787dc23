/* SPDX-License-Identifier: MIT */
#include "conf/env.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/suite.h"
#include "mplog.h"

static struct env env;
static struct settings settings;
static const char *program; /* argv[0] */
static char diags[1024];    /* "VARIABLE: text\n" for each diagnostic */

static void add_diag(void *userdata, const struct conf_diag *diag)
{
	const size_t length = strlen(diags);

	ck_assert_ptr_eq(userdata, diags);
	(void)snprintf(diags + length, sizeof(diags) - length, "%s: %s\n", diag->file, diag->text);
}

static void load(const char *variable, const char *value)
{
	diags[0] = '\0';
	ck_assert_int_eq(clearenv(), 0);
	if (variable)
		ck_assert_int_eq(setenv(variable, value, 1), 0);
	ck_assert_int_eq(env_load(&env, add_diag, diags), 0);
}

static int level_of(const char *process)
{
	settings_init(&settings, NULL);
	settings_apply(&settings, &env.rules, "ingestd", process);
	return settings.number[SETTING_LEVEL];
}

START_TEST(nothing_says_nothing)
{
	load(NULL, NULL);
	ck_assert_uint_eq(env.rules.n, 0);
	ck_assert_ptr_null(env.conf);
	ck_assert_ptr_null(env.process);
	ck_assert_str_eq(diags, "");
	env_free(&env);
}
END_TEST

START_TEST(one_level_for_all)
{
	load("MPLOG_LEVEL", "Debug");
	ck_assert_int_eq(level_of("main"), MPLOG_DEBUG);
	ck_assert_str_eq(settings.by[SETTING_LEVEL]->file, "MPLOG_LEVEL");
	ck_assert_uint_eq(settings.line[SETTING_LEVEL], 0);
	env_free(&env);
}
END_TEST

START_TEST(levels_by_name_the_later_wins)
{
	load("MPLOG_LEVEL", "notice,worker-*=debug,worker-1=err,db=none");
	ck_assert_int_eq(level_of("main"), MPLOG_NOTICE);
	ck_assert_int_eq(level_of("worker-2"), MPLOG_DEBUG);
	ck_assert_int_eq(level_of("worker-1"), MPLOG_ERR);
	ck_assert_int_eq(level_of("db"), MPLOG_NONE);
	ck_assert_str_eq(diags, "");
	env_free(&env);
}
END_TEST

START_TEST(blanks_around_names_and_levels_are_none_of_them)
{
	load("MPLOG_LEVEL", " notice , worker-* = debug\n");
	ck_assert_str_eq(diags, "");
	ck_assert_int_eq(level_of("main"), MPLOG_NOTICE);
	ck_assert_int_eq(level_of("worker-2"), MPLOG_DEBUG);
	env_free(&env);
}
END_TEST

static const struct {
	const char *variable, *value, *expected;
} malformed[] = {
	{ "MPLOG_LEVEL", "worker-*=debug,vebrose",
	  "MPLOG_LEVEL: unknown level \"vebrose\" (expected emerg alert crit err warning notice info debug "
	  "none); did you mean \"debug\"?\n" },
	{ "MPLOG_LEVEL", "info,",
	  "MPLOG_LEVEL: unknown level \"\" (expected emerg alert crit err warning notice info debug none)\n" },
	{ "MPLOG_LEVEL", "=debug",
	  "MPLOG_LEVEL: a process name is missing before \"=\" (expected LEVEL or NAME=LEVEL)\n" },
	{ "MPLOG_LEVEL", "wor[ker=debug",
	  "MPLOG_LEVEL: malformed pattern \"wor[ker\": its \"[\" is not closed\n" },
	{ "MPLOG_SINK", "jurnal",
	  "MPLOG_SINK: unknown sink \"jurnal\" (expected auto journal syslog stderr); did you mean \"journal\"?\n" },
	{ "MPLOG_ECHO", "yes",
	  "MPLOG_ECHO: unknown echo \"yes\" (expected true, false or \"auto\"); did you mean true?\n" },
	{ "MPLOG_RUN_ID", "12", "MPLOG_RUN_ID: not a run's id (expected 32 hexadecimal digits)\n" },
	{ "MPLOG_BLACKBOX", "on",
	  "MPLOG_BLACKBOX: unknown level \"on\" (expected emerg alert crit err warning notice info debug none)\n" },
	{ "MPLOG_FORMAT", "xml", "MPLOG_FORMAT: unknown format \"xml\" (expected text json)\n" },
};

START_TEST(level_of_the_black_box)
{
	load("MPLOG_BLACKBOX", "debug");
	ck_assert_int_eq(level_of("main"), MPLOG_INFO);
	ck_assert_int_eq(settings.number[SETTING_BLACKBOX_LEVEL], MPLOG_DEBUG);
	ck_assert_str_eq(settings.by[SETTING_BLACKBOX_LEVEL]->file, "MPLOG_BLACKBOX");
	env_free(&env);
}
END_TEST

START_TEST(malformed_is_reported_and_ignored)
{
	load(malformed[_i].variable, malformed[_i].value);
	ck_assert_str_eq(diags, malformed[_i].expected);
	ck_assert_uint_eq(env.rules.n, 0);
	env_free(&env);
}
END_TEST

START_TEST(more_levels_than_there_is_room_for)
{
	char value[4096] = "info";

	for (size_t i = 0; i < ENV_RULES_MAX; i++)
		strcat(value, ",worker-*=debug");
	load("MPLOG_LEVEL", value);
	ck_assert_str_eq(diags, "MPLOG_LEVEL: too many levels (expected at most 64)\n");
	ck_assert_uint_eq(env.rules.n, 0);
	env_free(&env);
}
END_TEST

START_TEST(debug_invocation)
{
	load("DEBUG_INVOCATION", "1");
	ck_assert_int_eq(level_of("main"), MPLOG_DEBUG);
	env_free(&env);
	load("DEBUG_INVOCATION", "0");
	ck_assert_int_eq(level_of("main"), MPLOG_INFO);
	env_free(&env);
	ck_assert_int_eq(setenv("DEBUG_INVOCATION", "1", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_LEVEL", "notice", 1), 0);
	ck_assert_int_eq(env_load(&env, add_diag, diags), 0);
	ck_assert_int_eq(level_of("main"), MPLOG_NOTICE);
	env_free(&env);
}
END_TEST

START_TEST(other_settings)
{
	load("MPLOG_SINK", "stderr");
	(void)level_of("main");
	ck_assert_int_eq(settings.number[SETTING_SINK], SINK_CHOICE_STDERR);
	env_free(&env);
	load("MPLOG_ECHO", "false");
	(void)level_of("main");
	ck_assert_int_eq(settings.number[SETTING_ECHO], 0);
	env_free(&env);
	load("MPLOG_FORMAT", "json");
	(void)level_of("main");
	ck_assert_int_eq(settings.number[SETTING_STDERR_FORMAT], STDERR_CHOICE_JSON);
	env_free(&env);
}
END_TEST

START_TEST(strings_are_copies)
{
	ck_assert_int_eq(clearenv(), 0);
	ck_assert_int_eq(setenv("MPLOG_CONF", "/tmp/x.conf", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_PROCESS", "worker-1", 1), 0);
	ck_assert_int_eq(env_load(&env, NULL, NULL), 0);
	ck_assert_int_eq(setenv("MPLOG_CONF", "changed", 1), 0);
	ck_assert_int_eq(clearenv(), 0);
	ck_assert_str_eq(env.conf, "/tmp/x.conf");
	ck_assert_str_eq(env.process, "worker-1");
	env_free(&env);
	env_free(&env);
}
END_TEST

START_TEST(empty_is_none)
{
	load("MPLOG_CONF", "");
	ck_assert_ptr_null(env.conf);
	env_free(&env);
	load("MPLOG_LEVEL", "");
	ck_assert_uint_eq(env.rules.n, 0);
	ck_assert_str_eq(diags, "");
	env_free(&env);
}
END_TEST

/* Runs this program as a set-user-ID one of another user. */
START_TEST(set_user_id_programs_ignore_it)
{
	char path[] = "/tmp/test-env-XXXXXX", command[1024];
	struct statvfs file_system;
	int status;

	if (geteuid() != 0)
		return;
	ck_assert_ptr_nonnull(mkdtemp(path));
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(statvfs(path, &file_system), 0);
	if (file_system.f_flag & ST_NOSUID) {
		ck_assert_int_eq(rmdir(path), 0);
		return;
	}
	(void)snprintf(command, sizeof(command),
		       "cp %s %s/x && chown 65534 %s/x && chmod 4755 %s/x", program, path, path,
		       path);
	ck_assert_int_eq(system(command), 0);
	(void)snprintf(command, sizeof(command),
		       "MPLOG_LEVEL=debug MPLOG_CONF=/x MPLOG_PROCESS=y %s/x --is-anything-set",
		       path);
	status = system(command);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	/* Without the bit it does see them. */
	(void)snprintf(command, sizeof(command),
		       "chmod 0755 %s/x; MPLOG_LEVEL=debug %s/x --is-anything-set", path, path);
	status = system(command);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	(void)snprintf(command, sizeof(command), "rm -r %s", path);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static int is_anything_set(void)
{
	if (env_load(&env, NULL, NULL) < 0)
		return 2;
	return env.rules.n > 0 || env.conf || env.process;
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create("env");
	TCase *tcase = suite_case(suite, "env", NULL, NULL);

	program = argv[0];
	if (argc > 1 && strcmp(argv[1], "--is-anything-set") == 0)
		_exit(is_anything_set()); /* no leak checker: it may not look into such a process */
	tcase_add_test(tcase, nothing_says_nothing);
	tcase_add_test(tcase, one_level_for_all);
	tcase_add_test(tcase, levels_by_name_the_later_wins);
	tcase_add_test(tcase, blanks_around_names_and_levels_are_none_of_them);
	tcase_add_test(tcase, level_of_the_black_box);
	tcase_add_loop_test(tcase, malformed_is_reported_and_ignored, 0,
			    sizeof(malformed) / sizeof(malformed[0]));
	tcase_add_test(tcase, more_levels_than_there_is_room_for);
	tcase_add_test(tcase, debug_invocation);
	tcase_add_test(tcase, other_settings);
	tcase_add_test(tcase, strings_are_copies);
	tcase_add_test(tcase, empty_is_none);
	tcase_add_test(tcase, set_user_id_programs_ignore_it);
	return suite_run(suite);
}
