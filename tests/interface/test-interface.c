/* SPDX-License-Identifier: MIT */
/* The life of the library as a program sees it: before, during and after mplog_open(), with all
 * that is wrong to pass. Records go to standard error, which is a file here. */

#include "lib/child.h"
#include "lib/file.h"
#include "lib/interface.h"
#include "lib/suite.h"

#include <mplog.h>

#include <check.h>
#include <errno.h>

/* ---- Opening and closing -------------------------------------------------------------------- */

START_TEST(open_once)
{
	ck_assert_int_eq(mplog_open("program", "first", 0), 0);
	ck_assert_str_eq(mplog_process(), "first");
	ck_assert_int_eq(mplog_open("other", "second", 0), -EALREADY);
	ck_assert_str_eq(mplog_process(), "first");
	ck_assert_int_eq(mplog_info("one"), 0);
	ck_assert(capture_has("INFO program ", "process=first one"));
}
END_TEST

START_TEST(open_in_a_child_is_too_late)
{
	pid_t pid;

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	pid = mplog_fork("child");
	if (pid == 0)
		_exit(mplog_open("other", "other", 0) != -EALREADY);
	child_exited_well(pid);
}
END_TEST

START_TEST(refused_and_not_open)
{
	static const struct {
		const char *identifier, *process;
		unsigned flags;
	} bad[] = {
		{ "program", "main", 1u << 4 },
		{ "program", "main", ~0u },
		{ "", "main", 0 },
		{ "program", "", 0 },
	};

	ck_assert_int_eq(mplog_open(bad[_i].identifier, bad[_i].process, bad[_i].flags), -EINVAL);
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
}
END_TEST

START_TEST(every_flag_is_taken)
{
	ck_assert_int_eq(mplog_open("program", "main",
				    MPLOG_SINGLE | MPLOG_ECHO | MPLOG_STRICT | MPLOG_PRIVATE),
			 0);
	ck_assert_int_eq(mplog_info("one"), 0);
	ck_assert_uint_eq(capture_lines(), 1);
}
END_TEST

START_TEST(nulls_have_names)
{
	ck_assert_int_eq(mplog_open(NULL, NULL, 0), 0);
	ck_assert_str_eq(mplog_process(), "main");
	ck_assert_int_eq(mplog_info("one"), 0);
	ck_assert(capture_has("test-interface.alone ", "process=main one"));
}
END_TEST

START_TEST(null_process_is_taken_from_the_environment)
{
	setenv("MPLOG_PROCESS", "from-outside", 1);
	ck_assert_int_eq(mplog_open("program", NULL, 0), 0);
	ck_assert_str_eq(mplog_process(), "from-outside");
}
END_TEST

START_TEST(log_before_open)
{
	ck_assert_str_eq(mplog_process(), "main");
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_int_eq(mplog_info("early"), 0);
	ck_assert_int_eq(mplog_debug("unheard"), 0);
	ck_assert(capture_has("test-interface.alone ", "process=main early"));
	ck_assert_uint_eq(capture_lines(), 1);
}
END_TEST

START_TEST(log_after_close)
{
	ck_assert_int_eq(mplog_open("program", "other", 0), 0);
	ck_assert_int_eq(mplog_set_level(MPLOG_ERR), 0);
	mplog_close();
	ck_assert_str_eq(mplog_process(), "main");
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_int_eq(mplog_info("late"), 0);
	ck_assert(capture_has("test-interface.alone ", "process=main late"));
}
END_TEST

START_TEST(close_twice_and_without_open)
{
	mplog_close();
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	mplog_close();
	mplog_close();
	ck_assert_uint_eq(capture_lines(), 0);
}
END_TEST

START_TEST(open_after_close)
{
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(mplog_open("first", "one", 0), 0);
		mplog_close();
	}
	ck_assert_int_eq(mplog_open("second", "two", 0), 0);
	ck_assert_int_eq(mplog_info("again"), 0);
	ck_assert(capture_has("INFO second ", "process=two again"));
}
END_TEST

/* ---- Options -------------------------------------------------------------------------------- */

static const struct mplog_options good = {
	.size = sizeof(good),
	.identifier = "program",
	.process = "main",
};

