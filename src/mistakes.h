/* SPDX-License-Identifier: MIT */
/* mistakes: what is wrong with the configuration, gathered while it is loaded and told once a run:
 * one record a file. */
#pragma once

#include <stddef.h>

#include "conf.h"

struct mistakes {
	size_t n;
	enum conf_severity severity;
	unsigned line;
	char file[256];
	char text[512];
};

/* A conf_complain_fn. */
void mistakes_note(void *userdata, const struct conf_complaint *complaint);

/* Where nothing else will be noted. */
void mistakes_tell(struct mistakes *mistakes);
