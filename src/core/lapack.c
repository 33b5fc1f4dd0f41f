/* lapack.c: LAPACK as Fortran programs know it, because no C header of it is
 * where all systems have one. A call is by reference; the lengths of texts come
 * last, as Fortran compilers expect. Matrices there are stored by columns: a
 * symmetric one is the same, eigenvectors become rows, and singular values are
 * those of the transpose. */
#include "core/lapack.h"

#ifdef GT_LAPACK

#include "base/progress_hook.h"

#include <stddef.h>
#include <stdlib.h>

extern void dsyevd_(const char *job, const char *half, const int *n, double *a,
                    const int *lda, double *w, double *work, const int *lwork,
                    int *iwork, const int *liwork, int *info, size_t, size_t);
extern void dgesdd_(const char *job, const int *m, const int *n, double *a,
                    const int *lda, double *s, double *u, const int *ldu,
                    double *vt, const int *ldvt, double *work, const int *lwork,
                    int *iwork, int *info, size_t);

bool gt_lapack_is_there(void)
{
    return true;
}

/* A call's room, as large as a first call has asked for. */
typedef struct room {
    double *work;
    int *iwork;
    int lwork, liwork;
} room;

static gt_status take(room *r, double lwork, int liwork)
{
    r->lwork = (int)lwork;
    r->liwork = liwork;
    r->work = malloc((size_t)r->lwork * sizeof *r->work);
    r->iwork = malloc((size_t)r->liwork * sizeof *r->iwork);
    if (!r->work || !r->iwork)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %.1f MB for LAPACK",
                       lwork * sizeof *r->work / 1e6);
    return GT_OK;
}

static gt_status leave(room *r, gt_status status, int info, const char *what)
{
    free(r->work);
    free(r->iwork);
    gt_progress_hook();
    if (status == GT_OK && info != 0)
        return gt_fail(GT_ERR_NUMERIC,
                       "the %s of a matrix were not found (LAPACK says %d)",
                       what, info);
    return status;
}

gt_status gt_lapack_eigen(int n, double *a, double *values)
{
    room r = {0};
    double lwork;
    int query = -1, liwork, info = 0;
    dsyevd_("V", "U", &n, a, &n, values, &lwork, &query, &liwork, &query, &info,
            1, 1);
    gt_status status = take(&r, lwork, liwork);
    if (status == GT_OK)
        dsyevd_("V", "U", &n, a, &n, values, r.work, &r.lwork, r.iwork,
                &r.liwork, &info, 1, 1);
    return leave(&r, status, info, "eigenvalues");
}

gt_status gt_lapack_singular_values(int m, int n, double *a, double *values)
{
    room r = {0};
    double lwork, none;
    int query = -1, one = 1, info = 0, least = m < n ? m : n;
    if (least == 0)
        return GT_OK;
    dgesdd_("N", &n, &m, a, &n, values, &none, &one, &none, &one, &lwork,
            &query, &info, &info, 1);
    gt_status status = take(&r, lwork, 8 * least);
    if (status == GT_OK)
        dgesdd_("N", &n, &m, a, &n, values, &none, &one, &none, &one, r.work,
                &r.lwork, r.iwork, &info, 1);
    return leave(&r, status, info, "singular values");
}

#else

bool gt_lapack_is_there(void)
{
    return false;
}

static gt_status refuse(void)
{
    return gt_fail(GT_ERR_CONFIG,
                   "this build has no LAPACK; install one (Debian: "
                   "libopenblas-dev or liblapack-dev), then run cmake again in "
                   "an empty folder");
}

gt_status gt_lapack_eigen(int n, double *a, double *values)
{
    (void)n;
    (void)a;
    (void)values;
    return refuse();
}

gt_status gt_lapack_singular_values(int m, int n, double *a, double *values)
{
    (void)m;
    (void)n;
    (void)a;
    (void)values;
    return refuse();
}

#endif
