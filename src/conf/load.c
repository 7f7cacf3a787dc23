/* SPDX-License-Identifier: MIT */
#include "conf/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "conf/file.h"
#include "conf/read.h"

static const char suffix[] = ".conf";

/* The directories that have a mplog.conf.d: a file of a later one masks those of the same name in the
 * ones before it. The last one is the administrator's, and has a mplog.conf. */
static const char *const layers[CONF_LAYERS] = { VENDORDIR, "/run", SYSCONFDIR };

struct drop_in {
	char *name;
	size_t layer;
};

struct load {
	struct conf *conf;
	const struct conf *previous;
	struct conf_file_options options;
	conf_diag_fn *diag;
	void *userdata;
	struct drop_in *drop_ins;
	size_t n_drop_ins;
};

static struct conf_diags diags_of(const struct load *load, const char *file)
{
	return (struct conf_diags){ .diag = load->diag, .userdata = load->userdata, .file = file };
}

static char *join(const char *root, const char *directory, const char *name)
{
	char *path;

	return asprintf(&path, "%s%s/%s", root ? root : "", directory, name) < 0 ? NULL : path;
}

/* A relative path would lead elsewhere after chdir(2). */
static char *make_absolute(const char *path)
{
	AUTO_FREE char *directory = NULL;

	if (path[0] == '/')
		return strdup(path);
	directory = getcwd(NULL, 0);
	return directory ? join(NULL, directory, path) : strdup(path);
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

static int add_drop_in(struct load *load, const char *name, size_t layer)
{
	struct drop_in *drop_ins =
		reallocarray(load->drop_ins, load->n_drop_ins + 1, sizeof(*drop_ins));

	if (!drop_ins)
		return -ENOMEM;
	load->drop_ins = drop_ins;
	drop_ins[load->n_drop_ins] = (struct drop_in){ strdup(name), layer };
	return drop_ins[load->n_drop_ins++].name ? 0 : -ENOMEM;
}

/* The directory cannot be listed: what was found in it the last time stays. */
static int keep_drop_ins(struct load *load, size_t layer, int error)
{
	struct conf_directory *directory = &load->conf->directories[layer];
	const size_t length = strlen(directory->path);

	if (!load->previous)
		conf_error(&directory->diags, 0, "cannot be read: %s", strerror(error));
	for (size_t i = 0; load->previous && i < load->previous->n_files; i++) {
		const char *path = load->previous->files[i].path;

		if (strncmp(path, directory->path, length) == 0 && path[length] == '/' &&
		    add_drop_in(load, path + length + 1, layer) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Users that can write to the directory can put a file there, or a link to one. */
static bool may_be_used(const struct load *load, struct conf_directory *directory)
{
	struct stat st;

	if (!load->options.secure || stat(directory->path, &st) < 0 || !conf_is_foreign(&st))
		return true;
	conf_error(
		&directory->diags, 0,
		"refused in a set-user-ID program: users other than root and the program's own can write to it");
	return false;
}

static int list_layer(struct load *load, size_t layer)
{
	struct conf_directory *directory = &load->conf->directories[layer];
	struct dirent **entries;
	int n, r = 0;

	directory->diags = diags_of(load, directory->path);
	/* Before the directory is listed: what is added from here on makes it stale. */
	directory->identity = conf_identity_at(directory->path);
	directory->racy =
		directory->identity.exists && timestamp_is_racy(&directory->identity.ctime);
	if (!may_be_used(load, directory))
		return 0;
	n = scandir(directory->path, &entries, is_drop_in, compare);
	if (n < 0 && errno == ENOMEM)
		return -ENOMEM;
	if (n < 0)
		return errno == ENOENT ? 0 : keep_drop_ins(load, layer, errno);
	if (n > CONF_FILES_MAX)
		conf_error(&directory->diags, 0, "more than %d files: only the first ones are read",
			   CONF_FILES_MAX);
	for (int i = 0; i < n; i++) {
		if (r == 0 && i < CONF_FILES_MAX)
			r = add_drop_in(load, entries[i]->d_name, layer);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* By name, and the one that masks the others of that name first. */
static int compare_drop_ins(const void *a, const void *b)
{
	const struct drop_in *x = a, *y = b;
	const int by_name = strcmp(x->name, y->name);

	return by_name != 0 ? by_name : x->layer < y->layer ? 1 : -1;
}

/* Loads those of the administrator, or those of the layers below. */
static int load_drop_ins(struct load *load, bool is_administrators)
{
	const struct drop_in *drop_in = load->drop_ins;

	for (size_t i = 0; i < load->n_drop_ins; i++, drop_in++) {
		AUTO_FREE char *path = NULL;

		if (i > 0 && strcmp(drop_in->name, drop_in[-1].name) == 0)
			continue;
		if ((drop_in->layer + 1 == load->conf->n_directories) != is_administrators)
			continue;
		path = join(NULL, load->conf->directories[drop_in->layer].path, drop_in->name);
		if (!path || load_file(load, path) < 0)
			return -ENOMEM;
	}
	return 0;
}

static char *layer_path(const struct conf_options *options, size_t layer, const char *name)
{
	return join(options->root, options->directory ? options->directory : layers[layer], name);
}

static int list_layers(struct load *load, const struct conf_options *options)
{
	struct conf *conf = load->conf;

	for (size_t i = options->directory ? CONF_LAYERS - 1 : 0; i < CONF_LAYERS; i++) {
		const size_t n = conf->n_directories++;

		conf->directories[n].path = layer_path(options, i, "mplog.conf.d");
		if (!conf->directories[n].path || list_layer(load, n) < 0)
			return -ENOMEM;
	}
	if (load->n_drop_ins > 0)
		qsort(load->drop_ins, load->n_drop_ins, sizeof(*load->drop_ins), compare_drop_ins);
	return 0;
}

static int load_layers(struct load *load, const struct conf_options *options)
{
	AUTO_FREE char *path = layer_path(options, CONF_LAYERS - 1, "mplog.conf");

	if (!path || list_layers(load, options) < 0 || load_drop_ins(load, false) < 0 ||
	    load_file(load, path) < 0)
		return -ENOMEM;
	return load_drop_ins(load, true);
}

static void clear_drop_ins(struct load *load)
{
	for (size_t i = 0; i < load->n_drop_ins; i++)
		free(load->drop_ins[i].name);
	free(load->drop_ins);
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

/* A new file in "/" changes the times of that directory, but neither its device nor its inode. */
bool conf_root_changed(const struct conf *conf)
{
	const struct conf_identity root = conf_identity_at("/");

	return !root.exists || root.device != conf->root.device || root.inode != conf->root.inode;
}

int conf_load_files(struct conf *conf, const struct conf_options *options,
		    const struct conf *previous, unsigned flags, conf_diag_fn *diag, void *userdata)
{
	CLEANUP(clear_drop_ins)
	struct load load = {
		.conf = conf,
		.previous = previous,
		.options = { .secure = options->secure,
			     .drop_missing = flags & CONF_DROP_MISSING,
			     .may_defer = previous != NULL,
			     .is_urgent = flags & CONF_DROP_MISSING,
			     .is_required = options->file != NULL },
		.diag = diag,
		.userdata = userdata,
	};
	int r;

	conf->root = previous ? previous->root : conf_identity_at("/");
	if (options->file)
		r = load_one(&load, options->file);
	else
		r = load_layers(&load, options);
	return r < 0 ? r : collect_rules(conf);
}
