/* trace.c: each thread that has a row has an array of spans. A thread writes
 * only to its own array and publishes a span by raising the count. So recording
 * takes no lock, and rows can be printed while their threads go on. */
#include "base/trace.h"

#include "base/json.h"
#include "base/log.h"

#include <stdlib.h>
#include <time.h>

enum { ROWS = 4 };

static const char step[] = "step";

typedef struct span {
    int64_t begin, end;
    const char *network, *what, *direction; /* borrowed */
    int64_t number;                         /* -1: none */
} span;

typedef struct row {
    const char *_Atomic name; /* borrowed; NULL: not in use */
    span *spans;              /* in the order of their ends, until printed */
    atomic_size_t count;      /* spans that are whole */
    size_t kept;              /* row 0: spans of whole steps */
    bool full;                /* a span was dropped */
} row;

atomic_bool gt__trace_on;
static atomic_int asked_for; /* rows; may be more than there are */
static row rows[ROWS];
static span *memory; /* of all rows */
static size_t room;  /* spans of a row */
static uint64_t steps;
static _Thread_local int own_row = -1; /* this thread's row */

int64_t gt_trace_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

gt_status gt_trace_open(const char *name, size_t spans)
{
    /* Zeroed pages take no memory before they are touched, so rows that are not
     * used cost nothing. */
    memory = calloc(ROWS * spans, sizeof *memory);
    if (!memory)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a trace of %zu spans",
                       spans);
    room = spans;
    steps = 0;
    for (int i = 0; i < ROWS; i++) {
        row *r = &rows[i];
        atomic_store(&r->name, NULL);
        atomic_store(&r->count, 0);
        r->spans = memory + (size_t)i * spans;
        r->kept = 0;
        r->full = false;
    }
    atomic_store(&asked_for, 0);
    atomic_store(&gt__trace_on, true);
    gt_trace_row(name);
    return GT_OK;
}

void gt_trace_stop(void)
{
    atomic_store(&gt__trace_on, false);
}

void gt_trace_close(void)
{
    gt_trace_stop();
    free(memory);
    memory = NULL;
}

void gt_trace_row(const char *name)
{
    own_row = -1;
    if (!atomic_load(&gt__trace_on))
        return;
    int next = atomic_fetch_add(&asked_for, 1);
    if (next >= ROWS)
        return;
    atomic_store(&rows[next].name, name);
    own_row = next;
}

void gt__trace_record(int64_t begin, const char *network, const char *what,
                      const char *direction, int64_t number)
{
    if (own_row < 0)
        return;
    row *r = &rows[own_row];
    size_t n = atomic_load_explicit(&r->count, memory_order_relaxed);
    if (n == room) {
        r->full = true;
        return;
    }
    r->spans[n] =
        (span){begin, gt_trace_clock(), network, what, direction, number};
    atomic_store_explicit(&r->count, n + 1, memory_order_release);
}

void gt_trace_end_step(int64_t begin, uint64_t number)
{
    if (!begin)
        return;
    gt_trace_end_number(begin, step, number);
    if (rows[0].full) {
        gt_trace_stop();
        gt_info("the trace has no room for step %llu; it ends before that",
                (unsigned long long)number);
        return;
    }
    rows[0].kept = atomic_load(&rows[0].count);
    steps++;
}

uint64_t gt_trace_steps(void)
{
    return steps;
}

/* Outer spans come before those within. */
static int by_begin(const void *left, const void *right)
{
    const span *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end < b->end) - (a->end > b->end);
}

/* The format's unit is the microsecond; decimals are allowed. */
static void print_time(FILE *out, const char *key, int64_t ns)
{
    long long size = ns < 0 ? -ns : ns;
    fprintf(out, ", \"%s\": %s%lld.%03lld", key, ns < 0 ? "-" : "", size / 1000,
            size % 1000);
}

static void print_span(FILE *out, const span *s, int pid, int tid,
                       int64_t shift)
{
    char name[160];
    if (s->direction)
        snprintf(name, sizeof name, "%s/%02d_%s %s", s->network, (int)s->number,
                 s->what, s->direction);
    else
        snprintf(name, sizeof name, "%s%s%s", s->network ? s->network : "",
                 s->network ? " " : "", s->what);
    fputs(",\n{\"ph\": \"X\", \"name\": ", out);
    gt_json_string(out, name);
    fprintf(out, ", \"pid\": %d, \"tid\": %d", pid, tid);
    print_time(out, "ts", s->begin + shift);
    print_time(out, "dur", s->end - s->begin);
    if (s->number >= 0 && !s->direction)
        fprintf(out, ", \"args\": {\"number\": %lld}", (long long)s->number);
    fputc('}', out);
}

/* How many of the sorted spans belong to the first `most` steps. */
static size_t spans_of(const row *r, uint64_t most)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < r->kept; i++)
        if (r->spans[i].what == step && ++seen > most)
            return i;
    return r->kept;
}

void gt_trace_print(FILE *out, int pid, int64_t shift, uint64_t most)
{
    for (int i = 0; i < ROWS; i++) {
        row *r = &rows[i];
        const char *name = atomic_load(&r->name);
        if (!name)
            continue;
        fprintf(out,
                ",\n{\"ph\": \"M\", \"name\": \"thread_name\", \"pid\": %d, "
                "\"tid\": %d, \"args\": {\"name\": ",
                pid, i);
        gt_json_string(out, name);
        fputs("}}", out);
        size_t n = i == 0 ? r->kept : atomic_load(&r->count);
        qsort(r->spans, n, sizeof *r->spans, by_begin);
        if (i == 0)
            n = spans_of(r, most);
        for (size_t j = 0; j < n; j++)
            print_span(out, &r->spans[j], pid, i, shift);
    }
}

int64_t gt_trace_offset(const gt_trace_barrier *my,
                        const gt_trace_barrier *their, int n)
{
    int64_t low = INT64_MIN, high = INT64_MAX;
    for (int i = 0; i < n; i++) {
        if (their[i].before - my[i].after > low)
            low = their[i].before - my[i].after;
        if (their[i].after - my[i].before < high)
            high = their[i].after - my[i].before;
    }
    if (low <= 0 && high >= 0)
        return 0;
    return low + (high - low) / 2;
}
