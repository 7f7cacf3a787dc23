/* SPDX-License-Identifier: MIT */
#include "record/field-name.h"

#include <string.h>

#include "base/strbuf.h"

#define NAME(literal)                           \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	}

/* By size: most names are compared with one or two of them. */
static const struct bytes own_names[] = {
	NAME("TID"),
	NAME("ERRNO"),
	NAME("RUN_ID"),
	NAME("LOGGER"),
	NAME("MESSAGE"),
	NAME("PROCESS"),
	NAME("PRIORITY"),
	NAME("CODE_FILE"),
	NAME("CODE_LINE"),
	NAME("CODE_FUNC"),
	NAME("PROCESS_SEQ"),
	NAME("PROCESS_PARENT"),
	NAME("SYSLOG_FACILITY"),
	NAME("SYSLOG_IDENTIFIER"),
};

enum { N_OWN_NAMES = sizeof(own_names) / sizeof(own_names[0]) };

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

	for (size_t i = 0; i < N_OWN_NAMES && own_names[i].size <= length; i++) {
		if (own_names[i].size == length && own_names[i].data[0] == name[0] &&
		    memcmp(name, own_names[i].data, length) == 0)
			return true;
	}
	return false;
}
