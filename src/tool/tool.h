/* SPDX-License-Identifier: MIT */
/* tool: what the subcommands of mplog(1) share. One file a subcommand, one struct command a file,
 * one row each in mplog.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "conf.h"
#include "settings.h"

struct command {
	const char *name;
	const char *summary;   /* one line, for the list of commands */
	const char *arguments; /* "[--lenient] [FILE...]" */
	const char *help;      /* the options, one a line, and whatever else helps */
	int (*run)(const struct command *command, int argc, char **argv); /* an exit status */
};

extern const struct command command_check;
extern const struct command command_exec;
extern const struct command command_gaps;
extern const struct command command_level;
extern const struct command command_log;
extern const struct command command_ps;
extern const struct command command_reload;
extern const struct command command_show;
extern const struct command command_status;
extern const struct command command_tail;

enum {
	STATUS_GOOD = 0,
	STATUS_BAD = 1,    /* it worked, and the answer is no */
	STATUS_TROUBLE = 2 /* usage, or something cannot be read or written */
};

/* "mplog: text\n" to standard error. */
__attribute__((format(printf, 1, 2))) void tool_complain(const char *fmt, ...);

/* The same, and how the command is called. Returns STATUS_TROUBLE. FMT may be NULL: getopt_long(3)
 * has said what is wrong. */
__attribute__((format(printf, 2, 3))) int tool_usage(const struct command *command, const char *fmt,
						     ...);

/* `mplog help COMMAND` on standard output. Returns STATUS_GOOD. */
int tool_help(const struct command *command);

/* At the end: what was printed has to have reached standard output. */
int tool_finish(int status);

/* Control characters, and what is not UTF-8, escaped: what others wrote drives no terminal.
 * Returns how many bytes were printed. */
size_t tool_print_escaped(FILE *file, const char *text);

/* The files that programs read: those of DIRECTORY; NULL: $MPLOG_CONF, or the system's. */
struct conf_options tool_conf_options(const char *directory);

/* Programs do without a directory in silence; who names one here wants to know. Complains. */
bool tool_has_directory(const char *directory);

/* A value as the configuration would have it: debug, "a string", 50. */
enum { TOOL_VALUE_MAX = 1024 };
void tool_format_setting(enum setting setting, int number, const char *text, char *buffer,
			 size_t size);

/* One JSON object a line: begin, members, end. */
struct json {
	FILE *file;
	size_t n; /* members, or elements, so far */
};
void json_begin(struct json *json, FILE *file);
void json_string(struct json *json, const char *name, const char *value); /* NULL: null */
void json_number(struct json *json, const char *name, long long value);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
void json_end(struct json *json);
/* The same with the type that the setting has: "debug", 50, true, null where it is unset. */
void json_setting(struct json *json, const char *name, enum setting setting, int number,
		  const char *text);
/* An object or an array within: prints NAME and the bracket; json_close(json, ']') ends it. */
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);
