/* SPDX-License-Identifier: MIT */
/* Lanes: their tree, their lives, what is noted of them, and which one a record is of. */
#include "tool/timeline/tree.h"

#include "lib/suite.h"
#include "tool/timeline/tell.h"
#include "tool/ui/term.h"

#include <stdio.h>

static struct tally tally;
static struct lanes lanes;

static void set_up(void)
{
	tally = (struct tally){ 0 };
	lanes = (struct lanes){ 0 };
}

static void tear_down(void)
{
	lanes_free(&lanes);
	tally_free(&tally);
}

static struct counted *process_of(pid_t pid)
{
	return tally_get(&tally, tally_get_run(&tally, "run", 0), SD_ID128_NULL, pid, 0);
}

static struct lane *lane_of(struct counted *process, const char *name, const char *parent,
			    uint64_t first_us, uint64_t last_us)
{
	struct lane *lane = lanes_get(&lanes, process, term_bytes(name));

	ck_assert_ptr_nonnull(lane);
	lane->parent_name = tally_copy(term_bytes(parent));
	lane_extend(lane, first_us);
	lane_extend(lane, last_us);
	if (!process->first_us || first_us < process->first_us)
		process->first_us = first_us;
	if (last_us > process->last_us)
		process->last_us = last_us;
	process->records++;
	return lane;
}

/* All names in order, two dots for each step to the right, "s" behind a scope. */
static void check_tree(const char *expected)
{
	char text[1024] = "";
	size_t size = 0;

	tree_arrange(&lanes, 0, 0);
	for (size_t i = 0; i < lanes.n; i++) {
		const struct lane *lane = lanes.lane[i];

		ck_assert_uint_eq(lane->row, i);
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%.*s%.*s%s ",
					 (int)(2 * lane->depth), "............",
					 (int)lane->name.size, lane->name.data,
					 lane->is_scope ? "(s)" : "");
	}
	ck_assert_str_eq(text, expected);
}

START_TEST(children_stand_below_their_parents)
{
	lane_of(process_of(3), "worker-2", "main", 30, 60);
	lane_of(process_of(1), "main", "", 10, 90);
	lane_of(process_of(4), "helper", "worker-1", 40, 50);
	lane_of(process_of(2), "worker-1", "main", 20, 60);
	lane_of(process_of(9), "stranger", "gone", 5, 6);
	check_tree("stranger main ..worker-1 ....helper ..worker-2 ");
}
END_TEST

START_TEST(scopes_belong_to_their_process)
{
	struct counted *first = process_of(1), *second = process_of(2);

	lane_of(first, "main", "", 10, 90);
	lane_of(second, "db", "worker", 31, 40);
	lane_of(second, "worker", "main", 30, 60);
	lane_of(first, "db", "main", 50, 55);
	check_tree("main ..worker ....db(s) ..db(s) ");
}
END_TEST

/* The parent is the one that lived when the child began. */
START_TEST(of_two_parents_of_one_name)
{
	lane_of(process_of(1), "main", "", 1, 100);
	lane_of(process_of(2), "worker", "main", 10, 40);
	lane_of(process_of(3), "worker", "main", 50, 90);
	lane_of(process_of(4), "a", "worker", 20, 30);
	lane_of(process_of(5), "b", "worker", 60, 70);
	check_tree("main ..worker ....a ..worker ....b ");
}
END_TEST

/* What processes say of themselves may be anything. */
START_TEST(circles)
{
	struct counted *process = process_of(3);

	lane_of(process_of(1), "a", "b", 10, 20);
	lane_of(process_of(2), "b", "a", 10, 20);
	lane_of(process, "c", "d", 10, 20);
	lane_of(process, "d", "e", 10, 20);
	lane_of(process, "e", "c", 10, 20);
	lane_of(process_of(4), "f", "f", 10, 20);
	tree_arrange(&lanes, 0, 0);
	for (size_t i = 0; i < lanes.n; i++) {
		ck_assert_uint_eq(lanes.lane[i]->row, i);
		ck_assert_uint_le(lanes.lane[i]->depth, 2);
	}
	ck_assert_uint_eq(lanes.n, 6);
}
END_TEST

