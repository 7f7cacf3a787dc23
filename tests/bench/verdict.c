/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MISSES_MAX = 64, TEXT_MAX = 128 };

static struct miss {
	char row[TEXT_MAX], contender[TEXT_MAX], what[TEXT_MAX];
	double value, bar;
} misses[MISSES_MAX];
static unsigned n_misses;

static void read_processor(char model[TEXT_MAX])
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[512];
	const char *name;

	(void)snprintf(model, TEXT_MAX, "unknown processor");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "model name", strlen("model name")) != 0 ||
		    !(name = strchr(line, ':')))
			continue;
		(void)snprintf(model, TEXT_MAX, "%.*s", (int)strcspn(name + 2, "\n\"\\"), name + 2);
		break;
	}
	if (file)
		(void)fclose(file);
}

void verdict_print_machine(bool as_json)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct utsname names = { .sysname = "" };
	double load[1] = { 0 };
	char model[TEXT_MAX];

	read_processor(model);
	(void)uname(&names);
	(void)getloadavg(load, 1);
	if (as_json)
		printf("{\"processor\":\"%s\",\"processors\":%ld,\"kernel\":\"%s %s %s\","
		       "\"load\":%.2f}\n",
		       model, processors, names.sysname, names.release, names.machine, load[0]);
	else
		printf("%s, %ld processors, %s %s %s, load %.2f\n", model, processors,
		       names.sysname, names.release, names.machine, load[0]);
	fflush(stdout);
}

void verdict_miss(const char *row, const char *contender, const char *what, double value,
		  double bar)
{
	struct miss *const miss = &misses[n_misses < MISSES_MAX ? n_misses++ : MISSES_MAX - 1];

	(void)snprintf(miss->row, sizeof(miss->row), "%s", row);
	(void)snprintf(miss->contender, sizeof(miss->contender), "%s", contender);
	(void)snprintf(miss->what, sizeof(miss->what), "%s", what);
	miss->value = value;
	miss->bar = bar;
}

int verdict_print(bool as_json)
{
	for (unsigned i = 0; i < n_misses; i++) {
		const struct miss *const miss = &misses[i];

		printf(as_json ? "{\"missed\":\"%s\",\"contender\":\"%s\",\"%s\":%.2f,\"bar\":%.2f}\n"
			       : "missed: %s: %s: %s is %.2f, over the bar of %.2f\n",
		       miss->row, miss->contender, miss->what, miss->value, miss->bar);
	}
	if (n_misses == 0)
		printf(as_json ? "{\"missed\":null}\n" : "no bar was missed\n");
	fflush(stdout);
	return n_misses > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
