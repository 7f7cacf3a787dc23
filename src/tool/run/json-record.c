/* SPDX-License-Identifier: MIT */
#include "tool/run/json-record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/field-name.h"
#include "record/fields.h"
#include "tool/run/json-role.h"
#include "tool/run/json-text.h"

enum {
	/* One more than a record has: then the library tells that there were more. */
	FIELDS_MAX = RECORD_FIELDS_MAX + 1,
	/* After a long line the memory is given back. */
	TEXT_MIN = 64 << 10,
};

struct json_memory {
	char *text; /* strings without their escapes, together not longer than the line */
	size_t text_size, text_capacity;
	bool has_role[ROLES];
	unsigned rank[ROLES];
	struct json_member role[ROLES];
	char logger[LOGGER_MAX + 1];
	size_t n_fields;
	struct mplog_field field[FIELDS_MAX];
	char name[FIELDS_MAX][FIELD_NAME_MAX + 1];
};

int json_record_init(struct json_record *record)
{
	*record = (struct json_record){ .memory = calloc(1, sizeof(struct json_memory)) };
	return record->memory ? 0 : -ENOMEM;
}

void json_record_free(struct json_record *record)
{
	if (record->memory)
		free(record->memory->text);
	free(record->memory);
	record->memory = NULL;
}

/* ---- Names of fields -------------------------------------------------------------------------- */

/* The keys down to a value, as one name. */
struct path {
	char data[FIELD_NAME_MAX];
	size_t size;
};

static void put_path(struct path *path, char c)
{
	if (path->size < sizeof(path->data))
		path->data[path->size++] = c;
}

static char name_char(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
}

static bool continues_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static void add_key(struct path *path, struct bytes key)
{
	if (path->size > 0)
		put_path(path, '_');
	for (size_t i = 0; i < key.size; i++) {
		if (!continues_character(key.data[i]))
			put_path(path, name_char(key.data[i]));
	}
}

/* What journald takes for its own (OBJECT_PID), and what systemctl(1), coredumpctl(1) and the journal's
 * catalog believe of a privileged sender, as this process may be. */
static bool is_believed(struct bytes name)
{
	static const char *const names[] = {
		"OBJECT_",   "COREDUMP_",  "SYSLOG_",       "UNIT",
		"USER_UNIT", "MESSAGE_ID", "INVOCATION_ID", "USER_INVOCATION_ID",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const size_t size = strlen(names[i]);
		const bool is_prefix = names[i][size - 1] == '_';

		if (name.size >= size && memcmp(name.data, names[i], size) == 0 &&
		    (is_prefix || name.size == size))
			return true;
	}
	return false;
}

static bool may_be_field(struct bytes name)
{
	return field_name_is_valid(name.data, name.size) &&
	       !field_name_is_reserved(name.data, name.size) && !is_believed(name);
}

static void write_name(char name[FIELD_NAME_MAX + 1], const struct path *path)
{
	struct bytes rest = { path->data, path->size };
	struct strbuf text = { name, FIELD_NAME_MAX, 0 };

	if (!may_be_field(rest)) {
		for (; rest.size > 0 && rest.data[0] == '_'; rest.size--)
			rest.data++;
		strbuf_put_literal(&text, "JSON_");
	}
	strbuf_put(&text, rest);
	name[text.size < FIELD_NAME_MAX ? text.size : FIELD_NAME_MAX] = '\0';
}

/* ---- Members ---------------------------------------------------------------------------------- */

static bool add_members(struct json_memory *memory, const struct path *path, struct bytes object,
			unsigned depth);

static void add_field(struct json_memory *memory, const struct path *path, struct bytes value)
{
	const size_t n = memory->n_fields;

	if (n == FIELDS_MAX)
		return;
	write_name(memory->name[n], path);
	memory->field[n] = (struct mplog_field){
		.name = memory->name[n],
		.type = MPLOG_FIELD_BLOB,
		.size = value.size,
		.value.data = value.data,
	};
	memory->n_fields++;
}