START_TEST(options_are_looked_at)
{
	struct mplog_options options = good;

	ck_assert_int_eq(mplog_open_with(NULL), -EINVAL);
	options.size = 0;
	ck_assert_int_eq(mplog_open_with(&options), -EINVAL);
	options.size = sizeof(size_t) - 1;
	ck_assert_int_eq(mplog_open_with(&options), -EINVAL);
	options = good;
	options.level = MPLOG_DEBUG + 1;
	ck_assert_int_eq(mplog_open_with(&options), -EINVAL);
	options.level = MPLOG_NONE - 1;
	ck_assert_int_eq(mplog_open_with(&options), -EINVAL);
	ck_assert_int_eq(mplog_open_with(&good), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_int_eq(mplog_open_with(&good), -EALREADY);
}
END_TEST

START_TEST(options_set_the_default_level)
{
	struct mplog_options options = good;

	options.level = _i;
	ck_assert_int_eq(mplog_open_with(&options), 0);
	ck_assert_int_eq(mplog_level(), _i == 0 ? MPLOG_INFO : _i);
}
END_TEST

START_TEST(options_name_a_configuration)
{
	char path[] = "/tmp/mplog-test-XXXXXX";
	struct mplog_options options = good;

	unsetenv("MPLOG_CONF");
	file_make(path, "processes = ( { name = \"main\"; level = \"notice\"; } );\n");
	options.config = path;
	options.level = MPLOG_DEBUG;
	ck_assert_int_eq(mplog_open_with(&options), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(the_environment_s_configuration_is_stronger)
{
	char path[] = "/tmp/mplog-test-XXXXXX";
	struct mplog_options options = good;

	file_make(path, "defaults = { level = \"notice\"; };\n");
	setenv("MPLOG_CONF", path, 1);
	options.config = "/nonexistent";
	ck_assert_int_eq(mplog_open_with(&options), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
	ck_assert_uint_eq(capture_lines(), 0);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(strict_refuses_a_mistake)
{
	char path[] = "/tmp/mplog-test-XXXXXX";
	struct mplog_options options = good;

	unsetenv("MPLOG_CONF");
	file_make(path, "defaults = { level = \"loud\"; };\n");
	options.config = path;
	options.flags = MPLOG_STRICT;
	ck_assert_int_eq(mplog_open_with(&options), -EBADMSG);
	ck_assert_str_eq(mplog_process(), "main");
	options.flags = 0;
	ck_assert_int_eq(mplog_open_with(&options), 0);
	ck_assert_int_eq(mplog_reload(), -EBADMSG);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- What programs were compiled with ------------------------------------------------------- */

START_TEST(the_structures_keep_their_sizes)
{
	if (sizeof(void *) == 8) {
		ck_assert_uint_eq(sizeof(struct mplog_options), 48);
		ck_assert_uint_eq(offsetof(struct mplog_options, facility), 40);
		ck_assert_uint_eq(sizeof(struct mplog_site), 48);
		ck_assert_uint_eq(sizeof(struct mplog_field), 32);
		ck_assert_uint_eq(sizeof(struct mplog_stats), 56);
	}
	ck_assert_uint_eq(offsetof(struct mplog_options, size), 0);
	ck_assert_uint_eq(offsetof(struct mplog_site, size), 0);
	ck_assert_uint_eq(offsetof(struct mplog_stats, size), 0);
}
END_TEST

/* The macros tell the library how long those are which the compiler has made. */
START_TEST(a_site_of_the_macros_has_the_sizes_of_its_strings)
{
	const struct mplog_site site = MPLOG_SITE_;

	ck_assert_uint_eq(site.size & 0xffff, sizeof(site));
	if (sizeof(size_t) < 8)
		return;
	ck_assert_uint_eq(site.size >> 16 & 0xffff, strlen(site.func));
	ck_assert_uint_eq((uint64_t)site.size >> 32, strlen(site.block));
}
END_TEST

START_TEST(errno_survives)
{
	static const struct mplog_field field = { "A", MPLOG_FIELD_STRING, 0, { .data = "a" } };

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	errno = EXDEV;
	mplog_info("one %d", 1);
	ck_assert_int_eq(errno, EXDEV);
	mplog_errno(MPLOG_ERR, ENOENT, "two");
	ck_assert_int_eq(errno, EXDEV);
	mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("A", 1)), "three");
	ck_assert_int_eq(errno, EXDEV);
	mplog_write(MPLOG_INFO, "four", 4);
	ck_assert_int_eq(errno, EXDEV);
	mplog_emit(NULL, MPLOG_INFO, 0, &field, 1, "five: %m");
	ck_assert_int_eq(errno, EXDEV);
	close(STDERR_FILENO);
	mplog_info("six");
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

START_TEST(errno_is_in_the_message)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	errno = EXDEV;
	mplog_info("one: %m");
	mplog_errno(MPLOG_ERR, ENOENT, "two");
	mplog_errno(MPLOG_ERR, -ENOENT, "three");
	mplog_errno(MPLOG_ERR, 0, "four");
	ck_assert(capture_has("", "one: Invalid cross-device link"));
	ck_assert(capture_has("", "two: No such file or directory"));
	ck_assert(capture_has("", "three: No such file or directory"));
	ck_assert(!capture_has("", "four:"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("interface");
	TCase *tcase = suite_case(suite, "interface", interface_setup, NULL);

	tcase_add_test(tcase, open_once);
	tcase_add_test(tcase, open_in_a_child_is_too_late);
	tcase_add_loop_test(tcase, refused_and_not_open, 0, 4);
	tcase_add_test(tcase, every_flag_is_taken);
	tcase_add_test(tcase, nulls_have_names);
	tcase_add_test(tcase, null_process_is_taken_from_the_environment);
	tcase_add_test(tcase, log_before_open);
	tcase_add_test(tcase, log_after_close);
	tcase_add_test(tcase, close_twice_and_without_open);
	tcase_add_test(tcase, open_after_close);
	tcase_add_test(tcase, options_are_looked_at);
	tcase_add_loop_test(tcase, options_set_the_default_level, MPLOG_NONE, MPLOG_DEBUG + 1);
	tcase_add_test(tcase, options_name_a_configuration);
	tcase_add_test(tcase, the_environment_s_configuration_is_stronger);
	tcase_add_test(tcase, strict_refuses_a_mistake);
	tcase_add_test(tcase, the_structures_keep_their_sizes);
	tcase_add_test(tcase, a_site_of_the_macros_has_the_sizes_of_its_strings);
	tcase_add_test(tcase, errno_survives);
	tcase_add_test(tcase, errno_is_in_the_message);
	return suite_run(suite);
}
