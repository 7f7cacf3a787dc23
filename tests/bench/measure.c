/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "statistics.h"
#include "verdict.h"

enum {
	CONTENDERS_MAX = 16,
	ROUNDS_MAX = STATISTICS_MAX,
	ROUNDS_FACTOR = 4, /* the limit: so many times the rounds of the scenario */
	ROUNDS_WITH_LATENCIES = 151,
	LATENCIES = 96,   /* in each of these rounds */
	BETWEEN_US = 500, /* until the receiver has taken the last contender's records */
};

struct sample {
	const struct contender *contender;
	double ns[ROUNDS_MAX];
	double ratio[ROUNDS_MAX];
	double over[ROUNDS_MAX]; /* nanoseconds more than the baseline */
	double allocations;
	unsigned n_latencies;
	uint32_t latency[ROUNDS_WITH_LATENCIES * LATENCIES];
};

#define SPREAD_MAX 0.05

static struct sample samples[CONTENDERS_MAX];
static bool as_json;
static unsigned rows, row;
static FILE *progress; /* a row may be about standard error itself */

void measure_as_json(bool json)
{
	as_json = json;
}

void measure_begin(void)
{
	verdict_print_machine(as_json);
}

int measure_end(void)
{
	return verdict_print(as_json);
}

void measure_announce(unsigned n)
{
	rows = n;
	progress = fdopen(dup(STDERR_FILENO), "w");
	if (!as_json)
		printf("%-44s%8s%8s%12s%12s%10s%10s%10s%11s%8s\n", "", "ratio", "spread",
		       "median ns", "minimum", "p50", "p99", "p99.9", "max", "allocs");
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
	if (scenario->with_latencies && round < ROUNDS_WITH_LATENCIES)
		take_latencies(sample, scenario);
	let_catch_up(scenario);
}

