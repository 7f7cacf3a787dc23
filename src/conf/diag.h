/* SPDX-License-Identifier: MIT */
/* conf-diag: what is wrong with a file, line by line, and the one that stands for all of them. */
#pragma once

#include <stddef.h>

enum conf_severity { CONF_WARNING, CONF_ERROR };

/* One thing that is wrong. Strings live during the call only. */
struct conf_diag {
	enum conf_severity severity;
	const char *file;
	unsigned line; /* 0: the file as a whole */
	const char *text;
};

typedef void conf_diag_fn(void *userdata, const struct conf_diag *diag);

/* The worst diagnostic of a file, and of those the one of the lowest line. */
struct conf_first_diag {
	enum conf_severity severity;
	unsigned line;
	char *text;   /* malloc'ed; NULL: there is none, or no memory for it */
	size_t count; /* of all diagnostics of the file */
};

/* The diagnostics of one file while it is loaded. */
struct conf_diags {
	conf_diag_fn *diag; /* is called with each; or NULL */
	void *userdata;
	const char *file;
	size_t n_errors;
	struct conf_first_diag first;
};

/* Adds a diagnostic: it is passed on, and kept where it is the first one. */
__attribute__((format(printf, 4, 5))) void conf_report(struct conf_diags *diags,
						       enum conf_severity severity, unsigned line,
						       const char *fmt, ...);

#define conf_error(diags, line, ...)   conf_report(diags, CONF_ERROR, line, __VA_ARGS__)
#define conf_warning(diags, line, ...) conf_report(diags, CONF_WARNING, line, __VA_ARGS__)

/* Returns 0 or -ENOMEM. */
int conf_first_diag_copy(struct conf_first_diag *ret, const struct conf_first_diag *first);

void conf_first_diag_clear(struct conf_first_diag *first);
