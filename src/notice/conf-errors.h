/* SPDX-License-Identifier: MIT */
/* mistakes: what is wrong with the configuration, reported once a run: one record a file. */
#pragma once

#include "conf/conf.h"
#include "conf/env.h"

/* Reports the first mistake of each file that was loaded, or of each that could not be; CONF may be
 * NULL. */
void conf_errors_report(const struct conf *conf);

/* Reports that there was no memory to load FILE; NULL: the system's files. */
void conf_errors_report_no_memory(const char *file);

/* Reports the mistakes in the environment's variables. */
void conf_errors_report_env(const struct env *env);
