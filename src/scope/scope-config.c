/* SPDX-License-Identifier: MIT */
#include "scope/scope-config.h"

#include <stdint.h>
#include <string.h>

#include "base/pages.h"
#include "base/strbuf.h"
#include "mplog.h"
#include "record/encoding.h"
#include "record/field-name.h"
#include "scope/pattern.h"
#include "sink/stderr-format.h"

enum { CONFIG_PAGE = 4096 }; /* enough for nearly every configuration */

/* The next free byte; NULL where there is none. What does not fit is counted all the same. */
static char *free_byte(const struct strbuf *out)
{
	return out->size < out->capacity ? out->data + out->size : NULL;
}

static const char *store_string(struct strbuf *out, const char *string)
{
	const char *at = free_byte(out);

	strbuf_put(out, (struct bytes){ string, strlen(string) + 1 });
	return at;
}

static struct bytes store_prefix(struct strbuf *out, const char *pattern,
				 const struct scope_params *params)
{
	const struct pattern_vars vars = {
		.process = params->process,
		.identifier = params->identifier,
		.parent = params->parent,
		.pid = params->pid,
		.number = params->number,
	};
	const size_t start = out->size;
	const char *at = free_byte(out);

	pattern_expand(out, pattern ? pattern : "", &vars);
	return (struct bytes){ at, out->size - start };
}

static void store_field(struct strbuf *out, const char *name, const char *value)
{
	strbuf_put_field(out, (struct bytes){ name, strlen(name) },
			 (struct bytes){ value, strlen(value) });
}

static struct bytes store_head(struct strbuf *out, const struct scope_params *params)
{
	const size_t start = out->size;
	const char *at = free_byte(out);

	store_field(out, "SYSLOG_IDENTIFIER", params->identifier);
	store_field(out, "PROCESS", params->process);
	if (params->parent[0])
		store_field(out, "PROCESS_PARENT", params->parent);
	if (params->run_id[0])
		store_field(out, "RUN_ID", params->run_id);
	return (struct bytes){ at, out->size - start };
}

/* The rules' fields, but for those that the program gave itself, as many as a record may have beside these.
 * MPLOG_BAD_FIELD names the first that is left out. */
static void store_rule_fields(struct strbuf *out, const struct settings_fields *fields,
			      struct bytes own)
{
	const char *left_out = fields->left_out ? fields->left_out->name : NULL;
	size_t n = encoding_count(own);

	for (size_t i = 0; i < fields->n; i++) {
		const struct field_assignment *field = fields->field[i];

		if (encoding_has_field(own, field->name))
			continue;
		if (n++ < SETTINGS_FIELDS_MAX)
			store_field(out, field->name, field->value);
		else if (!left_out)
			left_out = field->name;
	}
	if (left_out)
		store_field(out, FIELD_NAME_BAD_FIELD, left_out);
}

/* The rules' fields, then the program's. */
static struct bytes store_fields(struct strbuf *out, const struct settings *settings,
				 struct bytes own, struct bytes *ret_own)
{
	const size_t start = out->size;
	const char *at = free_byte(out);

	if (settings->fields)
		store_rule_fields(out, settings->fields, own);
	*ret_own = (struct bytes){ free_byte(out), own.size };
	strbuf_put(out, own);
	return (struct bytes){ at, out->size - start };
}

