/* SPDX-License-Identifier: MIT */
#include "tool/live/boards.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/ui/memory.h"
#include "tool/ui/tool.h"

/* A slot is taken after its process began, but both are rounded. */
enum { START_SLACK_MS = 20 };

/* ---- Members ---------------------------------------------------------------------------------- */

struct search {
	struct boards *boards;
	dev_t device; /* of all memfds */
	size_t members_room, refused_room;
};

static void add_member(struct search *search, pid_t pid)
{
	struct boards *boards = search->boards;
	struct member member = { .pid = pid };
	const int r = proc_find_memfd(pid, BOARD_FILE_NAME, search->device, &member.mapping);

	if (r == -EACCES)
		boards->hidden++;
	if (r < 0 || proc_inner_pid(pid, &member.inner_pid) < 0 ||
	    proc_started_ms(pid, &member.started_ms) < 0)
		return; /* it has no board, or has just ended */
	boards->member = memory_grow(boards->member, boards->n_members + 1, &search->members_room,
				     sizeof(member));
	boards->member[boards->n_members++] = member;
}

static int find_members(struct search *search)
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
			add_member(search, (pid_t)strtol(entry->d_name, NULL, 10));
	}
	(void)closedir(proc);
	return 0;
}

static int compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	if (left->mapping.inode != right->mapping.inode)
		return left->mapping.inode < right->mapping.inode ? -1 : 1;
	if (left->inner_pid != right->inner_pid)
		return left->inner_pid < right->inner_pid ? -1 : 1;
	return (left->started_ms > right->started_ms) - (left->started_ms < right->started_ms);
}

/* ---- Boards ----------------------------------------------------------------------------------- */

bool board_error_is_end(int error)
{
	return error == -ESRCH || error == -ENOENT;
}

/* A process that is gone, or may not be looked at, does not hide the board of the next member. */
static int open_by_members(const struct found_board *board, bool writable, struct board_file *ret)
{
	int error = -ESRCH;

	for (size_t i = 0; i < board->n_members; i++) {
		const struct member *member = &board->member[i];
		const int r = board_file_open(member->pid, &member->mapping, writable, ret);

		if (!board_error_is_end(r) && r != -EACCES)
			return r;
		if (error != -EACCES)
			error = r;
	}
	return error;
}

int board_open_file(const struct found_board *board, bool writable)
{
	struct board_file file = { .fd = -1 };
	const int r = open_by_members(board, writable, &file);

	return r < 0 ? r : file.fd;
}

static void read_head(int fd, struct board *head, struct found_board *found)
{
	(void)board_file_read_head(fd, head);
	memcpy(found->identifier, head->identifier, sizeof(found->identifier));
	found->identifier[sizeof(found->identifier) - 1] = '\0';
	memcpy(found->run_id, head->run_id, sizeof(found->run_id));
	found->run_id[sizeof(found->run_id) - 1] = '\0';
	found->slotless = atomic_load(&head->slotless);
}

static void add_refused(struct search *search, struct refused_board refused)
{
	struct boards *boards = search->boards;

	boards->refused = memory_grow(boards->refused, boards->n_refused + 1, &search->refused_room,
				      sizeof(refused));
	boards->refused[boards->n_refused++] = refused;
}

/* Adds the board of these members, which is one file. */
static void add_board(struct search *search, const struct member *member, size_t n,
		      struct board *head)
{
	struct boards *boards = search->boards;
	struct found_board *found = &boards->board[boards->n];
	struct board_file file = { .fd = -1 };
	int r;

	*found = (struct found_board){
		.inode = member->mapping.inode,
		.member = member,
		.n_members = n,
	};
	r = open_by_members(found, false, &file);
	if (r == 0) {
		found->owner = file.owner;
		read_head(file.fd, head, found);
		(void)close(file.fd);
		boards->n++;
	} else if (r == -EACCES) {
		boards->hidden += n;
	} else if (!board_error_is_end(r)) {
		add_refused(search, (struct refused_board){ member->pid, r, file.version });
	}
}

static void add_boards(struct search *search)
{
	struct boards *boards = search->boards;
	struct board *head = board_file_new_copy();
	size_t n;

	boards->board = memory_new(boards->n_members, sizeof(*boards->board));
	for (size_t i = 0; i < boards->n_members; i += n) {
		const struct member *first = &boards->member[i];

		for (n = 1; i + n < boards->n_members; n++) {
			if (first[n].mapping.inode != first->mapping.inode)
				break;
		}
		add_board(search, first, n, head);
	}
	board_file_unmap(head);
}

static int compare_boards(const void *a, const void *b)
{
	const struct found_board *left = a, *right = b;
	const int order = strcmp(left->identifier, right->identifier);

	return order ? order : (left->inode > right->inode) - (left->inode < right->inode);
}

int boards_find(struct boards *ret)
{
	struct search search = { .boards = ret };
	int r = board_file_device(&search.device);

	*ret = (struct boards){ 0 };
	if (r == 0)
		r = find_members(&search);
	if (r < 0) {
		boards_free(ret);
		return r;
	}
	if (ret->n_members)
		qsort(ret->member, ret->n_members, sizeof(*ret->member), compare_members);
	add_boards(&search);
	if (ret->n)
		qsort(ret->board, ret->n, sizeof(*ret->board), compare_boards);
	return 0;
}

void boards_free(struct boards *boards)
{
	for (size_t i = 0; i < boards->n; i++)
		board_file_unmap(boards->board[i].copy);
	free(boards->board);
	free(boards->member);
	free(boards->refused);
	*boards = (struct boards){ 0 };
}

void boards_tell_unread(const struct boards *boards)
{
	for (size_t i = 0; i < boards->n_refused; i++) {
		const struct refused_board *refused = &boards->refused[i];

		board_file_tell_refused(refused->pid, refused->error, refused->version);
	}
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
	/* Two with one number live in different pid namespaces: the younger that was there then. */
	const struct member *found = NULL;
	for (; low < board->n_members && board->member[low].inner_pid == inner_pid; low++) {
		if (board->member[low].started_ms - START_SLACK_MS <= since_ms)
			found = &board->member[low];
	}
	return found;
}

const struct member *board_member_by_pid(const struct found_board *board, pid_t pid)
{
	for (size_t i = 0; i < board->n_members; i++) {
		if (board->member[i].pid == pid)
			return &board->member[i];
	}
	return NULL;
}
