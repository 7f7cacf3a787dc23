/* SPDX-License-Identifier: MIT */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "mplog.h"
#include "suite.h"

enum { PATH_SIZE = 256, MUTATIONS = 5000, HUGE = 10 << 20 };

static char directory[PATH_SIZE]; /* its mplog.conf and mplog.conf.d are the system's */
static char told[16 * 1024]; /* "FILE:LINE: text\n" for each complaint, FILE without directory */
static struct settings settings;
static struct settings_fields applied_fields;

static void tell(void *userdata, const struct conf_complaint *complaint)
{
	const size_t length = strlen(told), n = strlen(directory);
	const char *file = complaint->file;

	ck_assert_ptr_eq(userdata, told);
	if (strncmp(file, directory, n) == 0 && file[n] == '/')
		file += n + 1;
	(void)snprintf(told + length, sizeof(told) - length, "%s:%u: %s%s\n", file, complaint->line,
		       complaint->severity == CONF_WARNING ? "warning: " : "", complaint->text);
}

static const char *path_of(const char *name)
{
	static char path[2 * PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

/* Its times are set back: what was written a moment ago is not looked at, see conf.h. */
static void settle(const char *path)
{
	static long long age = 1000;
	const struct timespec times[2] = { { .tv_sec = time(NULL) - --age },
					   { .tv_sec = time(NULL) - age } };

	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void write_bytes(const char *name, const char *data, size_t size)
{
	FILE *file = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
	settle(path_of(name));
}

static void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static void set_up(void)
{
	strcpy(directory, "/tmp/test-conf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(mkdir(path_of("mplog.conf.d"), 0755), 0);
	told[0] = '\0';
}

static void tear_down(void)
{
	char command[PATH_SIZE + 16];

	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

static int load(const struct conf *previous, unsigned flags, struct conf **ret)
{
	const struct conf_options options = { .directory = directory };

	told[0] = '\0';
	return conf_load(&options, previous, flags, tell, told, ret);
}

static int level_in(const struct conf *conf, const char *identifier, const char *process)
{
	memset(&applied_fields, 0, sizeof(applied_fields));
	settings_init(&settings, &applied_fields);
	settings_apply(&settings, conf_rules(conf), identifier, process);
	return settings.number[SETTING_LEVEL];
}

static int level_of(const struct conf *conf, const char *process)
{
	return level_in(conf, "ingestd", process);
}

static struct conf *load_good(void)
{
	struct conf *conf;

	ck_assert_int_eq(load(NULL, 0, &conf), 0);
	ck_assert_str_eq(told, "");
	return conf;
}

/* Loads again; the one before is freed. */
static int reload(struct conf **conf, unsigned flags)
{
	struct conf *next;
	const int r = load(*conf, flags, &next);

	ck_assert_ptr_nonnull(next);
	conf_free(*conf);
	*conf = next;
	return r;
}

#define NOTICE "defaults = { level = \"notice\"; };\n"
#define DEBUG  "defaults = { level = \"debug\"; };\n"

START_TEST(no_files_no_rules)
{
	struct conf *conf = load_good();

	ck_assert_uint_eq(conf_rules(conf)->n, 0);
	ck_assert_int_eq(conf_file(conf, 0).state, CONF_FILE_ABSENT);
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

START_TEST(a_bad_file_is_left_out_whole_and_the_others_apply)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	write_file("mplog.conf.d/a.conf", "defaults = { level = \"debug\";\n timeout_ms = -1; };");
	write_file("mplog.conf.d/b.conf", "processes = ( { name = \"w\"; level = \"err\"; } );");
	ck_assert_int_eq(load(NULL, 0, &conf), -EBADMSG);
	ck_assert_str_eq(
		told,
		"mplog.conf.d/a.conf:2: timeout_ms: -1 is out of range (expected 0 to 60000)\n");
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	ck_assert_int_eq(level_of(conf, "w"), MPLOG_ERR);
	ck_assert_int_eq(conf_file(conf, 1).state, CONF_FILE_LEFT_OUT);
	ck_assert_str_eq(conf_file(conf, 1).error,
			 "2: timeout_ms: -1 is out of range (expected 0 to 60000)");
	ck_assert_int_eq(conf_file(conf, 2).state, CONF_FILE_LOADED);
	conf_free(conf);
}
END_TEST

START_TEST(unknown_settings_are_warnings)
{
	struct conf *conf;

	write_file("mplog.conf", "defaults = { level = \"debug\"; levle = 5; };");
	ck_assert_int_eq(load(NULL, 0, &conf), 0);
	ck_assert_str_eq(
		told, "mplog.conf:1: warning: levle: unknown setting; did you mean \"level\"?\n");
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	conf_free(conf);
}
END_TEST

START_TEST(edit_in_place)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	/* Same size: the times alone tell. */
	write_file("mplog.conf", "defaults = { level = \"aler1\"; };\n");
	ck_assert(conf_is_stale(conf));
	write_file("mplog.conf", "defaults = { level = \"alert\" ; };");
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_ALERT);
	conf_free(conf);
}
END_TEST

START_TEST(rename_over_and_link_swap)
{
	struct conf *conf;

	write_file("a", NOTICE);
	write_file("b", DEBUG);
	ck_assert_int_eq(symlink("a", path_of("mplog.conf")), 0);
	conf = load_good();
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	ck_assert_int_eq(symlink("b", path_of("link")), 0);
	char from[PATH_SIZE * 2];
	strcpy(from, path_of("link"));
	ck_assert_int_eq(rename(from, path_of("mplog.conf")), 0);
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	write_file("c", "defaults = { level = \"err\"; };");
	strcpy(from, path_of("c"));
	ck_assert_int_eq(rename(from, path_of("mplog.conf")), 0);
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_ERR);
	conf_free(conf);
}
END_TEST

/* Loads until nothing is left to be looked at again: what was changed a moment ago is. */
static void reload_until_settled(struct conf **conf)
{
	for (int i = 0; i < 1000 && conf_is_stale(*conf); i++) {
		const struct timespec tick = { .tv_nsec = 5000000 };

		ck_assert_int_ne(reload(conf, 0), -ENOMEM);
		(void)nanosleep(&tick, NULL);
	}
	ck_assert(!conf_is_stale(*conf));
}

START_TEST(new_and_removed_drop_in)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	reload_until_settled(&conf);
	write_file("mplog.conf.d/a.conf", DEBUG);
	ck_assert(conf_is_stale(conf));
	reload_until_settled(&conf);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	ck_assert_int_eq(unlink(path_of("mplog.conf.d/a.conf")), 0);
	ck_assert(conf_is_stale(conf));
	reload_until_settled(&conf);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	conf_free(conf);
}
END_TEST

START_TEST(unchanged_files_are_taken_over_unparsed)
{
	struct conf *conf, *next;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	reload_until_settled(&conf);
	ck_assert_int_eq(load(conf, 0, &next), 0);
	ck_assert_ptr_eq(conf_rules(conf)->rule[0].assignments,
			 conf_rules(next)->rule[0].assignments);
	conf_free(conf);
	/* What they shared stays. */
	ck_assert_int_eq(level_of(next, "main"), MPLOG_NOTICE);
	/* Touched, but with the same bytes: likewise. */
	settle(path_of("mplog.conf"));
	ck_assert(conf_is_stale(next));
	const struct assignment *before = conf_rules(next)->rule[0].assignments;
	ck_assert_int_eq(reload(&next, 0), 0);
	ck_assert_ptr_eq(conf_rules(next)->rule[0].assignments, before);
	conf_free(next);
}
END_TEST

START_TEST(a_broken_edit_keeps_the_last_good_version_and_is_told_once)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	write_file("mplog.conf", "defaults = { level = debug; };");
	ck_assert_int_eq(reload(&conf, 0), -EBADMSG);
	ck_assert_str_eq(told, "mplog.conf:1: level: \"debug\" has to stand in quotes\n");
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	ck_assert_int_eq(conf_file(conf, 0).state, CONF_FILE_LAST_GOOD);
	ck_assert_str_eq(conf_file(conf, 0).error, "1: level: \"debug\" has to stand in quotes");
	for (int i = 0; i < 3; i++) {
		settle(path_of("mplog.conf"));
		ck_assert_int_eq(reload(&conf, 0), -EBADMSG);
		ck_assert_str_eq(told, "");
		ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	}
	ck_assert_int_eq(reload(&conf, CONF_FORGET), -EBADMSG);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	write_file("mplog.conf", DEBUG);
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	ck_assert_int_eq(conf_file(conf, 0).state, CONF_FILE_LOADED);
	ck_assert_ptr_null(conf_file(conf, 0).error);
	conf_free(conf);
}
END_TEST

