/* SPDX-License-Identifier: MIT */
/* conf-internal: what the files of the configuration alone share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/arena.h"
#include "conf/diag.h"
#include "conf/settings.h"

enum {
	CONF_SIZE_MAX = 4 << 20,    /* of a file: 10,000 rules take about 1 MiB */
	CONF_DEPTH_MAX = 8,         /* of nesting: fields in a rule in processes are at 3 */
	CONF_GROUP_MAX = 1024,      /* settings in one group: libconfig compares each with each */
	CONF_VALUES_MAX = 100000,   /* in a file: libconfig takes up to 300 bytes for each */
	CONF_TEXT_MAX = 256,        /* bytes of a prefix or pattern */
	CONF_VALUE_MAX = 64 * 1024, /* bytes of a string: libconfig takes four times as many */
	CONF_FILES_MAX = 1024,      /* drop-ins in one directory */
	CONF_LAYERS =
		3 /* directories of drop-ins: of packages, of this boot, of the administrator */
};

/* Which version of a file: any change of it changes one of these. */
struct conf_identity {
	bool exists;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec mtime, ctime;
};

/* What one version of one file says. Shared and counted. */
struct conf_content {
	unsigned references;
	struct arena arena;
	struct conf_identity identity;
	struct rule *defaults; /* or NULL */
	struct rule *rules;
	size_t n_rules;
};

/* A directory of drop-ins. */
struct conf_directory {
	char *path;
	struct conf_identity identity;
	bool racy; /* it may have changed since without a trace */
	struct conf_diags diags;
};

struct conf {
	struct conf_file *files; /* in the order in which they apply */
	size_t n_files;
	struct conf_directory directories[CONF_LAYERS];
	size_t n_directories;
	struct conf_identity root; /* of "/" */
	struct rule *rule;
	struct rules rules;
};
