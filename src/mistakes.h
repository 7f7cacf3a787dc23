/* SPDX-License-Identifier: MIT */
/* mistakes: what is wrong with the configuration, gathered while it is loaded and reported once a
 * run: one notice a file. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "conf.h"

struct mistakes {
	size_t n;
	enum conf_severity severity;
	unsigned line;
	uint64_t version; /* of the file: the same mistake in a later one is reported again */
	char file[256];   /* as much of its path as there is room for */
	char text[512];
};

/* Gathers one mistake, and reports those of the file before. A conf_complain_fn. */
void mistakes_note(void *userdata, const struct conf_complaint *complaint);

/* Reports what was gathered of the last file. */
void mistakes_tell(struct mistakes *mistakes);