START_TEST(a_file_that_is_gone_stays_until_it_is_forgotten)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	ck_assert_int_eq(unlink(path_of("mplog.conf")), 0);
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	ck_assert_int_eq(conf_file(conf, 0).state, CONF_FILE_LAST_GOOD);
	ck_assert_ptr_nonnull(strstr(told, "mplog.conf:0: warning: is gone"));
	reload_until_settled(&conf);
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_str_eq(told, "");
	ck_assert_int_eq(reload(&conf, CONF_FORGET), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_INFO);
	ck_assert_int_eq(conf_file(conf, 0).state, CONF_FILE_ABSENT);
	/* And when it is back. */
	write_file("mplog.conf", DEBUG);
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	conf_free(conf);
}
END_TEST

START_TEST(a_file_gone_and_back_as_it_was)
{
	struct conf *conf;
	char from[PATH_SIZE * 2];

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	strcpy(from, path_of("mplog.conf"));
	ck_assert_int_eq(rename(from, path_of("aside")), 0);
	ck_assert_int_eq(reload(&conf, 0), 0);
	strcpy(from, path_of("aside"));
	ck_assert_int_eq(rename(from, path_of("mplog.conf")), 0);
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(conf_file(conf, 0).state, CONF_FILE_LOADED);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	conf_free(conf);
}
END_TEST

