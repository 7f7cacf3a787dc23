/* SPDX-License-Identifier: MIT */
/* What the files say, and which of them are read. */
#include "lib/conf-fixture.h"

#include <sys/wait.h>

START_TEST(no_files_no_rules)
{
	struct conf *conf = load_good();

	ck_assert_uint_eq(conf_rules(conf)->n, 0);
	ck_assert_int_eq(conf_file_status(conf, 0).state, CONF_FILE_ABSENT);
	conf_free(conf);
}
END_TEST

START_TEST(all_of_the_vocabulary)
{
	struct conf *conf;

	write_file(
		"mplog.conf",
		"identifier = \"ingest*\";\n"
		"stderr = { format = \"json\"; color = false; prefix = \"e\"; };\n"
		"journal = { prefix = \"j\"; };\n"
		"processes = ( { name = \"w-*\"; identifier = \"*d\"; level = 7; prefix = \"%n %i\";\n"
		"  sink = \"syslog\"; echo = true; timeout_ms = 50; sequence = false;\n"
		"  child_name = \"w-%c\"; rate_limit = { burst = 5; interval_ms = 10L; };\n"
		"  blackbox = { level = \"DEBUG\"; size_kb = 4; dump = 2; };\n"
		"  syslog = { facility = \"local3\"; format = \"rfc5424\"; prefix = \"s\"; };\n"
		"  fields = { TEXT = \"a\\\"b\" \"c\"; INT = -3; LONG = 5000000000L; HEX = 0x1f; YES = true; REAL = 0.1; }; } );\n"
		"defaults = { level = \"err\"; fields = { ZONE = \"a\"; }; }\n");
	conf = load_good();
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_ERR);
	ck_assert_str_eq(settings_prefix(&settings, SETTING_STDERR_PREFIX), "e");
	ck_assert_int_eq(level_of(conf, "w-1"), MPLOG_DEBUG);
	ck_assert_str_eq(settings.text[SETTING_PREFIX], "%n %i");
	ck_assert_int_eq(settings.number[SETTING_SINK], SINK_CHOICE_SYSLOG);
	ck_assert_int_eq(settings.number[SETTING_ECHO], 1);
	ck_assert_int_eq(settings.number[SETTING_TIMEOUT_MS], 50);
	ck_assert_int_eq(settings.number[SETTING_SEQUENCE], 0);
	ck_assert_int_eq(settings.number[SETTING_BLACKBOX_LEVEL], MPLOG_DEBUG);
	ck_assert_int_eq(settings.number[SETTING_BLACKBOX_SIZE_KB], 4);
	ck_assert_int_eq(settings.number[SETTING_BLACKBOX_DUMP], MPLOG_CRIT);
	ck_assert_str_eq(settings.text[SETTING_CHILD_NAME], "w-%c");
	ck_assert_int_eq(settings.number[SETTING_RATE_LIMIT_BURST], 5);
	ck_assert_int_eq(settings.number[SETTING_RATE_LIMIT_INTERVAL_MS], 10);
	ck_assert_int_eq(settings.number[SETTING_SYSLOG_FACILITY], 19);
	ck_assert_int_eq(settings.number[SETTING_SYSLOG_FORMAT], SYSLOG_CHOICE_RFC5424);
	ck_assert_str_eq(settings_prefix(&settings, SETTING_SYSLOG_PREFIX), "s");
	ck_assert_str_eq(settings_prefix(&settings, SETTING_JOURNAL_PREFIX), "j");
	ck_assert_int_eq(settings.number[SETTING_STDERR_FORMAT], STDERR_CHOICE_JSON);
	ck_assert_int_eq(settings.number[SETTING_STDERR_COLOR], 0);
	ck_assert_uint_eq(applied_fields.n, 7);
	ck_assert_str_eq(applied_fields.field[1]->value, "a\"bc");
	ck_assert_str_eq(applied_fields.field[2]->value, "-3");
	ck_assert_str_eq(applied_fields.field[3]->value, "5000000000");
	ck_assert_str_eq(applied_fields.field[4]->value, "31");
	ck_assert_str_eq(applied_fields.field[5]->value, "true");
	ck_assert_str_eq(applied_fields.field[6]->value, "0.1");
	ck_assert_str_eq(settings.by[SETTING_LEVEL]->file, path_of("mplog.conf"));
	ck_assert_uint_eq(settings.line[SETTING_LEVEL], 4);
	ck_assert_uint_eq(settings.line[SETTING_TIMEOUT_MS], 5);
	ck_assert_int_eq(level_in(conf, "other", "w-1"), MPLOG_INFO);
	conf_free(conf);
}
END_TEST

