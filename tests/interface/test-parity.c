/* SPDX-License-Identifier: MIT */
/* The article's promise: the same tasks say the same with one process and with many. */

#include "lib/family.h"
#include "lib/suite.h"

enum { TASKS = 200, JOBS_MAX = 16, LINE_SIZE = 512 };

static const char configuration[] =
	"defaults = { prefix = \"%n: \"; timeout_ms = 60000; };\n"
	"processes = (\n"
	"  { name = \"task-*\"; level = \"debug\"; fields = { ROLE = \"task\"; SHARED = \"rule\"; }; },\n"
	"  { name = \"task-1?\"; level = \"notice\"; prefix = \"(%n of %P) \"; },\n"
	"  { name = \"phase\"; fields = { ROLE = \"phase\"; }; },\n"
	"  { name = \"quiet\"; level = \"warning\"; }\n"
	");\n";

/* ---- The program ----------------------------------------------------------------------------- */

static int work(int i)
{
	char number[16];

	MPLOG_SCOPE("phase");
	snprintf(number, sizeof(number), "%d", i);
	mplog_set_field("NUMBER", number);
	mplog_debug("hidden in %d", i);
	mplog_event(MPLOG_NOTICE, MPLOG_FIELDS(MPLOG_F("SQUARE", i * i), MPLOG_F("SHARED", "call")),
		    "working on %d", i);
	if (i % 3 == 0)
		return -EIO;
	mplog_set_level(MPLOG_DEBUG);
	mplog_debug("seen in %d", i);
	return 0;
}

static int run_task(int i)
{
	char name[32];
	int r;

	snprintf(name, sizeof(name), "task-%d", i);
	MPLOG_SCOPE(name);
	mplog_debug("begin %d", i);
	r = work(i);
	if (r < 0) {
		mplog_errno(MPLOG_ERR, r, "task %d", i);
		return r;
	}
	for (int j = 0; j < 2; j++) {
		MPLOG_SCOPE("quiet");
		mplog_info("not heard");
		mplog_warning("heard %d of %d", j, i);
		if (j == 0)
			continue;
		break;
	}
	mplog_info("end %d", i);
	return 0;
}

static void run_in_parallel(int jobs)
{
	pid_t running[JOBS_MAX] = { 0 };

	for (int i = 0; i < TASKS + jobs; i++) {
		pid_t *place = &running[i % jobs];

		if (*place)
			child_exited_well(*place);
		*place = i < TASKS ? fork() : 0;
		if (i < TASKS && *place == 0)
			_exit((run_task(i) < 0) != (i % 3 == 0));
	}
}

static void run_in_sequence(void)
{
	for (int i = 0; i < TASKS; i++)
		ck_assert_int_eq(run_task(i) < 0, i % 3 == 0);
}

static void run(int jobs, const char *identifier)
{
	family_open(identifier, configuration);
	mplog_set_field("OWNER", "parent");
	mplog_info("before");
	if (jobs == 1)
		run_in_sequence();
	else
		run_in_parallel(jobs);
	ck_assert_str_eq(mplog_process(), "main");
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	mplog_debug("not heard");
	mplog_info("after");
}

/* ---- What it said ---------------------------------------------------------------------------- */

/* What differs between any two runs, or between any two processes. */
static bool is_of_the_run(const char *name)
{
	static const char *const names[] = { "TID", "PROCESS_SEQ", "RUN_ID", "SYSLOG_IDENTIFIER" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return name[0] == '_';
}

static int compare_fields(const void *a, const void *b)
{
	const struct journal_field *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void put_line(char *line, const struct journal_entry *entry)
{
	size_t n = 0;

	qsort(entry->fields, entry->n_fields, sizeof(*entry->fields), compare_fields);
	for (size_t i = 0; i < entry->n_fields; i++) {
		const struct journal_field *field = &entry->fields[i];

		if (!is_of_the_run(field->name))
			n += (size_t)snprintf(line + n, LINE_SIZE - n, "%s=%s ", field->name,
					      field->value);
		ck_assert_uint_lt(n, LINE_SIZE);
	}
}

static char *said_by(const char *identifier, size_t *ret_n)
{
	struct journal_entries all = family_read(identifier);
	char *lines = calloc(all.n, LINE_SIZE);

	ck_assert_ptr_nonnull(lines);
	for (size_t i = 0; i < all.n; i++)
		put_line(lines + i * LINE_SIZE, &all.entries[i]);
	qsort(lines, all.n, LINE_SIZE, compare_lines);
	*ret_n = all.n;
	journal_entries_free(&all);
	return lines;
}

static void run_apart(int jobs, const char *identifier)
{
	const pid_t pid = fork();

	if (pid == 0) {
		run(jobs, identifier);
		_exit(0);
	}
	child_exited_well(pid);
}

static void assert_same(const char *one, const char *other)
{
	size_t n, m;
	char *lines = said_by(one, &n), *others = said_by(other, &m);

	ck_assert_uint_gt(n, 4 * TASKS);
	ck_assert_uint_eq(n, m);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(lines + i * LINE_SIZE, others + i * LINE_SIZE);
	free(lines);
	free(others);
}

START_TEST(the_same_with_any_number_of_jobs)
{
	run_apart(1, "parity-1");
	run_apart(2, "parity-2");
	run_apart(JOBS_MAX, "parity-16");
	assert_same("parity-1", "parity-2");
	assert_same("parity-1", "parity-16");
}
END_TEST

/* But for the numbers of its records the parent is who it was. */
START_TEST(the_parent_keeps_its_name)
{
	struct journal_entries all;
	char before[LINE_SIZE], after[LINE_SIZE];

	run(1, "parity-parent");
	all = family_read("parity-parent");
	put_line(before, said(&all, "main: before"));
	put_line(after, said(&all, "main: after"));
	/* From OWNER on it is fields, PRIORITY and PROCESS: the call's own come before. */
	ck_assert_ptr_nonnull(strstr(before, "OWNER=parent"));
	ck_assert_ptr_nonnull(strstr(after, "OWNER=parent"));
	ck_assert_str_eq(strstr(before, "OWNER="), strstr(after, "OWNER="));
	ck_assert_ptr_null(strstr(after, "NUMBER="));
	journal_entries_free(&all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("parity");
	TCase *tcase = suite_case(suite, "parity", journald_start, NULL);

	tcase_add_test(tcase, the_same_with_any_number_of_jobs);
	tcase_add_test(tcase, the_parent_keeps_its_name);
	return suite_run(suite);
}
