/* shared_sum.pml: the sums of src/comm/transport_shared.c, for spin, which
 * tries every order in which the steps of all ranks may follow each other.
 *
 *     spin -a -DN=3 -DB=2 -DS=2 shared_sum.pml && cc -O2 -DSAFETY pan.c && ./a.out
 *
 * N ranks, B buckets a step, S steps. What is written is named after the code:
 * `started` and `ready` are its counters, `vector` a rank's sums, `result` what
 * all read. A value is the number of the step that wrote it; 0 is one that is
 * being written. Numbers are looked at twice, when a rank begins to read them
 * and when it ends, with all that others may do in between.
 *
 * Claims, as assertions where they are read, and as the absence of deadlock:
 *   1. no rank reads a vector or a slice before all of it was written;
 *   2. no rank overwrites what another one still reads;
 *   3. all ranks come to the end.
 *
 * MEASURE: slices are applied only when all of a step's were measured, as with
 * clip_norm, and the ranks have met for the norm.
 *
 * Memory is sequentially consistent here. In the code the counters are stored
 * with release and loaded with acquire, which gives what the claims need of it:
 * each rank writes numbers, then a counter of its own.
 *
 * FAULT plants a fault, to see that it is found; model_shared.sh has the list.
 */
#ifndef N
#define N 2
#endif
#ifndef B
#define B 2
#endif
#ifndef S
#define S 2
#endif
#ifndef FAULT
#define FAULT 0
#endif

#define VECTOR(rank, bucket) vector[(rank) * B + (bucket)]
#define RESULT(bucket, slice) result[(bucket) * N + (slice)]
#define APPLIED(step) (100 + (step))

byte started[N];
byte ready[N];
byte vector[N * B];
byte result[B * N]; /* a step: the sum; 100 more: what its owner made of it */
byte met;           /* ranks that have measured all of their slices, over all steps */

/* all_reached: counters only grow, so it does not matter that the code looks at
 * one after the other. */
#if N == 2
#define ALL(counter, goal) (counter[1 - id] >= (goal))
#elif N == 3
#define ALL(counter, goal) (counter[(id + 1) % N] >= (goal) && counter[(id + 2) % N] >= (goal))
#else
#define ALL(counter, goal) (counter[(id + 1) % N] >= (goal) && counter[(id + 2) % N] >= (goal) && \
                            counter[(id + 3) % N] >= (goal))
#endif
#if FAULT == 1 /* nobody is waited for before vectors are added */
#define ALL_STARTED(goal) true
#elif FAULT == 2 /* only the neighbour is */
#define ALL_STARTED(goal) (started[(id + 1) % N] >= (goal))
#elif FAULT == 3 /* one bucket too early */
#define ALL_STARTED(goal) ALL(started, (goal) - 1)
#elif FAULT == 4 /* one too many: the last one never comes */
#define ALL_STARTED(goal) ALL(started, (goal) + 1)
#else
#define ALL_STARTED(goal) ALL(started, goal)
#endif
#if FAULT == 5 /* nobody is waited for before the result is read */
#define ALL_READY(goal) true
#elif FAULT == 6
#define ALL_READY(goal) (ready[(id + 1) % N] >= (goal))
#else
#define ALL_READY(goal) ALL(ready, goal)
#endif

/* Add up the slice of a bucket from where all ranks left their vectors. */
inline add_up(bucket)
{
    k = 0;
    do
    :: k < N -> assert(VECTOR(k, bucket) == step); k++
    :: else -> break
    od;
    RESULT(bucket, id) = 0;
    k = 0;
    do
    :: k < N -> assert(VECTOR(k, bucket) == step); k++
    :: else -> break
    od;
    assert(RESULT(bucket, id) == 0);
    RESULT(bucket, id) = step;
    k = 0
}

/* The owner of a slice changes it, and lets it go to all. */
inline gather(bucket)
{
#if FAULT == 7 /* the slice is let go before it is as it should be */
    ready[id] = earlier + bucket + 1;
#endif
    assert(RESULT(bucket, id) == step);
    RESULT(bucket, id) = 0;
    RESULT(bucket, id) = APPLIED(step);
#if FAULT != 7
    ready[id] = earlier + bucket + 1
#endif
}

inline read_result()
{
    k = 0;
    do
    :: k < B * N -> assert(result[k] == APPLIED(step)); k++
    :: else -> break
    od;
    k = 0
}

active [N] proctype rank()
{
    byte id = _pid, step = 1, k, begun, reduced, gathered, done, earlier;
    do
    :: step <= S ->
        /* Take further whatever can be, in any order, as matrix products and
         * the end of a step do (bucketed_allreduce.c). */
        do
        :: begun < B -> /* the caller writes; reduce_scatter_start */
#if FAULT == 8 /* a bucket is started before its values are complete */
            started[id] = earlier + begun + 1;
#endif
            VECTOR(id, begun) = 0;
            VECTOR(id, begun) = step;
#if FAULT != 8
            started[id] = earlier + begun + 1;
#endif
            begun++
        :: reduced < begun && ALL_STARTED(earlier + reduced + 1) ->
            add_up(reduced);
            reduced++
#ifdef MEASURE
        :: reduced == B && gathered == 0 -> /* decide: the norm over all ranks */
            met++;
            met >= step * N;
            do
            :: gathered < B -> gather(gathered); gathered++
            :: else -> break
            od
#else
        :: gathered < reduced -> gather(gathered); gathered++
#endif
        :: done < gathered && ALL_READY(earlier + done + 1) -> done++
        :: done == B -> break
        od;
        read_result();
        read_result();
#if FAULT == 9 /* counters begin anew with every step */
        started[id] = 0;
        ready[id] = 0;
#else
        earlier = earlier + B;
#endif
        begun = 0; reduced = 0; gathered = 0; done = 0;
        step++
    :: else -> break
    od
}
