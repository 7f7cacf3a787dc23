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
	for (size_t i = 0; i < conf->n_directories; i++) {
		free(conf->directories[i].path);
		conf_first_diag_clear(&conf->directories[i].diags.first);
	}
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
	const struct conf_file_options options = { .is_required = true };
	struct conf_diags diags = { .diag = diag, .userdata = userdata, .file = path };
	struct conf_file file = { .path = NULL };
	int r = conf_file_load(&file, path, NULL, &options, &diags);

	r = r < 0 ? r : file.result;
	if (r == -ENOMEM)
		report_no_memory(path, diag, userdata);
	conf_file_clear(&file);
	return r;
}

static int result_of(const struct conf *conf)
{
	int result = 0;

	for (size_t i = 0; i < conf->n_files; i++) {
		const int r = conf->files[i].result;

		if (r == -EBADMSG)
			return r;
		if (r < 0 && !(r == -ENOENT && conf->files[i].last_good) && result == 0)
			result = r;
	}
	return result;
}

int conf_load(const struct conf_options *options, const struct conf *previous, unsigned flags,
	      conf_diag_fn *diag, void *userdata, struct conf **ret)
{
	struct conf *conf = calloc(1, sizeof(*conf));

	*ret = NULL;
	if (!conf || conf_load_files(conf, options, previous, flags, diag, userdata) < 0) {
		/* For none of the files: which one it was does not matter. */
		report_no_memory(options->file ? options->file : SYSCONFDIR "/mplog.conf", diag,
				 userdata);
		conf_free(conf);
		return -ENOMEM;
	}
	*ret = conf;
	return result_of(conf);
}

bool conf_is_stale(const struct conf *conf)
{
	if (conf_root_changed(conf))
		return false;
	for (size_t i = 0; i < conf->n_files; i++) {
		const struct conf_file *file = &conf->files[i];

		if (conf_identity_is_stale(file->path, &file->identity, file->racy))
			return true;
	}
	for (size_t i = 0; i < conf->n_directories; i++) {
		const struct conf_directory *directory = &conf->directories[i];

		if (conf_identity_is_stale(directory->path, &directory->identity, directory->racy))
			return true;
	}
	return false;
}

bool conf_is_racy(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_files; i++) {
		if (conf->files[i].racy)
			return true;
	}
	for (size_t i = 0; i < conf->n_directories; i++) {
		if (conf->directories[i].racy)
			return true;
	}
	return false;
}

bool conf_has_deferred(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_files; i++) {
		if (conf->files[i].is_deferred)
			return true;
	}
	return false;
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

const struct conf_first_diag *conf_directory_diag(const struct conf *conf, size_t i,
						  const char **ret_path)
{
	if (i >= conf->n_directories)
		return NULL;
	*ret_path = conf->directories[i].path;
	return &conf->directories[i].diags.first;
}
