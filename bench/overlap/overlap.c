/* overlap.c: bench_overlap: how much of a reduction is hidden behind computing,
 * and what does that cost?
 *
 * MPI libraries move data inside MPI calls only. Who makes these calls while a
 * layer's gradients are computed? Nobody; the computation itself, every
 * millisecond (progress_hook.h: this is what training does); or a helper thread
 * that looks after the messages and sleeps in between. A step here is a row of
 * matrix products in place of a backward pass, in layers that announce their
 * part of the vector as they end, and then a wait for the sum. All methods take
 * turns, and so does a step without any sum. */
#include "base/log.h"
#include "base/progress_hook.h"
#include "bench/tools/spread.h"
#include "comm/mpi/start.h"
#include "comm/reducer.h"
#include "core/arena.h"
#include "core/gemm.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIZE = 256, LAYERS = 5, BUCKET = 1 << 18 };

typedef struct method {
    const char *name;
    bool sums;    /* there is a reduction */
    bool driven;  /* matrix products drive it */
    double sleep; /* seconds between a helper thread's looks; 0: no thread */
    bool shared;  /* it needs no messages */
} method;

static const method methods[] = {
    {.name = "no sum at all"},
    {.name = "nobody", .sums = true},
    {.name = "matrix products", .sums = true, .driven = true},
    {.name = "thread, every 0.1 ms", .sums = true, .sleep = 1e-4},
    {.name = "thread, every 0.5 ms", .sums = true, .sleep = 5e-4},
    {.name = "thread, every 1 ms", .sums = true, .sleep = 1e-3},
    {.name = "shared memory", .sums = true, .driven = true, .shared = true},
};
enum { METHODS = sizeof methods / sizeof *methods };

typedef struct bench {
    gt_comm *comm;
    gt_reducer *messages, *shared;
    size_t count;
    int products; /* of a layer */
    gt_real *a, *b, *c;
    pthread_mutex_t door; /* one thread at a time is inside MPI */
    const method *now;
    bool stop;
} bench;

/* Drives messages: no value of the vector is newly complete. */
static void progress(void *context)
{
    bench *x = context;
    gt_reducer_ready(x->now->shared ? x->shared : x->messages, x->count);
}

static void *look_after(void *context)
{
    bench *x = context;
    struct timespec pause = {.tv_nsec = (long)(x->now->sleep * 1e9)};
    for (bool stop = false; !stop;) {
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&x->door);
        progress(x);
        stop = x->stop;
        pthread_mutex_unlock(&x->door);
    }
    return NULL;
}

static void compute(bench *x, int layer, gt_reducer *r)
{
    for (int i = 0; i < x->products; i++)
        gt_gemm(GT_PLAIN, GT_PLAIN, SIZE, SIZE, SIZE, x->a, SIZE, x->b, SIZE, 0,
                x->c, SIZE);
    if (!r)
        return;
    pthread_mutex_lock(&x->door);
    gt_reducer_ready(r, x->count / LAYERS * (size_t)(LAYERS - 1 - layer));
    pthread_mutex_unlock(&x->door);
}

/* The rest of the vector, and the sum. */
static void finish(bench *x, gt_reducer *r)
{
    pthread_mutex_lock(&x->door);
    gt_reducer_add(r);
    gt_reducer_finish(r);
    pthread_mutex_unlock(&x->door);
}

static void stop(bench *x, pthread_t helper)
{
    pthread_mutex_lock(&x->door);
    x->stop = true;
    pthread_mutex_unlock(&x->door);
    pthread_join(helper, NULL);
}

/* The vectors are what they were made of: zeros. */
static gt_status step(bench *x, const method *m, double *seconds)
{
    gt_reducer *r = !m->sums ? NULL : m->shared ? x->shared : x->messages;
    bool helped = m->sleep > 0;
    pthread_t helper;
    x->now = m;
    x->stop = false;
    gt_comm_barrier(x->comm);
    gt_progress_hook_set(m->driven ? progress : NULL, x);
    double start = bench_seconds();
    if (r)
        gt_reducer_begin(r, 1);
    if (helped && pthread_create(&helper, NULL, look_after, x) != 0)
        return gt_fail(GT_ERR_MEMORY, "cannot start a thread");
    for (int i = 0; i < LAYERS; i++)
        compute(x, i, r);
    if (r)
        finish(x, r);
    *seconds = bench_seconds() - start;
    if (helped)
        stop(x, helper);
    *seconds = gt_comm_max(x->comm, *seconds);
    return GT_OK;
}

