/* trace.h: records what this process does when, to find lost time. Local.
 *
 *     int64_t begin = gt_trace_begin();
 *     work();
 *     gt_trace_end(begin, net->name, "optimizer");
 *
 * While nothing is traced this costs one branch that always goes the same way.
 * While a trace is on, a span costs two readings of the clock and six words in
 * an array that was allocated at the start. Strings are borrowed until the
 * trace is closed; they are put together when it is printed. The spans of one
 * thread nest, because they come from calls.
 */
#ifndef GT_BASE_TRACE_H
#define GT_BASE_TRACE_H

#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Start recording, with room for `room` spans of each thread. The caller's
 * thread gets row 0, called `name`. */
gt_status gt_trace_open(const char *name, size_t room);

/* Stop recording; what was recorded stays. */
void gt_trace_stop(void);

/* Free the spans; no other thread may be recording. */
void gt_trace_close(void);

/* Give the calling thread the next row, called `name`. The spans of a thread
 * without a row are not recorded. */
void gt_trace_row(const char *name);

/* Nanoseconds of this machine's monotonic clock. */
int64_t gt_trace_clock(void);

/* Private; here only so that the functions below can be inline. */
extern atomic_bool gt__trace_on;
void gt__trace_record(int64_t begin, const char *network, const char *what,
                      const char *direction, int64_t number);

/* Begin a span. Returns what gt_trace_end needs. */
static inline int64_t gt_trace_begin(void)
{
    if (!atomic_load_explicit(&gt__trace_on, memory_order_relaxed))
        return 0;
    return gt_trace_clock();
}

/* End a span, such as "generator optimizer"; `network` may be NULL. */
static inline void gt_trace_end(int64_t begin, const char *network,
                                const char *what)
{
    if (begin)
        gt__trace_record(begin, network, what, NULL, -1);
}

/* End the span of a layer: "generator/02_batch_norm forward". */
static inline void gt_trace_end_layer(int64_t begin, const char *network,
                                      int index, const char *type,
                                      const char *direction)
{
    if (begin)
        gt__trace_record(begin, network, type, direction, index);
}

/* End a span that has a number, such as "load". */
static inline void gt_trace_end_number(int64_t begin, const char *what,
                                       uint64_t number)
{
    if (begin)
        gt__trace_record(begin, NULL, what, NULL, (int64_t)number);
}

/* End a training step, on row 0. If there was no room for a span of the step,
 * recording stops, one line says so, and the spans of that step are left out.
 */
void gt_trace_end_step(int64_t begin, uint64_t number);

/* Whole steps recorded. */
uint64_t gt_trace_steps(void);

/* Print the names of the rows and the spans as events of the Chrome trace
 * format, each after ",\n". The spans of a row are in the order of their
 * beginnings; of row 0 there are the first `most` steps. The events belong to
 * process `pid`; `shift` nanoseconds are added to their times. */
void gt_trace_print(FILE *out, int pid, int64_t shift, uint64_t most);

/* The times of one process before and after a barrier. */
typedef struct gt_trace_barrier {
    int64_t before, after;
} gt_trace_barrier;

/* What to add to times of `mine` to get times of `theirs`, from n barriers of
 * the two processes. A barrier ends on one clock after it began on the other,
 * which bounds the difference of the clocks: the result is the middle of the
 * bounds, or 0 if they allow 0, as they always do if both clocks are the same.
 * Pure. */
int64_t gt_trace_offset(const gt_trace_barrier *mine,
                        const gt_trace_barrier *theirs, int n);

#endif
