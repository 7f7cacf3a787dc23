/* SPDX-License-Identifier: MIT */
/* mplog check: what is wrong with the configuration, before programs see it. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "conf/conf.h"
#include "conf/read.h"
#include "conf/sums.h"
#include "tool/cmd/commands.h"
#include "tool/ui/memory.h"
#include "tool/ui/options.h"
#include "tool/ui/term.h"
#include "tool/ui/tool.h"
#include "tool/ui/value.h"

struct mistake {
	enum conf_severity severity;
	char *file;
	unsigned line;
	char *text;
	size_t order; /* of arrival */
};

struct check {
	struct mistake *diags;
	size_t n, room;
	bool has_errors, has_warnings, is_unreadable;
};

static void add_mistake(void *userdata, const struct conf_diag *diag)
{
	struct check *check = userdata;
	const struct mistake mistake = { diag->severity, strdup(diag->file), diag->line,
					 strdup(diag->text), check->n };

	if (!mistake.file || !mistake.text)
		memory_exhausted();
	check->diags = memory_grow(check->diags, check->n + 1, &check->room, sizeof(mistake));
	check->diags[check->n++] = mistake;
	if (diag->severity == CONF_ERROR)
		check->has_errors = true;
	else
		check->has_warnings = true;
}

static void warn(struct check *check, const char *file, const char *text)
{
	const struct conf_diag diag = { CONF_WARNING, file, 0, text };

	add_mistake(check, &diag);
}

/* Sorts by file, in the order of reading (mplog.conf before mplog.conf.d/x.conf), then by line:
 * syntax is checked before meaning. */
static int compare_mistakes(const void *a, const void *b)
{
	const struct mistake *x = a, *y = b;
	const int by_file = strcmp(x->file, y->file);

	if (by_file != 0)
		return by_file;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Prints the diagnostics, and forgets them. */
static void print_sorted(struct check *check)
{
	if (check->n > 0)
		qsort(check->diags, check->n, sizeof(*check->diags), compare_mistakes);
	for (size_t i = 0; i < check->n; i++) {
		struct mistake *mistake = &check->diags[i];

		(void)term_puts(stdout, mistake->file);
		if (mistake->line > 0)
			(void)printf(":%u", mistake->line);
		term_line(": %s: %s", mistake->severity == CONF_ERROR ? "error" : "warning",
			  mistake->text);
		free(mistake->file);
		free(mistake->text);
	}
	check->n = 0;
}

/* Returns whether all users may search all directories on the way to the file. */
static bool is_reachable(const char *path)
{
	AUTO_FREE char *directory = realpath(path, NULL);
	struct stat st;

	for (char *slash = directory ? strrchr(directory, '/') : NULL; slash;
	     slash = strrchr(directory, '/')) {
		*slash = '\0';
		if (stat(slash == directory ? "/" : directory, &st) == 0 && !(st.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

static void check_writers(struct check *check, const char *path, const struct stat *st)
{
	if (conf_is_foreign(st))
		warn(check, path,
		     "users other than root can write it: set-user-ID programs refuse it (chown root, chmod go-w)");
}

/* Anything but a regular file is /dev/null, or was reported before. */
static void check_permissions(struct check *check, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		if (errno == ENOENT && lstat(path, &st) == 0)
			warn(check, path, "is a link to a file that is not there");
		return;
	}
	if (!S_ISREG(st.st_mode))
		return;
	if (!(st.st_mode & S_IROTH))
		warn(check, path,
		     "not everybody can read it: services of other users go without it (chmod a+r)");
	else if (!is_reachable(path))
		warn(check, path,
		     "not everybody can reach it: services of other users go without it (chmod a+x its directories)");
	check_writers(check, path, &st);
}

/* A user that can write to the directory can put a file there. */
static void check_directories(struct check *check, const struct conf *conf)
{
	const char *path;
	struct stat st;

	for (size_t i = 0; conf_directory_diag(conf, i, &path); i++) {
		if (stat(path, &st) == 0)
			check_writers(check, path, &st);
	}
}

static void note_result(struct check *check, int result)
{
	if (result < 0 && result != -EBADMSG)
		check->is_unreadable = true;
}

static void check_file(struct check *check, const char *path)
{
	note_result(check, conf_check_file(path, add_mistake, check));
	print_sorted(check);
}

/* Checks the files that programs read, and their permissions; those of a file on its way to /etc do
 * not matter. */
static void check_system(struct check *check, const char *directory)
{
	const struct conf_options options = value_conf_options(directory);
	struct conf *conf;

	note_result(check, conf_load(&options, NULL, CONF_DROP_MISSING, add_mistake, check, &conf));
	for (size_t i = 0; conf && i < conf_n_files(conf); i++)
		check_permissions(check, conf_file_status(conf, i).path);
	if (conf) {
		check_directories(check, conf);
		note_result(check, conf_check_sums(conf, add_mistake, check));
	}
	conf_free(conf);
	print_sorted(check);
}

static int run_check(const struct command *command, int argc, char **argv)
{
	struct check check = { NULL };
	const char *directory = NULL;
	bool is_lenient = false;
	const struct option_row rows[] = {
		{ "directory", 'd', .text = &directory },
		{ "lenient", .flag = &is_lenient },
		{ 0 },
	};

	if (options_parse(command, rows, NULL, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (!value_has_directory(directory))
		return STATUS_TROUBLE;
	if (optind == argc)
		check_system(&check, directory);
	for (int i = optind; i < argc; i++)
		check_file(&check, argv[i]);
	free(check.diags);

	if (check.is_unreadable)
		return STATUS_TROUBLE;
	return check.has_errors || (check.has_warnings && !is_lenient) ? STATUS_BAD : STATUS_GOOD;
}

const struct command command_check = {
	.name = "check",
	.summary = "Tell what is wrong with the configuration",
	.arguments = "[--lenient] [-d DIRECTORY] [FILE...]",
	.help = "Without FILE: the files that programs read, and whether they can.\n"
		"Prints file:line: error|warning: text, one a line.\n"
		"\n"
		"  -d, --directory=DIRECTORY  DIRECTORY/mplog.conf and mplog.conf.d instead of the system's\n"
		"  --lenient                  warnings alone are no failure\n"
		"\n"
		"Exit status: 0 good, 1 errors or warnings, 2 usage or unreadable.\n"
		"Ansible: validate: mplog check %s\n",
	.run = run_check,
};
