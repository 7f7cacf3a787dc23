/* SPDX-License-Identifier: MIT */
#include "tool/journal/tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "tool/ui/memory.h"

static int compare_runs(const void *a, const void *b)
{
	const struct run *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static int compare_processes(const void *a, const void *b)
{
	const struct counted *left = a, *right = b;

	if (left->run != right->run)
		return left->run->order < right->run->order ? -1 : 1;
	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return memcmp(&left->boot_id, &right->boot_id, sizeof(left->boot_id));
}

static int compare_names(const void *a, const void *b)
{
	const struct counted *left = a, *right = b;
	const int order = bytes_compare(left->name, right->name);

	if (left->run != right->run)
		return left->run->order < right->run->order ? -1 : 1;
	return order ? order : memcmp(&left->boot_id, &right->boot_id, sizeof(left->boot_id));
}

static void insert_node(const void *item, void **tree, int (*compare)(const void *, const void *))
{
	if (!tsearch(item, tree, compare))
		memory_exhausted();
}

struct run *tally_find_run(const struct tally *tally, const char *id)
{
	struct run key = { .order = 0 };
	struct run *const *found;

	strncat(key.id, id, sizeof(key.id) - 1);
	found = tfind(&key, &tally->runs, compare_runs);
	return found ? *found : NULL;
}

struct run *tally_get_run(struct tally *tally, const char *id, uid_t uid)
{
	struct run *run = tally_find_run(tally, id);

	if (run && run->uid == UID_UNKNOWN)
		run->uid = uid;
	if (run)
		return run;
	run = memory_new(1, sizeof(*run));
	*run = (struct run){ .order = tally->n_runs++, .uid = uid };
	strncat(run->id, id, sizeof(run->id) - 1);
	insert_node(run, &tally->runs, compare_runs);
	return run;
}

struct counted *tally_find(const struct tally *tally, const struct run *run, sd_id128_t boot_id,
			   pid_t pid)
{
	const struct counted key = { .run = (struct run *)(uintptr_t)run,
				     .boot_id = boot_id,
				     .pid = pid };
	struct counted *const *found = tfind(&key, &tally->processes, compare_processes);

	return found ? *found : NULL;
}

struct counted *tally_find_named(const struct tally *tally, const struct run *run,
				 sd_id128_t boot_id, struct bytes name)
{
	const struct counted key = { .run = (struct run *)(uintptr_t)run,
				     .boot_id = boot_id,
				     .name = name };
	struct counted *const *found = tfind(&key, &tally->names, compare_names);

	return found ? *found : NULL;
}

/* The youngest of a key is the one in the tree. */
static void put_youngest(struct counted *process, void **tree,
			 int (*compare)(const void *, const void *))
{
	struct counted **found = tfind(process, tree, compare);

	if (found)
		*found = process;
	else
		insert_node(process, tree, compare);
}

void tally_name(struct tally *tally, struct counted *process, struct bytes name)
{
	process->name = tally_copy(name);
	put_youngest(process, &tally->names, compare_names);
}

static struct counted *add_process(struct tally *tally, const struct counted *key)
{
	struct counted *process = memory_new(1, sizeof(*process));

	*process = *key;
	process->order = tally->n;
	tally->process =
		memory_grow(tally->process, tally->n + 1, &tally->room, sizeof(struct counted *));
	tally->process[tally->n++] = process;
	put_youngest(process, &tally->processes, compare_processes);
	return process;
}

struct counted *tally_renew(struct tally *tally, const struct counted *before)
{
	return add_process(tally, &(struct counted){ .run = before->run,
						     .boot_id = before->boot_id,
						     .pid = before->pid,
						     .uid = before->uid,
						     .first_uid = before->uid });
}

struct counted *tally_get(struct tally *tally, struct run *run, sd_id128_t boot_id, pid_t pid,
			  uid_t uid)
{
	struct counted *found = tally_find(tally, run, boot_id, pid);

	if (found && found->uid == UID_UNKNOWN)
		found->uid = found->first_uid = uid;
	if (found && (uid == 0 || found->uid == uid || found->uid == 0)) {
		found->uid = found->uid ? found->uid : uid;
		return found;
	}
	return add_process(
		tally,
		&(struct counted){
			.run = run, .boot_id = boot_id, .pid = pid, .uid = uid, .first_uid = uid });
}

struct bytes tally_copy(struct bytes bytes)
{
	char *const copy = memory_new(bytes.size, 1);

	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return (struct bytes){ copy, bytes.size };
}

static void keep_item(void *item)
{
	(void)item; /* freed with the array */
}

void tally_free(struct tally *tally)
{
	tdestroy(tally->processes, keep_item);
	tdestroy(tally->names, keep_item);
	tdestroy(tally->runs, free);
	for (size_t i = 0; i < tally->n; i++) {
		numbers_free(&tally->process[i]->numbers);
		numbers_free(&tally->process[i]->told_of);
		free((char *)(uintptr_t)tally->process[i]->name.data);
		free((char *)(uintptr_t)tally->process[i]->identifier.data);
		free(tally->process[i]);
	}
	free(tally->process);
	*tally = (struct tally){ 0 };
}