/* Truncated, and not yet written: what editors do. */
START_TEST(a_file_that_is_being_written_is_left_for_later)
{
	struct conf *conf;
	int fd;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	fd = open(path_of("mplog.conf"), O_WRONLY | O_TRUNC);
	ck_assert_int_ge(fd, 0);
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	ck_assert(conf_is_stale(conf));
	ck_assert_int_eq(write(fd, DEBUG, strlen(DEBUG)), (int)strlen(DEBUG));
	ck_assert_int_eq(close(fd), 0);
	reload_until_settled(&conf);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	/* Who asks for it gets it at once. */
	fd = open(path_of("mplog.conf"), O_WRONLY | O_TRUNC);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(reload(&conf, CONF_FORGET), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_INFO);
	conf_free(conf);
}
END_TEST

static int load_one(const char *file, struct conf **ret)
{
	const struct conf_options options = { .file = file };

	told[0] = '\0';
	return conf_load(&options, NULL, 0, tell, told, ret);
}

START_TEST(one_file_alone)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	write_file("mplog.conf.d/a.conf", NOTICE);
	ck_assert_int_eq(load_one(path_of("one.conf"), &conf), 0);
	ck_assert_str_eq(
		told,
		"one.conf:0: warning: there is no such file: the built-in defaults are in force\n");
	conf_free(conf);
	write_file("one.conf", DEBUG);
	ck_assert_int_eq(load_one(path_of("one.conf"), &conf), 0);
	ck_assert_str_eq(told, "");
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
	ck_assert_str_eq(conf_file(conf, 0).path, path_of("one.conf"));
	write_file("one.conf", NOTICE);
	ck_assert(conf_is_stale(conf));
	conf_free(conf);
}
END_TEST

