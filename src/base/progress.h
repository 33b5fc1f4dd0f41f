/* progress.h: shows how far long work is: on a terminal, one line that fits and
 * is drawn again and again; elsewhere, in the log of a batch job or under
 * mpirun, a line after two seconds, then every ten, and after ten minutes every
 * minute. Local; if not enabled, all calls do nothing.
 */
#ifndef GT_BASE_PROGRESS_H
#define GT_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GT_PROGRESS_LINE = 512 };

typedef struct gt_progress {
    bool enabled, terminal;
    const char *what, *unit; /* borrowed */
    uint64_t first, last;    /* done before, and at the end */
    double started, shown;   /* seconds, monotonic; 0: no line yet */
    double paused;           /* seconds that do not count for the rate */
    struct {
        double at; /* seconds without pauses */
        uint64_t units;
    } mark[2];                   /* the rate is that since the first */
    char line[GT_PROGRESS_LINE]; /* the last one */
} gt_progress;

/* How far the work is. */
typedef struct gt_progress_place {
    uint64_t done;              /* such as steps */
    uint64_t units;             /* such as images, for the rate */
    const char *const *figures; /* texts, the most important first; may be NULL
                                   if there are none */
    int n_figures;
} gt_progress_place;

/* Begin at `first` of `last`, such as "step"s; `units` were done before, such
 * as "images". Enabled on the rank that speaks. */
void gt_progress_start(gt_progress *progress, bool enabled, const char *what,
                       uint64_t first, uint64_t last, const char *unit,
                       uint64_t units);

/* Whether it is time for a line; at the end, it is. */
bool gt_progress_due(const gt_progress *progress, uint64_t done);

/* Show a line, of which the least important parts are left out where it would
 * not fit. */
void gt_progress_show(gt_progress *progress, const gt_progress_place *place);

/* Say on a terminal what else takes time now, as the line stands still. */
void gt_progress_note(gt_progress *progress, uint64_t done, const char *text);

/* Work that the rate does not speak of took so many seconds. */
void gt_progress_pause(gt_progress *progress, double seconds);

/* End the line on a terminal. */
void gt_progress_stop(gt_progress *progress);

/* The line for `columns` columns, from the time left and the rate (< 0: not
 * known). Pure. Returns `line`. */
char *gt_progress_text(const gt_progress *progress,
                       const gt_progress_place *place, double left, double rate,
                       int columns, char line[GT_PROGRESS_LINE]);

#endif
