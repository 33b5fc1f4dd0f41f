/* cache.c: one region holds the states of all places, then samples, labels and
 * conditions, each as one array: a run of neighbours is read by one call, so a
 * compressed chunk is unpacked once. Pages are taken as they are written, and
 * memory is asked for before; when it gets short, no further place is filled.
 */
#include "data/cache.h"

#include "base/memory.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A place that is ready keeps the bit of filling. */
enum { FREE = 0, FILLING = 1, READY = 3 };

/* Samples that are filled at once, and bytes between two looks at memory. */
enum { RUN = 64, LOOK = 32 << 20 };

/* What the mode auto keeps at most. */
#define FEW ((double)(UINT64_C(1) << 30))

typedef _Atomic uint8_t state;
_Static_assert(sizeof(state) == 1, "processes share states as bytes");

struct gt_cache {
    gt_region region;
    uint64_t count;
    size_t size;    /* elements of a sample */
    size_t bytes;   /* of these elements */
    size_t columns; /* conditions */
    bool labelled;
    state *full;      /* one byte: memory is short */
    state *states;    /* [count] */
    uint8_t *samples; /* [count x bytes] */
    gt_real *conditions;
    int *labels;
    atomic_size_t taken; /* bytes by this process */
};

static size_t element_of(const gt_source *source)
{
    return source->element == GT_ELEMENT_BYTES ? 1 : sizeof(gt_real);
}

size_t gt__cache_sample_bytes(const gt_source *source)
{
    return 1 + gt_shape_size(source->shape) * element_of(source) + sizeof(int) +
           (size_t)source->n_conditions * sizeof(gt_real);
}

static size_t aligned(size_t size)
{
    return (size + GT_ALIGN - 1) / GT_ALIGN * GT_ALIGN;
}

static size_t lay_out(gt_cache *c, const gt_source *source, uint64_t count)
{
    uint8_t *base = c->region.base;
    size_t n = (size_t)count, at = GT_ALIGN;
    c->count = count;
    c->size = gt_shape_size(source->shape);
    c->bytes = c->size * element_of(source);
    c->columns = (size_t)source->n_conditions;
    c->labelled = source->classes > 0;
    c->full = (state *)base;
    c->states = base ? (state *)(base + at) : NULL;
    at += aligned(n);
    c->samples = base ? base + at : NULL;
    at += aligned(n * c->bytes);
    c->conditions = base ? (gt_real *)(base + at) : NULL;
    at += aligned(n * c->columns * sizeof(gt_real));
    c->labels = base ? (int *)(base + at) : NULL;
    return at + aligned(n * sizeof(int));
}

/* Bytes that may be taken, of this process and its node. */
static double room(void)
{
    double left = gt_memory_addresses().left;
    left = fmin(left, gt_memory_group("").left);
    return fmin(left, gt_memory_node("").left);
}

/* Samples that are to be kept. */
static uint64_t wanted(const gt_source *source, int mode)
{
    double each = (double)gt__cache_sample_bytes(source);
    double all = each * (double)source->count, most = room() / 2;
    bool packed = source->packed || source->costly;
    if (mode == GT_DATA_CACHE_NONE ||
        (mode == GT_DATA_CACHE_AUTO && (!packed || all > fmin(FEW, most))))
        return 0;
    return all <= most ? source->count : (uint64_t)(most / each);
}

gt_status gt__cache_new(gt_cache **out, const gt_source *source, int mode,
                        bool shared)
{
    uint64_t count = wanted(source, mode);
    gt_cache *c = count ? calloc(1, sizeof *c) : NULL;
    *out = NULL;
    if (!c)
        return count ? gt_fail(GT_ERR_MEMORY, "no memory for data.cache")
                     : GT_OK;
    c->region.shared = shared && gt_region_can_share();
    size_t size = lay_out(c, source, count);
    if (gt_region_reserve(&c->region, size, source->uri) != GT_OK) {
        free(c);
        return GT_OK;
    }
    lay_out(c, source, count);
    *out = c;
    return GT_OK;
}

gt_status gt__cache_attach(gt_cache **out, const gt_source *source,
                           const gt_region_handle *handle, uint64_t count)
{
    gt_cache *c = calloc(1, sizeof *c);
    *out = NULL;
    if (!c)
        return gt_fail(GT_ERR_MEMORY, "no memory for data.cache");
    gt_status status = gt_region_attach(&c->region, handle);
    if (status == GT_OK && lay_out(c, source, count) != c->region.size)
        status = gt_fail(GT_ERR_MISMATCH,
                         "data '%s': another rank of this node has opened "
                         "other samples under this name",
                         source->uri);
    if (status != GT_OK)
        gt__cache_free(c);
    else
        *out = c;
    return status;
}

void gt__cache_free(gt_cache *c)
{
    if (!c)
        return;
    gt_region_free(&c->region);
    free(c);
}

