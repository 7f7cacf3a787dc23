/* SPDX-License-Identifier: MIT */
#include "notice/notice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/name.h"
#include "board/board.h"
#include "board/slot.h"
#include "mplog.h"
#include "process/stack.h"
#include "record/encoding.h"
#include "record/field-name.h"
#include "record/format.h"
#include "scope/status.h"

/* Made once with uuidgen(1); never to be changed. */
const char *const notice_message_ids[NOTICE_COUNT] = {
	[NOTICE_LOST] = "71df69f8ea8d4de889630e30f4d7f242",
	[NOTICE_SUPPRESSED] = "89a2c2aa62cb4691a9185b5418a684fa",
	[NOTICE_MISTAKE] = "246a5e237f214e2ca331c7f8541e9fae",
	[NOTICE_RELOADED] = "fae4a5502d7f45f3ac3a86665cd7a86d",
	[NOTICE_LEVEL] = "69e1fe1b67224ee2ac8dc35b2e96f55b",
	[NOTICE_CHILD] = "9258b8862001475eabd44b7f4049e9cf",
	[NOTICE_NAME] = "52550c9d22b94de7b82799d35822dc05",
	[NOTICE_SINK] = "424809d2c3084c3899eeffe3e6aa4b2a",
	[NOTICE_BOARD] = "5e9aaacd52b5412c9c0c83cc8f540884",
	[NOTICE_BLACKBOX] = "f4156fc3dd8c420cb7a8306765288e22",
};

void notice_begin(struct notice *notice, enum notice_kind kind, int level)
{
	notice->kind = kind;
	notice->level = level;
	notice->fields = (struct strbuf){ notice->fields_data, sizeof(notice->fields_data), 0 };
	notice->message = (struct strbuf){ notice->message_data, NOTICE_MESSAGE_MAX, 0 };
	notice_put(notice, "MESSAGE_ID", notice_message_ids[kind]);
}

static void put_bytes(struct notice *notice, const char *name, struct bytes value)
{
	struct strbuf *fields = &notice->fields;
	const struct bytes n = { name, strlen(name) };
	const size_t size = encoding_put(NULL, 0, n, value);

	/* A field that does not fit whole is left out: half a field would spoil the record. */
	if (size > fields->capacity - fields->size)
		return;
	fields->size += encoding_put(fields->data + fields->size, size, n, value);
}

void notice_put(struct notice *notice, const char *name, const char *value)
{
	put_bytes(notice, name, (struct bytes){ value, strlen(value) });
}

void notice_put_number(struct notice *notice, const char *name, uint64_t number)
{
	char digits[DECIMAL_DIGITS_MAX];

	put_bytes(notice, name,
		  (struct bytes){ digits, (size_t)(decimal_put(digits, number) - digits) });
}

void notice_put_time(struct notice *notice, const char *name, int64_t realtime_ns)
{
	notice_put_number(notice, name, (uint64_t)realtime_ns / 1000);
}

void notice_put_child(struct notice *notice, const struct slot *slot, pid_t pid)
{
	char name[PROCESS_NAME_SIZE];

	(void)slot_read_name(slot, name);
	notice_put(notice, FIELD_NAME_CHILD, name);
	notice_put_number(notice, FIELD_NAME_CHILD_PID, (uint64_t)pid);
	notice_textf(notice, "Process %s (pid %d)", name, pid);
}

/* vsnprintf(3) cuts what does not fit; for the formats of notices it allocates nothing and takes no
 * lock. */
void notice_textf(struct notice *notice, const char *fmt, ...)
{
	struct strbuf *message = &notice->message;
	const size_t used = message->size < message->capacity ? message->size : message->capacity;
	char *const at = message->data + used;
	const size_t room = message->capacity - used;
	const char *end;
	va_list ap;

	va_start(ap, fmt);
	end = format_put(at, at + room, fmt, ap, 0);
	message->size =
		used + (end ? (size_t)(end - at) : (size_t)vsnprintf(at, room + 1, fmt, ap));
	va_end(ap);
}

struct sending {
	const struct notice *notice;
	struct dispatch *dispatch;
	struct bytes head;
	struct dispatch_result result;
};

