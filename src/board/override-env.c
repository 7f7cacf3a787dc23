/* SPDX-License-Identifier: MIT */
#include "board/override-env.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "board/board.h"
#include "board/override.h"

/* "LEVEL:UNTIL:UID:PATTERN", with blanks between the entries: the level as in an override_word, the end
 * in milliseconds of CLOCK_MONOTONIC, which goes on over execve(2). */
static const char variable[] = "MPLOG_SET_LEVELS";

enum { ENTRY_SIZE = PROCESS_NAME_SIZE + 3 * 21, TEXT_SIZE = BOARD_OVERRIDES * ENTRY_SIZE };

/* An entry of one pid is not for names to come; no process name has a blank. */
static void put_entry(struct strbuf *text, const struct override_entry *entry)
{
	if (entry->pid || strchr(entry->pattern, ' '))
		return;
	if (text->size)
		strbuf_put_string(text, " ");
	strbuf_put_number(text, entry->override & OVERRIDE_LEVEL);
	strbuf_put_string(text, ":");
	strbuf_put_number(text, override_until_ms(entry->override));
	strbuf_put_string(text, ":");
	strbuf_put_number(text, entry->uid);
	strbuf_put_string(text, ":");
	strbuf_put_string(text, entry->pattern);
}

int override_export(void)
{
	struct override_entry entries[BOARD_OVERRIDES];
	AUTO_FREE char *memory = malloc(TEXT_SIZE + 1);
	struct strbuf text = { .data = memory, .capacity = TEXT_SIZE };
	struct board *board = board_get();
	size_t n;

	if (!board)
		return 0;
	if (!memory)
		return -ENOMEM;
	n = override_list(board, entries);
	for (size_t i = 0; i < n; i++)
		put_entry(&text, &entries[i]);
	memory[text.size] = '\0';
	return (text.size ? setenv(variable, memory, true) : unsetenv(variable)) < 0 ? -errno : 0;
}

/* Returns false where the text is no entry. */
static bool parse_entry(char *text, struct override_entry *ret)
{
	const uint64_t level = strtoull(text, &text, 10);
	const uint64_t until_ms = *text == ':' ? strtoull(text + 1, &text, 10) : 0;
	const uint64_t uid = *text == ':' ? strtoull(text + 1, &text, 10) : 0;

	if (*text++ != ':' || !level || level > OVERRIDE_RESET ||
	    strlen(text) >= sizeof(ret->pattern))
		return false;
	*ret = (struct override_entry){
		.override = override_pack((int)level - 2, until_ms),
		.uid = (uid_t)uid,
	};
	(void)stpncpy(ret->pattern, text, sizeof(ret->pattern) - 1);
	return true;
}

/* In a set-user-ID program the variable is none. */
void override_import(void)
{
	const char *value = secure_getenv(variable);
	AUTO_FREE char *text = value ? strdup(value) : NULL;
	char *rest = text, *word;
	struct board *board = board_get();
	struct override_entry entry;

	while (board && (word = strsep(&rest, " "))) {
		if (parse_entry(word, &entry))
			(void)override_set(board, &entry);
	}
}