gt_region_handle gt__cache_share(gt_cache *c)
{
    return gt_region_share(&c->region);
}

uint64_t gt__cache_count(const gt_cache *c)
{
    return c->count;
}

/* Whether there is memory to fill `bytes` more; looks now and then. */
static bool may_take(gt_cache *c, size_t bytes)
{
    size_t before = atomic_fetch_add(&c->taken, bytes);
    if (atomic_load_explicit(c->full, memory_order_relaxed))
        return false;
    bool look = before == 0 || before / LOOK != (before + bytes) / LOOK;
    if (!look || room() > 4.0 * LOOK + (double)bytes)
        return true;
    atomic_store(c->full, 1);
    return false;
}

/* Whether this thread is to fill the place, as nobody else does. */
static bool begin_filling(gt_cache *c, uint64_t number)
{
    return atomic_fetch_or(&c->states[number], FILLING) == FREE;
}

static gt_source_rows rows_at(const gt_cache *c, const gt_source *source,
                              uint64_t number)
{
    uint8_t *x = c->samples + number * c->bytes;
    bool bytes = source->element == GT_ELEMENT_BYTES;
    return (gt_source_rows){
        .bytes = bytes ? x : NULL,
        .reals = bytes ? NULL : (gt_real *)x,
        .labels = c->labelled ? c->labels + number : NULL,
        .conditions = c->columns ? c->conditions + number * c->columns : NULL};
}

/* Fill a run of places that nobody else fills; what cannot be read stays free.
 */
static void fill_run(gt_cache *c, const gt_source *source, uint64_t first,
                     uint64_t end)
{
    uint64_t numbers[RUN];
    int n = 0;
    while (n < RUN && first + (uint64_t)n < end &&
           begin_filling(c, first + (uint64_t)n)) {
        numbers[n] = first + (uint64_t)n;
        n++;
    }
    if (!n)
        return;
    gt_source_rows rows = rows_at(c, source, first);
    bool good = may_take(c, (size_t)n * c->bytes) &&
                source->type->read(source, numbers, n, &rows) == GT_OK;
    for (int i = 0; i < n; i++)
        atomic_store_explicit(&c->states[numbers[i]], good ? READY : FREE,
                              memory_order_release);
}

static bool is_ready(const gt_cache *c, uint64_t number)
{
    return atomic_load_explicit(&c->states[number], memory_order_acquire) ==
           READY;
}

/* Of samples that are stored together all are filled, as they are unpacked
 * together. */
static void fill(gt_cache *c, const gt_source *source, uint64_t number)
{
    uint64_t chunk = source->stored_chunk, first = number, end = number + 1;
    if (atomic_load_explicit(c->full, memory_order_relaxed))
        return;
    if (chunk > 1) {
        first = number / chunk * chunk;
        end = first + chunk < c->count ? first + chunk : c->count;
    }
    for (uint64_t at = first; at < end; at += RUN)
        fill_run(c, source, at, end);
    if (!is_ready(c, number))
        fill_run(c, source, number, number + 1);
}

static void copy(const gt_cache *c, uint64_t number, const gt_source_rows *to)
{
    const uint8_t *x = c->samples + number * c->bytes;
    if (to->bytes)
        memcpy(to->bytes, x, c->bytes);
    if (to->reals)
        memcpy(to->reals, x, c->bytes);
    if (to->labels)
        *to->labels = c->labelled ? c->labels[number] : -1;
    if (to->conditions && c->columns)
        memcpy(to->conditions, c->conditions + number * c->columns,
               c->columns * sizeof *to->conditions);
}

static bool take(gt_cache *c, const gt_source *source, uint64_t number,
                 const gt_source_rows *to)
{
    if (number >= c->count)
        return false;
    if (!is_ready(c, number))
        fill(c, source, number);
    if (!is_ready(c, number))
        return false;
    copy(c, number, to);
    return true;
}

gt_status gt__cache_read(gt_cache *c, const gt_source *source,
                         const uint64_t *numbers, int n,
                         const gt_source_rows *to)
{
    gt_status status = GT_OK;
    int waiting = 0; /* rows before i that are still to be read */
    if (!to->bytes && !to->reals)
        return source->type->read(source, numbers, n, to);
    for (int i = 0; i <= n && status == GT_OK; i++) {
        gt_source_rows row =
            gt_source_rows_from(to, (size_t)i, c->size, (int)c->columns);
        bool taken = i < n && take(c, source, numbers[i], &row);
        if (i < n && !taken) {
            waiting++;
            continue;
        }
        if (waiting > 0) {
            row = gt_source_rows_from(to, (size_t)(i - waiting), c->size,
                                      (int)c->columns);
            status = source->type->read(source, numbers + i - waiting, waiting,
                                        &row);
        }
        waiting = 0;
    }
    return status;
}
