/* SPDX-License-Identifier: MIT */
#include "notice/conf-errors.h"

#include "board/board.h"
#include "mplog.h"
#include "notice/notice.h"

/* A mistake is reported again in a later version of its file. */
static uint64_t key_of_mistake(const char *file, struct timespec mtime,
			       const struct conf_first_diag *first)
{
	const uint64_t version = (uint64_t)mtime.tv_sec << 32 | (uint64_t)mtime.tv_nsec;

	return notice_key(notice_key(version + first->line, file), first->text);
}

static void report_first(struct scope *scope, const char *file, struct timespec mtime,
			 const struct conf_first_diag *first)
{
	struct notice notice;

	if (!first->text || !board_once(ONCE_MISTAKE, key_of_mistake(file, mtime, first)))
		return;
	notice_begin(&notice, NOTICE_MISTAKE,
		     first->severity == CONF_ERROR ? MPLOG_ERR : MPLOG_WARNING);
	notice_put(&notice, "MPLOG_FILE", file);
	notice_textf(&notice, "%s:", file);
	if (first->line) {
		notice_put_number(&notice, "MPLOG_LINE", first->line);
		notice_textf(&notice, "%u:", first->line);
	}
	notice_textf(&notice, " %s", first->text);
	if (first->count > 1)
		notice_textf(&notice, " (and %zu more: see mplog check)", first->count - 1);
	notice_log(&notice, scope);
}

void conf_errors_report(struct scope *scope, const struct conf *conf)
{
	const char *directory;
	const struct conf_first_diag *first;

	if (!conf)
		return;
	for (size_t i = 0; i < conf_n_files(conf); i++) {
		const struct conf_file_status status = conf_file_status(conf, i);

		report_first(scope, status.path, status.seen_mtime, status.diag);
	}
	for (size_t i = 0; (first = conf_directory_diag(conf, i, &directory)); i++)
		report_first(scope, directory, (struct timespec){ 0 }, first);
}

void conf_errors_report_no_memory(struct scope *scope, const char *file)
{
	char text[] = "cannot be loaded: Cannot allocate memory";
	const struct conf_first_diag first = { CONF_ERROR, 0, text, 1 };

	report_first(scope, file ? file : SYSCONFDIR "/mplog.conf", (struct timespec){ 0 }, &first);
}

void conf_errors_report_env(struct scope *scope, const struct env *env)
{
	for (size_t i = 0; i < env->n_diags; i++)
		report_first(scope, env->diags[i].file, (struct timespec){ 0 },
			     &env->diags[i].first);
}
