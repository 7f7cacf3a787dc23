/* SPDX-License-Identifier: MIT */
#include "scope/status.h"

#include "base/strbuf.h"
#include "board/slot.h"
#include "board/status-text.h"
#include "conf/conf.h"
#include "mplog.h"
#include "scope/context.h"
#include "scope/scope.h"

enum { MISTAKE_MAX = 512 };

/* Writes the mistake in the version seen last, "12: level: ..."; nothing where that version is in
 * force. */
static void put_mistake(char buffer[MISTAKE_MAX], const struct conf_file_status *file)
{
	const struct conf_first_diag *diag = file->diag;
	struct strbuf text = { .data = buffer, .capacity = MISTAKE_MAX - 1 };

	if (file->state != CONF_FILE_LOADED && diag->text) {
		if (diag->line > 0) {
			strbuf_put_number(&text, diag->line);
			strbuf_put_string(&text, ": ");
		}
		strbuf_put_string(&text, diag->text);
	}
	buffer[text.size < MISTAKE_MAX ? text.size : MISTAKE_MAX - 1] = '\0';
}

static void put_file(struct strbuf *text, const struct conf_file_status *file)
{
	static const char *const states[] = {
		[CONF_FILE_LOADED] = "loaded",
		[CONF_FILE_ABSENT] = "absent",
		[CONF_FILE_LAST_GOOD] = "last good",
		[CONF_FILE_LEFT_OUT] = "left out",
	};
	char mistake[MISTAKE_MAX];
	const struct status_file status = {
		.path = file->path,
		.mtime_s = file->mtime.tv_sec,
		.state = states[file->state],
		.error = mistake,
	};

	put_mistake(mistake, file);
	status_text_put_file(text, &status);
}

bool status_publish_files(void)
{
	const struct context *context = context_get();
	const bool root_changed = !context->conf || conf_root_changed(context->conf);
	struct slot *slot = scope_slot(&process_scope);
	char report[SLOT_REPORT_SIZE];
	struct strbuf text = { .data = report, .capacity = sizeof(report) - 1 };

	status_text_put_process(&text, context->flags & MPLOG_SINGLE,
				context->conf && root_changed);
	for (size_t i = 0; context->conf && i < conf_n_files(context->conf); i++) {
		const struct conf_file_status file = conf_file_status(context->conf, i);

		put_file(&text, &file);
	}
	report[text.size < sizeof(report) ? text.size : sizeof(report) - 1] = '\0';
	slot_write_text(slot, slot->report, sizeof(slot->report), report);
	return !root_changed;
}
