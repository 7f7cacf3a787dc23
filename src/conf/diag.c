/* SPDX-License-Identifier: MIT */
#include "conf/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_MAX = 1024,
	SHOWN_MAX = 100, /* diagnostics of one file that are passed on */
	DELETE = 0x7f
};

/* Values are looked at in the order of their keys: a later diagnostic may have a lower line. */
static void keep_first(struct conf_first_diag *first, const struct conf_diag *diag)
{
	if (first->count++ > 0 &&
	    (first->severity > diag->severity ||
	     (first->severity == diag->severity && first->line <= diag->line)))
		return;
	free(first->text);
	first->text = strdup(diag->text);
	first->severity = diag->severity;
	first->line = diag->line;
}

static void pass_on(const struct conf_diags *diags, struct conf_diag diag)
{
	if (!diags->diag || diags->first.count > SHOWN_MAX + 1)
		return;
	if (diags->first.count > SHOWN_MAX)
		diag.text = "too many errors: those from here on are not shown";
	diags->diag(diags->userdata, &diag);
}

/* Parts of the file are shown, and a message is one line of text. */
static void remove_controls(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == DELETE)
			*text = '?';
	}
}

void conf_report(struct conf_diags *diags, enum conf_severity severity, unsigned line,
		 const char *fmt, ...)
{
	char text[TEXT_MAX];
	const struct conf_diag diag = { severity, diags->file, line, text };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diags->n_errors += severity == CONF_ERROR;
	remove_controls(text);
	keep_first(&diags->first, &diag);
	pass_on(diags, diag);
}

int conf_first_diag_copy(struct conf_first_diag *ret, const struct conf_first_diag *first)
{
	struct conf_first_diag copy = *first;

	if (first->text && !(copy.text = strdup(first->text)))
		return -ENOMEM;
	*ret = copy;
	return 0;
}

void conf_first_diag_clear(struct conf_first_diag *first)
{
	free(first->text);
	*first = (struct conf_first_diag){ .text = NULL };
}
