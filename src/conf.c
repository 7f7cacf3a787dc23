/* SPDX-License-Identifier: MIT */
#include "conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf-tree.h"

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->n_layers; i++)
		conf_layer_clear(&conf->layers[i]);
	free(conf->layers);
	free(conf->directory);
	free(conf->rule);
	free(conf);
}

int conf_check_file(const char *path, conf_complain_fn *complain, void *userdata)
{
	const struct conf_layer_options options = { .forget = true };
	struct conf_report report = { .complain = complain, .userdata = userdata, .file = path };
	struct conf_layer layer = { .path = NULL };
	struct stat st;
	int r;

	if (stat(path, &st) < 0) {
		r = -errno;
		conf_error(&report, 0, "cannot be read: %s", strerror(-r));
	} else {
		r = conf_layer_load(&layer, path, NULL, &options, &report);
		r = r < 0 ? r : layer.result;
		if (r == -ENOMEM)
			conf_no_memory(&report);
	}
	conf_layer_clear(&layer);
	free(report.first_error);
	return r;
}

/* A new file moves the directory's times: its inode stays, so that "/" itself is told by less. */
bool conf_is_frozen(const struct conf *conf)
{
	const struct conf_identity root = conf_identity_at("/");

	return !root.exists || root.device != conf->root.device || root.inode != conf->root.inode;
}

bool conf_is_stale(const struct conf *conf)
{
	struct stat st;

	if (conf_is_frozen(conf))
		return false;
	for (size_t i = 0; i < conf->n_layers; i++) {
		if (conf_layer_is_stale(&conf->layers[i]))
			return true;
	}
	if (!conf->directory)
		return false;
	if (stat(conf->directory, &st) < 0)
		return errno == ENOENT && conf->directory_identity.exists;
	const struct conf_identity now = conf_identity_of(&st);
	return conf->directory_unsettled || !conf_identity_equal(&now, &conf->directory_identity);
}

bool conf_is_unsettled(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_layers; i++) {
		if (conf->layers[i].unsettled)
			return true;
	}
	return conf->directory_unsettled;
}

bool conf_is_same(const struct conf *a, const struct conf *b)
{
	if (a->n_layers != b->n_layers)
		return false;
	for (size_t i = 0; i < a->n_layers; i++) {
		if (a->layers[i].content != b->layers[i].content ||
		    strcmp(a->layers[i].path, b->layers[i].path) != 0)
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
	return conf->n_layers;
}

struct conf_file conf_file(const struct conf *conf, size_t i)
{
	const struct conf_layer *layer = &conf->layers[i];
	struct conf_file file = { .path = layer->path, .error = layer->error };

	if (layer->content)
		file.mtime = layer->content->mtime;
	if (layer->kept)
		file.state = CONF_FILE_LAST_GOOD;
	else if (layer->content)
		file.state = CONF_FILE_LOADED;
	else
		file.state = layer->identity.exists || layer->result < 0 ? CONF_FILE_LEFT_OUT
									 : CONF_FILE_ABSENT;
	return file;
}
