/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "board.h"
#include "text.h"
#include "mplog.h"
#include "program.h"
#include "scope.h"

/* What is wrong with the version seen last: "12: level: ..."; nothing where it is in force. */
static void put_mistake(struct text *text, const struct conf_file_status *file)
{
	const struct conf_first_diag *diag = file->diag;

	if (file->state == CONF_FILE_LOADED || !diag->text)
		return;
	if (diag->line > 0) {
		text_put_number(text, diag->line);
		text_put_string(text, ": ");
	}
	text_put_string(text, diag->text);
}

static void put_file(struct text *text, const struct conf_file_status *file)
{
	static const char *const states[] = {
		[CONF_FILE_LOADED] = "loaded",
		[CONF_FILE_ABSENT] = "absent",
		[CONF_FILE_LAST_GOOD] = "last good",
		[CONF_FILE_LEFT_OUT] = "left out",
	};

	text_put_string(text, file->path);
	text_put_string(text, "\t");
	text_put_number(text, (uint64_t)file->mtime.tv_sec);
	text_put_string(text, "\t");
	text_put_string(text, states[file->state]);
	text_put_string(text, "\t");
	put_mistake(text, file);
	text_put_string(text, "\n");
}

void report_files(void)
{
	const struct program *program = program_get();
	struct slot *slot = scope_slot(&process_scope);
	char report[SLOT_REPORT_SIZE];
	struct text text = { .data = report, .capacity = sizeof(report) - 1 };

	text_put_string(&text, program->flags & MPLOG_SINGLE ? "single" : "");
	text_put_string(&text,
			program->conf && conf_root_changed(program->conf) ? " frozen\n" : "\n");
	for (size_t i = 0; program->conf && i < conf_n_files(program->conf); i++) {
		const struct conf_file_status file = conf_file_status(program->conf, i);

		put_file(&text, &file);
	}
	report[text.size < sizeof(report) ? text.size : sizeof(report) - 1] = '\0';
	slot_write_text(slot, slot->report, sizeof(slot->report), report);
}
