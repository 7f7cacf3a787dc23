/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "conf-tree.h"

static const char main_file[] = "mplog.conf";
static const char drop_in_directory[] = "mplog.conf.d";
static const char suffix[] = ".conf";

struct load {
	struct conf *conf;
	const struct conf *previous;
	struct conf_layer_options options;
	conf_complain_fn *complain;
	void *userdata;
};

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

static const struct conf_layer *find_layer(const struct conf *conf, const char *path)
{
	for (size_t i = 0; conf && i < conf->n_layers; i++) {
		if (strcmp(conf->layers[i].path, path) == 0)
			return &conf->layers[i];
	}
	return NULL;
}

static struct conf_layer *add_layer(struct conf *conf)
{
	struct conf_layer *layers =
		reallocarray(conf->layers, conf->n_layers + 1, sizeof(*conf->layers));

	if (!layers)
		return NULL;
	conf->layers = layers;
	layers[conf->n_layers] = (struct conf_layer){ .path = NULL };
	return &layers[conf->n_layers++];
}

static int load_layer(struct load *load, const char *path)
{
	struct conf_layer *layer = add_layer(load->conf);
	struct conf_report report = { .complain = load->complain,
				      .userdata = load->userdata,
				      .file = path };
	int r;

	if (!layer)
		return -ENOMEM;
	r = conf_layer_load(layer, path, find_layer(load->previous, path), &load->options, &report);
	free(report.first_error);
	return r;
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

/* The directory cannot be listed: what was found in it the last time stays. */
static int keep_drop_ins(struct load *load, int error)
{
	struct conf_report report = { .complain = load->complain,
				      .userdata = load->userdata,
				      .file = load->conf->directory };
	const size_t length = strlen(load->conf->directory);

	if (!load->previous)
		conf_error(&report, 0, "cannot be read: %s", strerror(error));
	free(report.first_error);
	for (size_t i = 0; load->previous && i < load->previous->n_layers; i++) {
		const char *path = load->previous->layers[i].path;

		if (strncmp(path, load->conf->directory, length) != 0 || path[length] != '/')
			continue;
		if (load_layer(load, path) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int load_entries(struct load *load, struct dirent **entries, int n)
{
	const char *directory = load->conf->directory;
	struct conf_report report = { .complain = load->complain,
				      .userdata = load->userdata,
				      .file = directory };

	if (n > CONF_FILES_MAX) {
		if (!load->previous || load->conf->directory_unsettled ||
		    !conf_identity_equal(&load->previous->directory_identity,
					 &load->conf->directory_identity))
			conf_error(&report, 0, "more than %d files: only the first ones are read",
				   CONF_FILES_MAX);
		free(report.first_error);
		n = CONF_FILES_MAX;
	}
	for (int i = 0; i < n; i++) {
		AUTO_FREE char *path = join(directory, entries[i]->d_name);

		if (!path || load_layer(load, path) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Whoever can write to the directory can put a file there, or a link to one. */
static bool may_be_used(struct load *load)
{
	struct conf_report report = { .complain = load->complain,
				      .userdata = load->userdata,
				      .file = load->conf->directory };
	struct stat st;

	if (!load->options.secure || stat(load->conf->directory, &st) < 0 || !conf_is_foreign(&st))
		return true;
	conf_error(
		&report, 0,
		"refused in a set-user-ID program: users other than root and the program's own can write to it");
	free(report.first_error);
	return false;
}

static int load_drop_ins(struct load *load)
{
	struct conf *conf = load->conf;
	struct dirent **entries = NULL;
	int n, r;

	/* Before it is listed: what is added meanwhile makes it stale. */
	conf->directory_identity = conf_identity_at(conf->directory);
	conf->directory_unsettled = conf->directory_identity.exists &&
				    conf_changed_just_now(&conf->directory_identity.ctime);
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
	if (!path || !load->conf->directory || load_layer(load, path) < 0)
		return -ENOMEM;
	return load_drop_ins(load);
}

static int load_one(struct load *load, const char *file)
{
	AUTO_FREE char *path = make_absolute(file);

	return path ? load_layer(load, path) : -ENOMEM;
}

/* All defaults first. */
static int collect_rules(struct conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->n_layers; i++) {
		const struct conf_content *content = conf->layers[i].content;

		if (content)
			n += content->n_rules + (content->defaults != NULL);
	}
	conf->rule = calloc(n + 1, sizeof(*conf->rule));
	if (!conf->rule)
		return -ENOMEM;
	conf->rules.rule = conf->rule;
	for (size_t i = 0; i < conf->n_layers; i++) {
		const struct conf_content *content = conf->layers[i].content;

		if (content && content->defaults)
			conf->rule[conf->rules.n++] = *content->defaults;
	}
	for (size_t i = 0; i < conf->n_layers; i++) {
		const struct conf_content *content = conf->layers[i].content;

		if (!content || content->n_rules == 0)
			continue;
		memcpy(conf->rule + conf->rules.n, content->rules,
		       content->n_rules * sizeof(*conf->rule));
		conf->rules.n += content->n_rules;
	}
	return 0;
}

static int result_of(const struct conf *conf)
{
	int result = 0;

	for (size_t i = 0; i < conf->n_layers; i++) {
		const int r = conf->layers[i].result;

		if (r == -EBADMSG)
			return r;
		if (r < 0 && r != -ENOENT && result == 0)
			result = r;
	}
	return result;
}

static int copy_layers(struct conf *conf, const struct conf *previous)
{
	conf->root = previous->root;
	conf->directory_identity = previous->directory_identity;
	conf->directory = previous->directory ? strdup(previous->directory) : NULL;
	if (previous->directory && !conf->directory)
		return -ENOMEM;
	for (size_t i = 0; i < previous->n_layers; i++) {
		struct conf_layer *layer = add_layer(conf);

		if (!layer || conf_layer_copy(layer, &previous->layers[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int load_all(struct load *load, const struct conf_options *options)
{
	struct conf *conf = load->conf;
	int r;

	conf->root = conf_identity_at("/");
	if (load->previous && conf_is_frozen(load->previous))
		r = copy_layers(conf, load->previous);
	else if (options->file)
		r = load_one(load, options->file);
	else
		r = load_system(load, directory_of(options));
	return r < 0 ? r : collect_rules(conf);
}

/* Which of the files it was does not matter: there is none for any of them. */
static int fail(const struct load *load, const struct conf_options *options)
{
	struct conf_report report = { .complain = load->complain, .userdata = load->userdata };
	AUTO_FREE char *path = NULL;

	report.file = options->file;
	if (!report.file)
		report.file = path = join(directory_of(options), main_file);
	if (!report.file)
		report.file = main_file;
	conf_no_memory(&report);
	free(report.first_error);
	conf_free(load->conf);
	return -ENOMEM;
}

int conf_load(const struct conf_options *options, const struct conf *previous, unsigned flags,
	      conf_complain_fn *complain, void *userdata, struct conf **ret)
{
	struct conf *conf = calloc(1, sizeof(*conf));
	struct load load = {
		.conf = conf,
		.previous = previous,
		.options = { .secure = options->secure, .forget = flags & CONF_FORGET },
		.complain = complain,
		.userdata = userdata,
	};

	*ret = NULL;
	if (!conf || load_all(&load, options) < 0)
		return fail(&load, options);
	*ret = conf;
	return result_of(conf);
}
