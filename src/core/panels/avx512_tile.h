/* avx512_tile.h: how a kernel with AVX-512 multiplies, for whoever has defined
 * NATIVE, PART and add_products(), which adds the products of a word and a
 * vector of them. A tile of 12 rows and two vectors of columns keeps 24 sums in
 * registers: enough to begin two instructions each cycle, with 14 loads for 24
 * of them. Rows and vectors are known to the compiler, which keeps the sums in
 * registers. Rows of A lie a distance apart that it does not know: an address
 * has once or twice that distance, so each third row has a pointer. */

enum { APART = 3, POINTERS = GT__PANEL_ROWS / APART };

static inline PART void add_sums(int rows, int vectors, const gt__panel_tile *t,
                                 __m512 sum[GT__PANEL_ROWS][VECTORS])
{
    for (int s = 0; s < t->n_sums; s++) {
        const float *more = t->sums - (ptrdiff_t)s * GT__PANEL_TILE;
        UNROLL for (int i = 0; i < rows; i++)
        {
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = _mm512_add_ps(
                sum[i][v],
                _mm512_loadu_ps(more + (i * GT__PANEL_COLUMNS + v * LANES)));
        }
    }
}

/* The rows of A and C below those of this tile come into the cache. */
static inline PART void fetch_below(int rows, int vectors,
                                    const gt__panel_tile *t)
{
    const uint32_t *a = t->a.at + (size_t)rows * t->a.across;
    const float *c = t->c + (size_t)rows * t->ldc;
    UNROLL for (int i = 0; i < rows; i++)
    {
        _mm_prefetch((const char *)(a + (size_t)i * t->a.across), _MM_HINT_T0);
        UNROLL for (int v = 0; v < vectors; v++) _mm_prefetch(
            (const char *)(c + (size_t)i * t->ldc + (size_t)v * LANES),
            _MM_HINT_T0);
    }
}

static inline PART void begin(int rows, int vectors, const gt__panel_tile *t,
                              __mmask16 last,
                              __m512 sum[GT__PANEL_ROWS][VECTORS])
{
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] =
            t->add ? _mm512_maskz_loadu_ps(v == vectors - 1 ? last : 0xffff,
                                           t->c + (size_t)i * t->ldc +
                                               (size_t)v * LANES)
                   : _mm512_setzero_ps();
    }
}

/* What a word adds to a row. */
static inline PART void add_word(int vectors, const uint32_t *a,
                                 const __m512 right[VECTORS],
                                 __m512 sum[VECTORS])
{
    uint32_t left = gt__panel_word(a);
    UNROLL for (int v = 0; v < vectors; v++) sum[v] =
        add_products(sum[v], left, right[v]);
}

static inline PART void add_words(int rows, int vectors, bool ahead,
                                  const gt__panel_tile *t, const uint32_t *at,
                                  const uint32_t *b, __mmask16 last,
                                  __m512 sum[GT__PANEL_ROWS][VECTORS])
{
    const uint32_t *a[POINTERS];
    const float *line = t->ahead;
    size_t across = t->a.across;
    UNROLL for (int p = 0; APART * p < rows; p++) a[p] =
        at + (size_t)(APART * p) * across;
    for (int w = 0; w < t->words; w++) {
        __m512 right[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) right[v] =
            _mm512_maskz_loadu_ps(v == vectors - 1 ? last : 0xffff,
                                  b + (size_t)v * LANES);
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

static inline PART void add_runs(int rows, int vectors, int form,
                                 const gt__panel_tile *t, __mmask16 last,
                                 __m512 sum[GT__PANEL_ROWS][VECTORS])
{
    const uint32_t *a = t->a.at, *b = t->b.at;
    if (form != RUNS) {
        add_words(rows, vectors, form == AHEAD, t, a, b, last, sum);
        return;
    }
    for (int r = 0; r < t->runs; r++, a += t->a.apart, b += t->b.apart)
        add_words(rows, vectors, false, t, a, b, last, sum);
}

/* A mask of all lanes takes its time, too. */
static inline PART void store(const gt__panel_tile *t, float *to, bool whole,
                              __mmask16 wanted, __m512 sum)
{
    if (!whole)
        _mm512_mask_storeu_ps(to, wanted, sum);
    else if (t->past_caches)
        _mm512_stream_ps(to, sum);
    else
        _mm512_storeu_ps(to, sum);
}

static inline PART void multiply_n(int rows, int vectors, int form,
                                   const gt__panel_tile *t)
{
    __m512 sum[GT__PANEL_ROWS][VECTORS];
    __mmask16 last = gt__first(t->columns - (vectors - 1) * LANES);
    if (t->below)
        fetch_below(rows, vectors, t);
    begin(rows, vectors, t, last, sum);
    add_runs(rows, vectors, form, t, last, sum);
    add_sums(rows, vectors, t, sum);
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++)
            store(t, t->c + (size_t)i * t->ldc + (size_t)v * LANES,
                  v < vectors - 1 || last == 0xffff, last, sum[i][v]);
    }
}

#define CASE(rows, vectors, form)                                              \
    case rows:                                                                 \
        multiply_n(rows, vectors, form, t);                                    \
        break;

#define CASES(vectors, form)                                                   \
    CASE(1, vectors, form)                                                     \
    CASE(2, vectors, form)                                                     \
    CASE(3, vectors, form)                                                     \
    CASE(4, vectors, form)                                                     \
    CASE(5, vectors, form)                                                     \
    CASE(6, vectors, form)                                                     \
    CASE(7, vectors, form)                                                     \
    CASE(8, vectors, form)                                                     \
    CASE(9, vectors, form)                                                     \
    CASE(10, vectors, form)                                                    \
    CASE(11, vectors, form)                                                    \
    CASE(12, vectors, form)

#define MULTIPLY(name, vectors, form)                                          \
    static NATIVE void name(const gt__panel_tile *t)                           \
    {                                                                          \
        switch (t->rows) {                                                     \
            CASES(vectors, form)                                               \
        }                                                                      \
    }

MULTIPLY(multiply_narrow, 1, ONE_RUN)
MULTIPLY(multiply_wide, 2, ONE_RUN)
MULTIPLY(multiply_narrow_ahead, 1, AHEAD)
MULTIPLY(multiply_wide_ahead, 2, AHEAD)
MULTIPLY(multiply_narrow_runs, 1, RUNS)
MULTIPLY(multiply_wide_runs, 2, RUNS)

static void multiply(const gt__panel_tile *t)
{
    static void (*const wide[])(const gt__panel_tile *) = {
        multiply_wide, multiply_wide_ahead, multiply_wide_runs};
    static void (*const narrow[])(const gt__panel_tile *) = {
        multiply_narrow, multiply_narrow_ahead, multiply_narrow_runs};
    int form = t->runs > 1 ? RUNS : t->ahead ? AHEAD : ONE_RUN;
    (t->columns <= LANES ? narrow : wide)[form](t);
}
