/* SPDX-License-Identifier: MIT */
#include "scope/scope-config.h"

#include <stdint.h>
#include <string.h>

#include "base/pages.h"
#include "base/strbuf.h"
#include "record/encoding.h"
#include "scope/pattern.h"

enum { CONFIG_PAGE = 4096 }; /* enough for nearly all */

/* ---- Making one ----------------------------------------------------------------------------- */

/* Memory that is filled from front to back; what does not fit is counted. */
struct filler {
	char *data;
	size_t capacity;
	size_t size;
};

static size_t room(const struct filler *filler)
{
	return filler->size < filler->capacity ? filler->capacity - filler->size : 0;
}

static char *end(const struct filler *filler)
{
	return room(filler) ? filler->data + filler->size : NULL;
}

static const char *fill_string(struct filler *filler, const char *string)
{
	const size_t size = strlen(string) + 1;
	char *at = end(filler);

	if (room(filler) >= size)
		memcpy(at, string, size);
	filler->size += size;
	return at;
}

static struct bytes fill_prefix(struct filler *filler, const char *pattern,
				const struct scope_params *params)
{
	const struct pattern_vars vars = {
		.process = params->process,
		.identifier = params->identifier,
		.parent = params->parent,
		.pid = params->pid,
		.number = params->number,
	};
	struct bytes prefix = { end(filler), 0 };

	prefix.size = pattern_expand(end(filler), room(filler), pattern ? pattern : "", &vars);
	filler->size += prefix.size;
	return prefix;
}

static void fill_field(struct filler *filler, const char *name, const char *value)
{
	const struct bytes n = { name, strlen(name) }, v = { value, strlen(value) };

	filler->size += encoding_put(end(filler), room(filler), n, v);
}

static struct bytes fill_head(struct filler *filler, const struct scope_params *params,
			      int facility)
{
	const size_t start = filler->size;
	const char *at = end(filler);

	fill_field(filler, "SYSLOG_IDENTIFIER", params->identifier);
	fill_field(filler, "PROCESS", params->process);
	if (params->parent[0])
		fill_field(filler, "PROCESS_PARENT", params->parent);
	if (params->run_id[0])
		fill_field(filler, "RUN_ID", params->run_id);
	if (facility >= 0) {
		char digits[8];
		struct strbuf text = { .data = digits, .capacity = sizeof(digits) - 1 };

		strbuf_put_number(&text, (uint64_t)facility);
		digits[text.size] = '\0';
		fill_field(filler, "SYSLOG_FACILITY", digits);
	}
	return (struct bytes){ at, filler->size - start };
}

static bool has_field(struct bytes fields, const char *name)
{
	struct encoded_field field;

	while (encoding_next(&fields, &field)) {
		if (encoding_is_named(&field, (struct bytes){ name, strlen(name) }))
			return true;
	}
	return false;
}

/* The rules' fields, but for those that the program gave itself; then the program's. */
static struct bytes fill_fields(struct filler *filler, const struct settings *settings,
				struct bytes own, struct bytes *ret_own)
{
	const size_t start = filler->size;
	const char *at = end(filler);

	for (size_t i = 0; settings->fields && i < settings->fields->n; i++) {
		const struct field_assignment *field = settings->fields->field[i];

		if (!has_field(own, field->name))
			fill_field(filler, field->name, field->value);
	}
	*ret_own = (struct bytes){ end(filler), own.size };
	if (room(filler) >= own.size && own.size)
		memcpy(end(filler), own.data, own.size);
	filler->size += own.size;
	return (struct bytes){ at, filler->size - start };
}

static const char *fill_origin(struct filler *filler, const struct settings *settings)
{
	const struct rule *by = settings->by[SETTING_LEVEL];
	struct strbuf text = { .data = end(filler), .capacity = room(filler) };
	const char *at = text.data;

	if (by) {
		strbuf_put_string(&text, by->file);
		if (settings->line[SETTING_LEVEL]) {
			strbuf_put_string(&text, ":");
			strbuf_put_number(&text, settings->line[SETTING_LEVEL]);
		}
	}
	strbuf_put(&text, (struct bytes){ "", 1 });
	filler->size += text.size;
	return at;
}

static void set_level(struct scope_config *config, const struct scope_params *params,
		      const struct settings *settings, bool by_environment)
{
	config->level = settings->number[SETTING_LEVEL];
	config->level_by = LEVEL_BY_CONFIGURATION;
	if (by_environment)
		config->level_by = LEVEL_BY_ENVIRONMENT;
	if (!settings->by[SETTING_LEVEL]) {
		config->level_by = LEVEL_BY_DEFAULT;
		if (params->default_level != LEVEL_UNSET)
			config->level = params->default_level;
	}
	if (params->program_level != LEVEL_UNSET) {
		config->level_by = LEVEL_BY_PROGRAM;
		config->level = params->program_level;
	}
	config->program_level = params->program_level;
}

