/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339, by arithmetic alone: no time zone and no clock is asked. */
#include "kit/time.h"

#include <stddef.h>
#include <stdio.h>

struct date {
    int64_t year;
    int64_t month;
    int64_t day;
};

/* Reads exactly `digits` digits and moves on; -1 when there are none. */
static int64_t take(const char **text, int digits)
{
    int64_t value = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return -1;
        value = value * 10 + (**text - '0');
    }
    return value;
}

static int take_char(const char **text, char c)
{
    if (**text != c)
        return -1;
    (*text)++;
    return 0;
}

/* Days since 1970-01-01; the year begins in March, so that the leap day is its last. */
static int64_t days_of(const struct date *date)
{
    int64_t year = date->year - (date->month <= 2);
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (date->month + (date->month > 2 ? -3 : 9)) + 2) / 5 + date->day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t days_in(const struct date *date)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int is_leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
    return days[date->month - 1] + (date->month == 2 && is_leap);
}

static int read_date(const char **text, struct date *ret_date)
{
    ret_date->year = take(text, 4);
    if (ret_date->year < 1970 || take_char(text, '-'))
        return -1;
    ret_date->month = take(text, 2);
    if (ret_date->month < 1 || ret_date->month > 12 || take_char(text, '-'))
        return -1;
    ret_date->day = take(text, 2);
    return ret_date->day < 1 || ret_date->day > days_in(ret_date) ? -1 : 0;
}

/* Seconds since midnight; 60 in the seconds is a leap second. -1: no time. */
static int64_t read_clock(const char **text)
{
    int64_t hour = take(text, 2);
    if (hour < 0 || hour > 23 || take_char(text, ':'))
        return -1;
    int64_t minute = take(text, 2);
    if (minute < 0 || minute > 59 || take_char(text, ':'))
        return -1;
    int64_t second = take(text, 2);
    return second < 0 || second > 60 ? -1 : (hour * 60 + minute) * 60 + second;
}

/* -1: a point, and nothing behind it. */
static int64_t read_fraction_ms(const char **text)
{
    int64_t ms = 0;
    int64_t unit = 100;
    if (**text != '.')
        return 0;
    if ((*text)[1] < '0' || (*text)[1] > '9')
        return -1;
    for ((*text)++; **text >= '0' && **text <= '9'; (*text)++) {
        ms += (**text - '0') * unit;
        unit /= 10;
    }
    return ms;
}

/* Minutes east of Greenwich, and nothing behind them; -1 is no offset, so that it is out of range. */
static int read_offset(const char *text, int64_t *ret_minutes)
{
    int64_t sign = *text == '-' ? -1 : 1;
    if (*text == 'Z' || *text == 'z') {
        *ret_minutes = 0;
        return text[1] ? -1 : 0;
    }
    if (*text != '+' && *text != '-')
        return -1;
    text++;
    int64_t hours = take(&text, 2);
    if (hours < 0 || hours > 23 || take_char(&text, ':'))
        return -1;
    int64_t minutes = take(&text, 2);
    *ret_minutes = sign * (hours * 60 + minutes);
    return minutes < 0 || minutes > 59 || *text ? -1 : 0;
}

uint64_t kit_time_read(const char *text)
{
    struct date date;
    int64_t minutes = 0;
    if (!text || read_date(&text, &date) || (*text != 'T' && *text != 't' && *text != ' '))
        return 0;
    text++;
    int64_t seconds = read_clock(&text);
    int64_t ms = read_fraction_ms(&text);
    if (seconds < 0 || ms < 0 || read_offset(text, &minutes))
        return 0;
    int64_t time_ms = ((days_of(&date) * 24 * 60 - minutes) * 60 + seconds) * 1000 + ms;
    return time_ms > 0 ? (uint64_t)time_ms : 0;
}

/* The inverse of days_of: the last day of the years before, then of the months before. */
static struct date date_of(int64_t days)
{
    struct date date = {.year = 1970 + days / 366, .month = 1, .day = 1};
    while (days_of(&(struct date){date.year + 1, 1, 1}) <= days)
        date.year++;
    while (date.month < 12 && days_of(&(struct date){date.year, date.month + 1, 1}) <= days)
        date.month++;
    date.day += days - days_of(&date);
    return date;
}

void kit_time_write(uint64_t wall_ms, char ret_text[KIT_TIME])
{
    static const uint64_t last_second = 253402300799; /* 9999-12-31T23:59:59Z */
    uint64_t second = wall_ms / 1000 < last_second ? wall_ms / 1000 : last_second;
    struct date date = date_of((int64_t)(second / 86400));
    snprintf(ret_text, KIT_TIME, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)date.year % 10000,
             (unsigned)date.month % 100, (unsigned)date.day % 100, (unsigned)(second / 3600 % 24),
             (unsigned)(second / 60 % 60), (unsigned)(second % 60));
}
