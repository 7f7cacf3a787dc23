/* SPDX-License-Identifier: MIT */
#include "conf/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "conf/file.h"
#include "conf/read.h"

static const char main_file[] = "mplog.conf";
static const char drop_in_directory[] = "mplog.conf.d";
static const char suffix[] = ".conf";

struct load {
	struct conf *conf;
	const struct conf *previous;
	struct conf_file_options options;
	conf_diag_fn *diag;
	void *userdata;
};

static struct conf_diags diags_of(const struct load *load, const char *file)
{
	return (struct conf_diags){ .diag = load->diag, .userdata = load->userdata, .file = file };
}

static char *join(const char *directory, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static const char *directory_of(const struct conf_options *options)
{
	return options->directory ? options->directory : SYSCONFDIR;
}

/* A relative path would lead elsewhere after chdir(2). */
static char *make_absolute(const char *path)
{
	AUTO_FREE char *directory = NULL;

	if (path[0] == '/')
		return strdup(path);
	directory = getcwd(NULL, 0);
	return directory ? join(directory, path) : strdup(path);
}

static const struct conf_file *find_file(const struct conf *conf, const char *path)
{
	for (size_t i = 0; conf && i < conf->n_files; i++) {
		if (strcmp(conf->files[i].path, path) == 0)
			return &conf->files[i];
	}
	return NULL;
}

static struct conf_file *add_file(struct conf *conf)
{
	struct conf_file *files =
		reallocarray(conf->files, conf->n_files + 1, sizeof(*conf->files));

	if (!files)
		return NULL;
	conf->files = files;
	files[conf->n_files] = (struct conf_file){ .path = NULL };
	return &files[conf->n_files++];
}

static int load_file(struct load *load, const char *path)
{
	struct conf_file *file = add_file(load->conf);
	struct conf_diags diags = diags_of(load, path);

	if (!file)
		return -ENOMEM;
	return conf_file_load(file, path, find_file(load->previous, path), &load->options, &diags);
}

static int is_drop_in(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length >= sizeof(suffix) &&
	       strcmp(entry->d_name + length - (sizeof(suffix) - 1), suffix) == 0;
}

/* By bytes: alphasort(3) would ask the locale. */
static int compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* What is wrong with the directory itself. */
__attribute__((format(printf, 2, 3))) static void directory_error(struct load *load,
								  const char *fmt, ...)
{
	struct conf_diags diags = diags_of(load, load->conf->directory);
	va_list ap;

	va_start(ap, fmt);
	conf_add_diag(&diags, CONF_ERROR, 0, fmt, ap);
	va_end(ap);
	load->conf->directory_diag = diags.first;
}

/* The directory cannot be listed: what was found in it the last time stays. */
static int keep_drop_ins(struct load *load, int error)
{
	const size_t length = strlen(load->conf->directory);

	if (!load->previous)
		directory_error(load, "cannot be read: %s", strerror(error));
	for (size_t i = 0; load->previous && i < load->previous->n_files; i++) {
		const char *path = load->previous->files[i].path;

		if (strncmp(path, load->conf->directory, length) != 0 || path[length] != '/')
			continue;
		if (load_file(load, path) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool is_directory_unchanged(const struct load *load)
{
	return load->previous && !load->conf->directory_racy &&
	       conf_identity_equal(&load->previous->directory_identity,
				   &load->conf->directory_identity);
}

static int load_entries(struct load *load, struct dirent **entries, int n)
{
	if (n > CONF_FILES_MAX) {
		if (!is_directory_unchanged(load))
			directory_error(load, "more than %d files: only the first ones are read",
					CONF_FILES_MAX);
		n = CONF_FILES_MAX;
	}
	for (int i = 0; i < n; i++) {
		AUTO_FREE char *path = join(load->conf->directory, entries[i]->d_name);

		if (!path || load_file(load, path) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Users that can write to the directory can put a file there, or a link to one. */
static bool may_be_used(struct load *load)
{
	struct stat st;

	if (!load->options.secure || stat(load->conf->directory, &st) < 0 || !conf_is_foreign(&st))
		return true;
	directory_error(
		load,
		"refused in a set-user-ID program: users other than root and the program's own can write to it");
	return false;
}

static int load_drop_ins(struct load *load)
{
	struct conf *conf = load->conf;
	struct dirent **entries = NULL;
	int n, r;

	/* Before the directory is listed: what is added from here on makes it stale. */
	conf->directory_identity = conf_identity_at(conf->directory);
	conf->directory_racy = conf->directory_identity.exists &&
			       timestamp_is_racy(&conf->directory_identity.ctime);
	if (!may_be_used(load))
		return 0;
	n = scandir(conf->directory, &entries, is_drop_in, compare);
	if (n < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (n < 0)
		return errno == ENOENT ? 0 : keep_drop_ins(load, errno);

	r = load_entries(load, entries, n);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return r;
}

static int load_system(struct load *load, const char *directory)
{
	AUTO_FREE char *path = join(directory, main_file);

	load->conf->directory = join(directory, drop_in_directory);
	if (!path || !load->conf->directory || load_file(load, path) < 0)
		return -ENOMEM;
	return load_drop_ins(load);
}

static int load_one(struct load *load, const char *file)
{
	AUTO_FREE char *path = make_absolute(file);

	return path ? load_file(load, path) : -ENOMEM;
}

/* All defaults first. */
static int collect_rules(struct conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->n_files; i++) {
		const struct conf_content *content = conf->files[i].content;

		if (content)
			n += content->n_rules + (content->defaults != NULL);
	}
	conf->rule = calloc(n + 1, sizeof(*conf->rule));
	if (!conf->rule)
		return -ENOMEM;
	conf->rules.rule = conf->rule;
	for (size_t i = 0; i < conf->n_files; i++) {
		const struct conf_content *content = conf->files[i].content;

		if (content && content->defaults)
			conf->rule[conf->rules.n++] = *content->defaults;
	}
	for (size_t i = 0; i < conf->n_files; i++) {
		const struct conf_content *content = conf->files[i].content;

		if (!content || content->n_rules == 0)
			continue;
		memcpy(conf->rule + conf->rules.n, content->rules,
		       content->n_rules * sizeof(*conf->rule));
		conf->rules.n += content->n_rules;
	}
	return 0;
}

static int copy_files(struct conf *conf, const struct conf *previous)
{
	conf->root = previous->root;
	conf->directory_identity = previous->directory_identity;
	conf->directory = previous->directory ? strdup(previous->directory) : NULL;
	if (previous->directory && !conf->directory)
		return -ENOMEM;
	for (size_t i = 0; i < previous->n_files; i++) {
		struct conf_file *file = add_file(conf);

		if (!file || conf_file_copy(file, &previous->files[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int conf_load_files(struct conf *conf, const struct conf_options *options,
		    const struct conf *previous, bool root_changed, unsigned flags,
		    conf_diag_fn *diag, void *userdata)
{
	struct load load = {
		.conf = conf,
		.previous = previous,
		.options = { .secure = options->secure, .drop_missing = flags & CONF_DROP_MISSING },
		.diag = diag,
		.userdata = userdata,
	};
	int r;

	conf->root = conf_identity_at("/");
	if (root_changed)
		r = copy_files(conf, previous);
	else if (options->file)
		r = load_one(&load, options->file);
	else
		r = load_system(&load, directory_of(options));
	return r < 0 ? r : collect_rules(conf);
}