_Static_assert(SINK_CHOICE_AUTO - SINK_CHOICE_JOURNAL == SINK_NONE &&
		       SINK_CHOICE_SYSLOG - SINK_CHOICE_JOURNAL == SINK_SYSLOG &&
		       SINK_CHOICE_STDERR - SINK_CHOICE_JOURNAL == SINK_STDERR &&
		       SINK_JOURNAL == 0 && SETTING_AUTO == -1,
	       "settings and sinks count alike");

static void set_output(struct scope_config *config, struct filler *filler,
		       const struct scope_params *params, const struct settings *settings)
{
	static const enum setting prefix[SINK_COUNT] = {
		[SINK_JOURNAL] = SETTING_JOURNAL_PREFIX,
		[SINK_SYSLOG] = SETTING_SYSLOG_PREFIX,
		[SINK_STDERR] = SETTING_STDERR_PREFIX,
	};
	struct output *output = &config->output;

	output->identifier = fill_string(filler, params->identifier);
	output->process = config->process;
	for (int i = 0; i < SINK_COUNT; i++)
		output->prefix[i] =
			fill_prefix(filler, settings_prefix(settings, prefix[i]), params);
	output->pid = params->pid;
	output->forced = (enum sink_id)(settings->number[SETTING_SINK] - SINK_CHOICE_JOURNAL);
	output->single = params->single;
	output->echo = settings->number[SETTING_ECHO];
	output->timeout_ms = (unsigned)settings->number[SETTING_TIMEOUT_MS];
	output->facility = settings->number[SETTING_SYSLOG_FACILITY];
	output->syslog_rfc5424 = settings->number[SETTING_SYSLOG_FORMAT] == SYSLOG_CHOICE_RFC5424;
	output->stderr_json = settings->number[SETTING_STDERR_FORMAT] == STDERR_CHOICE_JSON;
	output->stderr_color = settings->number[SETTING_STDERR_COLOR];
}

/* Fills memory behind the configuration; returns the size that all of it takes. */
static size_t build(struct scope_config *config, size_t capacity, const struct scope_params *params,
		    const struct settings *settings, bool by_environment)
{
	struct filler filler = { (char *)config, capacity, sizeof(*config) };

	set_level(config, params, settings, by_environment);
	config->burst = (unsigned)settings->number[SETTING_RATE_LIMIT_BURST];
	config->interval_ms = (unsigned)settings->number[SETTING_RATE_LIMIT_INTERVAL_MS];
	config->sequence = settings->number[SETTING_SEQUENCE];
	config->number = params->number;
	config->process = fill_string(&filler, params->process);
	config->parent = fill_string(&filler, params->parent);
	config->origin = fill_origin(&filler, settings);
	config->child_name = settings->text[SETTING_CHILD_NAME]
				     ? fill_string(&filler, settings->text[SETTING_CHILD_NAME])
				     : NULL;
	set_output(config, &filler, params, settings);
	config->head = fill_head(&filler, params, settings->number[SETTING_SYSLOG_FACILITY]);
	config->fields = fill_fields(&filler, settings, params->fields, &config->own_fields);
	return filler.size;
}

/* Whether the environment decided the level. */
static bool resolve(struct settings *settings, struct settings_fields *fields,
		    const struct scope_params *params)
{
	const struct rule *before;

	settings_init(settings, fields);
	/* What the program prefers; the administrator may say no. */
	if (params->echo)
		settings->number[SETTING_ECHO] = 1;
	if (params->files)
		settings_apply(settings, params->files, params->identifier, params->process);
	before = settings->by[SETTING_LEVEL];
	if (params->environment)
		settings_apply(settings, params->environment, params->identifier, params->process);
	return settings->by[SETTING_LEVEL] != before;
}

static struct scope_config *make(const struct scope_params *params, struct settings *settings,
				 bool by_environment)
{
	size_t capacity = CONFIG_PAGE;
	struct scope_config *config = pages_get(capacity);
	size_t size = config ? build(config, capacity, params, settings, by_environment) : 0;

	if (size > capacity) {
		pages_put(config, capacity);
		capacity = size;
		config = pages_get(capacity);
		size = config ? build(config, capacity, params, settings, by_environment) : 0;
	}
	if (config)
		config->mapped = capacity;
	return config;
}

/* Few have fields, and what gathers them is too large for the stack of a signal handler. */
static struct scope_config *make_with_fields(const struct scope_params *params,
					     struct settings *settings)
{
	struct settings_fields *fields = pages_get(sizeof(*fields));
	struct scope_config *config = NULL;

	if (!fields)
		return NULL;
	config = make(params, settings, resolve(settings, fields, params));
	pages_put(fields, sizeof(*fields));
	return config;
}

struct scope_config *scope_config_new(const struct scope_params *params)
{
	struct settings settings;
	const bool by_environment = resolve(&settings, NULL, params);

	return settings.has_fields ? make_with_fields(params, &settings)
				   : make(params, &settings, by_environment);
}

void scope_config_free(struct scope_config *config)
{
	pages_put(config, config->mapped);
}

static void free_retired(struct retired *retired)
{
	scope_config_free((struct scope_config *)retired); /* its first member */
}

void scope_config_retire(struct scope_config *config)
{
	epoch_retire(&config->retired, free_retired);
}
