/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1024, DELETE = 0x7f };

/* Syntax is looked at before meaning, and brackets where they end. */
static void keep_first(struct conf_report *report, unsigned line, const char *text)
{
	char *error = NULL;
	int r;

	if (report->n_errors++ > 0 && line >= report->first_line)
		return;
	r = line > 0 ? asprintf(&error, "%u: %s", line, text) : asprintf(&error, "%s", text);
	if (r < 0)
		return;
	free(report->first_error);
	report->first_error = error;
	report->first_line = line;
}

static void tell(struct conf_report *report, enum conf_severity severity, unsigned line,
		 const char *text)
{
	struct conf_complaint complaint = { severity, report->file, line, text };

	if (!report->complain || report->n_told > CONF_MISTAKES_MAX)
		return;
	if (report->n_told++ == CONF_MISTAKES_MAX)
		complaint.text = "too many mistakes: those from here on are not shown";
	report->complain(report->userdata, &complaint);
}

/* Parts of the file are shown, and a message is one line of text. */
static void remove_controls(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == DELETE)
			*text = '?';
	}
}

__attribute__((format(printf, 2, 0))) static void format(char text[TEXT_MAX], const char *fmt,
							 va_list ap)
{
	(void)vsnprintf(text, TEXT_MAX, fmt, ap);
	remove_controls(text);
}

void conf_error(struct conf_report *report, unsigned line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	keep_first(report, line, text);
	tell(report, CONF_ERROR, line, text);
}

void conf_no_memory(struct conf_report *report)
{
	conf_error(report, 0, "cannot be loaded: %s", strerror(ENOMEM));
}

void conf_warning(struct conf_report *report, unsigned line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	format(text, fmt, ap);
	va_end(ap);
	tell(report, CONF_WARNING, line, text);
}
