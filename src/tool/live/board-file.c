/* SPDX-License-Identifier: MIT */
#include "tool/live/board-file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "board/memory.h"
#include "tool/ui/memory.h"
#include "tool/ui/tool.h"

int board_file_device(dev_t *ret)
{
	AUTO_CLOSE int fd = memfd_create("mplog", MFD_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	*ret = status.st_dev;
	return 0;
}

/* The beginning of struct board, which is the same in all versions. */
struct header {
	uint64_t magic;
	uint32_t version;
	uint32_t size;
	uint32_t slot_size;
	uint32_t n_slots;
};

_Static_assert(sizeof(struct header) == offsetof(struct board, run_id), "the layout is versioned");

/* Reads before anything is mapped. */
static int check_header(int fd, uint32_t *ret_version)
{
	struct header header;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -EBADF;
	if (header.magic == 0)
		return -ENOENT; /* it is just being made: the magic number comes last */
	if (header.magic != BOARD_MAGIC)
		return -EBADF;
	*ret_version = header.version;
	if (header.version != BOARD_VERSION)
		return -EPROTONOSUPPORT;
	if (header.size != sizeof(struct board) || header.slot_size != sizeof(struct slot) ||
	    header.n_slots != BOARD_SLOTS)
		return -EBADF;
	return 0;
}

/* Where no rings are behind the board its file is as long as the board. */
static bool is_size(off_t size)
{
	return size == (off_t)sizeof(struct board) || size == (off_t)BOARD_FILE_SIZE;
}

/* A process that could make the file shorter could kill this one with SIGBUS. */
static int check_file(int fd, uid_t *ret_owner)
{
	const int seals = fcntl(fd, F_GET_SEALS), needed = F_SEAL_SHRINK | F_SEAL_GROW;
	struct stat status;

	if (seals < 0 || fstat(fd, &status) < 0)
		return -errno;
	*ret_owner = status.st_uid;
	return (seals & needed) == needed && is_size(status.st_size) ? 0 : -EBADF;
}

void board_file_tell_refused(pid_t pid, int error, uint32_t version)
{
	if (error == -EPROTONOSUPPORT)
		tool_complain("process %ld: its board has version %" PRIu32
			      ", and this mplog knows version"
			      " %d only: use the mplog that belongs to the program's libmplog",
			      (long)pid, version, BOARD_VERSION);
	else if (error == -EBADF)
		tool_complain("process %ld: not a valid board", (long)pid);
	else
		tool_complain("process %ld: cannot open its board: %s", (long)pid,
			      strerror(-error));
}

int board_file_open(pid_t pid, const struct proc_mapping *mapping, bool writable,
		    struct board_file *ret)
{
	AUTO_CLOSE int fd =
		proc_open_memfd(pid, BOARD_FILE_NAME, mapping, writable ? O_RDWR : O_RDONLY);
	int r;

	if (fd < 0)
		return fd;
	r = check_header(fd, &ret->version);
	if (r >= 0)
		r = check_file(fd, &ret->owner);
	if (r < 0)
		return r;
	ret->fd = take_fd(&fd);
	return 0;
}

/* ---- Copying ---------------------------------------------------------------------------------- */

/* How often slots that were just being written are read again, all slots of a board together: a
 * board whose writers never end would cost minutes otherwise. */
enum { READ_TRIES = 100 };

#define OFFSET_OF_SLOT(i) (offsetof(struct board, slot) + (i) * sizeof(struct slot))

static bool read_at(int fd, size_t offset, size_t size, void *ret)
{
	return pread(fd, ret, size, (off_t)offset) == (ssize_t)size;
}

bool board_file_read_head(int fd, struct board *ret)
{
	return read_at(fd, 0, offsetof(struct board, state), ret);
}

static bool is_visible(uint64_t state)
{
	return slot_word_phase(state) != SLOT_FREE && slot_word_phase(state) != SLOT_TAKEN;
}

/* Tells whether the slot is as it was copied; updates the state of the copy. */
static bool is_settled(int fd, struct board *copy, size_t i)
{
	const size_t sequence_offset = OFFSET_OF_SLOT(i) + offsetof(struct slot, text_sequence);
	const uint64_t before = atomic_load(&copy->state[i]);
	const uint32_t sequence = atomic_load(&copy->slot[i].text_sequence);
	uint64_t state = 0;
	uint32_t now = 0;

	if (!read_at(fd, sequence_offset, sizeof(now), &now) ||
	    !read_at(fd, offsetof(struct board, state) + i * sizeof(state), sizeof(state), &state))
		return true;
	atomic_store(&copy->state[i], state);
	return !is_visible(state) || (state == before && sequence == now && !(now & 1));
}

bool board_file_read_slots(int fd, struct board *ret)
{
	const size_t used = board_used(ret);
	unsigned tries = READ_TRIES;

	if (!read_at(fd, offsetof(struct board, state), used * sizeof(ret->state[0]), ret->state) ||
	    !read_at(fd, OFFSET_OF_SLOT(0), used * sizeof(struct slot), ret->slot))
		return false;
	for (size_t i = 0; i < used; i++) {
		while (is_visible(atomic_load(&ret->state[i])) && !is_settled(fd, ret, i) &&
		       tries > 0) {
			(void)read_at(fd, OFFSET_OF_SLOT(i), sizeof(struct slot), &ret->slot[i]);
			tries--;
		}
	}
	return true;
}

bool board_file_read_slot(int fd, size_t i, struct slot *ret, uint64_t *ret_state)
{
	return i < BOARD_SLOTS && read_at(fd, OFFSET_OF_SLOT(i), sizeof(*ret), ret) &&
	       read_at(fd, offsetof(struct board, state) + i * sizeof(*ret_state),
		       sizeof(*ret_state), ret_state);
}

/* ---- Memory ----------------------------------------------------------------------------------- */

int board_file_map(int fd, struct board **ret)
{
	void *memory = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ret = memory;
	return 0;
}

struct board *board_file_new_copy(void)
{
	void *memory = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		memory_exhausted();
	return memory;
}

void board_file_unmap(struct board *board)
{
	if (board)
		(void)munmap(board, sizeof(*board));
}
