/* near.h: compare spans of reals with reference values. */
#ifndef GT_TESTS_NEAR_H
#define GT_TESTS_NEAR_H

#include "core/tensor.h"

#include <math.h>

#define assert_near(got, want, tolerance)                                      \
    do {                                                                       \
        double got_ = (got), want_ = (want);                                   \
        if (!(fabs(got_ - want_) <= (tolerance) * (1 + fabs(want_))))          \
            fail_msg("%s is %.9g, not %.9g", #got, got_, want_);               \
    } while (0)

#define assert_all_near(got, want, n, tolerance)                               \
    do {                                                                       \
        for (size_t i_ = 0; i_ < (size_t)(n); i_++)                            \
            assert_near((got)[i_], (want)[i_], tolerance);                     \
    } while (0)

#endif
