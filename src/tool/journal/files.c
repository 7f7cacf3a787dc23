/* SPDX-License-Identifier: MIT */
#include "tool/journal/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "base/cleanup.h"
#include "tool/ui/memory.h"
#include "tool/ui/tool.h"

struct survey {
	size_t files, unreadable;
};

static void complain(struct survey *survey, const char *path, int error)
{
	const bool is_damaged = error == EBADMSG || error == ENODATA || error == EPROTONOSUPPORT;

	tool_complain("%s: %s", path,
		      error == ENODATA ? "not a journal file: it is too short"
		      : is_damaged ? "not a journal file that can be read here: it is damaged, or "
				     "of another format"
				   : strerror(error));
	survey->unreadable++;
}

/* system.journal, and system@...-1.journal~ that was not closed. */
static bool is_journal_file(const char *name)
{
	static const char *const ends[] = { ".journal", ".journal~" };
	const size_t size = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const size_t end = strlen(ends[i]);

		if (size > end && strcmp(name + size - end, ends[i]) == 0)
			return true;
	}
	return false;
}

/* The number of a machine, with a namespace or without: such folders are read too. */
static bool is_machine_folder(const char *name)
{
	const size_t digits = strspn(name, "0123456789abcdefABCDEF");

	return digits == SD_ID128_STRING_MAX - 1 && (name[digits] == '\0' || name[digits] == '.');
}

static void check_file(struct survey *survey, const char *path)
{
	const char *paths[] = { path, NULL };
	sd_journal *journal = NULL;
	const int r = sd_journal_open_files(&journal, paths, 0);

	survey->files++;
	sd_journal_close(journal);
	if (r < 0)
		complain(survey, path, -r);
}

static void check_folder(struct survey *survey, const char *folder, bool is_top)
{
	DIR *const stream = opendir(folder);
	const struct dirent *entry;

	if (!stream) {
		if (is_top || errno != ENOTDIR)
			complain(survey, folder, errno);
		return;
	}
	while ((entry = readdir(stream))) {
		const bool is_file = is_journal_file(entry->d_name);
		AUTO_FREE char *path = NULL;

		if (!is_file && !(is_top && is_machine_folder(entry->d_name)))
			continue;
		if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
			memory_exhausted();
		if (is_file)
			check_file(survey, path);
		else
			check_folder(survey, path, false);
	}
	(void)closedir(stream);
}

size_t files_tell_unreadable(const char *directory)
{
	struct survey survey = { 0 };

	check_folder(&survey, directory, true);
	if (survey.files + survey.unreadable == 0) {
		tool_complain("%s: there is no journal file", directory);
		survey.unreadable++;
	}
	return survey.unreadable;
}
