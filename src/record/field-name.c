/* SPDX-License-Identifier: MIT */
#include "record/field-name.h"

#include <string.h>

static const char *const own_names[] = {
	"MESSAGE",     "PRIORITY",  "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY", "PROCESS",
	"PROCESS_SEQ", "RUN_ID",    "PROCESS_PARENT",    "LOGGER",          "TID",
	"CODE_FILE",   "CODE_LINE", "CODE_FUNC",         "ERRNO",
};

static const char own_namespace[] = "MPLOG_";

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool may_follow(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

bool field_name_is_valid(const char *name, size_t length)
{
	if (length < 1 || length > FIELD_NAME_MAX || !is_letter(name[0]))
		return false;

	for (size_t i = 1; i < length; i++) {
		if (!may_follow(name[i]))
			return false;
	}
	return true;
}

bool field_name_is_reserved(const char *name, size_t length)
{
	if (length >= sizeof(own_namespace) - 1 &&
	    memcmp(name, own_namespace, sizeof(own_namespace) - 1) == 0)
		return true;

	for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++) {
		if (strlen(own_names[i]) == length && memcmp(name, own_names[i], length) == 0)
			return true;
	}
	return false;
}