/* What may stand at /etc/mplog.conf. Each is an error in bounded time. */
START_TEST(not_a_file)
{
	struct conf *conf;

	ck_assert_int_eq(mkdir(path_of("mplog.conf"), 0755), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -EISDIR);
	ck_assert_str_eq(
		told,
		"mplog.conf:0: is a directory: expected a regular file, or /dev/null for none\n");
	conf_free(conf);
	ck_assert_int_eq(rmdir(path_of("mplog.conf")), 0);
	ck_assert_int_eq(mkfifo(path_of("mplog.conf"), 0644), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -EINVAL);
	conf_free(conf);
	ck_assert_int_eq(unlink(path_of("mplog.conf")), 0);
	ck_assert_int_eq(symlink("/dev/zero", path_of("mplog.conf")), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -EINVAL);
	conf_free(conf);
	ck_assert_int_eq(unlink(path_of("mplog.conf")), 0);
	ck_assert_int_eq(symlink("mplog.conf", path_of("mplog.conf")), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -ELOOP);
	conf_free(conf);
}
END_TEST

START_TEST(huge_files)
{
	char *text = malloc(HUGE);
	struct conf *conf;

	ck_assert_ptr_nonnull(text);
	memset(text, ' ', HUGE);
	write_bytes("mplog.conf", text, HUGE);
	ck_assert_int_eq(load(NULL, 0, &conf), -EBADMSG);
	ck_assert_str_eq(told, "mplog.conf:0: larger than 8 MiB\n");
	conf_free(conf);
	free(text);
}
END_TEST

/* Fills 7 MiB with something that costs a naive parser dearly. */
static int load_repeated(const char *before, const char *piece, struct conf **ret)
{
	const size_t size = 7 << 20, n = strlen(piece);
	char *text = malloc(size + n + strlen(before) + 1);
	size_t at = strlen(before);
	int r;

	ck_assert_ptr_nonnull(text);
	strcpy(text, before);
	for (; at < size; at += n)
		memcpy(text + at, piece, n);
	write_bytes("mplog.conf", text, at);
	free(text);
	r = load(NULL, 0, ret);
	return r;
}

static const struct {
	const char *before, *piece;
} costly[] = {
	{ "a = ", "(" },
	{ "a = ", "{ b = " },
	{ "a = (", "1," },
	{ "a = (", "{}," },
	{ "a = [", "1," },
	{ "", "a=1;" },
	{ "", "((((" },
	{ "", "a " },
	{ "", "\"" },
	{ "", "/*" },
	{ "", "}" },
	{ "a = \"", "x" },
	{ "processes = (", "{name=\"x\"}," },
	{ "processes = (", "{}" },
	{ "", "@include " },
};

START_TEST(costly_files_end_in_time)
{
	struct conf *conf;
	const struct rlimit limit = { 1u << 30, 1u << 30 };

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
#else
	(void)limit;
#endif
	ck_assert_int_eq(load_repeated(costly[_i].before, costly[_i].piece, &conf), -EBADMSG);
	ck_assert_uint_eq(conf_rules(conf)->n, 0);
	conf_free(conf);
}
END_TEST

START_TEST(many_names_in_one_group)
{
	FILE *file = fopen(path_of("mplog.conf"), "w");
	struct conf *conf;

	ck_assert_ptr_nonnull(file);
	for (int i = 0; i < 500000; i++)
		(void)fprintf(file, "a%d=1;", i);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(told, "more than 1024 settings in one group"));
	conf_free(conf);
}
END_TEST

