/* SPDX-License-Identifier: MIT */
#include "tool/view/catalog.h"

#include "base/cleanup.h"
#include "tool/view/print.h"

void catalog_print(const struct journal_entry *entry)
{
	AUTO_FREE char *text = NULL;
	struct bytes rest, line;

	if (!entry_get(entry->journal, "MESSAGE_ID").data ||
	    sd_journal_get_catalog(entry->journal, &text) < 0)
		return;
	rest = term_bytes(text);
	while (rest.size > 0 && rest.data[rest.size - 1] == '\n')
		rest.size--;
	while (print_next_line(&rest, &line)) {
		(void)fputs(line.size ? "-- " : "--", stdout);
		(void)term_print(stdout, line);
		(void)fputc('\n', stdout);
	}
}
