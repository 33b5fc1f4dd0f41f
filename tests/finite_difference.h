/* finite_difference.h: gradients against central differences of the function
 * that they are said to be of, in the double build; and numbers to begin with.
 */
#ifndef GT_TESTS_FINITE_DIFFERENCE_H
#define GT_TESTS_FINITE_DIFFERENCE_H

#include "core/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A function of whatever is changed between its calls. */
typedef struct function {
    double (*value)(void *context);
    void *context;
    double step;  /* half of the distance of two values */
    double least; /* a gradient below it may be off by as much as this one */
} function;

static inline void assert_gradient(const function *f, const char *what,
                                   gt_real *at, size_t n,
                                   const gt_real *gradient)
{
    for (size_t i = 0; i < n; i++) {
        gt_real here = at[i];
        at[i] = here + f->step;
        double above = f->value(f->context);
        at[i] = here - f->step;
        double below = f->value(f->context);
        at[i] = here;
        double numeric = (above - below) / (2 * f->step);
        double size = fmax(fmax(fabs(numeric), fabs(gradient[i])), f->least);
        if (!(fabs(numeric - gradient[i]) <= 1e-6 * size))
            fail_msg("%s %zu: gradient %.10g, finite difference %.10g", what, i,
                     gradient[i], numeric);
    }
}

/* n normal numbers; the caller frees them. */
static inline gt_real *numbers(size_t n, uint32_t stream)
{
    gt_real *x = gt_real_alloc(n);
    assert_non_null(x);
    gt_rng_normal((gt_rng){.seed = 3, .stream = stream}, x, n);
    return x;
}

#endif
