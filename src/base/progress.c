/* progress.c: the line on a terminal is drawn at most ten times a second, so
 * that drawing takes no time. Elsewhere lines go by time, not by steps: a step
 * may take a millisecond or a minute. */
#include "base/progress.h"

#include "base/clock.h"
#include "base/figure.h"
#include "base/log.h"
#include "base/terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Seconds: between drawings; until the first line, and between others. The rate
 * is that of a window, which is moved on. */
static const double redraw = 0.1, first_line = 2, least = 10, most = 60,
                    window = 5;

static void clear_line(void)
{
    fputs("\r\033[K", stderr);
}

static int digits(uint64_t n)
{
    int count = 1;
    while (n /= 10)
        count++;
    return count;
}

/* --- What a line says. */

typedef struct piece {
    char text[64];
    int rank; /* pieces of higher ranks are left out first */
} piece;

enum { PIECES = 16, FIRST_FIGURE = 4 };

/* Those that fit, in their order. */
static char *join(const piece *pieces, int n, int columns, char *line)
{
    int most_rank = -1, width = 0;
    for (int rank = 0; rank < PIECES; rank++) {
        for (int i = 0; i < n; i++)
            if (pieces[i].rank == rank)
                width += (int)strlen(pieces[i].text);
        if (rank > 0 && width > columns)
            break;
        most_rank = rank;
    }
    size_t used = 0;
    line[0] = '\0';
    for (int i = 0; i < n; i++)
        if (pieces[i].rank <= most_rank && used < GT_PROGRESS_LINE)
            used += (size_t)snprintf(line + used, GT_PROGRESS_LINE - used, "%s",
                                     pieces[i].text);
    return line;
}

static const char *number(double rate, char text[GT_FIGURE])
{
    if (rate < 99999)
        return gt_figure_text(rate, text);
    snprintf(text, GT_FIGURE, "%.0f", rate);
    return text;
}

char *gt_progress_text(const gt_progress *p, const gt_progress_place *at,
                       double left, double rate, int columns,
                       char line[GT_PROGRESS_LINE])
{
    piece pieces[PIECES] = {0};
    char text[GT_DURATION];
    int n = FIRST_FIGURE;
    snprintf(pieces[0].text, sizeof pieces[0].text, "%s %*llu/%llu", p->what,
             digits(p->last), (unsigned long long)at->done,
             (unsigned long long)p->last);
    snprintf(pieces[1].text, sizeof pieces[1].text, " %3.0f%%",
             p->last ? 100.0 * (double)at->done / (double)p->last : 100.0);
    pieces[1].rank = PIECES - 1;
    char rate_text[GT_FIGURE];
    if (rate >= 0) /* else it is not known yet, nor is what is left */
        snprintf(pieces[2].text, sizeof pieces[2].text, "  %s %s/s",
                 number(rate, rate_text), p->unit);
    pieces[2].rank = 3;
    if (rate >= 0)
        snprintf(pieces[3].text, sizeof pieces[3].text, "  %6s left",
                 gt_duration_text(left, text));
    pieces[3].rank = 1;
    for (int i = 0; i < at->n_figures && n < PIECES; i++, n++) {
        snprintf(pieces[n].text, sizeof pieces[n].text, "%s%s", i ? " " : "  ",
                 at->figures[i]);
        pieces[n].rank = i == 0 ? 2 : 3 + i;
    }
    return join(pieces, n, columns, line);
}

/* --- When. */

void gt_progress_start(gt_progress *p, bool enabled, const char *what,
                       uint64_t first, uint64_t last, const char *unit,
                       uint64_t units)
{
    double now = gt_seconds();
    *p = (gt_progress){.enabled = enabled,
                       .terminal = enabled && gt_terminal(),
                       .what = what,
                       .unit = unit,
                       .first = first,
                       .last = last,
                       .started = now};
    for (int i = 0; i < 2; i++) {
        p->mark[i].at = now;
        p->mark[i].units = units;
    }
    if (p->terminal)
        gt_log_set_clear(clear_line);
    if (p->terminal)
        gt_progress_show(p,
                         &(gt_progress_place){.done = first, .units = units});
}

bool gt_progress_due(const gt_progress *p, uint64_t done)
{
    if (!p->enabled)
        return false;
    double now = gt_seconds(), elapsed = now - p->started;
    if (done == p->last)
        return true;
    if (p->terminal)
        return now - p->shown >= redraw;
    if (p->shown == 0)
        return elapsed >= first_line;
    double wait = elapsed / 10 < least ? least : elapsed / 10;
    return now - p->shown >= (wait < most ? wait : most);
}

/* Units a second; -1: not known yet. */
static double take_rate(gt_progress *p, double now, uint64_t units)
{
    double clock = now - p->paused, span = clock - p->mark[0].at;
    double rate = span > 0 && units > p->mark[0].units
                      ? (double)(units - p->mark[0].units) / span
                      : -1;
    if (clock - p->mark[1].at >= window) {
        p->mark[0] = p->mark[1];
        p->mark[1].at = clock;
        p->mark[1].units = units;
    }
    return rate;
}

static void draw(const gt_progress *p)
{
    if (gt_log_ready(STDERR_FILENO)) {
        fprintf(stderr, "\r%s\033[K", p->line);
        fflush(stderr);
    }
}

void gt_progress_show(gt_progress *p, const gt_progress_place *at)
{
    if (!p->enabled)
        return;
    double now = gt_seconds(), left = -1;
    if (at->done > p->first)
        left = (now - p->started) / (double)(at->done - p->first) *
               (double)(p->last - at->done);
    gt_progress_text(p, at, left, take_rate(p, now, at->units),
                     gt_terminal_columns() - 1, p->line);
    p->shown = now;
    if (p->terminal)
        draw(p);
    else
        gt_info("%s", p->line);
}

void gt_progress_note(gt_progress *p, uint64_t done, const char *text)
{
    char before[GT_PROGRESS_LINE];
    if (!p->terminal)
        return;
    memcpy(before, p->line, sizeof before);
    snprintf(p->line, sizeof p->line, "%s %*llu/%llu  %s", p->what,
             digits(p->last), (unsigned long long)done,
             (unsigned long long)p->last, text);
    draw(p);
    memcpy(p->line, before, sizeof before);
}

void gt_progress_pause(gt_progress *p, double seconds)
{
    p->paused += seconds;
}

/* Messages have cleared the line by now. */
void gt_progress_stop(gt_progress *p)
{
    if (!p->terminal)
        return;
    gt_log_set_clear(NULL);
    draw(p);
    fputs("\n", stderr);
}