static void send_on_stack(void *argument)
{
	struct sending *sending = argument;
	const struct notice *notice = sending->notice;
	struct dispatch *dispatch = sending->dispatch;
	const struct strbuf *text = &notice->message;
	struct record_source source = {
		.head = sending->head,
		.fields = { notice->fields_data, notice->fields.size },
		.prefix = dispatch->output->prefix[SINK_JOURNAL],
		.level = notice->level,
		.facility = dispatch->output->facility,
		.message = { text->data,
			     text->size < text->capacity ? text->size : text->capacity },
	};
	char buffer[4096];
	struct record record;
	size_t size;

	size = record_compose(&record, buffer, sizeof(buffer), &source);
	if (size > sizeof(buffer)) {
		source.prefix.size = 0; /* the rest is bounded, and fits */
		size = record_compose(&record, buffer, sizeof(buffer), &source);
	}
	sending->result = size > sizeof(buffer) ? dispatch_refused(-EMSGSIZE)
						: dispatch_record(dispatch, &record);
}

struct dispatch_result notice_dispatch(const struct notice *notice, struct dispatch *dispatch,
				       struct bytes head)
{
	struct sending sending = { .notice = notice, .dispatch = dispatch, .head = head };

	stack_run(send_on_stack, &sending);
	return sending.result;
}

struct dispatch_result notice_send(const struct notice *notice, struct dispatch *dispatch,
				   struct scope *scope)
{
	const struct dispatch_result result =
		notice_dispatch(notice, dispatch, scope_get_config(scope)->head);

	status_publish_result(scope_slot(scope), &result);
	return result;
}

void notice_log(const struct notice *notice, struct scope *scope)
{
	const struct scope_config *config = scope_get_config(scope);
	struct dispatch dispatch;

	if (!config)
		return;
	dispatch = dispatch_to(&config->output);
	(void)notice_send(notice, &dispatch, scope);
}

uint64_t notice_key(uint64_t seed, const char *text)
{
	return fnv1a_64(seed, text, strlen(text));
}

/* ---- Single notices -------------------------------------------------------------------------- */

void notice_name_changed(const char *given, const char *name)
{
	struct notice notice;

	if (!board_once(ONCE_NAME, notice_key(1, given)))
		return;
	notice_begin(&notice, NOTICE_NAME, MPLOG_WARNING);
	notice_put(&notice, "MPLOG_NAME", name);
	notice_textf(&notice,
		     "Process name changed to %s: it may have 63 bytes of " PROCESS_NAME_BYTES,
		     name);
	notice_log(&notice, &process_scope);
}

void notice_board_full(void)
{
	struct notice notice;

	if (!board_once(ONCE_TROUBLE, notice_key(1, "slotless")))
		return;
	notice_begin(&notice, NOTICE_BOARD, MPLOG_WARNING);
	notice_textf(&notice,
		     "The board is full: mplog(1) cannot see all processes of this program");
	notice_log(&notice, &process_scope);
}

void notice_board_failed(int error)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_BOARD, MPLOG_WARNING);
	notice_put_number(&notice, "ERRNO", (uint64_t)-error);
	notice_textf(&notice, "No shared board could be made: mplog(1) cannot see this program");
	notice_log(&notice, &process_scope);
}

void notice_no_blackbox(void)
{
	struct notice notice;

	if (!board_once(ONCE_TROUBLE, notice_key(1, "blackbox")))
		return;
	notice_begin(&notice, NOTICE_BOARD, MPLOG_WARNING);
	notice_textf(&notice, "No black box can be kept: there is no shared memory for it");
	notice_log(&notice, &process_scope);
}

void notice_reloaded(uint64_t version)
{
	struct notice notice;

	if (scope_get_config(&process_scope)->level < MPLOG_INFO ||
	    !board_once(ONCE_RELOAD, notice_key(version, "reloaded")))
		return;
	notice_begin(&notice, NOTICE_RELOADED, MPLOG_INFO);
	notice_textf(&notice, "The configuration was loaded again");
	notice_log(&notice, &process_scope);
}

void notice_level_expired(struct scope *scope, int level)
{
	struct notice notice;

	notice_begin(&notice, NOTICE_LEVEL, MPLOG_NOTICE);
	notice_put(&notice, FIELD_NAME_LEVEL, mplog_level_name(level));
	notice_textf(&notice, "The level is %s again: the time of the one set from outside is over",
		     mplog_level_name(level));
	notice_log(&notice, scope);
}
