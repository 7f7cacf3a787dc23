/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <endian.h>
#include <string.h>

/* "NAME\n", then the size and the value, then "\n". False where that is not what stands there. */
static bool take_binary(struct bytes line, struct bytes rest, struct record_field *ret)
{
	const size_t head = line.size + 1 + sizeof(uint64_t);
	uint64_t size;

	if (rest.size < head + 1)
		return false;
	memcpy(&size, rest.data + line.size + 1, sizeof(size));
	size = le64toh(size);
	if (size > rest.size - head - 1 || rest.data[head + size] != '\n')
		return false;

	ret->name = line;
	ret->value = (struct bytes){ rest.data + head, (size_t)size };
	ret->encoded = (struct bytes){ rest.data, head + (size_t)size + 1 };
	return true;
}

static void take_plain(struct bytes line, size_t name_size, struct record_field *ret)
{
	ret->name = (struct bytes){ line.data, name_size };
	ret->value = (struct bytes){ line.data + name_size + 1, line.size - name_size - 1 };
	ret->encoded = (struct bytes){ line.data, line.size + 1 };
}

bool record_next(struct bytes *cursor, struct record_field *ret)
{
	const char *const end = cursor->size > 0 ? memchr(cursor->data, '\n', cursor->size) : NULL;
	struct bytes line;
	const char *equals;

	if (!end || end == cursor->data)
		return false;
	line = (struct bytes){ cursor->data, (size_t)(end - cursor->data) };
	equals = memchr(line.data, '=', line.size);
	if (equals)
		take_plain(line, (size_t)(equals - line.data), ret);
	else if (!take_binary(line, *cursor, ret))
		return false;

	cursor->data += ret->encoded.size;
	cursor->size -= ret->encoded.size;
	return true;
}
