/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	CONTENDERS_MAX = 16,
	ROUNDS_MAX = 151,
	LATENCIES = 96,   /* in each round */
	BETWEEN_US = 500, /* until the receiver has taken the last contender's records */
};

struct sample {
	const struct contender *contender;
	double ns[ROUNDS_MAX];
	double ratio[ROUNDS_MAX];
	double allocations;
	unsigned n_latencies;
	uint32_t latency[ROUNDS_MAX * LATENCIES];
};

static struct sample samples[CONTENDERS_MAX];
static bool as_json;
static unsigned rows, row;
static FILE *progress; /* a row may be about standard error itself */

void measure_as_json(bool json)
{
	as_json = json;
}

void measure_announce(unsigned n)
{
	rows = n;
	progress = fdopen(dup(STDERR_FILENO), "w");
	if (!as_json)
		printf("%-44s%8s%12s%12s%10s%10s%10s%11s%8s\n", "", "ratio", "median ns", "minimum",
		       "p50", "p99", "p99.9", "max", "allocs");
}

double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void let_catch_up(const struct scenario *scenario)
{
	if (scenario->catch_up)
		scenario->catch_up();
	else
		usleep(BETWEEN_US);
}

/* Returns the time it took. */
static double pause_after(unsigned call, const struct scenario *scenario)
{
	double begin;

	if (scenario->burst == 0 || call % scenario->burst != scenario->burst - 1)
		return 0;
	begin = now_ns();
	let_catch_up(scenario);
	return now_ns() - begin;
}

double round_of_calls(void (*call)(void), const struct scenario *scenario)
{
	const double begin = now_ns();
	double paused = 0;

	for (unsigned i = 0; i < scenario->calls; i++) {
		call();
		paused += pause_after(i, scenario);
	}
	return (now_ns() - begin - paused) / scenario->calls;
}

static void show_progress(const char *title, unsigned round, unsigned rounds)
{
	if (!progress)
		return;
	if (isatty(fileno(progress)))
		fprintf(progress, "\r\033[K%u of %u: %s: round %u of %u", row, rows, title,
			round + 1, rounds);
	else if (round == 0)
		fprintf(progress, "%u of %u: %s\n", row, rows, title);
	fflush(progress);
}

static void end_progress(void)
{
	if (progress && isatty(fileno(progress)))
		fprintf(progress, "\r\033[K");
}

static void take_latencies(struct sample *sample, const struct scenario *scenario)
{
	for (unsigned i = 0; i < LATENCIES; i++) {
		const double begin = now_ns();

		sample->contender->call();
		sample->latency[sample->n_latencies++] = (uint32_t)(now_ns() - begin);
		(void)pause_after(i, scenario);
	}
}

static void take_round(const struct scenario *scenario, struct sample *sample, unsigned round)
{
	const unsigned long before = allocations;

	sample->ns[round] = scenario->round(sample->contender->call, scenario);
	sample->allocations = (double)(allocations - before) / scenario->calls;
	if (scenario->with_latencies)
		take_latencies(sample, scenario);
	let_catch_up(scenario);
}

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

static int compare_latencies(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned n)
{
	qsort(values, n, sizeof(*values), compare_doubles);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static unsigned percentile(const struct sample *sample, double share)
{
	return sample->latency[(unsigned)((sample->n_latencies - 1) * share)];
}

static void print_table_row(const struct sample *sample, double ratio, double middle)
{
	printf("  %-42s%8.2f%12.1f%12.1f", sample->contender->name, ratio, middle, sample->ns[0]);
	if (sample->n_latencies > 0)
		printf("%10u%10u%10u%11u", percentile(sample, 0.5), percentile(sample, 0.99),
		       percentile(sample, 0.999), percentile(sample, 1));
	else
		printf("%10s%10s%10s%11s", "", "", "", "");
	printf("%8.1f\n", sample->allocations);
}

static void print_json_row(const struct sample *sample, const char *title, double ratio,
			   double middle)
{
	printf("{\"row\":\"%s\",\"contender\":\"%s\",\"ratio\":%.3f,\"median_ns\":%.1f,"
	       "\"minimum_ns\":%.1f,",
	       title, sample->contender->name, ratio, middle, sample->ns[0]);
	if (sample->n_latencies > 0)
		printf("\"p50_ns\":%u,\"p99_ns\":%u,\"p999_ns\":%u,\"max_ns\":%u,",
		       percentile(sample, 0.5), percentile(sample, 0.99), percentile(sample, 0.999),
		       percentile(sample, 1));
	printf("\"allocations\":%.2f}\n", sample->allocations);
}

static void print_sample(const struct scenario *scenario, struct sample *sample)
{
	const double ratio = median(sample->ratio, scenario->rounds);
	const double middle =
		median(sample->ns, scenario->rounds); /* and the minimum comes first */

	qsort(sample->latency, sample->n_latencies, sizeof(*sample->latency), compare_latencies);
	if (as_json)
		print_json_row(sample, scenario->title, ratio, middle);
	else
		print_table_row(sample, ratio, middle);
	fflush(stdout);
}

/* Those who are there. */
static size_t gather(const struct contender *contenders, size_t n)
{
	size_t there = 0;

	for (size_t i = 0; i < n && there < CONTENDERS_MAX; i++) {
		if (!contenders[i].call || (contenders[i].prepare && !contenders[i].prepare()))
			continue;
		samples[there].contender = &contenders[i];
		samples[there].n_latencies = 0;
		there++;
	}
	return there;
}

static size_t find_baseline(const char *name, size_t n)
{
	for (size_t i = 0; i < n && name; i++) {
		if (strcmp(samples[i].contender->name, name) == 0)
			return i;
	}
	return 0;
}

/* A ratio is one of the same round: the machine is not as fast in the next one. */
void measure(const struct scenario *scenario, const struct contender *contenders, size_t n)
{
	const size_t there = gather(contenders, n);
	const size_t baseline = find_baseline(scenario->baseline, there);

	row++;
	for (size_t i = 0; i < there; i++)
		(void)scenario->round(samples[i].contender->call, scenario); /* to warm up */
	for (unsigned round = 0; round < scenario->rounds; round++) {
		show_progress(scenario->title, round, scenario->rounds);
		for (size_t i = 0; i < there; i++)
			take_round(scenario, &samples[(i + round) % there], round);
		for (size_t i = 0; i < there; i++)
			samples[i].ratio[round] =
				samples[i].ns[round] / samples[baseline].ns[round];
	}
	end_progress();
	if (!as_json)
		printf("%s\n", scenario->title);
	for (size_t i = 0; i < there; i++)
		print_sample(scenario, &samples[i]);
}

void measure_figure(const char *title, const char *name, double value, const char *unit, double bar)
{
	if (as_json)
		printf("{\"row\":\"%s\",\"contender\":\"%s\",\"%s\":%.0f,\"bar\":%.0f}\n", title,
		       name, unit, value, bar);
	else
		printf("%s\n  %-42s%8.2f%12.0f %s, of %.0f that it may be\n", title, name,
		       value / bar, value, unit, bar);
	fflush(stdout);
}
