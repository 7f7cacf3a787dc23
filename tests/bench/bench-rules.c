/* SPDX-License-Identifier: MIT */
/* make bench: 10,000 rules, loaded and resolved. Links the private functions. */
#include "conf/conf.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

enum { RULES = 10000, ROUNDS = 15, RESOLVES = 20 };

static char path[] = "/tmp/mplog-bench-XXXXXX";
static struct settings settings;
static struct settings_fields fields;
static struct conf *conf;

static void fail(const char *what)
{
	fprintf(stderr, "bench-rules: %s\n", what);
	exit(EXIT_FAILURE);
}

static void write_rules(void)
{
	FILE *const file = fdopen(mkstemp(path), "w");

	if (!file)
		fail(path);
	fprintf(file, "processes = (\n");
	for (int i = 0; i < RULES; i++)
		fprintf(file,
			"  { name = \"worker-%d-*\"; level = \"debug\"; prefix = \"%%n \"; "
			"fields = { ROLE = \"role-%d\"; }; }%s\n",
			i, i, i + 1 < RULES ? "," : "");
	fprintf(file, ");\n");
	if (fclose(file) != 0)
		fail(path);
}

static void read_with_libconfig(void)
{
	config_t config;

	config_init(&config);
	if (config_read_file(&config, path) != CONFIG_TRUE)
		fail(config_error_text(&config));
	config_destroy(&config);
}

static void load(void)
{
	const struct conf_options options = { .file = path };
	struct conf *loaded;

	if (conf_load(&options, NULL, 0, NULL, NULL, &loaded) < 0)
		fail("conf_load");
	conf_free(loaded);
}

static void nothing(void)
{
}

static void resolve(void)
{
	memset(&fields, 0, sizeof(fields));
	settings_init(&settings, &fields);
	settings_apply(&settings, conf_rules(conf), "bench", "worker-9999-1");
	if (settings.number[SETTING_LEVEL] != 7)
		fail("worker-9999-1 is not at debug");
}

/* The first time in a child, with the faults on pages that it shares with its parent. */
static double round_in_child(void (*call)(void), const struct scenario *scenario)
{
	double ns = 0;
	int fd[2];
	pid_t pid;

	if (pipe(fd) < 0 || (pid = fork()) < 0)
		fail("fork");
	if (pid == 0) {
		ns = round_of_calls(call, scenario);
		_exit(write(fd[1], &ns, sizeof(ns)) != sizeof(ns));
	}
	if (read(fd[0], &ns, sizeof(ns)) != sizeof(ns) || waitpid(pid, NULL, 0) != pid)
		fail("a child");
	(void)close(fd[0]);
	(void)close(fd[1]);
	return ns;
}

int main(int argc, char **argv)
{
	static const struct contender loading[] = {
		{ "libconfig's config_read_file alone", read_with_libconfig, NULL },
		{ "mplog, until the rules are there", load, NULL, .bar = 2 },
	};
	static const struct contender resolving[] = {
		{ "nothing", nothing, NULL },
		{ "mplog (1 ms at most)", resolve, NULL, .bar_ns = 1e6 },
	};
	static const struct scenario scenarios[] = {
		{ .title = "10,000 rules loaded (ratio at most 2)",
		  .round = round_of_calls,
		  .calls = 1,
		  .rounds = ROUNDS },
		{ .title = "a name resolved by 10,000 rules",
		  .round = round_of_calls,
		  .calls = RESOLVES,
		  .rounds = ROUNDS },
		{ .title = "the same, in a child after fork",
		  .round = round_in_child,
		  .calls = 1,
		  .rounds = ROUNDS },
	};
	const struct conf_options options = { .file = path };

	measure_as_json(argc == 2 && strcmp(argv[1], "--json") == 0);
	write_rules();
	measure_begin();
	measure(&scenarios[0], loading, 2);
	if (conf_load(&options, NULL, 0, NULL, NULL, &conf) < 0)
		fail("conf_load");
	measure(&scenarios[1], resolving, 2);
	measure(&scenarios[2], resolving, 2);
	conf_free(conf);
	(void)unlink(path);
	return measure_end();
}
