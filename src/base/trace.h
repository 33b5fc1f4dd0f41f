/* trace.h: what this process did when, for people who look for lost time.
 *
 *     int64_t begin = gt_trace_begin();
 *     work();
 *     gt_trace_end(begin, net->name, "optimizer");
 *
 * Where nothing is traced this costs one branch that always goes the same way.
 * Where it is, a span costs two looks at the clock and six words in an array
 * that was allocated before the first: strings are borrowed until the trace is
 * closed and put together when it is printed. Spans of one thread nest, as
 * they come from calls. All calls are local.
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

/* Private: these two stand here so that spans that nobody records stay cheap.
 */
extern atomic_bool gt__trace_on;
void gt__trace_record(int64_t begin, const char *owner, const char *what,
                      const char *direction, int64_t number);

/* A span begins. Returns what its end wants to know. */
static inline int64_t gt_trace_begin(void)
{
    if (!atomic_load_explicit(&gt__trace_on, memory_order_relaxed))
        return 0;
    return gt_trace_clock();
}

/* A span ends: "generator optimizer"; `owner` may be NULL. */
static inline void gt_trace_end(int64_t begin, const char *owner,
                                const char *what)
{
    if (begin)
        gt__trace_record(begin, owner, what, NULL, -1);
}

/* That of a layer: "generator/02_batch_norm forward". */
static inline void gt_trace_end_layer(int64_t begin, const char *network,
                                      int index, const char *type,
                                      const char *direction)
{
    if (begin)
        gt__trace_record(begin, network, type, direction, index);
}

/* One of many: "load", with the number as an argument. */
static inline void gt_trace_end_number(int64_t begin, const char *what,
                                       uint64_t number)
{
    if (begin)
        gt__trace_record(begin, NULL, what, NULL, (int64_t)number);
}

/* A training step ends, on row 0. Spans of row 0 count once their step is
 * whole: if there was no room for one, recording stops, one line says so, and
 * what there is of that step is left out. */
void gt_trace_end_step(int64_t begin, uint64_t number);

/* Whole steps recorded. */
uint64_t gt_trace_steps(void);

/* Print the names of the rows and the spans as events of the Chrome trace
 * format, ",\n" in front of each; within a row, in the order of their
 * beginnings. Of row 0, the first `most` steps. They belong to process `pid`;
 * `shift` nanoseconds are added to their times. */
void gt_trace_print(FILE *out, int pid, int64_t shift, uint64_t most);

/* A meeting of two processes: each looks at its clock before it and after it,
 * and nobody leaves before both have come. */
typedef struct gt_trace_handshake {
    int64_t before, after;
} gt_trace_handshake;

/* What to add to times of `mine` for times of `theirs`, from n meetings: the
 * middle of what they allow, or 0 if that is allowed, as it always is where
 * both look at the same clock. Pure. */
int64_t gt_trace_offset(const gt_trace_handshake *mine,
                        const gt_trace_handshake *theirs, int n);

#endif
