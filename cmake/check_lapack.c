/* check_lapack.c: a program of what calls LAPACK and nothing else. It returns
 * which BLAS are in it: one that LAPACK brings along, beside the one that was
 * chosen, would be taken for that by src/core/blas.c. */
extern char *openblas_get_config(void) __attribute__((weak));
extern char *bli_info_get_version_str(void) __attribute__((weak));
extern void cblas_dgemm(void);
#ifdef WITH_LAPACK
extern void dsyevd_(void);
extern void dgesdd_(void);
#endif

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 9)
        cblas_dgemm();
#ifdef WITH_LAPACK
    if (argc > 9)
        dsyevd_();
    if (argc > 9)
        dgesdd_();
#endif
    return (openblas_get_config ? 2 : 0) + (bli_info_get_version_str ? 4 : 0);
}