START_TEST(a_chain_of_all_lanes)
{
	char name[16] = "0", parent[16] = "";

	for (int i = 0; i < LANES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		lane_of(process_of(1 + i), name, parent, (uint64_t)i + 1, 2 * LANES_MAX);
		(void)snprintf(parent, sizeof(parent), "%d", i);
	}
	ck_assert_ptr_null(lanes_get(&lanes, process_of(1), term_bytes("more")));
	ck_assert(lanes.is_full);
	tree_arrange(&lanes, 0, 0);
	ck_assert_uint_eq(lanes.lane[LANES_MAX - 1]->depth, LANES_MAX - 1);
	ck_assert_uint_eq(tree_most_at_once(&lanes), LANES_MAX);
}
END_TEST

/* From fork to end where a parent has told; not before the time that is asked for, nor before boot. */
START_TEST(lives)
{
	struct counted *told = process_of(1), *lies = process_of(2), *before = process_of(3);

	told->is_reported = lies->is_reported = before->is_reported = true;
	told->booted_us = lies->booted_us = before->booted_us = 50;
	told->since_us = 90;
	told->until_us = 250;
	lies->since_us = 1;
	before->since_us = 60;
	before->until_us = 999;
	lane_of(told, "told", "", 100, 200);
	lane_of(lies, "lies", "", 100, 200);
	lane_of(before, "before", "", 100, 200);
	tree_arrange(&lanes, 80, 300);
	for (size_t i = 0; i < lanes.n; i++) {
		const struct lane *lane = lanes.lane[i];

		ck_assert_uint_eq(lane->begin_us, lane->process == told   ? 90
						  : lane->process == lies ? 100
									  : 80);
		ck_assert_uint_eq(lane->end_us, lane->process == told   ? 250
						: lane->process == lies ? 200
									: 300);
	}
}
END_TEST

START_TEST(how_many_at_once)
{
	lane_of(process_of(1), "main", "", 1, 100);
	lane_of(process_of(1), "scope", "main", 10, 90);
	lane_of(process_of(2), "a", "main", 10, 50);
	lane_of(process_of(3), "b", "main", 20, 50);
	lane_of(process_of(4), "c", "main", 60, 90);
	tree_arrange(&lanes, 0, 0);
	ck_assert_uint_eq(tree_most_at_once(&lanes), 3);
}
END_TEST

static const struct lane *find(pid_t pid, const char *name, uint64_t when_us)
{
	return lanes_find(&lanes, &(struct lane_key){ .run = tally_find_run(&tally, "run"),
						      .pid = pid,
						      .name = term_bytes(name),
						      .when_us = when_us });
}

START_TEST(records_find_their_lanes)
{
	struct counted *first = process_of(7), *second = tally_renew(&tally, first);
	const struct lane *before = lane_of(first, "worker", "", 10, 20),
			  *after = lane_of(second, "worker", "", 30, 40),
			  *scope = lane_of(second, "db", "worker", 32, 38);

	tree_arrange(&lanes, 0, 0);
	lanes_index(&lanes);
	ck_assert_ptr_eq(find(7, "worker", 10), before);
	ck_assert_ptr_eq(find(7, "worker", 20), before);
	ck_assert_ptr_eq(find(7, "worker", 25), before);
	ck_assert_ptr_eq(find(7, "worker", 30), after);
	ck_assert_ptr_eq(find(7, "worker", 99), after);
	ck_assert_ptr_eq(find(7, "db", 33), scope);
	ck_assert_ptr_null(find(7, "other", 33));
	ck_assert_ptr_null(find(8, "worker", 33));
}
END_TEST

static void number(struct counted *process, uint64_t first, uint64_t last, uint64_t us)
{
	for (uint64_t i = first; i <= last; i++)
		(void)numbers_add(&process->numbers, i, us);
}

