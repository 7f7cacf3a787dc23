/* SPDX-License-Identifier: MIT */
/* conf-errors: the mistakes of the configuration, reported once a run: one notice a file. */
#pragma once

#include "conf/conf.h"
#include "conf/env.h"

/* Reports the first mistake of each file, and of the directory. CONF may be NULL. */
void conf_errors_report(const struct conf *conf);

/* Reports that there was no memory to load FILE; NULL: the system's files. */
void conf_errors_report_no_memory(const char *file);

/* Reports the mistakes in the environment's variables. */
void conf_errors_report_env(const struct env *env);
