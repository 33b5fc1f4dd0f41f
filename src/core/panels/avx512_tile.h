/* avx512_tile.h: how a kernel with AVX-512 multiplies, for whoever has defined
 * NATIVE, PART and add_products(), which adds the products of a word and a
 * vector of them. A tile of 12 rows and two vectors of columns keeps 24 sums in
 * registers: enough to begin two instructions each cycle, with 14 loads for 24
 * of them. Rows and vectors are known to the compiler, which keeps the sums in
 * registers. */

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

static inline PART void multiply_n(int rows, int vectors,
                                   const gt__panel_tile *t)
{
    __m512 sum[GT__PANEL_ROWS][VECTORS];
    __mmask16 last = gt__first(t->columns - (vectors - 1) * LANES);
    const uint32_t *a = t->a, *b = t->b;
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++) sum[i][v] =
            t->add ? _mm512_maskz_loadu_ps(v == vectors - 1 ? last : 0xffff,
                                           t->c + (size_t)i * t->ldc +
                                               (size_t)v * LANES)
                   : _mm512_setzero_ps();
    }
    for (int w = 0; w < t->words; w++) {
        __m512 right[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) right[v] =
            _mm512_loadu_ps(b + (size_t)v * LANES);
        UNROLL for (int i = 0; i < rows; i++)
        {
            UNROLL for (int v = 0; v < vectors; v++) sum[i][v] =
                add_products(sum[i][v], a[i], right[v]);
        }
        a += GT__PANEL_ROWS;
        b += GT__PANEL_COLUMNS;
    }
    add_sums(rows, vectors, t, sum);
    UNROLL for (int i = 0; i < rows; i++)
    {
        UNROLL for (int v = 0; v < vectors; v++)
            _mm512_mask_storeu_ps(t->c + (size_t)i * t->ldc + (size_t)v * LANES,
                                  v == vectors - 1 ? last : 0xffff, sum[i][v]);
    }
}

#define CASE(rows, vectors)                                                    \
    case rows:                                                                 \
        multiply_n(rows, vectors, t);                                          \
        break;

#define CASES(vectors)                                                         \
    CASE(1, vectors)                                                           \
    CASE(2, vectors)                                                           \
    CASE(3, vectors)                                                           \
    CASE(4, vectors)                                                           \
    CASE(5, vectors)                                                           \
    CASE(6, vectors)                                                           \
    CASE(7, vectors)                                                           \
    CASE(8, vectors)                                                           \
    CASE(9, vectors)                                                           \
    CASE(10, vectors)                                                          \
    CASE(11, vectors)                                                          \
    CASE(12, vectors)

static NATIVE void multiply_narrow(const gt__panel_tile *t)
{
    switch (t->rows) {
        CASES(1)
    }
}

static NATIVE void multiply_wide(const gt__panel_tile *t)
{
    switch (t->rows) {
        CASES(2)
    }
}

static void multiply(const gt__panel_tile *t)
{
    if (t->columns > LANES)
        multiply_wide(t);
    else
        multiply_narrow(t);
}
