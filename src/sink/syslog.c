/* SPDX-License-Identifier: MIT */
/* The local syslog: its socket, not syslog(3), whose lock a fork may leave held. */
#include "sink/sink.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pages.h"
#include "base/utf8.h"
#include "process/seal.h"
#include "sink/rsyslog.h"
#include "sink/socket.h"
#include "sink/syslog-format.h"

/* A longer message takes pages: all of a call has to fit on the stack of a signal handler, where the
 * signal's own frame may take 3 of 8 KiB. */
enum { MESSAGE_BUFFER = 1536, HOST_SIZE = sizeof(((struct utsname *)0)->nodename) };

static const char *const syslog_paths[] = { "/dev/log", "/var/run/log", NULL };

static struct log_socket syslog_socket = { .paths = syslog_paths, .may_stream = true };

/* Sizes to try where a message is too large: less than the usual net.core.wmem_default, the largest
 * on a stream, and what every syslogd takes. */
static const size_t smaller_sizes[] = { 131072, 32767, 8192, 2048, 1024 };

struct syslog_message {
	const struct delivery *delivery;
	struct timespec when;
	char host[HOST_SIZE];
	bool is_rfc5424;
	bool with_fields;
};

static struct strbuf put_message(char *buffer, size_t capacity,
				 const struct syslog_message *message)
{
	/* A zero byte follows the message, as log_socket_send() wants. */
	struct strbuf text = { buffer, capacity - 1, 0 };

	if (message->is_rfc5424)
		strbuf_put_rfc5424(&text, message->delivery, &message->when, message->host,
				   message->with_fields);
	else
		strbuf_put_rfc3164(&text, message->delivery, &message->when);
	buffer[text.size < capacity ? text.size : capacity - 1] = '\0';
	return text;
}

/* Leaves the structured data out, which cannot be cut, and cuts the message. */
static int send_smaller(struct syslog_message *message, struct strbuf whole)
{
	int r = -EMSGSIZE;

	for (size_t i = 0; i < sizeof(smaller_sizes) / sizeof(smaller_sizes[0]); i++) {
		struct strbuf text;

		if (smaller_sizes[i] >= whole.size)
			continue;
		message->with_fields = false;
		text = put_message(whole.data, whole.capacity + 1, message);
		text.size = utf8_cut((struct bytes){ text.data, text.size }, smaller_sizes[i]);
		text.data[text.size] = '\0';
		r = log_socket_send(&syslog_socket, (struct bytes){ text.data, text.size },
				    message->delivery->deadline);
		if (r != -EMSGSIZE && r != -ENOBUFS)
			break;
	}
	return r;
}

static int send_text(struct syslog_message *message, struct strbuf text)
{
	const int r = log_socket_send(&syslog_socket, (struct bytes){ text.data, text.size },
				      message->delivery->deadline);

	return r == -EMSGSIZE || r == -ENOBUFS ? send_smaller(message, text) : r;
}

static int send_large(struct syslog_message *message, size_t size)
{
	char *const memory = pages_get(size + 1);
	struct strbuf text;
	int r;

	if (!memory)
		return -ENOMEM;
	text = put_message(memory, size + 1, message);
	if (text.size > size)
		text.size = size;
	r = send_text(message, text);
	pages_put(memory, size + 1);
	return r;
}

/* The host's name when the process was sealed. */
static char sealed_host[HOST_SIZE];

/* Not inline: struct utsname must not stay on the stack. */
static __attribute__((__noinline__)) void get_host(char ret[HOST_SIZE])
{
	struct utsname names;

	if (seal_is_set())
		memcpy(ret, sealed_host, HOST_SIZE);
	else if (uname(&names) == 0)
		memcpy(ret, names.nodename, HOST_SIZE);
}

static void syslog_seal(void)
{
	get_host(sealed_host);
	(void)rsyslog_has_special_parser(clock_coarse_ns());
}

static int syslog_write(const struct delivery *delivery)
{
	struct syslog_message message = { .delivery = delivery, .with_fields = true };
	char buffer[MESSAGE_BUFFER];
	struct strbuf text;
	int r;

	message.when = record_time(delivery->record);
	message.is_rfc5424 = delivery->output->syslog_rfc5424 &&
			     !rsyslog_has_special_parser(deadline_now_ns(delivery->deadline));
	if (message.is_rfc5424)
		get_host(message.host);
	text = put_message(buffer, sizeof(buffer), &message);
	r = text.size <= text.capacity ? send_text(&message, text)
				       : send_large(&message, text.size);
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

/* Looks at the link, not at its target: there is none while journald is restarted. */
static bool is_link_to(const char *path, const char *target)
{
	char link[64];
	const ssize_t size = readlink(path, link, sizeof(link));
	const size_t tail = strlen(target);

	return size >= (ssize_t)tail && memcmp(link + (size_t)size - tail, target, tail) == 0;
}

static bool is_same_file(const char *path, const char *other)
{
	struct stat one;
	struct stat two;

	return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev &&
	       one.st_ino == two.st_ino;
}

/* Where journald takes syslog's place, /dev/log is a link to its socket, or a bind mount of it. */
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

const struct sink sink_syslog = {
	.name = "syslog",
	.write = syslog_write,
	.is_journald = syslog_is_journald,
	.seal = syslog_seal,
	.socket = &syslog_socket,
};
