/* SPDX-License-Identifier: MIT */
#include "base/timestamp.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "base/compiler.h"

enum {
	SECONDS_PER_DAY = 86400,
	YEAR = 31557600,            /* of 365.25 days */
	CYCLE = 28 * YEAR,          /* until 2100 calendars repeat: dates, weekdays, leap years */
	YEARS_BACK = 16,            /* the rest lies ahead */
	RELEASED = 56 * YEAR,       /* 2026: a clock that says less has not been set yet */
	STEP = 7 * SECONDS_PER_DAY, /* no zone changes its offset twice within a week */
	OFFSETS_MAX = 128,          /* four a year, as in Casablanca */
};

/* From a moment on, local time is so much ahead of UTC. */
struct offset {
	int64_t from;
	long seconds;
};

/* The offsets of one cycle: those of other years are taken from the year with the same calendar. */
struct offsets {
	int64_t first;
	size_t n;
	struct offset offset[OFFSETS_MAX];
};

/* Readers keep the table that they found while the other one is filled. */
static struct offsets tables[2];
static _Atomic(const struct offsets *) current = &tables[0];

/* The last minute that a line was written in, as local time: one word, so that no thread reads half of
 * it. 0: none. */
static _Atomic uint64_t last_minute;

static long look_up_offset(int64_t when)
{
	const time_t seconds = (time_t)when;
	struct tm local;

	return localtime_r(&seconds, &local) ? local.tm_gmtoff : 0;
}

