/* SPDX-License-Identifier: MIT */
#include "mistakes.h"

#include <string.h>
#include <sys/stat.h>

#include "board.h"
#include "mplog.h"
#include "notice.h"

static uint64_t version_of(const char *file)
{
	struct stat st;

	return stat(file, &st) < 0
		       ? 0
		       : (uint64_t)st.st_mtim.tv_sec << 32 | (uint64_t)st.st_mtim.tv_nsec;
}

void mistakes_note(void *userdata, const struct conf_complaint *complaint)
{
	struct mistakes *mistakes = userdata;
	const bool same_file = mistakes->n && strncmp(mistakes->file, complaint->file,
						      sizeof(mistakes->file) - 1) == 0;

	if (mistakes->n && !same_file)
		mistakes_tell(mistakes);
	mistakes->n++;
	/* Errors before warnings, and the first line of them. */
	if (same_file && mistakes->severity > complaint->severity)
		return;
	if (same_file && mistakes->severity == complaint->severity &&
	    mistakes->line <= complaint->line)
		return;
	mistakes->severity = complaint->severity;
	mistakes->line = complaint->line;
	if (!same_file)
		mistakes->version = version_of(complaint->file);
	(void)strncpy(mistakes->file, complaint->file, sizeof(mistakes->file) - 1);
	(void)strncpy(mistakes->text, complaint->text, sizeof(mistakes->text) - 1);
}

static void put_place(struct notice *notice, const struct mistakes *mistakes)
{
	notice_put(notice, "MPLOG_FILE", mistakes->file);
	notice_textf(notice, "%s:", mistakes->file);
	if (mistakes->line) {
		notice_put_number(notice, "MPLOG_LINE", mistakes->line);
		notice_textf(notice, "%u:", mistakes->line);
	}
	notice_textf(notice, " %s", mistakes->text);
}

void mistakes_tell(struct mistakes *mistakes)
{
	const uint64_t seed = mistakes->version + mistakes->line;
	const bool is_error = mistakes->severity == CONF_ERROR;
	const size_t more = mistakes->n - 1;
	struct notice notice;

	if (!mistakes->n)
		return;
	mistakes->n = 0;
	if (!board_tell_once(notice_key(notice_key(seed, mistakes->file), mistakes->text)))
		return;
	notice_begin(&notice, NOTICE_MISTAKE, is_error ? MPLOG_ERR : MPLOG_WARNING);
	put_place(&notice, mistakes);
	if (more)
		notice_textf(&notice, " (and %zu more: see mplog check)", more);
	notice_log(&notice, &process_scope);
}
