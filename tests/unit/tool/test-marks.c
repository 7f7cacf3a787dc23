/* SPDX-License-Identifier: MIT */
#include "tool/timeline/marks.h"

#include "lib/suite.h"

#include <stdio.h>

static struct lane lanes[2] = { { .row = 0 }, { .row = 1 } };
static char drawn[1024];

/* "ROW:LEVEL*COUNT@FIRST-LAST=message" */
static void draw(void *userdata, const struct mark *mark)
{
	const size_t used = strlen(drawn);
	uint64_t sum = 0;

	for (int level = 0; level < LEVEL_COUNT; level++)
		sum += mark->count[level];
	ck_assert_uint_eq(sum, mark->n);
	ck_assert_ptr_eq(userdata, drawn);
	(void)snprintf(drawn + used, sizeof(drawn) - used, "%zu:%d*%d@%d-%d=%.*s ",
		       mark->worst.lane->row, mark->worst.level, (int)mark->n, (int)mark->first_us,
		       (int)mark->last_us, (int)mark->worst.message.size, mark->worst.message.data);
}

static struct marks begin(uint64_t cell_us, bool has_levels)
{
	struct marks marks = { .begin_us = 1000,
			       .cell_us = cell_us,
			       .has_levels = has_levels,
			       .draw = draw,
			       .userdata = drawn };

	drawn[0] = '\0';
	marks_init(&marks, 2);
	return marks;
}

/* The record is not there any more when its mark is drawn. */
static void add(struct marks *marks, size_t row, uint64_t when_us, int level, const char *message)
{
	char text[16];
	struct timeline_record record = { .lane = &lanes[row], .when_us = when_us, .level = level };

	(void)snprintf(text, sizeof(text), "%s", message);
	record.message = (struct bytes){ text, strlen(text) };
	marks_add(marks, &record);
	memset(text, 'x', sizeof(text));
}

static void end(struct marks *marks, const char *expected)
{
	marks_finish(marks);
	ck_assert_str_eq(drawn, expected);
}

START_TEST(each_record_is_one)
{
	struct marks marks = begin(0, true);

	add(&marks, 0, 1000, 6, "a");
	add(&marks, 0, 1000, 6, "b");
	add(&marks, 1, 1001, 7, "c");
	end(&marks, "0:6*1@1000-1000=a 0:6*1@1000-1000=b 1:7*1@1001-1001=c ");
}
END_TEST

START_TEST(near_ones_are_one)
{
	struct marks marks = begin(10, false);

	add(&marks, 0, 1000, 6, "a");
	add(&marks, 1, 1003, 6, "b");
	add(&marks, 0, 1009, 3, "worse");
	add(&marks, 0, 1005, 3, "late");
	add(&marks, 0, 1010, 7, "next");
	end(&marks, "0:3*3@1000-1009=worse 0:7*1@1010-1010=next 1:6*1@1003-1003=b ");
}
END_TEST

START_TEST(levels_are_apart)
{
	struct marks marks = begin(10, true);

	add(&marks, 0, 1000, 6, "a");
	add(&marks, 0, 1001, 3, "b");
	add(&marks, 0, 1002, 6, "c");
	end(&marks, "0:3*1@1001-1001=b 0:6*2@1000-1002=a ");
}
END_TEST

/* Before the beginning, unknown levels. */
START_TEST(odd_ones)
{
	struct marks marks = begin(10, true);

	add(&marks, 0, 1, LEVEL_UNKNOWN, "a");
	add(&marks, 0, UINT64_MAX / 2, LEVEL_UNKNOWN, "b");
	marks_finish(&marks);
	ck_assert_ptr_nonnull(strstr(drawn, "0:8*1@1-1=a 0:8*1@"));
}
END_TEST

/* Memory is that of lanes and levels, not of records. */
START_TEST(a_million)
{
	struct marks marks = begin(UINT64_MAX, false);

	for (uint64_t i = 0; i < 1000000; i++)
		add(&marks, 0, 1000 + i, 6, "a");
	end(&marks, "0:6*1000000@1000-1000999=a ");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("marks");
	TCase *tcase = suite_case(suite, "marks", NULL, NULL);

	tcase_add_test(tcase, each_record_is_one);
	tcase_add_test(tcase, near_ones_are_one);
	tcase_add_test(tcase, levels_are_apart);
	tcase_add_test(tcase, odd_ones);
	tcase_add_test(tcase, a_million);
	return suite_run(suite);
}
