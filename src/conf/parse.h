/* SPDX-License-Identifier: MIT */
/* conf-parse: libconfig's tree -> defaults and rules; every mistake that is not of syntax. */
#pragma once

#include "conf/internal.h"

/* Parses TEXT, which conf_scan() passed with N_VALUES. Returns 0 and sets *ret, or -EBADMSG (the
 * diagnostics have it), or -ENOMEM. */
int conf_parse(const char *text, size_t n_values, const char *path, struct conf_diags *diags,
	       struct conf_content **ret);

struct conf_content *conf_content_ref(struct conf_content *content);
void conf_content_unref(struct conf_content *content);