/* Matches of scripts and alerts depend on them: they are as %g writes them, in any locale. */
START_TEST(texts_of_real_numbers)
{
	static const struct {
		const char *written, *text;
	} reals[] = {
		{ "2.0", "2" },          { "0.1", "0.1" },
		{ "-0.5", "-0.5" },      { "100.0", "100" },
		{ "1.0e15", "1e+15" },   { "999999999999999.0", "999999999999999" },
		{ "1.0e16", "1e+16" },   { "0.0001", "0.0001" },
		{ "0.00001", "1e-05" },  { "123456789.125", "123456789.125" },
		{ "2.5e-7", "2.5e-07" }, { "0.30000000000000004", "0.30000000000000004" },
	};

	for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++) {
		char text[128];
		struct conf *conf;

		(void)snprintf(text, sizeof(text), "defaults = { fields = { R = %s; }; };\n",
			       reals[i].written);
		write_file("mplog.conf", text);
		conf = load_good();
		(void)level_of(conf, "main");
		ck_assert_str_eq(applied_fields.field[0]->value, reals[i].text);
		conf_free(conf);
	}
}
END_TEST

START_TEST(drop_ins_apply_by_name_and_all_defaults_first)
{
	struct conf *conf;

	write_file("mplog.conf", "processes = ( { name = \"*\"; level = \"err\"; } );\n" NOTICE);
	write_file("mplog.conf.d/20-b.conf",
		   "processes = ( { name = \"w\"; level = \"debug\"; } );");
	write_file("mplog.conf.d/10-a.conf",
		   "processes = ( { name = \"w\"; level = \"alert\"; } );" DEBUG);
	write_file("mplog.conf.d/.hidden.conf", "broken");
	write_file("mplog.conf.d/30.conf~", "broken");
	write_file("mplog.conf.d/empty.conf", "");
	ck_assert_int_eq(symlink("/dev/null", path_of("mplog.conf.d/null.conf")), 0);
	conf = load_good();
	ck_assert_int_eq(level_of(conf, "w"), MPLOG_DEBUG);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_ERR);
	ck_assert(conf_rules(conf)->rule[1].is_defaults);
	ck_assert(!conf_rules(conf)->rule[2].is_defaults);
	ck_assert_uint_eq(conf_n_files(conf), 5);
	conf_free(conf);
}
END_TEST

static struct conf *load_layers(void)
{
	const struct conf_options options = { .root = directory };
	struct conf *conf;

	diags[0] = '\0';
	ck_assert_int_eq(conf_load(&options, NULL, 0, add_diag, diags, &conf), 0);
	ck_assert_str_eq(diags, "");
	return conf;
}

static void make_directory(const char *path)
{
	char command[3 * PATH_SIZE];

	(void)snprintf(command, sizeof(command), "mkdir -p %s", path_of(path));
	ck_assert_int_eq(system(command), 0);
}

/* The files apply in that order: those of packages and of this boot by name, mplog.conf, the
 * administrator's by name; a name masks the same one of the layers before it. */