static int compare_latencies(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static unsigned percentile(const struct sample *sample, double share)
{
	return sample->latency[(unsigned)((sample->n_latencies - 1) * share)];
}

static void print_table_row(const struct sample *sample, const struct middle *ratio, double middle,
			    double minimum)
{
	printf("  %-42s%8.2f%7.1f%%%12.1f%12.1f", sample->contender->name, ratio->value,
	       100 * spread_of(ratio), middle, minimum);
	if (sample->n_latencies > 0)
		printf("%10u%10u%10u%11u", percentile(sample, 0.5), percentile(sample, 0.99),
		       percentile(sample, 0.999), percentile(sample, 1));
	else
		printf("%10s%10s%10s%11s", "", "", "", "");
	printf("%8.1f\n", sample->allocations);
}

static void print_json_row(const struct sample *sample, const char *title,
			   const struct middle *ratio, double middle, double minimum)
{
	printf("{\"row\":\"%s\",\"contender\":\"%s\",\"ratio\":%.3f,\"spread\":%.3f,"
	       "\"median_ns\":%.1f,\"minimum_ns\":%.1f,",
	       title, sample->contender->name, ratio->value, spread_of(ratio), middle, minimum);
	if (sample->contender->bar > 0)
		printf("\"bar\":%.2f,", sample->contender->bar);
	if (sample->n_latencies > 0)
		printf("\"p50_ns\":%u,\"p99_ns\":%u,\"p999_ns\":%u,\"max_ns\":%u,",
		       percentile(sample, 0.5), percentile(sample, 0.99), percentile(sample, 0.999),
		       percentile(sample, 1));
	printf("\"allocations\":%.2f}\n", sample->allocations);
}

static void judge(const struct scenario *scenario, const struct sample *sample,
		  const struct middle *ratio, const struct middle *over)
{
	const char *const title = scenario->title;
	const struct contender *const contender = sample->contender;
	const bool is_too_slow = contender->bar > 0 && ratio->low > contender->bar;
	const bool is_too_far = contender->bar_ns > 0 && over->low > contender->bar_ns;

	if (is_too_slow && (contender->bar_ns <= 0 || is_too_far))
		verdict_miss(title, contender->name, "ratio", ratio->value, contender->bar);
	else if (is_too_far && contender->bar <= 0)
		verdict_miss(title, contender->name, "nanoseconds more", over->value,
			     contender->bar_ns);
	if (scenario->with_latencies && contender->bar > 0 && sample->allocations > 0)
		verdict_miss(title, contender->name, "allocations", sample->allocations, 0);
}

static void print_sample(const struct scenario *scenario, struct sample *sample, unsigned rounds)
{
	const struct middle ratio = middle_of(sample->ratio, rounds);
	const struct middle over = middle_of(sample->over, rounds);
	const double middle = middle_of(sample->ns, rounds).value;
	const double minimum = minimum_of(sample->ns, rounds);

	qsort(sample->latency, sample->n_latencies, sizeof(*sample->latency), compare_latencies);
	if (as_json)
		print_json_row(sample, scenario->title, &ratio, middle, minimum);
	else
		print_table_row(sample, &ratio, middle, minimum);
	judge(scenario, sample, &ratio, &over);
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
static void take_all(const struct scenario *scenario, size_t there, size_t baseline, unsigned round)
{
	for (size_t i = 0; i < there; i++)
		take_round(scenario, &samples[(i + round) % there], round);
	for (size_t i = 0; i < there; i++) {
		samples[i].ratio[round] = samples[i].ns[round] / samples[baseline].ns[round];
		samples[i].over[round] = samples[i].ns[round] - samples[baseline].ns[round];
	}
}

/* Tells whether each ratio that has a bar is known well enough. */
static bool is_steady(size_t there, unsigned rounds)
{
	for (size_t i = 0; i < there; i++) {
		const struct middle ratio = middle_of(samples[i].ratio, rounds);

		if (samples[i].contender->bar > 0 && spread_of(&ratio) > SPREAD_MAX)
			return false;
	}
	return true;
}

static unsigned take_rounds(const struct scenario *scenario, size_t there, size_t baseline)
{
	const unsigned all = scenario->rounds * ROUNDS_FACTOR;
	const unsigned limit = all < ROUNDS_MAX ? all : ROUNDS_MAX;
	unsigned round;

	for (round = 0; round < limit; round++) {
		if (round >= scenario->rounds && round % scenario->rounds == 0 &&
		    is_steady(there, round))
			break;
		show_progress(scenario->title, round, limit);
		take_all(scenario, there, baseline, round);
	}
	return round;
}

/* How much slower than mplog a peer is to be, where it has such a bar: the contender whose own ratio has
 * a bar is mplog. */
static void judge_peers(const char *title, size_t there, unsigned rounds)
{
	static double slower[ROUNDS_MAX];
	size_t ours = 0;

	while (ours < there && samples[ours].contender->bar <= 0)
		ours++;
	for (size_t i = 0; i < there && ours < there; i++) {
		const double least = samples[i].contender->bar_slower;
		struct middle ratio;

		for (unsigned k = 0; k < rounds; k++)
			slower[k] = samples[i].ns[k] / samples[ours].ns[k];
		ratio = middle_of(slower, rounds);
		if (least > 0 && ratio.high < least)
			verdict_miss(title, samples[i].contender->name,
				     "mplog's share of its time, in percent", 100 / ratio.value,
				     100 / least);
	}
}

void measure(const struct scenario *scenario, const struct contender *contenders, size_t n)
{
	const size_t there = gather(contenders, n);
	const size_t baseline = find_baseline(scenario->baseline, there);
	unsigned rounds;

	row++;
	for (size_t i = 0; i < there; i++)
		(void)scenario->round(samples[i].contender->call, scenario); /* to warm up */
	rounds = take_rounds(scenario, there, baseline);
	end_progress();
	if (!as_json)
		printf("%s\n", scenario->title);
	for (size_t i = 0; i < there; i++)
		print_sample(scenario, &samples[i], rounds);
	judge_peers(scenario->title, there, rounds);
}

void measure_figure(const char *title, const char *name, double value, const char *unit, double bar)
{
	if (as_json)
		printf("{\"row\":\"%s\",\"contender\":\"%s\",\"%s\":%.0f,\"bar\":%.0f}\n", title,
		       name, unit, value, bar);
	else
		printf("%s\n  %-42s%8.2f%12.0f %s, of %.0f that it may be\n", title, name,
		       value / bar, value, unit, bar);
	if (value > bar)
		verdict_miss(title, name, unit, value, bar);
	fflush(stdout);
}
