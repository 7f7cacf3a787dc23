/* SPDX-License-Identifier: MIT */
/* settings: what the rules add up to for one identifier and process name.
 *
 * Pure: no I/O, no clock, no allocation, no lock. It runs in the child of a threaded program and
 * in signal handlers, where only async-signal-safe code may. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/glob.h"

enum setting {
	SETTING_LEVEL,
	SETTING_PREFIX,
	SETTING_SINK,
	SETTING_ECHO,
	SETTING_TIMEOUT_MS,
	SETTING_RATE_LIMIT_BURST,
	SETTING_RATE_LIMIT_INTERVAL_MS,
	SETTING_SEQUENCE,
	SETTING_CHILD_NAME,
	SETTING_BLACKBOX_LEVEL,
	SETTING_BLACKBOX_SIZE_KB,
	SETTING_BLACKBOX_DUMP,
	SETTING_JOURNAL_PREFIX,
	SETTING_SYSLOG_PREFIX,
	SETTING_SYSLOG_FACILITY,
	SETTING_SYSLOG_FORMAT,
	SETTING_STDERR_PREFIX,
	SETTING_STDERR_FORMAT,
	SETTING_STDERR_COLOR,
	SETTING_COUNT
};

enum setting_kind {
	KIND_LEVEL,  /* number: MPLOG_NONE to MPLOG_DEBUG */
	KIND_TEXT,   /* text */
	KIND_CHOICE, /* number: an index into choices */
	KIND_SWITCH, /* number: 0 or 1 */
	KIND_AUTO,   /* number: 0 or 1, or SETTING_AUTO for "auto" */
	KIND_NUMBER  /* number: min to max */
};

enum { SETTING_AUTO = -1 };

/* SETTING_SYSLOG_FACILITY: the number is the facility's, 1 (user) to 23 (local7). Unset, records
 * carry none, and the syslog sink, which needs one, says user. */
enum { FACILITY_UNSET = -1, FACILITY_USER = 1 };

/* The numbers of SETTING_SINK, _SYSLOG_FORMAT and _STDERR_FORMAT. */
enum { SINK_CHOICE_AUTO, SINK_CHOICE_JOURNAL, SINK_CHOICE_SYSLOG, SINK_CHOICE_STDERR };
enum { SYSLOG_CHOICE_RFC3164, SYSLOG_CHOICE_RFC5424 };
enum { STDERR_CHOICE_TEXT, STDERR_CHOICE_JSON };

/* One row a setting: the whole vocabulary, for the parser, the resolver and the command alike. */
struct setting_info {
	const char *group; /* "stderr", or NULL where the key stands by itself */
	const char *key;
	enum setting_kind kind;
	const char *const *choices; /* KIND_CHOICE: ends with NULL; "" has no name */
	int min, max;               /* KIND_NUMBER */
	int number;                 /* the built-in default */
	const char *text;           /* likewise; NULL: none */
};

extern const struct setting_info setting_infos[SETTING_COUNT];

/* The number that TEXT stands for: a level, a choice, "true", "false", "auto". Returns 0 or
 * -EINVAL; always -EINVAL for KIND_TEXT and KIND_NUMBER. */
int setting_parse(enum setting setting, const char *text, int *ret_number);

/* One "key = value" of a rule. */
struct assignment {
	enum setting setting;
	int number;
	const char *text;
	unsigned line;
};

struct field_assignment {
	const char *name;
	const char *value;
	unsigned line;
};

/* One entry of the configuration. A file's `defaults` is a rule too, with the name "*". */
struct rule {
	const char *file; /* or the environment's variable, or what else decided */
	unsigned line;    /* 0: none */
	bool is_defaults;
	struct glob name;
	struct glob identifier;
	struct glob scope; /* the identifier of the whole file: both have to match */
	const struct assignment *assignments;
	size_t n_assignments;
	const struct field_assignment *fields;
	size_t n_fields;
};

/* Rules in the order in which they apply: all defaults first. */
struct rules {
	const struct rule *rule;
	size_t n;
};

bool rule_applies(const struct rule *rule, const char *identifier, size_t identifier_length,
		  const char *process, size_t process_length);

enum {
	SETTINGS_FIELDS_MAX = 1000,        /* journald drops entries of more than 1,024 fields */
	SETTINGS_FIELDS_SIZE_MAX = 1 << 20 /* bytes of their names and values */
};

/* Returns how many bytes the name and the value take. */
size_t field_assignment_size(const struct field_assignment *field);

/* Apart from the rest, because it is large and few rules have fields. */
struct settings_fields {
	const struct field_assignment *field[SETTINGS_FIELDS_MAX];
	const struct rule *by[SETTINGS_FIELDS_MAX];
	size_t n;
	size_t size;                             /* of them */
	size_t sum;                              /* with those that were left out */
	const struct field_assignment *left_out; /* the first of these; NULL: none was */
};

struct settings {
	int number[SETTING_COUNT];
	const char *text[SETTING_COUNT];
	/* The rule that decided; NULL: the built-in default. */
	const struct rule *by[SETTING_COUNT];
	unsigned line[SETTING_COUNT];

	struct settings_fields *fields; /* NULL: fields are not collected */
	bool has_fields;                /* there are some */
};

/* The built-in defaults. FIELDS: zeroed memory, or NULL. */
void settings_init(struct settings *settings, struct settings_fields *fields);

/* Applies each rule that matches: a later one wins. Of fields a later one of the same name takes
 * the earlier one's place; those over SETTINGS_FIELDS_MAX or SETTINGS_FIELDS_SIZE_MAX are left out. Strings are not copied. */
void settings_apply(struct settings *settings, const struct rules *rules, const char *identifier,
		    const char *process);

/* The prefix for a sink: its own, else the common one. setting: SETTING_*_PREFIX of the sink. */
const char *settings_prefix(const struct settings *settings, enum setting setting);
