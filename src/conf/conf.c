/* SPDX-License-Identifier: MIT */
#include "conf/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/file.h"
#include "conf/read.h"

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->n_files; i++)
		conf_file_clear(&conf->files[i]);
	free(conf->files);
	free(conf->directory);
	conf_first_diag_clear(&conf->directory_diag);
	free(conf->rule);
	free(conf);
}

static void report_no_memory(const char *file, conf_diag_fn *diag, void *userdata)
{
	struct conf_diags diags = { .diag = diag, .userdata = userdata, .file = file };

	conf_error(&diags, 0, "cannot be loaded: %s", strerror(ENOMEM));
	conf_first_diag_clear(&diags.first);
}

int conf_check_file(const char *path, conf_diag_fn *diag, void *userdata)
{
	const struct conf_file_options options = { .drop_missing = true };
	struct conf_diags diags = { .diag = diag, .userdata = userdata, .file = path };
	struct conf_file file = { .path = NULL };
	struct stat st;
	int r;

	if (stat(path, &st) < 0) {
		r = -errno;
		conf_error(&diags, 0, "cannot be read: %s", strerror(-r));
	} else {
		r = conf_file_load(&file, path, NULL, &options, &diags);
		r = r < 0 ? r : file.result;
		if (r == -ENOMEM)
			report_no_memory(path, diag, userdata);
	}
	conf_file_clear(&file);
	conf_first_diag_clear(&diags.first);
	return r;
}

static int result_of(const struct conf *conf)
{
	int result = 0;

	for (size_t i = 0; i < conf->n_files; i++) {
		const int r = conf->files[i].result;

		if (r == -EBADMSG)
			return r;
		if (r < 0 && r != -ENOENT && result == 0)
			result = r;
	}
	return result;
}

int conf_load(const struct conf_options *options, const struct conf *previous, unsigned flags,
	      conf_diag_fn *diag, void *userdata, struct conf **ret)
{
	const bool root_changed = previous && conf_root_changed(previous);
	struct conf *conf = calloc(1, sizeof(*conf));

	*ret = NULL;
	if (!conf ||
	    conf_load_files(conf, options, previous, root_changed, flags, diag, userdata) < 0) {
		/* For none of the files: which one it was does not matter. */
		report_no_memory(options->file ? options->file : SYSCONFDIR "/mplog.conf", diag,
				 userdata);
		conf_free(conf);
		return -ENOMEM;
	}
	*ret = conf;
	return result_of(conf);
}

/* A new file in "/" changes the times of that directory, but neither its device nor its inode. */
bool conf_root_changed(const struct conf *conf)
{
	const struct conf_identity root = conf_identity_at("/");

	return !root.exists || root.device != conf->root.device || root.inode != conf->root.inode;
}

bool conf_is_stale(const struct conf *conf)
{
	struct stat st;

	if (conf_root_changed(conf))
		return false;
	for (size_t i = 0; i < conf->n_files; i++) {
		if (conf_file_is_stale(&conf->files[i]))
			return true;
	}
	if (!conf->directory)
		return false;
	if (stat(conf->directory, &st) < 0)
		return errno == ENOENT && conf->directory_identity.exists;
	const struct conf_identity now = conf_identity_of(&st);
	return conf->directory_racy || !conf_identity_equal(&now, &conf->directory_identity);
}

bool conf_is_racy(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_files; i++) {
		if (conf->files[i].racy)
			return true;
	}
	return conf->directory_racy;
}

static bool is_same_version(const struct conf_content *a, const struct conf_content *b)
{
	return a && b ? conf_identity_equal(&a->identity, &b->identity) : a == b;
}

bool conf_is_same(const struct conf *a, const struct conf *b)
{
	if (a->n_files != b->n_files)
		return false;
	for (size_t i = 0; i < a->n_files; i++) {
		if (!is_same_version(a->files[i].content, b->files[i].content) ||
		    strcmp(a->files[i].path, b->files[i].path) != 0)
			return false;
	}
	return true;
}

const struct rules *conf_rules(const struct conf *conf)
{
	return &conf->rules;
}

size_t conf_n_files(const struct conf *conf)
{
	return conf->n_files;
}

static enum conf_file_state state_of(const struct conf_file *file)
{
	if (file->last_good)
		return CONF_FILE_LAST_GOOD;
	if (file->content)
		return CONF_FILE_LOADED;
	return file->identity.exists || file->result < 0 ? CONF_FILE_LEFT_OUT : CONF_FILE_ABSENT;
}

struct conf_file_status conf_file_status(const struct conf *conf, size_t i)
{
	const struct conf_file *file = &conf->files[i];
	struct conf_file_status status = {
		.path = file->path,
		.state = state_of(file),
		.seen_mtime = file->identity.mtime,
		.diag = &file->diag,
	};

	if (file->content)
		status.mtime = file->content->identity.mtime;
	return status;
}

const struct conf_first_diag *conf_directory_diag(const struct conf *conf, const char **ret_path)
{
	*ret_path = conf->directory;
	return &conf->directory_diag;
}
