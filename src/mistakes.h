/* SPDX-License-Identifier: MIT */
/* mistakes: what is wrong with the configuration, gathered while it is loaded and told once a run:
 * one record a file. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "conf.h"

struct mistakes {
	size_t n;
	enum conf_severity severity;
	unsigned line;
	uint64_t version; /* of the file: the same mistake in a later one is told again */
	char file[256];   /* as much of its path as there is room for */
	char text[512];
};

/* A conf_complain_fn. */
void mistakes_note(void *userdata, const struct conf_complaint *complaint);

/* Where nothing else will be noted. */
void mistakes_tell(struct mistakes *mistakes);
