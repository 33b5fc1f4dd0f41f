/* progress.c: the line on a terminal is drawn at most ten times a second, so
 * that drawing takes no time. */
#include "train/progress.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 256 };

static void clear_line(void)
{
    fputs("\r\033[K", stderr);
}

void gt_progress_start(gt_progress *p, bool enabled, uint64_t first,
                       uint64_t last)
{
    *p = (gt_progress){.enabled = enabled,
                       .terminal = enabled && isatty(STDERR_FILENO),
                       .first = first,
                       .last = last,
                       .started = gt_seconds()};
    if (p->terminal)
        gt_log_set_clear(clear_line);
}

/* "1h02m", "3m05s" or "12s". */
static void duration(double seconds, char *text, size_t size)
{
    long s = (long)(seconds + 0.5);
    if (s >= 3600)
        snprintf(text, size, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else if (s >= 60)
        snprintf(text, size, "%ldm%02lds", s / 60, s % 60);
    else
        snprintf(text, size, "%lds", s);
}

static double find(const gt_metrics *m, const char *key)
{
    for (int i = 0; i < m->count; i++)
        if (!strcmp(m->entry[i].key, key))
            return m->entry[i].value;
    return 0;
}

/* The name of a figure on the line: the notation of the papers, if there is
 * one.
 */
static const char *title(const char *key)
{
    static const char *const titles[][2] = {
        {"d_real", "D(x)"},
        {"d_fake", "D(G(z))"},
        {"d_fake_after", "->"},
        {"kl", "KL"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (!strcmp(key, titles[i][0]))
            return titles[i][1];
    return key;
}

void gt_progress_step(gt_progress *p, uint64_t step, double rate,
                      const gt_metrics *metrics, const char *const *shown,
                      bool line)
{
    double now = gt_seconds();
    if (!p->enabled || !(p->terminal ? line || now - p->drawn >= 0.1 : line))
        return;
    char text[LINE], left[32];
    double per_step = (now - p->started) / (double)(step - p->first);
    duration(per_step * (double)(p->last - step), left, sizeof left);
    int used = snprintf(text, sizeof text,
                        "step %llu/%llu  %3.0f%%  %.4g samples/s  ETA %s ",
                        (unsigned long long)step, (unsigned long long)p->last,
                        100.0 * (double)step / (double)p->last, rate, left);
    for (; *shown && used < LINE; shown++)
        used += snprintf(text + used, LINE - (size_t)used, " %s %.4g",
                         title(*shown), find(metrics, *shown));
    if (!p->terminal) {
        gt_info("%s", text);
        return;
    }
    fprintf(stderr, "\r%s\033[K", text);
    fflush(stderr);
    p->drawn = now;
}

void gt_progress_stop(gt_progress *p)
{
    if (!p->terminal)
        return;
    gt_log_set_clear(NULL);
    fputs("\n", stderr);
}
