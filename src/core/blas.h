/* blas.h: which BLAS runs, its kernels and its threads. Local.
 *
 * CBLAS has no calls for that. Those of OpenBLAS and BLIS are used where they
 * are there; of other libraries a file's name is known.
 */
#ifndef GT_CORE_BLAS_H
#define GT_CORE_BLAS_H

#include <stdbool.h>

/* BLAS threads of this process; no effect where the library has no such call.
 */
void gt_blas_set_threads(int threads);
/* How many there are; 0 where the library does not tell. */
int gt_blas_threads(void);

/* Bytes that a thread may take for the library's buffer. */
double gt_blas_buffer(void);

/* Name of the kernel family that runs, such as "SkylakeX" (OpenBLAS) or "zen3"
 * (BLIS), or "unknown" where the library does not tell. */
const char *gt_blas_kernel(void);
/* The variable of the environment that chooses a family; NULL: unknown. */
const char *gt_blas_kernel_variable(void);

/* Name and version of the library, such as "OpenBLAS 0.3.21", in `text`; of one
 * that does not tell, its file, such as "libblas.so.3.11.0"; "unknown" where
 * that is the program itself. Returns `text`. */
enum { GT_BLAS_VERSION = 48 };
char *gt_blas_version(char text[GT_BLAS_VERSION]);

/* Name of the newest family that suits this CPU ("SkylakeX", "Haswell",
 * "Sandybridge", "Nehalem"), and whether the running one is older than that
 * and so has half the speed or less. */
const char *gt_blas_best_kernel(void);
bool gt_blas_kernel_is_old(void);

#endif
