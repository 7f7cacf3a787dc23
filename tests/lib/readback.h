/* SPDX-License-Identifier: MIT */
/* For tests that read their own records back from the journal. */
#pragma once

#include "lib/capture.h"
#include "lib/file.h"
#include "lib/journald.h"

#include <mplog.h>

#include <check.h>
#include <stdio.h>

static const char readback_configuration[] =
	"defaults = { prefix = \"\"; echo = true; level = \"debug\"; };\n"
	"processes = (\n"
	"  { name = \"prefixed\"; prefix = \"<%n> \"; },\n"
	"  { name = \"facility\"; syslog = { facility = \"local3\"; }; },\n"
	"  { name = \"unnumbered\"; sequence = false; },\n"
	"  { name = \"ruled\"; fields = { ROLE = \"rule\"; SHIFT = \"rule\"; TOOL = \"rule\"; }; }\n"
	");\n";

static char readback_path[] = "/tmp/mplog-test-XXXXXX";

static inline void readback_setup(void)
{
	struct mplog_options options = { .size = sizeof(options),
					 .identifier = "readback",
					 .process = "main",
					 .config = readback_path };

	file_make(readback_path, readback_configuration);
	capture_stderr();
	journald_start();
	ck_assert_int_eq(mplog_open_with(&options), 0);
}

static inline void readback_teardown(void)
{
	mplog_close();
	ck_assert_int_eq(unlink(readback_path), 0);
}

/* The one entry of a process name. Each test has names of its own: they share the journal. */
static inline struct journal_entries readback_one(const char *process)
{
	char match[80];
	struct journal_entries entries;

	snprintf(match, sizeof(match), "PROCESS=%s", process);
	entries = journal_read("SYSLOG_IDENTIFIER=readback", match, NULL);
	ck_assert_uint_eq(entries.n, 1);
	return entries;
}
