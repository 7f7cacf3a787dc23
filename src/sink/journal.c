/* SPDX-License-Identifier: MIT */
/* The journal's native protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. */
#include "sink/sink.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/pages.h"
#include "base/utf8.h"
#include "process/seal.h"
#include "record/encoding.h"
#include "sink/socket.h"

static const char *const journal_paths[] = { "/run/systemd/journal/socket", NULL };

/* Sizes to try: less than the usual net.core.wmem_default, and less. */
enum { CUT_MAX = 131072, CUT_MIN = 8192 };

enum { MESSAGE_FRAME = sizeof("MESSAGE\n") + sizeof(uint64_t) }; /* with the newline behind it */

static int send_large(struct bytes record, struct deadline *deadline);

static struct log_socket journal = { .paths = journal_paths, .send_large = send_large };

static int write_file(int fd, struct bytes bytes)
{
	while (bytes.size > 0) {
		const ssize_t n = write(fd, bytes.data, bytes.size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -EIO;
		if (n > 0) {
			bytes.data += n;
			bytes.size -= (size_t)n;
		}
	}
	return 0;
}

/* journald takes only a file that cannot be changed any more. */
static int open_sealed(struct bytes bytes)
{
	AUTO_CLOSE int fd = memfd_new("mplog-record", bytes.size);
	int r;

	if (fd < 0)
		return fd;
	r = write_file(fd, bytes);
	if (r < 0)
		return r;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	return take_fd(&fd);
}

/* Puts as much of the record as there is room for: no field that is too large, and a part of MESSAGE,
 * its last. */
static void put_cut(struct strbuf *text, struct bytes record)
{
	static const struct bytes truncated = { "MPLOG_TRUNCATED", 15 };
	static const struct bytes message = { "MESSAGE", 7 };
	bool is_marked = false;
	struct encoded_field field;

	while (encoding_next(&record, &field)) {
		if (!encoding_is_named(&field, message)) {
			is_marked = is_marked || encoding_is_named(&field, truncated);
			if (text->size + field.encoded.size <= text->capacity / 2)
				strbuf_put(text, field.encoded);
			continue;
		}
		if (!is_marked) {
			strbuf_put_literal(text, "MPLOG_TRUNCATED=");
			strbuf_put_number(text, field.value.size);
			strbuf_put_char(text, '\n');
		}
		field.value.size =
			utf8_cut(field.value, text->capacity - text->size - MESSAGE_FRAME);
		strbuf_put_binary_field(text, message, field.value);
	}
}

static int send_cut(struct bytes record, struct deadline *deadline)
{
	char *const memory = pages_get(CUT_MAX);
	int r = -EMSGSIZE;

	if (!memory)
		return -ENOMEM;
	for (size_t size = CUT_MAX; size >= CUT_MIN && (r == -EMSGSIZE || r == -ENOBUFS);
	     size /= 4) {
		struct strbuf text = { memory, size, 0 };

		put_cut(&text, record);
		r = log_socket_send(&journal, (struct bytes){ memory, text.size }, deadline);
	}
	pages_put(memory, CUT_MAX);
	return r;
}

/* Tells whether a sandbox refused the file, or no descriptor was left: no verdict on the record. */
static bool is_refusal(int r)
{
	switch (r) {
	case 0:
	case -EAGAIN:
	case -ENOENT:
	case -ENOTCONN:
	case -EFBIG:
	case -ENOMEM:
		return false;
	default:
		return true;
	}
}

static int send_large(struct bytes record, struct deadline *deadline)
{
	AUTO_CLOSE const int fd = seal_is_set() ? -EPERM : open_sealed(record);
	const int r = fd < 0 ? fd : log_socket_send_fd(&journal, fd, deadline);

	return is_refusal(r) ? send_cut(record, deadline) : r;
}

static int journal_write(const struct delivery *delivery)
{
	return log_socket_write(&journal, delivery->record->data, delivery->deadline);
}

static bool journal_is_journald(void)
{
	return true;
}

const struct sink sink_journal = {
	.name = "journal",
	.write = journal_write,
	.is_journald = journal_is_journald,
	.socket = &journal,
};