/* An empty object is a value. */
static void add_value(struct json_memory *memory, const struct path *path,
		      const struct json_value *value, unsigned depth)
{
	if (value->type == JSON_NULL)
		return;
	if (value->type == JSON_OBJECT && depth < JSON_RECORD_DEPTH &&
	    add_members(memory, path, value->text, depth))
		return;
	add_field(memory, path, value->text);
}

static void add_member(struct json_memory *memory, const struct path *parent,
		       const struct json_member *member, unsigned depth)
{
	struct path path = *parent;

	add_key(&path, member->key);
	add_value(memory, &path, &member->value, depth + 1);
}

static const struct path top = { .size = 0 };

/* Of two members for one role the usual one has it, and the other is a field; the last one of a key
 * replaces those before it. */
static bool take_role(struct json_memory *memory, const struct json_member *member)
{
	unsigned rank;
	const enum json_role role = json_role_of(member->key, &member->value, &rank);

	if (role == ROLES || (memory->has_role[role] && memory->rank[role] < rank))
		return false;
	if (memory->has_role[role] && memory->rank[role] > rank)
		add_member(memory, &top, &memory->role[role], 0);
	memory->has_role[role] = true;
	memory->rank[role] = rank;
	memory->role[role] = *member;
	return true;
}

static struct bytes unescape(struct json_memory *memory, struct bytes string)
{
	char *const to = memory->text + memory->text_size;
	size_t size;

	if (!memchr(string.data, '\\', string.size))
		return string;
	size = json_text_unescape(to, string);
	memory->text_size += size;
	return (struct bytes){ to, size };
}

/* Returns whether there was a member. */
static bool add_members(struct json_memory *memory, const struct path *path, struct bytes object,
			unsigned depth)
{
	struct json_member member;
	bool any = false;

	while (json_text_next(&object, &member)) {
		any = true;
		member.key = unescape(memory, member.key);
		if (member.value.type == JSON_STRING)
			member.value.text = unescape(memory, member.value.text);
		if (depth > 0 || !take_role(memory, &member))
			add_member(memory, path, &member, depth);
	}
	return any;
}

/* ---- The record ------------------------------------------------------------------------------- */

static bool make_room(struct json_memory *memory, size_t size)
{
	const size_t wanted = size > TEXT_MIN ? size : TEXT_MIN;

	if (memory->text_capacity != wanted) {
		free(memory->text);
		memory->text = malloc(wanted);
		memory->text_capacity = memory->text ? wanted : 0;
	}
	memory->text_size = memory->n_fields = 0;
	memset(memory->has_role, 0, sizeof(memory->has_role));
	return memory->text != NULL;
}

static const char *copy_logger(struct json_memory *memory)
{
	const struct bytes name = memory->role[ROLE_LOGGER].value.text;

	if (!memory->has_role[ROLE_LOGGER])
		return NULL;
	*(char *)mempcpy(memory->logger, name.data, name.size) = '\0';
	return memory->logger;
}

bool json_record_read(struct json_record *record, struct bytes line, int level)
{
	static const struct path time = { "TIME", 4 };
	struct json_memory *const memory = record->memory;

	if (!json_text_is_object(line) || !make_room(memory, line.size))
		return false;
	(void)add_members(memory, &top, line, 0);
	if (memory->has_role[ROLE_LEVEL])
		(void)json_role_level(memory->role[ROLE_LEVEL].value.text, &level);
	if (memory->has_role[ROLE_TIME])
		add_field(memory, &time, memory->role[ROLE_TIME].value.text);
	record->level = level;
	record->message =
		memory->has_role[ROLE_MESSAGE] ? memory->role[ROLE_MESSAGE].value.text : line;
	record->logger = copy_logger(memory);
	record->fields = memory->field;
	record->n_fields = memory->n_fields;
	return true;
}
