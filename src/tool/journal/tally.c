/* SPDX-License-Identifier: MIT */
#include "tool/journal/tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "tool/ui/memory.h"

static void copy_text(char *to, size_t size, const char *text)
{
	const size_t length = strnlen(text, size - 1);

	memcpy(to, text, length);
	to[length] = '\0';
}

static int compare_keys(const void *a, const void *b)
{
	const struct counted *left = a, *right = b;
	int order = strcmp(left->run_id, right->run_id);

	if (!order)
		order = memcmp(&left->boot_id, &right->boot_id, sizeof(left->boot_id));
	return order ? order : (left->pid > right->pid) - (left->pid < right->pid);
}

static struct counted *add_process(struct tally *tally, const struct counted *key)
{
	struct counted *process = memory_new(1, sizeof(*process));

	*process = *key;
	process->order = tally->n;
	process->run_order = tally->n;
	for (size_t i = tally->n; i-- > 0;) {
		if (strcmp(tally->process[i]->run_id, process->run_id) != 0)
			continue;
		process->run_order = tally->process[i]->run_order;
		break;
	}
	tally->process =
		memory_grow(tally->process, tally->n + 1, &tally->room, sizeof(struct counted *));
	tally->process[tally->n++] = process;
	return process;
}

struct counted *tally_get(struct tally *tally, const char *run_id, sd_id128_t boot_id, pid_t pid)
{
	struct counted key = { .boot_id = boot_id, .pid = pid };
	struct counted **found, *process;

	copy_text(key.run_id, sizeof(key.run_id), run_id);
	found = tfind(&key, &tally->tree, compare_keys);
	if (found)
		return *found;
	process = add_process(tally, &key);
	if (!tsearch(process, &tally->tree, compare_keys))
		memory_exhausted();
	return process;
}

/* Looks for the youngest of the first N. */
static struct counted *find_among(const struct tally *tally, size_t n, const char *run_id,
				  pid_t pid)
{
	while (n-- > 0) {
		struct counted *process = tally->process[n];

		if (process->pid == pid && strcmp(process->run_id, run_id) == 0)
			return process;
	}
	return NULL;
}

struct counted *tally_find(const struct tally *tally, const char *run_id, pid_t pid)
{
	return find_among(tally, tally->n, run_id, pid);
}

struct counted *tally_find_before(const struct tally *tally, const struct counted *process)
{
	return find_among(tally, process->order, process->run_id, process->pid);
}

struct counted *tally_renew(struct tally *tally, const struct counted *before)
{
	struct counted key = { .boot_id = before->boot_id, .pid = before->pid };
	struct counted **found, *process;

	copy_text(key.run_id, sizeof(key.run_id), before->run_id);
	process = add_process(tally, &key);
	found = tfind(&key, &tally->tree, compare_keys);
	if (found)
		*found = process;
	return process;
}

void counted_name(struct counted *process, const char *name, const char *identifier)
{
	if (process->name[0])
		return;
	copy_text(process->name, sizeof(process->name), name);
	copy_text(process->identifier, sizeof(process->identifier), identifier);
}

static void keep_process(void *process)
{
	(void)process; /* freed with the array */
}

void tally_free(struct tally *tally)
{
	tdestroy(tally->tree, keep_process);
	for (size_t i = 0; i < tally->n; i++) {
		numbers_free(&tally->process[i]->numbers);
		numbers_free(&tally->process[i]->told_of);
		free(tally->process[i]);
	}
	free(tally->process);
	*tally = (struct tally){ 0 };
}
