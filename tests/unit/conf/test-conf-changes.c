/* SPDX-License-Identifier: MIT */
/* Files that change after they were loaded. */
#include "lib/conf-fixture.h"

START_TEST(edit_in_place)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	/* Same size: the times alone differ. */
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

static void pass_time(void)
{
	const struct timespec tick = { .tv_nsec = 5000000 };

	(void)nanosleep(&tick, NULL);
}

/* Loads until nothing is left to be looked at again: what was changed a moment ago is. */
static void reload_until_settled(struct conf **conf)
{
	for (int i = 0; i < 1000 && conf_is_stale(*conf); i++) {
		ck_assert_int_ne(reload(conf, 0), -ENOMEM);
		pass_time();
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
	ck_assert(conf_is_same(conf, next));
	conf_free(conf);
	/* What they shared stays. */
	ck_assert_int_eq(level_of(next, "main"), MPLOG_NOTICE);
	/* Touched: another version, whatever its bytes. */
	settle(path_of("mplog.conf"));
	ck_assert(conf_is_stale(next));
	ck_assert_int_eq(load(next, 0, &conf), 0);
	ck_assert(!conf_is_same(conf, next));
	conf_free(next);
	conf_free(conf);
}
END_TEST

START_TEST(a_broken_edit_keeps_the_last_good_version_and_is_reported_once)
{
	struct conf *conf;

	write_file("mplog.conf", NOTICE);
	conf = load_good();
	write_file("mplog.conf", "defaults = { level = debug; };");
	ck_assert_int_eq(reload(&conf, 0), -EBADMSG);
	ck_assert_str_eq(diags, "mplog.conf:1: level: debug is not in quotes: write \"debug\"\n");
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	ck_assert_int_eq(conf_file_status(conf, 0).state, CONF_FILE_LAST_GOOD);
	ck_assert_uint_eq(conf_file_status(conf, 0).diag->line, 1);
	ck_assert_str_eq(conf_file_status(conf, 0).diag->text,
			 "level: debug is not in quotes: write \"debug\"");
	reload_until_settled(&conf);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(reload(&conf, 0), -EBADMSG);
		ck_assert_str_eq(diags, "");
		ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	}
	ck_assert_int_eq(reload(&conf, CONF_DROP_MISSING), -EBADMSG);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_NOTICE);
	write_file("mplog.conf", DEBUG);
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	ck_assert_int_eq(conf_file_status(conf, 0).state, CONF_FILE_LOADED);
	ck_assert_ptr_null(conf_file_status(conf, 0).diag->text);
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
	ck_assert_int_eq(conf_file_status(conf, 0).state, CONF_FILE_LAST_GOOD);
	ck_assert_ptr_nonnull(strstr(diags, "mplog.conf:0: warning: is gone"));
	reload_until_settled(&conf);
	ck_assert_int_eq(reload(&conf, 0), 0);
	ck_assert_str_eq(diags, "");
	ck_assert_int_eq(reload(&conf, CONF_DROP_MISSING), 0);
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_INFO);
	ck_assert_int_eq(conf_file_status(conf, 0).state, CONF_FILE_ABSENT);
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
	ck_assert_int_eq(conf_file_status(conf, 0).state, CONF_FILE_LOADED);
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
	/* A load that was asked for takes it once it is closed. */
	fd = open(path_of("mplog.conf"), O_WRONLY | O_TRUNC);
	ck_assert_int_eq(reload(&conf, CONF_DROP_MISSING), 0);
	ck_assert(conf_has_deferred(conf));
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_DEBUG);
	ck_assert_int_eq(close(fd), 0);
	for (int i = 0; i < 1000 && conf_has_deferred(conf); i++) {
		ck_assert_int_eq(reload(&conf, CONF_DROP_MISSING), 0);
		pass_time();
	}
	ck_assert_int_eq(level_of(conf, "main"), MPLOG_INFO);
	conf_free(conf);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf-changes");
	TCase *tcase = suite_case(suite, "conf-changes", set_up, tear_down);

	tcase_add_test(tcase, edit_in_place);
	tcase_add_test(tcase, rename_over_and_link_swap);
	tcase_add_test(tcase, new_and_removed_drop_in);
	tcase_add_test(tcase, unchanged_files_are_taken_over_unparsed);
	tcase_add_test(tcase, a_broken_edit_keeps_the_last_good_version_and_is_reported_once);
	tcase_add_test(tcase, a_file_that_is_gone_stays_until_it_is_forgotten);
	tcase_add_test(tcase, a_file_gone_and_back_as_it_was);
	tcase_add_test(tcase, a_file_that_is_being_written_is_left_for_later);
	return suite_run(suite);
}
