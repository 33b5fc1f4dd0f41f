/* vector_tile.h: how a kernel multiplies a tile, whose sums stay in registers.
 * For kernels, which define before
 *
 *     NATIVE, PART, UNROLL   what functions, their parts and their loops are
 *     vector, LANES          some columns, and how many
 *     lanes, first(n)        a choice of them: the first n
 *     none(), load(at), load_some(which, at), add(a, b)
 *     add_products(sum, word, b)   sum + the products of a word of A and b
 *     store(at, a), store_some(at, which, a), store_past(at, a)
 *     TILE_ROWS              of a tile of two vectors
 *     CHOICES_TAKE_TIME      so that whole tiles do without
 *
 * Rows and vectors are known to the compiler, which keeps the sums in
 * registers. Rows of A lie a distance apart that it does not know: an address
 * has once or twice that distance, so each third row has a pointer. */

enum { VECTORS = 2, APART = 3, POINTERS = GT__PANEL_ROWS / APART };

static inline PART void add_sums(int rows, int vectors, const gt__panel_tile *t,
                                 vector sum[GT__PANEL_ROWS][VECTORS])
{
    for (int s = 0; s < t->n_sums; s++) {
        const float *more = t->sums - (ptrdiff_t)s * GT__PANEL_TILE;
        UNROLL for (int i = 0; i < rows; i++)
        {
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = add(
                sum[i][v], load(more + (i * GT__PANEL_COLUMNS + v * LANES)));
        }
    }
}

/* Those of A and C below this tile's come into the cache, unless C goes past
 * it.
 */
static inline PART void fetch_below(int rows, int vectors,
                                    const gt__panel_tile *t)
{
    const uint32_t *a = t->a.at + (size_t)rows * t->a.across;
    const float *c = t->c + (size_t)rows * t->ldc;
    UNROLL for (int i = 0; i < rows; i++)
        _mm_prefetch((const char *)(a + (size_t)i * t->a.across), _MM_HINT_T0);
    if (t->past_caches)
        return;
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) _mm_prefetch(
            (const char *)(c + (size_t)i * t->ldc + (size_t)v * LANES),
            _MM_HINT_T0);
    }
}

/* Vector v of a tile, whose last vector may have fewer columns. */
static inline PART vector load_vector(int v, int vectors, bool whole,
                                      lanes last, const float *at)
{
    return whole || v < vectors - 1 ? load(at) : load_some(last, at);
}

static inline PART void begin(int rows, int vectors, bool whole,
                              const gt__panel_tile *t, lanes last,
                              vector sum[GT__PANEL_ROWS][VECTORS])
{
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] =
            t->add ? load_vector(v, vectors, whole, last,
                                 t->c + (size_t)i * t->ldc + (size_t)v * LANES)
                   : none();
    }
}

/* What a word adds to a row. */
static inline PART void add_word(int vectors, const uint32_t *a,
                                 const vector right[VECTORS],
                                 vector sum[VECTORS])
{
    uint32_t left = gt__panel_word(a);
    UNROLL for (int v = 0; v < vectors; v++) sum[v] =
        add_products(sum[v], left, right[v]);
}

static inline PART void add_words(int rows, int vectors, bool whole, bool ahead,
                                  const gt__panel_tile *t, const uint32_t *at,
                                  const uint32_t *b, lanes last,
                                  vector sum[GT__PANEL_ROWS][VECTORS])
{
    const uint32_t *a[POINTERS];
    const float *line = t->ahead;
    size_t across = t->a.across;
    UNROLL for (int p = 0; APART * p < rows; p++) a[p] =
        at + (size_t)(APART * p) * across;
    for (int w = 0; w < t->words; w++) {
        vector right[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) right[v] =
            load_vector(v, vectors, whole, last,
                        (const float *)(const void *)(b + (size_t)v * LANES));
        if (ahead)
            _mm_prefetch((const char *)line, _MM_HINT_T0);
        UNROLL for (int i = 0; i < rows; i++)
            add_word(vectors, a[i / APART] + (size_t)(i % APART) * across,
                     right, sum[i]);
        UNROLL for (int p = 0; APART * p < rows; p++) a[p] += t->a.along;
        b += t->b.along;
        if (ahead)
            line += t->ahead_step;
    }
}

/* One run, as most products have, with its lines ahead, or several. A loop over
 * one costs as much as some words. */
enum { ONE_RUN, AHEAD, RUNS };