START_TEST(no_memory_is_an_error_and_no_death)
{
	FILE *file;
	int n_failed = 0, n_good = 0;

	file = fopen(path_of("mplog.conf"), "w");
	ck_assert_ptr_nonnull(file);
	(void)fputs("processes = (\n", file);
	for (int i = 0; i < 20000; i++)
		(void)fprintf(file, "%s{ name = \"w-%d\"; level = \"debug\"; }", i ? ",\n" : "", i);
	(void)fputs(");\n", file);
	ck_assert_int_eq(fclose(file), 0);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return;
#endif
	for (unsigned mib = 1; mib <= 64; mib += 1) {
		const pid_t pid = fork();
		int status;

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			struct conf *conf;
			struct rlimit limit;
			long pages;
			FILE *statm = fopen("/proc/self/statm", "r");
			int r;

			if (!statm || fscanf(statm, "%ld", &pages) != 1)
				_exit(3);
			(void)fclose(statm);
			limit.rlim_cur = limit.rlim_max =
				(rlim_t)pages * 4096 + ((rlim_t)mib << 19);
			if (setrlimit(RLIMIT_AS, &limit) < 0)
				_exit(3);
			r = load(NULL, 0, &conf);
			_exit(r == -ENOMEM && !conf ? 1 : r == 0 && conf ? 0 : 2);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(WIFEXITED(status), "died with %u MiB more", mib);
		ck_assert_int_le(WEXITSTATUS(status), 1);
		n_failed += WEXITSTATUS(status) == 1;
		n_good += WEXITSTATUS(status) == 0;
	}
	ck_assert_int_gt(n_failed, 0);
	ck_assert_int_gt(n_good, 0);
}
END_TEST

START_TEST(unreadable)
{
	struct conf *conf;
	pid_t pid;
	int status;

	if (geteuid() != 0)
		return;
	write_file("mplog.conf", NOTICE);
	ck_assert_int_eq(chmod(directory, 0755), 0);
	conf = load_good();
	ck_assert_int_eq(chmod(path_of("mplog.conf"), 0600), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct conf *fresh;

		if (setuid(65534) < 0)
			_exit(1);
		if (load(NULL, 0, &fresh) != -EACCES ||
		    strcmp(told, "mplog.conf:0: cannot be read: Permission denied\n") != 0)
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

START_TEST(after_chroot_what_was_loaded_stays)
{
	struct conf *conf;
	pid_t pid;
	int status;

	if (geteuid() != 0)
		return;
	write_file("mplog.conf", NOTICE);
	conf = load_good();
	ck_assert(!conf_is_frozen(conf));
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (chroot(path_of("mplog.conf.d")) < 0 || chdir("/") < 0)
			_exit(1);
		if (!conf_is_frozen(conf) || conf_is_stale(conf))
			_exit(2);
		if (reload(&conf, CONF_FORGET) != 0 || level_of(conf, "main") != MPLOG_NOTICE)
			_exit(3);
		_exit(conf_is_frozen(conf) ? 0 : 4);
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

	told[0] = '\0';
	return conf_load(&options, NULL, 0, tell, told, ret);
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
				   NULL, 0, tell, told, &conf),
			 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_INFO);
	conf_free(conf);
}
END_TEST

static uint32_t next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static const char good[] =
	"# a comment\n"
	"identifier = \"ingestd\"; // another\n"
	"defaults = { level = \"info\"; prefix = \"process=%n \"; sink = \"auto\"; echo = \"auto\"; };\n"
	"stderr = { format = \"text\"; color = true; }; /* and a third */\n"
	"processes = (\n"
	"  { name = \"main\"; level = \"notice\"; timeout_ms = 0x10; },\n"
	"  { name = \"worker-[0-9]*\"; child_name = \"w-%c\"; fields = { ROLE = \"a\" \"b\"; N = 5L; R = -1.5; };\n"
	"    rate_limit = { burst = 1000; interval_ms = 1000; }; sequence = false; }\n"
	");\n";

static size_t mutate(uint32_t *state, char *text, size_t size, size_t capacity)
{
	static const char bytes[] = "\"\"\"{}()[]=;,:#/*\\%@\n\0x0L9-.";
	const size_t at = next(state) % size, other = next(state) % size;
	size_t n;

	switch (next(state) % 6) {
	case 0:
		text[at] = (char)next(state);
		return size;
	case 1:
		text[at] = bytes[next(state) % (sizeof(bytes) - 1)];
		return size;
	case 2: /* take out */
		n = next(state) % 8;
		if (n >= size - at)
			return size;
		memmove(text + at, text + at + n, size - at - n);
		return size - n;
	case 3: /* double */
		n = next(state) % 32;
		if (n > size - at || size + n > capacity)
			return size;
		memmove(text + at + n, text + at, size - at);
		return size + n;
	case 4: /* over another place */
		n = next(state) % 32;
		if (n > size - at || n > size - other)
			return size;
		memmove(text + at, text + other, n);
		return size;
	default: /* cut */
		return next(state) % 50 == 0 && at > 0 ? at : size;
	}
}

