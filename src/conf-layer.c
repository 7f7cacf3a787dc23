/* SPDX-License-Identifier: MIT */
#include "conf-layer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "hash.h"

/* Time stamps of files move with the kernel's tick, 10 ms at most. Editors truncate a file and
 * write it anew; in between, and for as long as the writing takes, it is not what was meant. */
enum {
	TICK_NS = 20 * 1000 * 1000,
	WRITING_NS = 50 * 1000 * 1000,
	SECOND_NS = 1000 * 1000 * 1000,
};

static bool is_recent(const struct timespec *time, long long ns)
{
	struct timespec now;
	long long age;

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (llabs((long long)now.tv_sec - time->tv_sec) > 1)
		return false;
	age = (now.tv_sec - time->tv_sec) * (long long)SECOND_NS + (now.tv_nsec - time->tv_nsec);
	return llabs(age) < ns;
}

bool conf_changed_just_now(const struct timespec *changed)
{
	return is_recent(changed, TICK_NS);
}

void conf_layer_clear(struct conf_layer *layer)
{
	free(layer->path);
	free(layer->error);
	conf_content_unref(layer->content);
	*layer = (struct conf_layer){ .path = NULL };
}

int conf_layer_copy(struct conf_layer *ret, const struct conf_layer *layer)
{
	struct conf_layer copy = *layer;

	copy.path = strdup(layer->path);
	copy.error = layer->error ? strdup(layer->error) : NULL;
	copy.content = conf_content_ref(layer->content);
	if (!copy.path || (layer->error && !copy.error)) {
		conf_layer_clear(&copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

static int parse(const struct conf_text *text, const char *path, struct conf_report *report,
		 struct conf_content **ret)
{
	AUTO_FREE char *normalised_text = NULL;
	struct conf_normalised normalised;
	int r;

	/* An empty layer has no text at all; to memchr(3) even no bytes are somewhere. */
	r = conf_normalise(text->data ? text->data : "", text->size, report, &normalised);
	if (r < 0)
		return r;
	normalised_text = normalised.text;
	r = conf_parse(&normalised, path, report, ret);
	if (r == 0)
		(*ret)->mtime = text->identity.mtime;
	return r;
}

/* The version in force before stays so. */
static void keep(struct conf_layer *layer, const struct conf_layer *previous)
{
	if (!previous)
		return;
	layer->content = conf_content_ref(previous->content);
	layer->kept = layer->content != NULL;
}

static bool is_same_text(const struct conf_layer *layer, const struct conf_layer *previous)
{
	return previous && previous->identity.exists && previous->hash == layer->hash &&
	       previous->identity.size == layer->identity.size &&
	       (previous->result == 0 || previous->result == -EBADMSG);
}

/* Touched, or saved without a change: what was found the last time holds, and was told. */
static int take_over(struct conf_layer *layer, const struct conf_layer *previous)
{
	layer->result = previous->result;
	layer->kept = previous->kept;
	layer->content = conf_content_ref(previous->content);
	layer->error = previous->error ? strdup(previous->error) : NULL;
	return previous->error && !layer->error ? -ENOMEM : 0;
}

static int load_text(struct conf_layer *layer, const struct conf_text *text,
		     const struct conf_layer *previous, struct conf_report *report)
{
	int r;

	layer->identity = text->identity;
	layer->hash = fnv1a_64(FNV1A_64_BASIS, text->data, text->size);
	layer->unsettled = conf_changed_just_now(&text->identity.ctime);
	if (is_same_text(layer, previous))
		return take_over(layer, previous);

	r = parse(text, layer->path, report, &layer->content);
	if (r == -ENOMEM)
		return r;
	layer->result = r;
	if (r < 0)
		keep(layer, previous);
	return 0;
}

static int load_file(struct conf_layer *layer, const struct stat *st,
		     const struct conf_layer *previous, const struct conf_layer_options *options,
		     struct conf_report *report)
{
	AUTO_FREE char *data = NULL;
	struct conf_text text;
	int r;

	r = conf_read(layer->path, st, options->secure, report, &text);
	if (r == -ENOMEM)
		return r;
	if (r == 0) {
		data = text.data;
		return load_text(layer, &text, previous, report);
	}
	layer->identity = conf_identity_of(st);
	layer->result = r;
	keep(layer, previous);
	return 0;
}

static int load_absent(struct conf_layer *layer, const struct conf_layer *previous,
		       const struct conf_layer_options *options, struct conf_report *report)
{
	if (previous && previous->content && !options->forget) {
		keep(layer, previous);
		layer->result = -ENOENT;
		layer->error = strdup(
			"is gone: its last version stays until it is there again, or \"mplog reload\"");
		if (!layer->error)
			return -ENOMEM;
		if (previous->identity.exists)
			conf_warning(report, 0, "%s", layer->error);
	}
	return 0;
}

/* The directory may not be searched, a link leads in a circle ... */
static int load_unreachable(struct conf_layer *layer, int error, const struct conf_layer *previous,
			    struct conf_report *report)
{
	if (!previous)
		conf_error(report, 0, "cannot be read: %s", strerror(error));
	layer->result = -error;
	keep(layer, previous);
	return 0;
}

static bool is_unchanged(const struct stat *st, const struct conf_layer *previous,
			 const struct conf_layer_options *options)
{
	const struct conf_identity identity = conf_identity_of(st);

	if (!previous || previous->unsettled)
		return false;
	/* It was out of reach, or a file that was missed may be forgotten now. */
	if (options->forget && previous->result < 0)
		return false;
	return conf_identity_equal(&identity, &previous->identity);
}

static int load(struct conf_layer *layer, const struct conf_layer *previous,
		const struct conf_layer_options *options, struct conf_report *report)
{
	struct stat st;

	if (stat(layer->path, &st) == 0)
		return load_file(layer, &st, previous, options, report);
	if (errno == ENOENT || errno == ENOTDIR)
		return load_absent(layer, previous, options, report);
	return load_unreachable(layer, errno, previous, report);
}

int conf_layer_load(struct conf_layer *ret, const char *path, const struct conf_layer *previous,
		    const struct conf_layer_options *options, struct conf_report *report)
{
	struct conf_layer layer = { .path = NULL };
	struct stat st;
	int r;

	if (previous && stat(path, &st) == 0) {
		if (is_unchanged(&st, previous, options))
			return conf_layer_copy(ret, previous);
		if (!options->forget && is_recent(&st.st_mtim, WRITING_NS)) {
			r = conf_layer_copy(ret, previous);
			ret->unsettled = true;
			return r;
		}
	}

	layer.path = strdup(path);
	r = layer.path ? load(&layer, previous, options, report) : -ENOMEM;
	if (r == 0 && report->first_error && !layer.error)
		layer.error = TAKE_PTR(report->first_error);
	if (r < 0)
		conf_layer_clear(&layer);
	else
		*ret = layer;
	return r;
}

bool conf_layer_is_stale(const struct conf_layer *layer)
{
	struct conf_identity now = { .exists = false };
	struct stat st;

	if (stat(layer->path, &st) == 0)
		now = conf_identity_of(&st);
	else if (errno != ENOENT && errno != ENOTDIR)
		return false;
	return layer->unsettled || !conf_identity_equal(&now, &layer->identity);
}
