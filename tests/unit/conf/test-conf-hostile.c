/* SPDX-License-Identifier: MIT */
/* Whatever the files hold: the loader comes back, in bounded time and memory.
 * MPLOG_TEST_MUTATIONS: how many of a good file (5,000). */
#include "lib/conf-fixture.h"

#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { MUTATIONS = 5000, HUGE = 10 << 20 };

/* What may stand at /etc/mplog.conf. Each is an error in bounded time. */
START_TEST(not_a_file)
{
	struct conf *conf;

	ck_assert_int_eq(mkdir(path_of("mplog.conf"), 0755), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -EISDIR);
	ck_assert_str_eq(
		diags,
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
	ck_assert_str_eq(diags, "mplog.conf:0: larger than 4 MiB\n");
	conf_free(conf);
	free(text);
}
END_TEST

/* Fills 3 MiB with something that costs a naive parser dearly. */
static int load_repeated(const char *before, const char *piece, struct conf **ret)
{
	const size_t size = 3 << 20, n = strlen(piece);
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

START_TEST(long_strings)
{
	enum { LONG = 64 * 1024 };
	struct conf *conf;
	char *text = malloc(2 * LONG);

	ck_assert_ptr_nonnull(text);
	strcpy(text, "processes = ( { name = \"a\"; fields = { A = \"");
	memset(text + strlen(text) + 1, '\0', LONG);
	memset(text + strlen(text), 'x', LONG);
	strcat(text, "\"; }; } );\n");
	write_file("mplog.conf", text);
	ck_assert_int_eq(load(NULL, 0, &conf), 0);
	conf_free(conf);
	/* One byte more, in pieces. */
	text[strlen(text) - strlen("\"; }; } );\n")] = '\0';
	strcat(text, "\"\n\"x\"; }; } );\n");
	write_file("mplog.conf", text);
	ck_assert_int_eq(load(NULL, 0, &conf), -EBADMSG);
	ck_assert_str_eq(diags, "mplog.conf:1: A: longer than 65536 bytes\n");
	conf_free(conf);
	free(text);
}
END_TEST

START_TEST(many_values)
{
	FILE *file = fopen(path_of("mplog.conf"), "w");
	struct conf *conf;

	ck_assert_ptr_nonnull(file);
	(void)fputs("processes = (\n", file);
	for (int i = 0; i < 34000; i++)
		(void)fprintf(file, "%s{ name = \"a\"; level = 5; }", i ? "," : "");
	(void)fputs(");\n", file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -EBADMSG);
	ck_assert_str_eq(diags, "mplog.conf:2: more than 100000 values in one file\n");
	conf_free(conf);
}
END_TEST

START_TEST(many_names_in_one_group)
{
	FILE *file = fopen(path_of("mplog.conf"), "w");
	struct conf *conf;

	ck_assert_ptr_nonnull(file);
	for (int i = 0; i < 400000; i++)
		(void)fprintf(file, "a%d=1;", i);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(load(NULL, 0, &conf), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(diags, "more than 1024 settings in one group"));
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
			if (r == 0)
				_exit(conf && diags[0] == '\0' ? 0 : 2);
			_exit(r == -ENOMEM && !conf && strstr(diags, "Cannot allocate memory") ? 1
											       : 2);
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
	const char *rounds = getenv("MPLOG_TEST_MUTATIONS");
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
		ck_assert_int_eq(r == 0, conf_file_status(conf, 0).state == CONF_FILE_LOADED);
		ck_assert_int_eq(r == 0, conf_file_status(conf, 0).diag->severity == CONF_WARNING);
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
	Suite *suite = suite_create("conf-hostile");
	TCase *tcase = suite_case(suite, "conf-hostile", set_up, tear_down);

	if (getenv("MPLOG_TEST_MUTATIONS"))
		tcase_set_timeout(tcase, 4 * CASE_SECONDS);
	tcase_add_test(tcase, not_a_file);
	tcase_add_test(tcase, huge_files);
	tcase_add_loop_test(tcase, costly_files_end_in_time, 0, sizeof(costly) / sizeof(costly[0]));
	tcase_add_test(tcase, long_strings);
	tcase_add_test(tcase, many_values);
	tcase_add_test(tcase, many_names_in_one_group);
	tcase_add_test(tcase, no_memory_is_an_error_and_no_death);
	tcase_add_test(tcase, mutations);
	return suite_run(suite);
}