START_TEST(layers_mask_and_apply_in_order)
{
	static const struct {
		const char *path, *text;
	} files[] = {
		{ "usr/lib/mplog.conf.d/10-a.conf", NOTICE },
		{ "run/mplog.conf.d/20-b.conf", NOTICE },
		{ "usr/lib/mplog.conf.d/30-c.conf", NOTICE },
		{ SYSCONFDIR "/mplog.conf", NOTICE },
		{ SYSCONFDIR "/mplog.conf.d/05-own.conf", NOTICE },
		{ SYSCONFDIR "/mplog.conf.d/40-mine.conf", DEBUG },
		/* Masked. */
		{ "usr/lib/mplog.conf.d/20-b.conf", "broken" },
		{ "usr/lib/mplog.conf.d/40-mine.conf", "broken" },
		{ "run/mplog.conf.d/40-mine.conf", "broken" },
		{ "usr/lib/mplog.conf.d/50-none.conf", "broken" },
	};
	enum { N_READ = 6 };
	struct conf *conf;

	make_directory("usr/lib/mplog.conf.d");
	make_directory("run/mplog.conf.d");
	make_directory(SYSCONFDIR "/mplog.conf.d");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		write_file(files[i].path, files[i].text);
	ck_assert_int_eq(symlink("/dev/null", path_of("run/mplog.conf.d/50-none.conf")), 0);
	conf = load_layers();
	ck_assert_uint_eq(conf_n_files(conf), N_READ + 1);
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(conf_file_status(conf, i).path, path_of(files[i].path));
	ck_assert_str_eq(conf_file_status(conf, 3).path, path_of("run/mplog.conf.d/50-none.conf"));
	for (size_t i = 4; i <= N_READ; i++)
		ck_assert_str_eq(strrchr(conf_file_status(conf, i).path, '/'),
				 strrchr(files[i - 1].path, '/'));
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	ck_assert(conf_is_stale(conf) == conf_is_racy(conf));
	conf_free(conf);
}
END_TEST

START_TEST(a_layer_that_changes_is_noticed)
{
	struct conf *conf;

	make_directory("usr/lib/mplog.conf.d");
	conf = load_layers();
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_INFO);
	make_directory("run/mplog.conf.d");
	write_file("run/mplog.conf.d/a.conf", DEBUG);
	ck_assert(conf_is_stale(conf));
	conf_free(conf);
	conf = load_layers();
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	conf_free(conf);
}
END_TEST

START_TEST(a_bad_file_is_left_out_whole_and_the_others_apply)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	write_file("mplog.conf.d/a.conf", "defaults = { level = \"debug\";\n timeout_ms = -1; };");
	write_file("mplog.conf.d/b.conf", "processes = ( { name = \"w\"; level = \"err\"; } );");
	ck_assert_int_eq(load(NULL, 0, &conf), -EBADMSG);
	ck_assert_str_eq(
		diags,
		"mplog.conf.d/a.conf:2: timeout_ms: -1 is out of range (expected 0 to 60000)\n");
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	ck_assert_int_eq(level_of(conf, "w"), MPLOG_ERR);
	ck_assert_int_eq(conf_file_status(conf, 1).state, CONF_FILE_LEFT_OUT);
	ck_assert_uint_eq(conf_file_status(conf, 1).diag->line, 2);
	ck_assert_str_eq(conf_file_status(conf, 1).diag->text,
			 "timeout_ms: -1 is out of range (expected 0 to 60000)");
	ck_assert_int_eq(conf_file_status(conf, 2).state, CONF_FILE_LOADED);
	conf_free(conf);
}
END_TEST

START_TEST(unknown_settings_are_warnings)
{
	struct conf *conf;

	write_file("mplog.conf", "defaults = { level = \"debug\"; levle = 5; };");
	ck_assert_int_eq(load(NULL, 0, &conf), 0);
	ck_assert_str_eq(
		diags, "mplog.conf:1: warning: levle: unknown setting; did you mean \"level\"?\n");
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	conf_free(conf);
}
END_TEST

static int load_one(const char *file, struct conf **ret)
{
	const struct conf_options options = { .file = file };

	diags[0] = '\0';
	return conf_load(&options, NULL, 0, add_diag, diags, ret);
}

START_TEST(one_file_alone)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	write_file("mplog.conf.d/a.conf", NOTICE);
	ck_assert_int_eq(load_one(path_of("one.conf"), &conf), -ENOENT);
	ck_assert_str_eq(diags, "one.conf:0: cannot be read: No such file or directory\n");
	ck_assert_int_eq(conf_file_status(conf, 0).state, CONF_FILE_LEFT_OUT);
	conf_free(conf);
	write_file("one.conf", DEBUG);
	ck_assert_int_eq(load_one(path_of("one.conf"), &conf), 0);
	ck_assert_str_eq(diags, "");
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	ck_assert_uint_eq(conf_n_files(conf), 1);
	conf_free(conf);
}
END_TEST