static inline PART void add_runs(int rows, int vectors, int form, bool whole,
                                 const gt__panel_tile *t, lanes last,
                                 vector sum[GT__PANEL_ROWS][VECTORS])
{
    const uint32_t *a = t->a.at, *b = t->b.at;
    if (form != RUNS) {
        add_words(rows, vectors, whole, form == AHEAD, t, a, b, last, sum);
        return;
    }
    for (int r = 0; r < t->runs; r++, a += t->a.apart, b += t->b.apart)
        add_words(rows, vectors, whole, false, t, a, b, last, sum);
}

enum { STORE, STORE_SOME, STORE_PAST };

static inline PART void store_rows(int rows, int vectors, int how,
                                   const gt__panel_tile *t, lanes last,
                                   vector sum[GT__PANEL_ROWS][VECTORS])
{
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++)
        {
            float *to = t->c + (size_t)i * t->ldc + (size_t)v * LANES;
            if (how == STORE_PAST)
                store_past(to, sum[i][v]);
            else if (how == STORE || v < vectors - 1)
                store(to, sum[i][v]);
            else
                store_some(to, last, sum[i][v]);
        }
    }
}

static inline PART void multiply_n(int rows, int vectors, int form, bool whole,
                                   const gt__panel_tile *t)
{
    vector sum[GT__PANEL_ROWS][VECTORS];
    lanes last = first(t->columns - (vectors - 1) * LANES);
    bool all = whole || t->columns == vectors * LANES;
    if (t->below)
        fetch_below(rows, vectors, t);
    begin(rows, vectors, whole, t, last, sum);
    add_runs(rows, vectors, form, whole, t, last, sum);
    add_sums(rows, vectors, t, sum);
    if (!all)
        store_rows(rows, vectors, STORE_SOME, t, last, sum);
    else if (t->past_caches)
        store_rows(rows, vectors, STORE_PAST, t, last, sum);
    else
        store_rows(rows, vectors, STORE, t, last, sum);
}

static inline PART void multiply_rows(int rows, int vectors, int form,
                                      const gt__panel_tile *t)
{
    if (CHOICES_TAKE_TIME && t->columns == vectors * LANES)
        multiply_n(rows, vectors, form, true, t);
    else
        multiply_n(rows, vectors, form, false, t);
}

#define CASE(rows, vectors, form)                                              \
    case rows:                                                                 \
        multiply_rows(rows, vectors, form, t);                                 \
        break;

#define UP_TO_6(vectors, form)                                                 \
    CASE(1, vectors, form)                                                     \
    CASE(2, vectors, form)                                                     \
    CASE(3, vectors, form)                                                     \
    CASE(4, vectors, form)                                                     \
    CASE(5, vectors, form)                                                     \
    CASE(6, vectors, form)

#define UP_TO_12(vectors, form)                                                \
    UP_TO_6(vectors, form)                                                     \
    CASE(7, vectors, form)                                                     \
    CASE(8, vectors, form)                                                     \
    CASE(9, vectors, form)                                                     \
    CASE(10, vectors, form)                                                    \
    CASE(11, vectors, form)                                                    \
    CASE(12, vectors, form)

#if TILE_ROWS == 6
#define UP_TO_ALL UP_TO_6
#else
#define UP_TO_ALL UP_TO_12
#endif

#define MULTIPLY(name, CASES, vectors, form)                                   \
    static NATIVE void name(const gt__panel_tile *t)                           \
    {                                                                          \
        switch (t->rows) {                                                     \
            CASES(vectors, form)                                               \
        }                                                                      \
    }

MULTIPLY(multiply_narrow, UP_TO_12, 1, ONE_RUN)
MULTIPLY(multiply_wide, UP_TO_ALL, 2, ONE_RUN)
MULTIPLY(multiply_narrow_ahead, UP_TO_12, 1, AHEAD)
MULTIPLY(multiply_wide_ahead, UP_TO_ALL, 2, AHEAD)
MULTIPLY(multiply_narrow_runs, UP_TO_12, 1, RUNS)
MULTIPLY(multiply_wide_runs, UP_TO_ALL, 2, RUNS)

/* Of one vector of columns, or of two and TILE_ROWS rows. */
static void multiply_tile(const gt__panel_tile *t)
{
    static void (*const wide[])(const gt__panel_tile *) = {
        multiply_wide, multiply_wide_ahead, multiply_wide_runs};
    static void (*const narrow[])(const gt__panel_tile *) = {
        multiply_narrow, multiply_narrow_ahead, multiply_narrow_runs};
    int form = t->runs > 1 ? RUNS : t->ahead ? AHEAD : ONE_RUN;
    (t->columns <= LANES ? narrow : wide)[form](t);
}
