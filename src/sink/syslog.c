/* SPDX-License-Identifier: MIT */
/* The local syslog: its socket, not syslog(3), whose lock a fork may leave held. */
#include "sink/sink.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/pages.h"
#include "base/utf8.h"
#include "sink/socket.h"
#include "sink/syslog-format.h"

/* A longer message takes memory from the kernel: all of a call has to fit on the stack of a signal
 * handler, where the signal's own frame may take 3 of 8 KiB. */
enum { MESSAGE_BUFFER = 1536 };

static const char *const syslog_paths[] = { "/dev/log", "/var/run/log", NULL };

static struct log_socket syslog_link = { .paths = syslog_paths, .may_stream = true };

/* Sizes to try in turn where a message is too large for the socket: less than the usual
 * net.core.wmem_default, what a stream takes whole, and what every syslogd takes. */
static const size_t smaller_sizes[] = { 131072, 32767, 8192, 2048, 1024 };

/* One record, in the making. */
struct draft {
	const struct delivery *delivery;
	struct timespec when;
	char host[sizeof(((struct utsname *)0)->nodename)];
	bool with_fields;
};

static struct strbuf put_draft(char *buffer, size_t capacity, const struct draft *draft)
{
	/* The byte behind the message, which log_socket_send() wants, is none of it. */
	struct strbuf text = { buffer, capacity - 1, 0 };

	if (draft->delivery->output->syslog_rfc5424)
		strbuf_put_rfc5424(&text, draft->delivery, &draft->when, draft->host,
				   draft->with_fields);
	else
		strbuf_put_rfc3164(&text, draft->delivery, &draft->when);
	buffer[text.size < capacity ? text.size : capacity - 1] = '\0';
	return text;
}

/* Leaves out the structured data, which cannot be cut, and cuts the message. */
static int send_smaller(struct draft *draft, struct strbuf whole)
{
	int r = -EMSGSIZE;

	for (size_t i = 0; i < sizeof(smaller_sizes) / sizeof(smaller_sizes[0]); i++) {
		struct strbuf text;

		if (smaller_sizes[i] >= whole.size)
			continue;
		draft->with_fields = false;
		text = put_draft(whole.data, whole.capacity + 1, draft);
		text.size = utf8_cut((struct bytes){ text.data, text.size }, smaller_sizes[i]);
		text.data[text.size] = '\0';
		r = log_socket_send(&syslog_link, (struct bytes){ text.data, text.size },
				    draft->delivery->deadline);
		if (r != -EMSGSIZE && r != -ENOBUFS)
			break;
	}
	return r;
}

static int send_text(struct draft *draft, struct strbuf text)
{
	const int r = log_socket_send(&syslog_link, (struct bytes){ text.data, text.size },
				      draft->delivery->deadline);

	return r == -EMSGSIZE || r == -ENOBUFS ? send_smaller(draft, text) : r;
}

static int send_large(struct draft *draft, size_t size)
{
	char *const memory = pages_get(size + 1);
	struct strbuf text;
	int r;

	if (!memory)
		return -ENOMEM;
	text = put_draft(memory, size + 1, draft);
	if (text.size > size)
		text.size = size;
	r = send_text(draft, text);
	pages_put(memory, size + 1);
	return r;
}

/* Not inline: the rest of struct utsname must not be on the stack when the record goes out. */
static __attribute__((__noinline__)) void get_host(struct draft *draft)
{
	struct utsname names;

	if (uname(&names) == 0)
		memcpy(draft->host, names.nodename, sizeof(draft->host));
}

static int syslog_write(const struct delivery *delivery)
{
	struct draft draft = { .delivery = delivery, .with_fields = true };
	char buffer[MESSAGE_BUFFER];
	struct strbuf text;
	int r;

	(void)clock_gettime(CLOCK_REALTIME, &draft.when);
	if (delivery->output->syslog_rfc5424)
		get_host(&draft);
	text = put_draft(buffer, sizeof(buffer), &draft);
	r = text.size <= text.capacity ? send_text(&draft, text) : send_large(&draft, text.size);
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

/* The socket's target is looked at, not the socket: there is none while journald is restarted. */
static bool is_link_to(const char *path, const char *target)
{
	char log_socket[64];
	const ssize_t size = readlink(path, log_socket, sizeof(log_socket));
	const size_t tail = strlen(target);

	return size >= (ssize_t)tail && memcmp(log_socket + (size_t)size - tail, target, tail) == 0;
}

static bool is_same_file(const char *path, const char *other)
{
	struct stat one;
	struct stat two;

	return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev &&
	       one.st_ino == two.st_ino;
}

/* Where journald takes syslog's place /dev/log is a socket to its socket. */
static bool syslog_is_journald(void)
{
	for (const char *const *path = syslog_paths; *path; path++) {
		if (is_link_to(*path, "/systemd/journal/dev-log"))
			return true;
		if (access(*path, F_OK) == 0)
			return is_same_file(*path, "/run/systemd/journal/dev-log");
	}
	return false;
}

static void syslog_renew(void)
{
	log_socket_after_fork(&syslog_link);
}

static void syslog_close(void)
{
	log_socket_close(&syslog_link);
}

const struct sink sink_syslog = {
	.name = "syslog",
	.write = syslog_write,
	.is_journald = syslog_is_journald,
	.renew = syslog_renew,
	.close = syslog_close,
};
