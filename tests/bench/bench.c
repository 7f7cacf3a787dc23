/* SPDX-License-Identifier: MIT */
/* make bench: mplog beside its peers, in one run. Under tests/lib/with-journald --no-journald. */
#include <mplog.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "measure.h"
#include "service.h"

static const char configuration[] =
	"defaults = { echo = false; };\n"
	"processes = ( { name = \"to-stderr*\"; sink = \"stderr\"; },\n"
	"  { name = \"to-stderr-json\"; stderr = { format = \"json\"; }; },\n"
	"  { name = \"boxed\"; blackbox = { level = \"debug\"; }; } );\n";

/* The rows about standard error need a configuration, and none of the user's is to take part. */
static void configure(void)
{
	static const char path[] = "/run/mplog-bench.conf";
	FILE *file = fopen(path, "we");

	if (!file || fputs(configuration, file) < 0 || fclose(file) != 0)
		fail(path);
	if (setenv("MPLOG_CONF", path, 1) < 0)
		fail("MPLOG_CONF");
}

static void open_log(void)
{
	if (mplog_open("bench", "worker-1", 0) < 0)
		fail("mplog_open");
}

/* A service that was not there is looked for four times a second, and here at once. */
static void find_service(void)
{
	mplog_close();
	open_log();
}

static void run_rows(const char *program)
{
	rows_disabled();
	rows_limited();
	rows_stderr();
	service_start_drain();
	find_service();
	rows_calls("a draining socket", service_drain);
	rows_life();
	rows_blackbox();
	service_stop_drain();

	service_start_journald();
	find_service();
	rows_calls("the real journald", NULL);
	rows_many();
	rows_memory(program);
	service_stop_journald();
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--memory") == 0)
		return memory_main();
	measure_as_json(argc == 2 && strcmp(argv[1], "--json") == 0);
	configure();
	open_log();
	measure_begin();
	measure_announce(ROWS);
	bare_learn();
	run_rows(argv[0]);
	(void)mplog_set_level(MPLOG_WARNING); /* hundreds of children that ended well are no news */
	mplog_close();
	return measure_end();
}