/* What decided the level: "FILE:LINE" or a variable's name. */
static const char *store_origin(struct strbuf *out, const struct settings *settings)
{
	const struct rule *by = settings->by[SETTING_LEVEL];
	const char *at = free_byte(out);

	if (by) {
		strbuf_put_string(out, by->file);
		if (settings->line[SETTING_LEVEL]) {
			strbuf_put_literal(out, ":");
			strbuf_put_number(out, settings->line[SETTING_LEVEL]);
		}
	}
	strbuf_put_char(out, '\0');
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

enum { SPEAKER_PREFIX_MAX = 4096 };

/* Names, prefix and zeroes, as an entry of a black box has them. */
static struct speaker store_speaker(struct strbuf *out, const struct scope_params *params,
				    struct bytes prefix)
{
	static HOT_DATA _Atomic uint32_t last_id;
	static const char zeroes[ENTRY_UNIT];
	const size_t names_size = strlen(params->process) + 1 + strlen(params->parent) + 1;
	const char *at = free_byte(out);

	if (prefix.size > SPEAKER_PREFIX_MAX)
		prefix.size = SPEAKER_PREFIX_MAX;
	(void)store_string(out, params->process);
	(void)store_string(out, params->parent);
	if (prefix.data)
		strbuf_put(out, prefix);
	else
		out->size += prefix.size;
	strbuf_put(out, (struct bytes){ zeroes, sizeof(zeroes) });
	return (struct speaker){
		.id = atomic_fetch_add(&last_id, 1) + 1,
		.text = at,
		.names_size = (uint8_t)names_size,
		.prefix_size = (uint16_t)prefix.size,
	};
}

static void set_blackbox(struct scope_config *config, struct strbuf *out,
			 const struct scope_params *params, const struct settings *settings)
{
	config->blackbox_level = settings->number[SETTING_BLACKBOX_LEVEL];
	config->blackbox_dump = config->blackbox_level < MPLOG_EMERG
					? MPLOG_NONE
					: settings->number[SETTING_BLACKBOX_DUMP];
	config->blackbox_kb = (unsigned)settings->number[SETTING_BLACKBOX_SIZE_KB];
	config->speaker = store_speaker(out, params, config->output.prefix[SINK_JOURNAL]);
}

static void set_output(struct scope_config *config, struct strbuf *out,
		       const struct scope_params *params, const struct settings *settings)
{
	static const enum setting prefix[SINK_COUNT] = {
		[SINK_JOURNAL] = SETTING_JOURNAL_PREFIX,
		[SINK_SYSLOG] = SETTING_SYSLOG_PREFIX,
		[SINK_STDERR] = SETTING_STDERR_PREFIX,
	};
	struct output *output = &config->output;

	output->identifier = store_string(out, params->identifier);
	output->process = config->process;
	for (int i = 0; i < SINK_COUNT; i++)
		output->prefix[i] = store_prefix(out, settings_prefix(settings, prefix[i]), params);
	output->pid = params->pid;
	output->forced = (enum sink_id)(settings->number[SETTING_SINK] - SINK_CHOICE_JOURNAL);
	output->single = params->single;
	output->echo = settings->number[SETTING_ECHO];
	output->timeout_ms = (unsigned)settings->number[SETTING_TIMEOUT_MS];
	output->facility = settings->number[SETTING_SYSLOG_FACILITY];
	if (output->facility == FACILITY_UNSET && params->facility > 0)
		output->facility = params->facility;
	output->syslog_rfc5424 = settings->number[SETTING_SYSLOG_FORMAT] == SYSLOG_CHOICE_RFC5424;
	output->stderr_json = settings->number[SETTING_STDERR_FORMAT] == STDERR_CHOICE_JSON;
	output->stderr_color = settings->number[SETTING_STDERR_COLOR];
}

/* After the head. */
static void set_line(struct scope_config *config, struct strbuf *out)
{
	struct output *output = &config->output;
	size_t start = out->size;
	const char *at = free_byte(out);

	strbuf_put_line_head(out, output, config->head);
	output->line_head = (struct bytes){ at, out->size - start };
	start = out->size;
	at = free_byte(out);
	if (!strbuf_put_line_prefix(out, output))
		output->line_head.data = NULL;
	output->line_prefix = (struct bytes){ at, out->size - start };
}

/* Fills the configuration and the memory behind the struct. Returns the size that all of it takes. */
static size_t fill_config(struct scope_config *config, size_t capacity,
			  const struct scope_params *params, const struct settings *settings,
			  bool by_environment)
{
	struct strbuf out = { (char *)config, capacity, sizeof(*config) };

	set_level(config, params, settings, by_environment);
	config->burst = (unsigned)settings->number[SETTING_RATE_LIMIT_BURST];
	config->interval_ms = (unsigned)settings->number[SETTING_RATE_LIMIT_INTERVAL_MS];
	config->sequence = settings->number[SETTING_SEQUENCE];
	config->number = params->number;
	config->process = store_string(&out, params->process);
	config->parent = store_string(&out, params->parent);
	config->origin = store_origin(&out, settings);
	config->child_name = settings->text[SETTING_CHILD_NAME]
				     ? store_string(&out, settings->text[SETTING_CHILD_NAME])
				     : NULL;
	set_output(config, &out, params, settings);
	set_blackbox(config, &out, params, settings);
	config->head = store_head(&out, params);
	if (out.size <= out.capacity) /* else another try follows */
		set_line(config, &out);
	config->fields = store_fields(&out, settings, params->fields, &config->own_fields);
	return out.size;
}

/* Adds the rules up. Returns whether the environment decided the level. */
static bool resolve_settings(struct settings *settings, struct settings_fields *fields,
			     const struct scope_params *params)
{
	const struct rule *before;

	settings_init(settings, fields);
	/* MPLOG_ECHO is a preference: the administrator may say no. */
	if (params->echo)
		settings->number[SETTING_ECHO] = 1;
	if (params->files)
		settings_apply(settings, params->files, params->identifier, params->process);
	before = settings->by[SETTING_LEVEL];
	if (params->environment)
		settings_apply(settings, params->environment, params->identifier, params->process);
	return settings->by[SETTING_LEVEL] != before;
}

/* The first try is one page, which pages_get() often has at hand. */
static struct scope_config *make_config(const struct scope_params *params,
					const struct settings *settings, bool by_environment)
{
	size_t capacity = 0, size = CONFIG_PAGE;
	struct scope_config *config = NULL;

	while (size > capacity) {
		if (config)
			pages_put(config, capacity);
		capacity = size;
		config = pages_get(capacity);
		if (!config)
			return NULL;
		size = fill_config(config, capacity, params, settings, by_environment);
	}
	config->mapped = capacity;
	return config;
}

/* Few rules have fields, and what gathers them is too large for the stack of a signal handler. */
static struct scope_config *make_with_fields(const struct scope_params *params,
					     struct settings *settings)
{
	struct settings_fields *fields = pages_get(sizeof(*fields));
	struct scope_config *config;

	if (!fields)
		return NULL;
	config = make_config(params, settings, resolve_settings(settings, fields, params));
	pages_put(fields, sizeof(*fields));
	return config;
}

struct scope_config *scope_config_new(const struct scope_params *params)
{
	struct settings settings;
	const bool by_environment = resolve_settings(&settings, NULL, params);

	return settings.has_fields ? make_with_fields(params, &settings)
				   : make_config(params, &settings, by_environment);
}

void scope_config_free(struct scope_config *config)
{
	pages_put(config, config->mapped);
}

/* One configuration that waits for its end: a child retires its parent's, on whose page it writes
 * nothing, for the kernel would copy it. */
static HOT_DATA struct {
	struct retired retired;
	_Atomic(struct scope_config *) config; /* NULL: free */
} waiting;

static void free_waiting_config(struct retired *retired)
{
	(void)retired;
	scope_config_free(atomic_exchange(&waiting.config, NULL));
}

static void free_retired_config(struct retired *retired)
{
	scope_config_free((struct scope_config *)retired); /* its first member */
}

void scope_config_retire(struct scope_config *config)
{
	struct scope_config *none = NULL;

	if (atomic_compare_exchange_strong(&waiting.config, &none, config))
		epoch_retire(&waiting.retired, free_waiting_config);
	else
		epoch_retire(&config->retired, free_retired_config);
}
