/* SPDX-License-Identifier: MIT */
/* conf-sums: what rules that are each within their limits add up to. */
#pragma once

#include "conf/conf.h"

/* Calls DIAG with an error for each process name of the rules whose fields are too many, or too large
 * together: programs leave out those that are over SETTINGS_FIELDS_MAX or SETTINGS_FIELDS_SIZE_MAX.
 * Returns 0, -EBADMSG where there is such a name, or -ENOMEM. */
int conf_check_sums(const struct conf *conf, conf_diag_fn *diag, void *userdata);
