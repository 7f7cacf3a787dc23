/* SPDX-License-Identifier: MIT */
/* conf-errors: what is wrong with the configuration, reported once a run: one notice a file. */
#pragma once

#include "conf/conf.h"
#include "conf/env.h"
#include "scope/scope.h"

/* Reports, as notices of SCOPE, the first mistake of each file, and of the directory. CONF may be NULL. */
void conf_errors_report(struct scope *scope, const struct conf *conf);

/* Reports that there was no memory to load FILE; NULL: the system's files. */
void conf_errors_report_no_memory(struct scope *scope, const char *file);

/* Reports what is wrong with the environment's variables. */
void conf_errors_report_env(struct scope *scope, const struct env *env);