/* Whatever stands in a file, the loader comes back; and where it says that a file is good, every
 * setting is one. */
START_TEST(mutations)
{
	const char *rounds = getenv("MUTATIONS");
	const long n = rounds ? atol(rounds) : MUTATIONS;
	uint32_t state = 88172645u;
	char text[2 * sizeof(good)];
	long n_good = 0;

	for (long i = 0; i < n; i++) {
		size_t size = sizeof(good) - 1;
		struct conf *conf;
		int r;

		memcpy(text, good, size);
		for (unsigned changes = 1 + next(&state) % 4; changes > 0 && size > 0; changes--)
			size = mutate(&state, text, size, sizeof(text));
		write_bytes("mplog.conf", text, size);
		r = load(NULL, 0, &conf);
		ck_assert(r == 0 || r == -EBADMSG);
		ck_assert_int_eq(r == 0, conf_file(conf, 0).state == CONF_FILE_LOADED);
		ck_assert_int_eq(r == 0, conf_file(conf, 0).error == NULL);
		const int level = level_of(conf, "worker-1");
		ck_assert(level >= MPLOG_NONE && level <= MPLOG_DEBUG);
		ck_assert_int_ge(settings.number[SETTING_TIMEOUT_MS], 0);
		n_good += r == 0;
		conf_free(conf);
	}
	ck_assert_int_gt(n_good, n / 100);
	ck_assert_int_lt(n_good, n);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("conf");
	TCase *slow = tcase_create("slow");
	Suite *suite = suite_create("conf");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, no_files_no_rules);
	tcase_add_test(tcase, all_of_the_vocabulary);
	tcase_add_test(tcase, drop_ins_apply_by_name_and_all_defaults_first);
	tcase_add_test(tcase, a_bad_file_is_left_out_whole_and_the_others_apply);
	tcase_add_test(tcase, unknown_settings_are_warnings);
	tcase_add_test(tcase, edit_in_place);
	tcase_add_test(tcase, rename_over_and_link_swap);
	tcase_add_test(tcase, new_and_removed_drop_in);
	tcase_add_test(tcase, unchanged_files_are_taken_over_unparsed);
	tcase_add_test(tcase, a_broken_edit_keeps_the_last_good_version_and_is_told_once);
	tcase_add_test(tcase, a_file_that_is_gone_stays_until_it_is_forgotten);
	tcase_add_test(tcase, a_file_gone_and_back_as_it_was);
	tcase_add_test(tcase, a_file_that_is_being_written_is_left_for_later);
	tcase_add_test(tcase, one_file_alone);
	tcase_add_test(tcase, a_relative_path_holds_after_chdir);
	tcase_add_test(tcase, not_a_file);
	tcase_add_test(tcase, unreadable);
	tcase_add_test(tcase, after_chroot_what_was_loaded_stays);
	tcase_add_test(tcase, set_user_id_programs_refuse_what_others_could_have_written);
	suite_add_tcase(suite, tcase);

	tcase_add_checked_fixture(slow, set_up, tear_down);
	tcase_set_timeout(slow, getenv("MUTATIONS") ? 3600 : 60);
	tcase_add_test(slow, huge_files);
	tcase_add_loop_test(slow, costly_files_end_in_time, 0, sizeof(costly) / sizeof(costly[0]));
	tcase_add_test(slow, many_names_in_one_group);
	tcase_add_test(slow, no_memory_is_an_error_and_no_death);
	tcase_add_test(slow, mutations);
	suite_add_tcase(suite, slow);
	return suite_run(suite);
}
