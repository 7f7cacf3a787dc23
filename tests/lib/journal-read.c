/* SPDX-License-Identifier: MIT */
#include "lib/journald.h"

#include <check.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

static sd_journal *open_journal(const char *match, va_list ap)
{
	sd_journal *journal;

	journald_sync();
	ck_assert_int_eq(sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY), 0);
	/* The default of 64 KiB would cut long messages short. */
	ck_assert_int_eq(sd_journal_set_data_threshold(journal, 0), 0);
	for (; match; match = va_arg(ap, const char *))
		ck_assert_int_eq(sd_journal_add_match(journal, match, 0), 0);
	return journal;
}

/* Name and value in one block, which the name owns. */
static struct journal_field copy_field(const char *data, size_t size)
{
	const char *equals = memchr(data, '=', size);
	char *copy = malloc(size + 1);

	ck_assert_ptr_nonnull(equals);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, data, size);
	copy[size] = '\0';
	copy[equals - data] = '\0';
	return (struct journal_field){
		.name = copy,
		.value = copy + (equals - data) + 1,
		.size = size - (size_t)(equals - data) - 1,
	};
}

static struct journal_entry copy_entry(sd_journal *journal)
{
	struct journal_entry entry = { 0 };
	size_t allocated = 0, size;
	const void *data;

	sd_journal_restart_data(journal);
	while (sd_journal_enumerate_data(journal, &data, &size) > 0) {
		if (entry.n_fields == allocated) {
			allocated = allocated ? 2 * allocated : 32;
			entry.fields = realloc(entry.fields, allocated * sizeof(*entry.fields));
			ck_assert_ptr_nonnull(entry.fields);
		}
		entry.fields[entry.n_fields++] = copy_field(data, size);
	}
	return entry;
}

struct journal_entries journal_read(const char *match, ...)
{
	struct journal_entries all = { 0 };
	size_t allocated = 0;
	sd_journal *journal;
	va_list ap;

	va_start(ap, match);
	journal = open_journal(match, ap);
	va_end(ap);
	while (sd_journal_next(journal) > 0) {
		if (all.n == allocated) {
			allocated = allocated ? 2 * allocated : 64;
			all.entries = realloc(all.entries, allocated * sizeof(*all.entries));
			ck_assert_ptr_nonnull(all.entries);
		}
		all.entries[all.n++] = copy_entry(journal);
	}
	sd_journal_close(journal);
	return all;
}

size_t journal_count(const char *match, ...)
{
	sd_journal *journal;
	size_t n = 0;
	va_list ap;

	va_start(ap, match);
	journal = open_journal(match, ap);
	va_end(ap);
	while (sd_journal_next(journal) > 0)
		n++;
	sd_journal_close(journal);
	return n;
}

void journal_entries_free(struct journal_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++) {
		for (size_t j = 0; j < entries->entries[i].n_fields; j++)
			free(entries->entries[i].fields[j].name);
		free(entries->entries[i].fields);
	}
	free(entries->entries);
	*entries = (struct journal_entries){ 0 };
}

const struct journal_field *journal_field(const struct journal_entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->n_fields; i++) {
		if (strcmp(entry->fields[i].name, name) == 0)
			return &entry->fields[i];
	}
	return NULL;
}

const char *journal_value(const struct journal_entry *entry, const char *name)
{
	const struct journal_field *field = journal_field(entry, name);

	return field ? field->value : NULL;
}

size_t journal_count_field(const struct journal_entry *entry, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < entry->n_fields; i++)
		n += strcmp(entry->fields[i].name, name) == 0;
	return n;
}

unsigned long journal_number(const struct journal_entry *entry, const char *name)
{
	const char *value = journal_value(entry, name);

	ck_assert_msg(value != NULL, "%s is missing", name);
	return strtoul(value, NULL, 10);
}

unsigned long journal_sum(const struct journal_entries *entries, const char *name)
{
	unsigned long sum = 0;

	for (size_t i = 0; i < entries->n; i++)
		sum += journal_number(&entries->entries[i], name);
	return sum;
}
