/* SPDX-License-Identifier: MIT */
#include "mistakes.h"

#include <string.h>
#include <sys/stat.h>

#include "board.h"
#include "mplog.h"
#include "notice.h"
#include "say.h"
#include "scope.h"

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
	/* Of errors and warnings the worst, of those the first. */
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

static void say_place(struct notice *notice, const struct mistakes *mistakes)
{
	notice_put(notice, "MPLOG_FILE", mistakes->file);
	notice_say(notice, mistakes->file);
	if (mistakes->line) {
		notice_put_number(notice, "MPLOG_LINE", mistakes->line);
		notice_say(notice, ":");
		notice_say_number(notice, mistakes->line);
	}
	notice_say(notice, ": ");
	notice_say(notice, mistakes->text);
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
	if (!board_tell_once(say_key(say_key(seed, mistakes->file), mistakes->text)))
		return;
	notice_begin(&notice, NOTICE_MISTAKE, is_error ? MPLOG_ERR : MPLOG_WARNING);
	say_place(&notice, mistakes);
	if (more) {
		notice_say(&notice, " (and ");
		notice_say_number(&notice, more);
		notice_say(&notice, " more: see mplog check)");
	}
	say(&process_scope, &notice);
}
