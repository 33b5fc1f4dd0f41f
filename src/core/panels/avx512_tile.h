/* avx512_tile.h: what vector_tile.h asks of AVX-512. A tile of 12 rows and two
 * vectors of columns keeps 24 sums in registers: enough to begin two
 * instructions each cycle, with 14 loads for 24 of them. */

#define TILE_ROWS 12
#define CHOICES_TAKE_TIME 0 /* but to store by one does */

typedef __m512 vector;
typedef __mmask16 lanes;

static inline PART lanes first(int n)
{
    return gt__first(n);
}

static inline PART vector none(void)
{
    return _mm512_setzero_ps();
}

static inline PART vector load(const float *at)
{
    return _mm512_loadu_ps(at);
}

static inline PART vector load_some(lanes which, const float *at)
{
    return _mm512_maskz_loadu_ps(which, at);
}

static inline PART vector add(vector a, vector b)
{
    return _mm512_add_ps(a, b);
}

static inline PART void store(float *at, vector a)
{
    _mm512_storeu_ps(at, a);
}

static inline PART void store_some(float *at, lanes which, vector a)
{
    _mm512_mask_storeu_ps(at, which, a);
}

static inline PART void store_past(float *at, vector a)
{
    _mm512_stream_ps(at, a);
}
