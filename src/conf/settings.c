/* SPDX-License-Identifier: MIT */
#include "conf/settings.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/level.h"

enum {
	LEVEL_DEFAULT = 6, /* info */
	TIMEOUT_MS_DEFAULT = 1000,
	TIMEOUT_MS_MAX = 60 * 1000, /* longer than a minute is a hang */
	BURST_MAX = 1000 * 1000 * 1000,
	INTERVAL_MS_DEFAULT = 1000,
	INTERVAL_MS_MAX = 60 * 60 * 1000,
	BLACKBOX_LEVEL_DEFAULT = -1, /* none */
	DUMP_DEFAULT = 3,            /* err */
	SIZE_KB_DEFAULT = 64,
	SIZE_KB_MIN = 4,
	SIZE_KB_MAX = 1024,
};

static const char *const sinks[] = { "auto", "journal", "syslog", "stderr", NULL };
static const char *const syslog_formats[] = { "rfc3164", "rfc5424", NULL };
static const char *const stderr_formats[] = { "text", "json", NULL };

/* RFC 5424's numbers. 0 is the kernel's alone, 12 to 15 have no name that syslog(3) knows. */
static const char *const facilities[] = {
	"",       "user",     "mail",   "daemon", "auth",   "syslog", "lpr", "news",   "uucp",
	"cron",   "authpriv", "ftp",    "",       "",       "",       "",    "local0", "local1",
	"local2", "local3",   "local4", "local5", "local6", "local7", NULL,
};

const struct setting_info setting_infos[SETTING_COUNT] = {
	[SETTING_LEVEL] = { NULL, "level", KIND_LEVEL, .number = LEVEL_DEFAULT },
	[SETTING_PREFIX] = { NULL, "prefix", KIND_TEXT, .text = "process=%n " },
	[SETTING_SINK] = { NULL, "sink", KIND_CHOICE, sinks, .number = SINK_CHOICE_AUTO },
	[SETTING_ECHO] = { NULL, "echo", KIND_AUTO, .number = SETTING_AUTO },
	[SETTING_TIMEOUT_MS] = { NULL, "timeout_ms", KIND_NUMBER, NULL, 0, TIMEOUT_MS_MAX,
				 TIMEOUT_MS_DEFAULT },
	[SETTING_RATE_LIMIT_BURST] = { "rate_limit", "burst", KIND_NUMBER, NULL, 0, BURST_MAX, 0 },
	[SETTING_RATE_LIMIT_INTERVAL_MS] = { "rate_limit", "interval_ms", KIND_NUMBER, NULL, 1,
					     INTERVAL_MS_MAX, INTERVAL_MS_DEFAULT },
	[SETTING_SEQUENCE] = { NULL, "sequence", KIND_SWITCH, .number = 1 },
	[SETTING_CHILD_NAME] = { NULL, "child_name", KIND_TEXT },
	[SETTING_BLACKBOX_LEVEL] = { "blackbox", "level", KIND_LEVEL,
				     .number = BLACKBOX_LEVEL_DEFAULT },
	[SETTING_BLACKBOX_SIZE_KB] = { "blackbox", "size_kb", KIND_NUMBER, NULL, SIZE_KB_MIN,
				       SIZE_KB_MAX, SIZE_KB_DEFAULT },
	[SETTING_BLACKBOX_DUMP] = { "blackbox", "dump", KIND_LEVEL, .number = DUMP_DEFAULT },
	[SETTING_JOURNAL_PREFIX] = { "journal", "prefix", KIND_TEXT },
	[SETTING_SYSLOG_PREFIX] = { "syslog", "prefix", KIND_TEXT },
	[SETTING_SYSLOG_FACILITY] = { "syslog", "facility", KIND_CHOICE, facilities,
				      .number = FACILITY_UNSET },
	[SETTING_SYSLOG_FORMAT] = { "syslog", "format", KIND_CHOICE, syslog_formats,
				    .number = SYSLOG_CHOICE_RFC3164 },
	[SETTING_STDERR_PREFIX] = { "stderr", "prefix", KIND_TEXT },
	[SETTING_STDERR_FORMAT] = { "stderr", "format", KIND_CHOICE, stderr_formats,
				    .number = STDERR_CHOICE_TEXT },
	[SETTING_STDERR_COLOR] = { "stderr", "color", KIND_AUTO, .number = SETTING_AUTO },
};