static void check_note(const struct lane *lane, size_t i, uint64_t from_us, uint64_t to_us,
		       const char *text)
{
	ck_assert_uint_lt(i, lane->n_notes);
	ck_assert_uint_eq(lane->note[i].from_us, from_us);
	ck_assert_uint_eq(lane->note[i].to_us, to_us);
	ck_assert_msg(bytes_equal(lane->note[i].text, term_bytes(text)), "%.*s",
		      (int)lane->note[i].text.size, lane->note[i].text.data);
}

START_TEST(gaps_and_ends_are_noted)
{
	struct counted *process = process_of(1), *older = process_of(2);
	struct lane *lane = lane_of(process, "worker", "", 10, 50),
		    *scope = lane_of(process, "db", "worker", 12, 40),
		    *old = lane_of(older, "old", "", 10, 50);

	number(process, 1, 3, 20);
	number(process, 5, 6, 30);
	number(process, 10, 11, 40);
	numbers_add_range(&process->told_of, (struct range){ 7, 9, 0, 0 });
	process->is_reported = true;
	process->figures = (struct figures){ .end = END_KILLED, .status = 9, .last = 12 };
	number(older, 5, 5, 20);
	older->is_older = true;
	tree_arrange(&lanes, 0, 0);
	lanes_index(&lanes);
	tell_gaps(&lanes);
	tell_ends(&lanes);
	ck_assert_uint_eq(lane->n_notes, 4);
	check_note(lane, 0, 20, 30, "record 4 is missing: unaccounted for");
	check_note(lane, 1, 30, 40, "3 records are missing, 7 to 9: reported lost or diverted");
	check_note(lane, 2, 40, 50,
		   "record 12 is missing: perhaps in flight when the process was killed");
	check_note(lane, 3, 50, 50, "killed by signal 9");
	ck_assert_uint_eq(scope->n_notes, 0);
	ck_assert_uint_eq(old->n_notes, 0);
}
END_TEST

START_TEST(notes_are_bounded)
{
	struct lane *lane = lane_of(process_of(1), "worker", "", 10, 50);

	for (uint64_t i = 0; i < 10 * NOTES_MAX; i++)
		lane_notef(lane, NOTE_LEVEL, i, i, "%d", (int)i);
	ck_assert_uint_eq(lane->n_notes, NOTES_MAX);
	ck_assert_uint_eq(lane->note[NOTES_MAX - 1].more, 9 * NOTES_MAX);
	ck_assert_uint_eq(lane->note[NOTES_MAX - 1].to_us, 10 * NOTES_MAX - 1);
}
END_TEST

START_TEST(dumps)
{
	struct lane *lane = lane_of(process_of(1), "worker", "", 10, 50);

	lane_note_dumped(lane, 12);
	lane_note_dumped(lane, 14);
	lane->is_dumping = false;
	lane_note_dumped(lane, 20);
	ck_assert_uint_eq(lane->n_notes, 2);
	check_note(lane, 0, 12, 14, "");
	ck_assert_uint_eq(lane->note[0].n, 2);
	check_note(lane, 1, 20, 20, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tree");
	TCase *tcase = suite_case(suite, "tree", set_up, tear_down);

	tcase_add_test(tcase, children_stand_below_their_parents);
	tcase_add_test(tcase, scopes_belong_to_their_process);
	tcase_add_test(tcase, of_two_parents_of_one_name);
	tcase_add_test(tcase, circles);
	tcase_add_test(tcase, a_chain_of_all_lanes);
	tcase_add_test(tcase, lives);
	tcase_add_test(tcase, how_many_at_once);
	tcase_add_test(tcase, records_find_their_lanes);
	tcase_add_test(tcase, gaps_and_ends_are_noted);
	tcase_add_test(tcase, notes_are_bounded);
	tcase_add_test(tcase, dumps);
	return suite_run(suite);
}
