/* SPDX-License-Identifier: MIT */
#include "conf/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "conf/parse.h"
#include "conf/read.h"
#include "conf/scan.h"

enum {
	TICK_NS = 20 * 1000 * 1000, /* time stamps of files move with the kernel's tick of 10 ms */
	QUIET_NS =
		800 * 1000 * 1000, /* a file that is written in pieces; looked at once a second */
	/* The same, where the load was asked for and the file's writer cannot be seen. */
	URGENT_QUIET_NS = 80 * 1000 * 1000,
	OPEN_S = 10, /* an editor may keep its file open for ever */
};

static const long long second_ns = 1000 * 1000 * 1000;

static bool is_recent(const struct timespec *time, long long ns)
{
	struct timespec now;
	long long seconds;

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
	seconds = (long long)now.tv_sec - time->tv_sec;
	return llabs(seconds) <= OPEN_S &&
	       llabs(seconds * second_ns + (now.tv_nsec - time->tv_nsec)) < ns;
}

/* Generators truncate a file and write it anew, line by line or slowly: in between it is not what was
 * meant. */
static bool is_being_written(const char *path, const struct conf_identity *now, bool is_urgent)
{
	enum conf_writer writer;

	if (!is_recent(&now->mtime, OPEN_S * second_ns))
		return false;
	if (!is_urgent && is_recent(&now->mtime, QUIET_NS))
		return true;
	writer = conf_writer_of(path);
	if (writer == CONF_WRITER_PRESENT || !is_urgent)
		return writer == CONF_WRITER_PRESENT;
	return is_recent(&now->mtime, writer == CONF_WRITER_NONE ? TICK_NS : URGENT_QUIET_NS);
}

bool timestamp_is_racy(const struct timespec *changed)
{
	return is_recent(changed, TICK_NS);
}

void conf_file_clear(struct conf_file *file)
{
	free(file->path);
	conf_first_diag_clear(&file->diag);
	conf_content_unref(file->content);
	*file = (struct conf_file){ .path = NULL };
}

static int copy_file(struct conf_file *ret, const struct conf_file *file)
{
	struct conf_file copy = *file;

	copy.diag.text = NULL;
	copy.path = strdup(file->path);
	copy.content = conf_content_ref(file->content);
	if (!copy.path || conf_first_diag_copy(&copy.diag, &file->diag) < 0) {
		conf_file_clear(&copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

/* The version in force before stays so. */
static void keep_last_good(struct conf_file *file, const struct conf_file *previous)
{
	if (!previous)
		return;
	file->content = conf_content_ref(previous->content);
	file->last_good = file->content != NULL;
}

static int scan_and_parse(struct conf_file *file, const struct conf_text *text,
			  struct conf_diags *diags)
{
	size_t n_values;
	int r = conf_scan(text->data, text->size, diags, &n_values);

	if (r == 0)
		r = conf_parse(text->data, n_values, file->path, diags, &file->content);
	if (r == 0)
		file->content->identity = text->identity;
	return r;
}

static int load_file(struct conf_file *file, const struct stat *st,
		     const struct conf_file *previous, const struct conf_file_options *options,
		     struct conf_diags *diags)
{
	AUTO_FREE char *data = NULL;
	struct conf_text text = { .data = NULL };
	int r;

	r = conf_read(file->path, st, options->secure, diags, &text);
	data = text.data;
	if (r == 0) {
		file->racy = timestamp_is_racy(&text.identity.ctime);
		r = scan_and_parse(file, &text, diags);
	}
	if (r == -ENOMEM)
		return r;
	file->identity = data ? text.identity : conf_identity_of(st);
	file->result = r;
	if (r < 0)
		keep_last_good(file, previous);
	return 0;
}

static int load_absent(struct conf_file *file, const struct conf_file *previous,
		       const struct conf_file_options *options, struct conf_diags *diags)
{
	if (!previous && options->is_required) {
		conf_error(diags, 0, "cannot be read: %s", strerror(ENOENT));
		file->result = -ENOENT;
	}
	if (!previous || !previous->content || options->drop_missing)
		return 0;
	keep_last_good(file, previous);
	file->result = -ENOENT;
	if (!previous->identity.exists) /* reported already */
		return conf_first_diag_copy(&diags->first, &previous->diag);
	conf_warning(
		diags, 0,
		"is gone: its last version stays until it is there again, or \"mplog reload\"");
	return 0;
}

static int load(struct conf_file *file, const struct conf_file *previous,
		const struct conf_file_options *options, struct conf_diags *diags)
{
	struct stat st;

	if (stat(file->path, &st) == 0)
		return load_file(file, &st, previous, options, diags);
	if (errno == ENOENT || errno == ENOTDIR)
		return load_absent(file, previous, options, diags);
	/* The directory may not be searched, a link leads in a circle ... */
	file->result = -errno;
	if (!previous)
		conf_error(diags, 0, "cannot be read: %s", strerror(-file->result));
	keep_last_good(file, previous);
	return 0;
}

/* Whether what is known of the file still holds. */
static bool is_unchanged(const struct conf_identity *now, const struct conf_file *previous,
			 const struct conf_file_options *options)
{
	/* The file was out of reach, or a version that is kept may be dropped now. */
	if (options->drop_missing && previous->result < 0)
		return false;
	return !previous->racy && conf_identity_equal(now, &previous->identity);
}

static int load_anew(struct conf_file *ret, const char *path, const struct conf_file *previous,
		     const struct conf_file_options *options, struct conf_diags *diags)
{
	struct conf_file file = { .path = strdup(path) };
	int r = file.path ? load(&file, previous, options, diags) : -ENOMEM;

	file.diag = diags->first;
	diags->first = (struct conf_first_diag){ .text = NULL };
	if (r < 0)
		conf_file_clear(&file);
	else
		*ret = file;
	return r;
}

int conf_file_load(struct conf_file *ret, const char *path, const struct conf_file *previous,
		   const struct conf_file_options *options, struct conf_diags *diags)
{
	const struct conf_identity now = conf_identity_at(path);
	const bool is_known = previous && now.exists && is_unchanged(&now, previous, options);
	int r;

	if (!is_known &&
	    !(options->may_defer && now.exists && is_being_written(path, &now, options->is_urgent)))
		return load_anew(ret, path, previous, options, diags);
	if (previous) {
		r = copy_file(ret, previous);
	} else {
		ret->path = strdup(path);
		r = ret->path ? 0 : -ENOMEM;
	}
	ret->racy = ret->is_deferred = !is_known;
	return r;
}
