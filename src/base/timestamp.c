/* SPDX-License-Identifier: MIT */
#include "base/timestamp.h"

#include <stdatomic.h>
#include <stdbool.h>

enum {
	SECONDS_PER_DAY = 86400,
	STEP_SECONDS = 7 * SECONDS_PER_DAY, /* no zone changes twice within a week */
	STEPS_BACK = 53,                    /* a year */
	STEPS_AHEAD = 10 * 53,
	OFFSETS_MAX = 64,
};

/* From a moment on, local time is so much ahead of UTC. */
struct offset {
	time_t from;
	long seconds;
};

struct offsets {
	size_t n;
	struct offset offset[OFFSETS_MAX];
};

/* Readers keep the one that they found while another is filled. */
static struct offsets tables[2];
static _Atomic(const struct offsets *) current = &tables[0];

static long look_up(time_t when)
{
	struct tm local;

	return localtime_r(&when, &local) ? local.tm_gmtoff : 0;
}

/* The first second with another offset than that at low; the one at high is another. */
static time_t find_change(time_t low, time_t high)
{
	const long before = look_up(low);

	while (high - low > 1) {
		const time_t middle = low + (high - low) / 2;

		if (look_up(middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static void fill(struct offsets *table, time_t first)
{
	time_t at = first;

	table->n = 1;
	table->offset[0] = (struct offset){ at, look_up(at) };
	for (int i = 0; i < STEPS_BACK + STEPS_AHEAD && table->n < OFFSETS_MAX; i++) {
		const time_t next = at + STEP_SECONDS;

		if (look_up(next) != table->offset[table->n - 1].seconds) {
			table->offset[table->n] =
				(struct offset){ find_change(at, next), look_up(next) };
			table->n++;
		}
		at = next;
	}
}

void timestamp_init(void)
{
	struct offsets *const table = atomic_load(&current) == &tables[0] ? &tables[1] : &tables[0];

	tzset();
	fill(table, time(NULL) - (time_t)STEPS_BACK * STEP_SECONDS);
	atomic_store(&current, table);
}

static long offset_at(time_t when)
{
	const struct offsets *const table = atomic_load_explicit(&current, memory_order_acquire);
	size_t i = table->n;

	while (i > 1 && table->offset[i - 1].from > when)
		i--;
	return i > 0 ? table->offset[i - 1].seconds : 0;
}

struct calendar {
	unsigned year, month, day; /* from 1 on */
	unsigned hour, minute, second;
	long offset;
};

/* Days are counted in years from March to February, where the leap day is the last one, and in eras
 * of 400 years, which are all alike. */
static void set_date(struct calendar *calendar, unsigned long days_since_1970)
{
	const unsigned long days = days_since_1970 + 719468; /* since 0000-03-01 */
	const unsigned long era = days / 146097;
	const unsigned long in_era = days % 146097;
	const unsigned long year =
		(in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	const unsigned long in_year = in_era - (365 * year + year / 4 - year / 100);
	const unsigned long month = (5 * in_year + 2) / 153; /* from March */

	calendar->day = (unsigned)(in_year - (153 * month + 2) / 5 + 1);
	calendar->month = (unsigned)(month < 10 ? month + 3 : month - 9);
	calendar->year = (unsigned)(year + era * 400 + (calendar->month <= 2));
}

static struct calendar local_calendar(time_t when)
{
	struct calendar calendar = { .offset = offset_at(when) };
	const time_t shifted = when + calendar.offset;
	const unsigned long local = shifted > 0 ? (unsigned long)shifted : 0;
	const unsigned second = (unsigned)(local % SECONDS_PER_DAY);

	set_date(&calendar, local / SECONDS_PER_DAY);
	calendar.hour = second / 3600;
	calendar.minute = second / 60 % 60;
	calendar.second = second % 60;
	return calendar;
}

static void put_date(struct strbuf *text, const struct calendar *calendar, char between)
{
	strbuf_put_padded(text, calendar->year, 4);
	strbuf_put_char(text, '-');
	strbuf_put_padded(text, calendar->month, 2);
	strbuf_put_char(text, '-');
	strbuf_put_padded(text, calendar->day, 2);
	strbuf_put_char(text, between);
}

static void put_clock(struct strbuf *text, const struct calendar *calendar)
{
	strbuf_put_padded(text, calendar->hour, 2);
	strbuf_put_char(text, ':');
	strbuf_put_padded(text, calendar->minute, 2);
	strbuf_put_char(text, ':');
	strbuf_put_padded(text, calendar->second, 2);
}

void strbuf_put_log_time(struct strbuf *text, const struct timespec *when)
{
	const struct calendar calendar = local_calendar(when->tv_sec);

	put_date(text, &calendar, ' ');
	put_clock(text, &calendar);
	strbuf_put_char(text, ',');
	strbuf_put_padded(text, (unsigned)(when->tv_nsec / 1000000), 3);
}

void strbuf_put_rfc3164_time(struct strbuf *text, const struct timespec *when)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const struct calendar calendar = local_calendar(when->tv_sec);

	strbuf_put_string(text, months[calendar.month - 1]);
	strbuf_put_string(text, calendar.day < 10 ? "  " : " ");
	strbuf_put_number(text, calendar.day);
	strbuf_put_char(text, ' ');
	put_clock(text, &calendar);
}

void strbuf_put_rfc5424_time(struct strbuf *text, const struct timespec *when)
{
	const struct calendar calendar = local_calendar(when->tv_sec);
	const unsigned long minutes =
		(unsigned long)(calendar.offset < 0 ? -calendar.offset : calendar.offset) / 60;

	put_date(text, &calendar, 'T');
	put_clock(text, &calendar);
	strbuf_put_char(text, '.');
	strbuf_put_padded(text, (unsigned)(when->tv_nsec / 1000), 6);
	strbuf_put_char(text, calendar.offset < 0 ? '-' : '+');
	strbuf_put_padded(text, (unsigned)(minutes / 60), 2);
	strbuf_put_char(text, ':');
	strbuf_put_padded(text, (unsigned)(minutes % 60), 2);
}
