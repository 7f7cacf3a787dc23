/* SPDX-License-Identifier: MIT */
/* A directory with a mplog.conf and a mplog.conf.d of its own for each test, and the diagnostics of a load. */
#pragma once

#include "conf/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/suite.h"
#include "mplog.h"

enum { PATH_SIZE = 256 };

static char directory[PATH_SIZE]; /* its mplog.conf and mplog.conf.d are the system's */
static char diags[16 * 1024]; /* "FILE:LINE: text\n" for each diagnostic, FILE without directory */
static struct settings settings;
static struct settings_fields applied_fields;

static inline void add_diag(void *userdata, const struct conf_diag *diag)
{
	const size_t length = strlen(diags), n = strlen(directory);
	const char *file = diag->file;

	ck_assert_ptr_eq(userdata, diags);
	if (strncmp(file, directory, n) == 0 && file[n] == '/')
		file += n + 1;
	(void)snprintf(diags + length, sizeof(diags) - length, "%s:%u: %s%s\n", file, diag->line,
		       diag->severity == CONF_WARNING ? "warning: " : "", diag->text);
}

static inline const char *path_of(const char *name)
{
	static char path[2 * PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

/* Its times are set back: what was written a moment ago is not looked at, see conf.h. */
static inline void settle(const char *path)
{
	static time_t age = 1000;
	const struct timespec then = { .tv_sec = time(NULL) - --age };
	const struct timespec times[2] = { then, then };

	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static inline void write_bytes(const char *name, const char *data, size_t size)
{
	FILE *file = fopen(path_of(name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
	settle(path_of(name));
}

static inline void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static inline void set_up(void)
{
	strcpy(directory, "/tmp/test-conf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(mkdir(path_of("mplog.conf.d"), 0755), 0);
	diags[0] = '\0';
}

static inline void tear_down(void)
{
	char command[PATH_SIZE + 16];

	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	ck_assert_int_eq(system(command), 0);
}

static inline int load(const struct conf *previous, unsigned flags, struct conf **ret)
{
	const struct conf_options options = { .directory = directory };

	diags[0] = '\0';
	return conf_load(&options, previous, flags, add_diag, diags, ret);
}

static inline int level_in(const struct conf *conf, const char *identifier, const char *process)
{
	memset(&applied_fields, 0, sizeof(applied_fields));
	settings_init(&settings, &applied_fields);
	settings_apply(&settings, conf_rules(conf), identifier, process);
	return settings.number[SETTING_LEVEL];
}

static inline int level_of(const struct conf *conf, const char *process)
{
	return level_in(conf, "ingestd", process);
}

static inline struct conf *load_good(void)
{
	struct conf *conf;

	ck_assert_int_eq(load(NULL, 0, &conf), 0);
	ck_assert_str_eq(diags, "");
	return conf;
}

/* Loads again; the one before is freed. */
static inline int reload(struct conf **conf, unsigned flags)
{
	struct conf *next;
	const int r = load(*conf, flags, &next);

	ck_assert_ptr_nonnull(next);
	conf_free(*conf);
	*conf = next;
	return r;
}

#define NOTICE "defaults = { level = \"notice\"; };\n"
#define DEBUG  "defaults = { level = \"debug\"; };\n"
