/* simd.h: one binary for old and new CPUs.
 *
 * A function marked GT_SIMD is compiled for plain x86-64, for AVX2 and for
 * AVX-512; the loader picks one when the program starts. As a*b+c is never
 * contracted and loops are never reordered, all of them give the same bits.
 *
 * Such a function is static, and its name occurs once in the program: clang 14
 * gives the one that the loader picks another name than its declaration has. */
#ifndef GT_CORE_SIMD_H
#define GT_CORE_SIMD_H

#include "base/sanitizers.h"

#include <stdint.h> /* tells whether this is glibc */

/* The loader chooses before sanitizers are ready, so their builds do without.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) &&          \
    !defined(GT_ADDRESS_SANITIZER) && !defined(GT_THREAD_SANITIZER)
#define GT_SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GT_SIMD
#endif

/* For functions that a GT_SIMD function calls: if they were not inlined, they
 * would be compiled for plain x86-64 (tests/lint_simd.sh). */
#define GT_INLINE static inline __attribute__((always_inline))

#endif