static int parse_choice(const char *const *choices, const char *text, int *ret_number)
{
	for (int i = 0; choices[i]; i++) {
		if (choices[i][0] != '\0' && strcmp(choices[i], text) == 0) {
			*ret_number = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_switch(const char *text, int *ret_number)
{
	if (strcasecmp(text, "true") == 0)
		*ret_number = 1;
	else if (strcasecmp(text, "false") == 0)
		*ret_number = 0;
	else
		return -EINVAL;
	return 0;
}

static int parse_auto(const char *text, int *ret_number)
{
	if (strcmp(text, "auto") != 0)
		return parse_switch(text, ret_number);
	*ret_number = SETTING_AUTO;
	return 0;
}

int setting_parse(enum setting setting, const char *text, int *ret_number)
{
	const struct setting_info *info = &setting_infos[setting];

	switch (info->kind) {
	case KIND_LEVEL:
		return mplog_level_parse(text, ret_number);
	case KIND_CHOICE:
		return parse_choice(info->choices, text, ret_number);
	case KIND_SWITCH:
		return parse_switch(text, ret_number);
	case KIND_AUTO:
		return parse_auto(text, ret_number);
	default:
		return -EINVAL;
	}
}

void settings_init(struct settings *settings, struct settings_fields *fields)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		settings->number[i] = setting_infos[i].number;
		settings->text[i] = setting_infos[i].text;
		settings->by[i] = NULL;
		settings->line[i] = 0;
	}
	settings->fields = fields;
	settings->has_fields = false;
}

/* The place of the field of that name, or fields->n. A search from end to end: few rules give
 * fields, and 1,000 of them are half a million comparisons of a few nanoseconds, once a scope. */
static size_t find_field(const struct settings_fields *fields, const char *name)
{
	size_t i = 0;

	while (i < fields->n && strcmp(fields->field[i]->name, name) != 0)
		i++;
	return i;
}

size_t field_assignment_size(const struct field_assignment *field)
{
	return strlen(field->name) + strlen(field->value);
}

static size_t size_of_field(const struct settings_fields *fields, size_t i)
{
	return i < fields->n ? field_assignment_size(fields->field[i]) : 0;
}

static void apply_field(struct settings_fields *fields, const struct rule *rule,
			const struct field_assignment *field)
{
	const size_t i = find_field(fields, field->name), size = field_assignment_size(field);
	const size_t before = size_of_field(fields, i);

	fields->sum += size - before;
	if (i == SETTINGS_FIELDS_MAX || fields->size - before + size > SETTINGS_FIELDS_SIZE_MAX) {
		fields->left_out = fields->left_out ? fields->left_out : field;
		return;
	}
	fields->size += size - before;
	fields->n += i == fields->n;
	fields->field[i] = field;
	fields->by[i] = rule;
}

static void apply_rule(struct settings *settings, const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_assignments; i++) {
		const struct assignment *assignment = &rule->assignments[i];
		const enum setting setting = assignment->setting;

		settings->number[setting] = assignment->number;
		settings->text[setting] = assignment->text;
		settings->by[setting] = rule;
		settings->line[setting] = assignment->line;
	}
	settings->has_fields |= rule->n_fields > 0;
	for (size_t i = 0; i < rule->n_fields && settings->fields; i++)
		apply_field(settings->fields, rule, &rule->fields[i]);
}

bool rule_applies(const struct rule *rule, const char *identifier, size_t identifier_length,
		  const char *process, size_t process_length)
{
	return glob_match(&rule->name, process, process_length) &&
	       glob_match(&rule->identifier, identifier, identifier_length) &&
	       glob_match(&rule->scope, identifier, identifier_length);
}

void settings_apply(struct settings *settings, const struct rules *rules, const char *identifier,
		    const char *process)
{
	const size_t identifier_length = strlen(identifier), process_length = strlen(process);

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->rule[i];

		if (rule_applies(rule, identifier, identifier_length, process, process_length))
			apply_rule(settings, rule);
	}
}

const char *settings_prefix(const struct settings *settings, enum setting setting)
{
	const char *own = settings->text[setting];

	return own ? own : settings->text[SETTING_PREFIX];
}
