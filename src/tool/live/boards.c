/* SPDX-License-Identifier: MIT */
#include "tool/live/boards.h"

#include <ctype.h>
#include <dirent.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "tool/live/board-file.h"
#include "tool/live/proc.h"
#include "tool/ui/memory.h"
#include "tool/ui/tool.h"

/* A slot is taken after its process began, but both are rounded. */
enum { START_SLACK_MS = 20 };

/* While looking: the boards found so far, and those that were tried in vain. */
struct search {
	struct boards *boards;
	bool writable;
	dev_t device; /* of all memfds */
	ino_t *refused;
	size_t n_refused, refused_room, boards_room;
};

static void read_header(struct found_board *found)
{
	found->used = board_used(found->board);
	memcpy(found->identifier, found->board->identifier, sizeof(found->identifier));
	found->identifier[sizeof(found->identifier) - 1] = '\0';
	memcpy(found->run_id, found->board->run_id, sizeof(found->run_id));
	found->run_id[sizeof(found->run_id) - 1] = '\0';
}

static struct found_board *find_board(const struct search *search, ino_t inode)
{
	for (size_t i = 0; i < search->boards->n; i++) {
		if (search->boards->board[i].inode == inode)
			return &search->boards->board[i];
	}
	return NULL;
}

static bool was_refused(const struct search *search, ino_t inode)
{
	for (size_t i = 0; i < search->n_refused; i++) {
		if (search->refused[i] == inode)
			return true;
	}
	return false;
}

static void remember_refused(struct search *search, ino_t inode)
{
	search->refused = memory_grow(search->refused, search->n_refused + 1, &search->refused_room,
				      sizeof(*search->refused));
	search->refused[search->n_refused++] = inode;
}

static void append_board(struct search *search, ino_t inode, const struct board_file *file)
{
	struct boards *boards = search->boards;
	struct found_board *found;

	boards->board =
		memory_grow(boards->board, boards->n + 1, &search->boards_room, sizeof(*found));
	found = &boards->board[boards->n++];
	*found = (struct found_board){ .inode = inode, .fd = file->fd, .board = file->board };
	found->owner = file->owner;
	read_header(found);
}

/* One that only this process may not let us see is tried again with the next. */
static void add_board(struct search *search, pid_t pid, const struct proc_mapping *mapping)
{
	struct board_file file = { .fd = -1 };
	const int r = board_file_open(pid, mapping, search->writable, &file);

	if (file.board) {
		append_board(search, mapping->inode, &file);
	} else if (r == -EACCES) {
		search->boards->hidden++;
	} else if (r != -ESRCH && r != -ENOENT) {
		board_file_tell_refused(pid, r, file.version);
		remember_refused(search, mapping->inode);
	}
}

static void add_member(struct found_board *found, pid_t pid)
{
	struct member member = { .pid = pid };

	if (proc_inner_pid(pid, &member.inner_pid) < 0 ||
	    proc_started_ms(pid, &member.started_ms) < 0)
		return; /* it has just ended */
	found->member =
		memory_grow(found->member, found->n_members + 1, &found->room, sizeof(member));
	found->member[found->n_members++] = member;
}

static void look_at(struct search *search, pid_t pid)
{
	struct proc_mapping mapping;
	struct found_board *found;
	const int r = proc_find_memfd(pid, BOARD_FILE_NAME, search->device, &mapping);

	if (r == -EACCES)
		search->boards->hidden++;
	if (r < 0 || was_refused(search, mapping.inode))
		return;
	if (!find_board(search, mapping.inode))
		add_board(search, pid, &mapping);
	found = find_board(search, mapping.inode);
	if (found)
		add_member(found, pid);
}

static int look_at_all(struct search *search)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (!proc)
		return -errno;
	if (access("/proc/self", F_OK) < 0) {
		(void)closedir(proc);
		return -ENOENT;
	}
	while ((entry = readdir(proc))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			look_at(search, (pid_t)strtol(entry->d_name, NULL, 10));
	}
	(void)closedir(proc);
	return 0;
}

static int compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	if (left->inner_pid != right->inner_pid)
		return left->inner_pid < right->inner_pid ? -1 : 1;
	return (left->started_ms > right->started_ms) - (left->started_ms < right->started_ms);
}

static int compare_boards(const void *a, const void *b)
{
	const struct found_board *left = a, *right = b;
	const int order = strcmp(left->identifier, right->identifier);

	return order ? order : (left->inode > right->inode) - (left->inode < right->inode);
}

static void sort(struct boards *boards)
{
	for (size_t i = 0; i < boards->n; i++) {
		if (boards->board[i].n_members > 1)
			qsort(boards->board[i].member, boards->board[i].n_members,
			      sizeof(struct member), compare_members);
	}
	if (boards->n > 1)
		qsort(boards->board, boards->n, sizeof(struct found_board), compare_boards);
}

int boards_find(bool writable, struct boards *ret)
{
	struct search search = { .boards = ret, .writable = writable };
	int r = board_file_device(&search.device);

	*ret = (struct boards){ 0 };
	if (r == 0)
		r = look_at_all(&search);
	free(search.refused);
	if (r < 0) {
		boards_free(ret);
		return r;
	}
	sort(ret);
	return 0;
}

void boards_free(struct boards *boards)
{
	for (size_t i = 0; i < boards->n; i++) {
		(void)munmap(boards->board[i].board, sizeof(struct board));
		(void)close(boards->board[i].fd);
		free(boards->board[i].member);
	}
	free(boards->board);
	*boards = (struct boards){ 0 };
}

void boards_tell_hidden(const struct boards *boards)
{
	if (boards->hidden && geteuid() != 0)
		tool_complain("%zu more process%s need%s root to be looked at", boards->hidden,
			      boards->hidden == 1 ? "" : "es", boards->hidden == 1 ? "s" : "");
}

const struct member *board_member(const struct found_board *board, pid_t inner_pid,
				  int64_t since_ms)
{
	size_t low = 0, high = board->n_members;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (board->member[middle].inner_pid < inner_pid)
			low = middle + 1;
		else
			high = middle;
	}
	/* Two of one number live in different pid namespaces: the younger one that was there. */
	const struct member *found = NULL;
	for (; low < board->n_members && board->member[low].inner_pid == inner_pid; low++) {
		if (board->member[low].started_ms - START_SLACK_MS <= since_ms)
			found = &board->member[low];
	}
	return found;
}