START_TEST(a_relative_path_holds_after_chdir)
{
	struct conf *conf;

	write_file("one.conf", DEBUG);
	ck_assert_int_eq(chdir(directory), 0);
	ck_assert_int_eq(load_one("one.conf", &conf), 0);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_str_eq(conf_file_status(conf, 0).path, path_of("one.conf"));
	write_file("one.conf", NOTICE);
	ck_assert(conf_is_stale(conf));
	conf_free(conf);
}
END_TEST

START_TEST(unreadable)
{
	struct conf *conf;
	pid_t pid;
	int status;

	write_file("mplog.conf", NOTICE);
	ck_assert_int_eq(chmod(directory, 0755), 0);
	conf = load_good();
	ck_assert_int_eq(chmod(path_of("mplog.conf"), 0), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct conf *fresh;

		/* Root can read everything. */
		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(1);
		if (load(NULL, 0, &fresh) != -EACCES ||
		    strcmp(diags, "mplog.conf:0: cannot be read: Permission denied\n") != 0)
			_exit(2);
		conf_free(fresh);
		/* Who loaded it when it could still be read keeps it. */
		if (reload(&conf, 0) != -EACCES || level_of(conf, "main") != MPLOG_NOTICE)
			_exit(3);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	conf_free(conf);
}
END_TEST

START_TEST(another_root_is_seen_and_nothing_is_stale)
{
	struct conf *conf;
	pid_t pid;
	int status;

	if (geteuid() != 0)
		return;
	write_file("mplog.conf", NOTICE);
	conf = load_good();
	ck_assert(!conf_root_changed(conf));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (chroot(path_of("mplog.conf.d")) < 0 || chdir("/") < 0)
			_exit(1);
		_exit(conf_root_changed(conf) && !conf_is_stale(conf) ? 0 : 2);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	conf_free(conf);
}
END_TEST

static int load_secure(const char *name, struct conf **ret)
{
	const struct conf_options options = { .file = path_of(name), .secure = true };

	diags[0] = '\0';
	return conf_load(&options, NULL, 0, add_diag, diags, ret);
}

START_TEST(set_user_id_programs_refuse_what_others_could_have_written)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	ck_assert_int_eq(chmod(path_of("mplog.conf"), 0644), 0);
	ck_assert_int_eq(load_secure("mplog.conf", &conf), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	conf_free(conf);
	ck_assert_int_eq(chmod(path_of("mplog.conf"), 0646), 0);
	ck_assert_int_eq(load_secure("mplog.conf", &conf), -EPERM);
	ck_assert_uint_eq(conf_rules(conf)->n, 0);
	conf_free(conf);
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(path_of("mplog.conf"), 0644), 0);
	ck_assert_int_eq(chown(path_of("mplog.conf"), 65534, 0), 0);
	ck_assert_int_eq(load_secure("mplog.conf", &conf), -EPERM);
	conf_free(conf);
	/* A drop-in of a directory in which anybody can put one. */
	ck_assert_int_eq(unlink(path_of("mplog.conf")), 0);
	write_file("mplog.conf.d/a.conf", DEBUG);
	ck_assert_int_eq(chmod(path_of("mplog.conf.d"), 0777), 0);
	ck_assert_int_eq(conf_load(&(struct conf_options){ .directory = directory, .secure = true },
				   NULL, 0, add_diag, diags, &conf),
			 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_INFO);
	conf_free(conf);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf");
	TCase *tcase = suite_case(suite, "conf", set_up, tear_down);

	tcase_add_test(tcase, no_files_no_rules);
	tcase_add_test(tcase, all_of_the_vocabulary);
	tcase_add_test(tcase, texts_of_real_numbers);
	tcase_add_test(tcase, drop_ins_apply_by_name_and_all_defaults_first);
	tcase_add_test(tcase, layers_mask_and_apply_in_order);
	tcase_add_test(tcase, a_layer_that_changes_is_noticed);
	tcase_add_test(tcase, a_bad_file_is_left_out_whole_and_the_others_apply);
	tcase_add_test(tcase, unknown_settings_are_warnings);
	tcase_add_test(tcase, one_file_alone);
	tcase_add_test(tcase, a_relative_path_holds_after_chdir);
	tcase_add_test(tcase, unreadable);
	tcase_add_test(tcase, another_root_is_seen_and_nothing_is_stale);
	tcase_add_test(tcase, set_user_id_programs_refuse_what_others_could_have_written);
	return suite_run(suite);
}