static gt_status prepare(bench *x, double megabytes, double milliseconds)
{
    gt_reducer_config config = {.reduction = GT_REDUCTION_TREE,
                                .bucket = BUCKET};
    size_t size = (size_t)SIZE * SIZE;
    x->count = (size_t)(megabytes * 1e6 / sizeof(gt_real));
    x->a = gt_real_alloc(3 * size);
    if (!x->a)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate matrices");
    x->b = x->a + size;
    x->c = x->b + size;
    for (size_t i = 0; i < 2 * size; i++)
        x->a[i] = (gt_real)(i % 7) - 3;
    gt_status status =
        gt_reducer_new(&x->messages, x->comm, x->count, 1, &config);
    if (status == GT_OK)
        status = gt_reducer_new(&x->shared, x->comm, x->count, 1, &config);
    status = gt_comm_agree(x->comm, status);
    if (status != GT_OK)
        return status;
    gt_reducer_use_shared_memory(x->shared);
    x->products = 20;
    double start = 0, taken = 0;
    for (int i = 0; i < 2; i++) { /* the first one warms up */
        start = bench_seconds();
        compute(x, 0, NULL);
        taken = bench_seconds() - start;
    }
    double wanted = milliseconds * 1e-3 / LAYERS;
    x->products = (int)ceil(20 * wanted / gt_comm_max(x->comm, taken));
    return status;
}

static gt_status measure(bench *x, int rounds)
{
    static double taken[METHODS][BENCH_MAX_ROUNDS];
    gt_status status = GT_OK;
    for (int round = -2; round < rounds && status == GT_OK; round++)
        for (int m = 0; m < METHODS && status == GT_OK; m++)
            status = step(x, &methods[m], &taken[m][round < 0 ? 0 : round]);
    if (status != GT_OK || x->comm->rank > 0)
        return status;
    printf("| who drives it | a step takes, ms | longer than without a sum, ms "
           "|\n|---|---|---|\n");
    for (int m = 0; m < METHODS; m++) {
        static double extra[BENCH_MAX_ROUNDS];
        for (int i = 0; i < rounds; i++)
            extra[i] = 1e3 * (taken[m][i] - taken[0][i]);
        bench_spread all = bench_spread_of(taken[m], rounds);
        bench_spread more = bench_spread_of(extra, rounds);
        printf("| %s | %.1f | %.1f (%.1f .. %.1f) |\n", methods[m].name,
               1e3 * all.median, more.median, more.low, more.high);
    }
    return GT_OK;
}

int main(int argc, char **argv)
{
    bench x = {.door = PTHREAD_MUTEX_INITIALIZER};
    double megabytes = argc > 1 ? atof(argv[1]) : 0;
    double milliseconds = argc > 2 ? atof(argv[2]) : 0;
    int rounds = argc > 3 ? atoi(argv[3]) : 0;
    gt_status status = gt_comm_init(&x.comm, &argc, &argv);
    if (status == GT_OK &&
        (argc != 4 || !(megabytes > 0) || !(milliseconds > 0) || rounds < 1 ||
         rounds > BENCH_MAX_ROUNDS || x.comm->size < 2))
        status =
            gt_fail(GT_ERR_USAGE, "usage: mpirun -np N bench_overlap MEGABYTES "
                                  "MILLISECONDS ROUNDS, with N at least 2");
    if (status == GT_OK)
        status = prepare(&x, megabytes, milliseconds);
    if (status == GT_OK)
        status = measure(&x, rounds);
    if (status != GT_OK && x.comm && x.comm->rank == 0)
        gt_error("%s", gt_message());
    gt_reducer_free(x.shared);
    gt_reducer_free(x.messages);
    free(x.a);
    if (x.comm)
        gt_comm_finalize(x.comm);
    return gt_exit_code(status);
}
