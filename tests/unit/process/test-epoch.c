/* SPDX-License-Identifier: MIT */
#include "lib/child.h"
#include "lib/suite.h"
#include "lib/threads.h"
#include "process/epoch.h"

#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pages.h"
#include "process/fork-detect.h"

static _Atomic int freed;

static void note_free(struct retired *retired)
{
	(void)retired;
	atomic_fetch_add(&freed, 1);
}

START_TEST(what_is_unused_is_freed)
{
	struct retired one, two;

	epoch_retire(&one, note_free);
	epoch_retire(&two, note_free);
	epoch_collect();
	ck_assert_int_eq(freed, 2);
}
END_TEST

START_TEST(a_call_under_way_keeps_what_it_may_see)
{
	struct thread *thread = thread_get();
	const uint64_t outer = epoch_enter(thread);
	struct retired seen;

	epoch_retire(&seen, note_free);
	epoch_collect();
	ck_assert_int_eq(freed, 0);
	epoch_leave(thread, outer);
	epoch_collect();
	ck_assert_int_eq(freed, 1);
}
END_TEST

START_TEST(a_nested_call_does_not_end_the_outer_one)
{
	struct thread *thread = thread_get();
	const uint64_t outer = epoch_enter(thread);
	struct retired seen;

	epoch_retire(&seen, note_free);
	epoch_leave(thread, epoch_enter(thread));
	epoch_collect();
	ck_assert_int_eq(freed, 0);
	epoch_leave(thread, outer);
}
END_TEST

static sem_t entered, leave;

static void *stay(void *arg)
{
	struct thread *thread = thread_get();
	const uint64_t outer = epoch_enter(thread);

	(void)sem_post(&entered);
	(void)sem_wait(&leave);
	epoch_leave(thread, outer);
	thread_release(thread);
	return arg;
}

START_TEST(another_threads_call_keeps_it)
{
	struct retired before, seen;
	pthread_t thread;

	(void)sem_init(&entered, 0, 0);
	(void)sem_init(&leave, 0, 0);
	epoch_retire(&before, note_free);
	thread = thread_start(stay, NULL);
	(void)sem_wait(&entered);
	epoch_retire(&seen, note_free);
	epoch_collect();
	ck_assert_int_eq(freed, 1); /* it began after that one was out of sight */
	(void)sem_post(&leave);
	thread_join(thread);
	epoch_collect();
	ck_assert_int_eq(freed, 2);
}
END_TEST

START_TEST(a_fork_leaves_no_call_of_other_threads_behind)
{
	pthread_t thread;
	struct retired seen;
	pid_t pid;

	(void)thread_get();
	(void)sem_init(&entered, 0, 0);
	(void)sem_init(&leave, 0, 0);
	thread = thread_start(stay, NULL);
	(void)sem_wait(&entered);
	pid = fork();
	if (pid == 0) {
		thread_after_fork();
		epoch_retire(&seen, note_free);
		epoch_collect();
		_exit(freed == 1 ? 0 : 1);
	}
	child_exited_well(pid);
	(void)sem_post(&leave);
	thread_join(thread);
}
END_TEST

static void *log_once(void *arg)
{
	struct thread *thread = thread_get();

	(void)arg;
	thread_ensure_exit_hook(thread);
	return thread;
}

START_TEST(records_of_threads_that_ended_are_reused)
{
	void *first = NULL;

	for (int i = 0; i < 1000; i++) {
		pthread_t thread;
		void *record;

		thread = thread_start(log_once, NULL);
		record = thread_join(thread);
		first = first ? first : record;
		ck_assert_ptr_eq(record, first);
	}
}
END_TEST

/* The readers check that what they see has not been freed. */
struct object {
	struct retired retired;
	_Atomic int alive;
};

static _Atomic(struct object *) shared;
static _Atomic bool stop;

static void kill_object(struct retired *retired)
{
	struct object *object = (struct object *)retired;

	atomic_store(&object->alive, 0);
	pages_put(object, 4096);
}

static struct object *new_object(void)
{
	struct object *object = pages_get(4096);

	atomic_store(&object->alive, 1);
	return object;
}

static void *read_on(void *arg)
{
	struct thread *thread = thread_get();

	while (!atomic_load(&stop)) {
		const uint64_t outer = epoch_enter(thread);

		for (int i = 0; i < 10; i++)
			ck_assert_int_eq(atomic_load(&atomic_load(&shared)->alive), 1);
		epoch_leave(thread, outer);
	}
	thread_release(thread);
	return arg;
}

enum { READERS = 4, REPLACEMENTS = 20000 };

START_TEST(readers_never_see_what_was_freed)
{
	pthread_t threads[READERS];

	atomic_store(&shared, new_object());
	for (int i = 0; i < READERS; i++)
		threads[i] = thread_start(read_on, NULL);
	for (int i = 0; i < REPLACEMENTS; i++) {
		struct object *before = atomic_exchange(&shared, new_object());

		epoch_retire(&before->retired, kill_object);
		epoch_collect();
	}
	atomic_store(&stop, true);
	for (int i = 0; i < READERS; i++)
		thread_join(threads[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("epoch");
	TCase *tcase = suite_case(suite, "epoch", NULL, NULL);

	fork_detect_init();
	thread_init(NULL);
	tcase_add_test(tcase, what_is_unused_is_freed);
	tcase_add_test(tcase, a_call_under_way_keeps_what_it_may_see);
	tcase_add_test(tcase, a_nested_call_does_not_end_the_outer_one);
	tcase_add_test(tcase, another_threads_call_keeps_it);
	tcase_add_test(tcase, a_fork_leaves_no_call_of_other_threads_behind);
	tcase_add_test(tcase, records_of_threads_that_ended_are_reused);
	tcase_add_test(tcase, readers_never_see_what_was_freed);
	return suite_run(suite);
}
