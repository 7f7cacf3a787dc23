/* SPDX-License-Identifier: MIT */
#include "scope/scope-config.h"

#include <stdint.h>
#include <string.h>

#include "record/encoding.h"
#include "base/pages.h"
#include "scope/pattern.h"
#include "base/strbuf.h"

enum { VOICE_PAGE = 4096 }; /* enough for nearly all */

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
				const struct voice_source *source)
{
	const struct pattern_vars vars = {
		.process = source->process,
		.identifier = source->identifier,
		.parent = source->parent,
		.pid = source->pid,
		.number = source->number,
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

static struct bytes fill_head(struct filler *filler, const struct voice_source *source,
			      int facility)
{
	const size_t start = filler->size;
	const char *at = end(filler);

	fill_field(filler, "SYSLOG_IDENTIFIER", source->identifier);
	fill_field(filler, "PROCESS", source->process);
	if (source->parent[0])
		fill_field(filler, "PROCESS_PARENT", source->parent);
	if (source->run_id[0])
		fill_field(filler, "RUN_ID", source->run_id);
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

static void set_level(struct voice *voice, const struct voice_source *source,
		      const struct settings *settings, bool by_environment)
{
	voice->level = settings->number[SETTING_LEVEL];
	voice->level_by = LEVEL_BY_CONFIGURATION;
	if (by_environment)
		voice->level_by = LEVEL_BY_ENVIRONMENT;
	if (!settings->by[SETTING_LEVEL]) {
		voice->level_by = LEVEL_BY_DEFAULT;
		if (source->default_level != LEVEL_UNSET)
			voice->level = source->default_level;
	}
	if (source->program_level != LEVEL_UNSET) {
		voice->level_by = LEVEL_BY_PROGRAM;
		voice->level = source->program_level;
	}
	voice->program_level = source->program_level;
}

_Static_assert(SINK_CHOICE_AUTO - SINK_CHOICE_JOURNAL == SINK_NONE &&
		       SINK_CHOICE_SYSLOG - SINK_CHOICE_JOURNAL == SINK_SYSLOG &&
		       SINK_CHOICE_STDERR - SINK_CHOICE_JOURNAL == SINK_STDERR &&
		       SINK_JOURNAL == 0 && SETTING_AUTO == -1,
	       "settings and sinks count alike");

static void set_output(struct voice *voice, struct filler *filler,
		       const struct voice_source *source, const struct settings *settings)
{
	static const enum setting prefix[SINK_COUNT] = {
		[SINK_JOURNAL] = SETTING_JOURNAL_PREFIX,
		[SINK_SYSLOG] = SETTING_SYSLOG_PREFIX,
		[SINK_STDERR] = SETTING_STDERR_PREFIX,
	};
	struct output *output = &voice->output;

	output->identifier = fill_string(filler, source->identifier);
	output->process = voice->process;
	for (int i = 0; i < SINK_COUNT; i++)
		output->prefix[i] =
			fill_prefix(filler, settings_prefix(settings, prefix[i]), source);
	output->pid = source->pid;
	output->forced = (enum sink_id)(settings->number[SETTING_SINK] - SINK_CHOICE_JOURNAL);
	output->single = source->single;
	output->echo = settings->number[SETTING_ECHO];
	output->timeout_ms = (unsigned)settings->number[SETTING_TIMEOUT_MS];
	output->facility = settings->number[SETTING_SYSLOG_FACILITY];
	output->syslog_rfc5424 = settings->number[SETTING_SYSLOG_FORMAT] == SYSLOG_CHOICE_RFC5424;
	output->stderr_json = settings->number[SETTING_STDERR_FORMAT] == STDERR_CHOICE_JSON;
	output->stderr_color = settings->number[SETTING_STDERR_COLOR];
}

/* Fills memory behind the voice; returns the size that all of it takes. */
static size_t build(struct voice *voice, size_t capacity, const struct voice_source *source,
		    const struct settings *settings, bool by_environment)
{
	struct filler filler = { (char *)voice, capacity, sizeof(*voice) };

	set_level(voice, source, settings, by_environment);
	voice->burst = (unsigned)settings->number[SETTING_RATE_LIMIT_BURST];
	voice->interval_ms = (unsigned)settings->number[SETTING_RATE_LIMIT_INTERVAL_MS];
	voice->sequence = settings->number[SETTING_SEQUENCE];
	voice->number = source->number;
	voice->process = fill_string(&filler, source->process);
	voice->parent = fill_string(&filler, source->parent);
	voice->origin = fill_origin(&filler, settings);
	voice->child_name = settings->text[SETTING_CHILD_NAME]
				    ? fill_string(&filler, settings->text[SETTING_CHILD_NAME])
				    : NULL;
	set_output(voice, &filler, source, settings);
	voice->head = fill_head(&filler, source, settings->number[SETTING_SYSLOG_FACILITY]);
	voice->fields = fill_fields(&filler, settings, source->fields, &voice->own_fields);
	return filler.size;
}

/* Whether the environment decided the level. */
static bool resolve(struct settings *settings, struct settings_fields *fields,
		    const struct voice_source *source)
{
	const struct rule *before;

	settings_init(settings, fields);
	/* What the program prefers; the administrator may say no. */
	if (source->echo)
		settings->number[SETTING_ECHO] = 1;
	if (source->files)
		settings_apply(settings, source->files, source->identifier, source->process);
	before = settings->by[SETTING_LEVEL];
	if (source->environment)
		settings_apply(settings, source->environment, source->identifier, source->process);
	return settings->by[SETTING_LEVEL] != before;
}

static struct voice *make(const struct voice_source *source, struct settings *settings,
			  bool by_environment)
{
	size_t capacity = VOICE_PAGE;
	struct voice *voice = pages_get(capacity);
	size_t size = voice ? build(voice, capacity, source, settings, by_environment) : 0;

	if (size > capacity) {
		pages_put(voice, capacity);
		capacity = size;
		voice = pages_get(capacity);
		size = voice ? build(voice, capacity, source, settings, by_environment) : 0;
	}
	if (voice)
		voice->mapped = capacity;
	return voice;
}

/* Few have fields, and what gathers them is too large for the stack of a signal handler. */
static struct voice *make_with_fields(const struct voice_source *source, struct settings *settings)
{
	struct settings_fields *fields = pages_get(sizeof(*fields));
	struct voice *voice = NULL;

	if (!fields)
		return NULL;
	voice = make(source, settings, resolve(settings, fields, source));
	pages_put(fields, sizeof(*fields));
	return voice;
}

struct voice *voice_make(const struct voice_source *source)
{
	struct settings settings;
	const bool by_environment = resolve(&settings, NULL, source);

	return settings.has_fields ? make_with_fields(source, &settings)
				   : make(source, &settings, by_environment);
}

void voice_free(struct voice *voice)
{
	pages_put(voice, voice->mapped);
}

static void free_retired(struct retired *retired)
{
	voice_free((struct voice *)retired); /* its first member */
}

void voice_retire(struct voice *voice)
{
	epoch_retire(&voice->retired, free_retired);
}
