/* SPDX-License-Identifier: MIT */
#include "conf-parts.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 1024, DELETE = 0x7f };

static void keep_first(struct conf_report *report, unsigned line, const char *text)
{
	if (report->n_errors++ > 0)
		return;
	if (line > 0 && asprintf(&report->first_error, "%u: %s", line, text) >= 0)
		return;
	if (line == 0 && asprintf(&report->first_error, "%s", text) >= 0)
		return;
	report->first_error = NULL;
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

/* What stands in a file is shown, and a message is one line of text. */
static void remove_controls(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == DELETE)
			*text = '?';
	}
}

void conf_error(struct conf_report *report, unsigned line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	remove_controls(text);
	keep_first(report, line, text);
	tell(report, CONF_ERROR, line, text);
}

void conf_warning(struct conf_report *report, unsigned line, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	remove_controls(text);
	tell(report, CONF_WARNING, line, text);
}
