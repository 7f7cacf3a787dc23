/* SPDX-License-Identifier: MIT */
#include "scope/scope-set.h"

#include <errno.h>
#include <stddef.h>

#include "base/pages.h"
#include "process/lock.h"
#include "record/encoding.h"

enum { FIELDS_SIZE_MAX = 1 << 20 };

static void lock_shared(const struct scope *scope)
{
	if (scope == &process_scope)
		global_lock();
}

static void unlock_shared(const struct scope *scope)
{
	if (scope == &process_scope)
		global_unlock();
}

int scope_set_level(struct scope *scope, int level)
{
	struct scope_params params;
	int r;

	lock_shared(scope);
	scope_get_params(scope, &params);
	params.program_level = level;
	r = scope_set_config(scope, &params);
	unlock_shared(scope);
	return r;
}

static int change_field(struct scope *scope, struct bytes name, const struct bytes *value)
{
	struct scope_params params;
	size_t size;
	char *fields;
	int r;

	scope_get_params(scope, &params);
	size = encoding_replace_field(NULL, 0, params.fields, name, value);
	if (value && size > FIELDS_SIZE_MAX)
		return -E2BIG;
	fields = pages_get(size + 1); /* nothing may be left */
	if (!fields)
		return -ENOMEM;
	(void)encoding_replace_field(fields, size, params.fields, name, value);
	params.fields = (struct bytes){ fields, size };
	r = encoding_count(params.fields) > SETTINGS_FIELDS_MAX ? -E2BIG
								: scope_set_config(scope, &params);
	pages_put(fields, size + 1);
	return r;
}

int scope_set_field(struct scope *scope, struct bytes name, const struct bytes *value)
{
	int r;

	lock_shared(scope);
	r = change_field(scope, name, value);
	unlock_shared(scope);
	return r;
}