/* Returns the first second with another offset than the one at LOW. */
static int64_t find_change(int64_t low, int64_t high)
{
	const long before = look_up_offset(low);

	while (high - low > 1) {
		const int64_t middle = low + (high - low) / 2;

		if (look_up_offset(middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static bool is_representable(int64_t when)
{
	return sizeof(time_t) > sizeof(int32_t) || when <= INT32_MAX;
}

static void fill_table(struct offsets *table, int64_t first)
{
	table->first = first;
	table->n = 1;
	table->offset[0] = (struct offset){ first, look_up_offset(first) };
	for (int64_t at = first; at < first + CYCLE && table->n < OFFSETS_MAX; at += STEP) {
		const int64_t next = at + STEP;

		if (!is_representable(next))
			break;
		if (look_up_offset(next) == table->offset[table->n - 1].seconds)
			continue;
		table->offset[table->n++] =
			(struct offset){ find_change(at, next), look_up_offset(next) };
	}
}

void timestamp_init(void)
{
	const struct offsets *const before = atomic_load(&current);
	struct offsets *const table = before == &tables[0] ? &tables[1] : &tables[0];
	const int64_t now = time(NULL);

	tzset();
	fill_table(table, ((now > RELEASED ? now : RELEASED) / YEAR - YEARS_BACK) * YEAR);
	atomic_store(&current, table);
	atomic_store(&last_minute, 0);
}

static long offset_at(int64_t when)
{
	const struct offsets *const table = atomic_load_explicit(&current, memory_order_acquire);
	const int64_t since_first = (when - table->first) % CYCLE;
	const int64_t same = table->first + since_first + (since_first < 0 ? CYCLE : 0);
	size_t i = table->n;

	while (i > 1 && table->offset[i - 1].from > same)
		i--;
	return i > 0 ? table->offset[i - 1].seconds : 0;
}

struct calendar {
	unsigned year, month, day; /* from 1 on */
	unsigned hour, minute, second;
	long offset;
};

/* Counts in years from March to February, whose last day is the leap day, and in eras of 400 years,
 * which are all alike. */
static void set_date(struct calendar *calendar, int64_t days_since_1970)
{
	const unsigned long days = (unsigned long)(days_since_1970 + 719468); /* since 0000-03-01 */
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

static struct calendar local_calendar(int64_t when)
{
	struct calendar calendar = { .offset = offset_at(when) };
	/* West of Greenwich 1970 begins with days before it. */
	const int64_t local = when + calendar.offset;
	const int64_t days = (local - (local < 0 ? SECONDS_PER_DAY - 1 : 0)) / SECONDS_PER_DAY;
	const unsigned second = (unsigned)(local - days * SECONDS_PER_DAY);

	set_date(&calendar, days);
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

/* The parts of last_minute, from the lowest bit on. */
enum {
	MINUTE_BITS = 6,
	HOUR_BITS = 5,
	DAY_BITS = 5,
	MONTH_BITS = 4,
	YEAR_BITS = 12,
	TABLE_BITS = 1, /* the table that the offset is from */
	SINCE_1970_BITS =
		64 - TABLE_BITS - YEAR_BITS - MONTH_BITS - DAY_BITS - HOUR_BITS - MINUTE_BITS,
};

#define take_bits(word, bits) ((word) & ((UINT64_C(1) << (bits)) - 1))

/* Returns the bits of last_minute that say which minute it is; 0 where it cannot be kept. */
static uint64_t minute_key(int64_t when)
{
	const uint64_t table = atomic_load_explicit(&current, memory_order_relaxed) == &tables[1];
	const uint64_t minute = (uint64_t)when / 60;

	if (when < 60 || minute >> SINCE_1970_BITS)
		return 0;
	return (minute << TABLE_BITS | table)
	       << (YEAR_BITS + MONTH_BITS + DAY_BITS + HOUR_BITS + MINUTE_BITS);
}

static uint64_t pack_minute(const struct calendar *calendar)
{
	uint64_t word = calendar->year;

	word = word << MONTH_BITS | calendar->month;
	word = word << DAY_BITS | calendar->day;
	word = word << HOUR_BITS | calendar->hour;
	return word << MINUTE_BITS | calendar->minute;
}

static struct calendar unpack_minute(uint64_t word)
{
	struct calendar calendar = { .minute = (unsigned)take_bits(word, MINUTE_BITS) };

	word >>= MINUTE_BITS;
	calendar.hour = (unsigned)take_bits(word, HOUR_BITS);
	word >>= HOUR_BITS;
	calendar.day = (unsigned)take_bits(word, DAY_BITS);
	word >>= DAY_BITS;
	calendar.month = (unsigned)take_bits(word, MONTH_BITS);
	calendar.year = (unsigned)take_bits(word >> MONTH_BITS, YEAR_BITS);
	return calendar;
}

/* Local time to the second, without its offset: that of the last minute where the moment is in it. */
static struct calendar local_minute(int64_t when)
{
	const uint64_t key = minute_key(when);
	const uint64_t last = atomic_load_explicit(&last_minute, memory_order_relaxed);
	const unsigned bits = YEAR_BITS + MONTH_BITS + DAY_BITS + HOUR_BITS + MINUTE_BITS;
	struct calendar calendar;

	if (LIKELY(key && (last ^ key) >> bits == 0)) {
		calendar = unpack_minute(last);
		calendar.second = (unsigned)(when % 60);
		return calendar;
	}
	calendar = local_calendar(when);
	/* Some offsets of old were no whole minutes. */
	if (key && calendar.offset % 60 == 0 && calendar.year >> YEAR_BITS == 0)
		atomic_store_explicit(&last_minute, key | pack_minute(&calendar),
				      memory_order_relaxed);
	return calendar;
}

void strbuf_put_log_time(struct strbuf *text, const struct timespec *when)
{
	const struct calendar calendar = local_minute(when->tv_sec);
	const unsigned ms = (unsigned)(when->tv_nsec / 1000000);
	char digits[] = "YYYY-MM-DD HH:MM:SS,mmm";

	if (calendar.year > 9999) {
		put_date(text, &calendar, ' ');
		put_clock(text, &calendar);
		strbuf_put_char(text, ',');
		strbuf_put_padded(text, ms, 3);
		return;
	}
	(void)decimal_put_pair(digits, calendar.year / 100);
	(void)decimal_put_pair(digits + 2, calendar.year % 100);
	(void)decimal_put_pair(digits + 5, calendar.month);
	(void)decimal_put_pair(digits + 8, calendar.day);
	(void)decimal_put_pair(digits + 11, calendar.hour);
	(void)decimal_put_pair(digits + 14, calendar.minute);
	(void)decimal_put_pair(digits + 17, calendar.second);
	(void)decimal_put_pair(digits + 20, ms / 10);
	digits[22] = (char)('0' + ms % 10);
	strbuf_put(text, (struct bytes){ digits, sizeof(digits) - 1 });
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
