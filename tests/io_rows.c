/* Latents and conditions from a file: those of a set of samples, and those of
 * other programs; what cannot be any is refused with the reason. */
#include "scratch.h"

#include "run/rows.h"
#include "run/sampleset.h"
#include "store/h5file.h"
#include "store/h5write.h"

#include <hdf5.h>
#include <math.h>

enum { N = 3, Z = 5, H = 2, W = 2 };
static const gt_shape flat = {1, 1, Z};

static gt_rows latents_of(gt_shape shape)
{
    return (gt_rows){.name = "latents",
                     .one = "latent",
                     .takes = "latents of 1x1x5",
                     .shape = shape};
}

static void write_reals(const char *set, int rank, const size_t dim[],
                        const gt_real *values)
{
    gt_h5 *f;
    assert_ok(gt_h5_create(&f, in_scratch("z.h5")));
    assert_ok(gt_h5_write(f, set, GT_H5_REAL, rank, dim, values));
    assert_ok(gt_h5_commit(f));
}

static void count_up(gt_real *values, int n)
{
    for (int i = 0; i < n; i++)
        values[i] = (gt_real)i / 7;
}

static void assert_reads(const char *place, gt_shape shape,
                         const gt_real *expected)
{
    gt_real *values;
    uint64_t n;
    gt_rows want = latents_of(shape);
    assert_ok(gt_rows_read(place, &want, &values, &n));
    assert_int_equal(n, N);
    assert_memory_equal(values, expected,
                        N * gt_shape_size(shape) * sizeof *values);
    free(values);
}

static void assert_refused(const char *place, gt_status status,
                           const char *words)
{
    gt_real *values;
    uint64_t n;
    gt_rows want = latents_of(flat);
    assert_fails(gt_rows_read(place, &want, &values, &n), status, words);
    assert_null(values);
}

static void the_latents_of_a_set_come_back(void **state)
{
    (void)state;
    gt_real latents[N * Z], samples[N * H * W] = {0};
    count_up(latents, N * Z);
    gt_sampleset_info info = {
        .shape = {H, W, 1}, .count = N, .latent = flat, .source = "x"};
    gt_sampleset *set;
    assert_ok(gt_sampleset_create(&set, in_scratch("z.h5"), &info));
    assert_ok(
        gt_sampleset_append(set, &(gt_samples){.n = N, .x = samples}, latents));
    assert_ok(gt_sampleset_commit(set));
    assert_reads(in_scratch("z.h5"), flat, latents);
    assert_reads(in_scratch("z.h5:/latents"), flat, latents);
}

static void other_data_sets_and_shapes_are_read(void **state)
{
    (void)state;
    gt_real latents[N * H * W * Z];
    count_up(latents, N * H * W * Z);
    write_reals("/deep/z", 2, (size_t[]){N, Z}, latents);
    assert_reads(in_scratch("z.h5:/deep/z"), flat, latents);
    unlink(in_scratch("z.h5"));
    write_reals("/z", 4, (size_t[]){N, H, W, Z}, latents);
    assert_reads(in_scratch("z.h5:/z"), (gt_shape){H, W, Z}, latents);
    unlink(in_scratch("z.h5"));
    write_reals("/z", 2, (size_t[]){N, H * W * Z}, latents);
    assert_reads(in_scratch("z.h5:/z"), (gt_shape){H, W, Z}, latents);
    unlink(in_scratch("z.h5"));
    write_reals("/z", 5, (size_t[]){N, Z, H, 1, W}, latents);
    assert_reads(in_scratch("z.h5:/z"), (gt_shape){H, 1, W, Z}, latents);
    gt_rows images = latents_of((gt_shape){Z, H, W});
    gt_real *values;
    uint64_t n;
    assert_fails(gt_rows_read(in_scratch("z.h5:/z"), &images, &values, &n),
                 GT_ERR_MISMATCH, "must be nx5x2x2 or nx20");
}

static void a_file_may_have_a_colon_in_its_name(void **state)
{
    (void)state;
    gt_real latents[N * Z];
    count_up(latents, N * Z);
    assert_int_equal(mkdir(in_scratch("a:"), 0777), 0);
    write_reals("/latents", 2, (size_t[]){N, Z}, latents);
    assert_int_equal(rename(in_scratch("z.h5"), in_scratch("a:/z.h5")), 0);
    assert_reads(in_scratch("a:/z.h5"), flat, latents);
    assert_reads(in_scratch("a:/z.h5:/latents"), flat, latents);
}

static void what_is_not_there_is_named(void **state)
{
    (void)state;
    gt_real latents[N * Z] = {0};
    assert_refused(in_scratch("none.h5"), GT_ERR_IO, "none.h5");
    write_reals("/z", 2, (size_t[]){N, Z}, latents);
    assert_refused(in_scratch("z.h5"), GT_ERR_FORMAT, "z.h5:/DATA/SET");
    assert_refused(in_scratch("z.h5:/y"), GT_ERR_FORMAT, "no data set /y");
}

static void other_shapes_are_refused_with_both(void **state)
{
    (void)state;
    gt_real latents[N * H * W * Z] = {0};
    const struct {
        int rank;
        size_t dim[4];
        const char *words;
    } cases[] = {
        {2, {N, Z + 1}, "is 3x6, but the model takes latents of 1x1x5"},
        {1, {Z}, "must be nx1x1x5 or nx5"},
        {4, {N, Z, 1, 1}, "is 3x5x1x1"},
        {3, {N, 1, Z}, "is 3x1x5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_reals("/latents", cases[i].rank, cases[i].dim, latents);
        assert_refused(in_scratch("z.h5"), GT_ERR_MISMATCH, cases[i].words);
        unlink(in_scratch("z.h5"));
    }
}

/* As other programs write it. */
static void write_foreign(hid_t type, hsize_t n)
{
    hid_t file =
        H5Fcreate(in_scratch("z.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, (hsize_t[]){n, Z}, NULL);
    hid_t set = H5Dcreate2(file, "/latents", type, space, H5P_DEFAULT,
                           H5P_DEFAULT, H5P_DEFAULT);
    double zeros[N * Z] = {0};
    assert_true(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                         zeros) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    assert_true(H5Fclose(file) >= 0);
}

static void other_types_are_refused_with_the_mend(void **state)
{
    (void)state;
    write_foreign(H5T_IEEE_F64LE, N);
    assert_refused(in_scratch("z.h5"), GT_ERR_MISMATCH, "z.astype('float32')");
    write_foreign(H5T_STD_I32LE, N);
    assert_refused(in_scratch("z.h5"), GT_ERR_MISMATCH, "z.astype('float32')");
    write_foreign(H5T_IEEE_F32LE, 0);
    assert_refused(in_scratch("z.h5"), GT_ERR_FORMAT, "holds no latents");
}

static void numbers_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    const gt_real bad[] = {(gt_real)NAN, (gt_real)INFINITY, (gt_real)-INFINITY};
    for (int i = 0; i < 3; i++) {
        gt_real latents[N * Z] = {0};
        latents[2 * Z + 1] = bad[i];
        write_reals("/latents", 2, (size_t[]){N, Z}, latents);
        assert_refused(in_scratch("z.h5"), GT_ERR_FORMAT, "first in latent 2");
    }
}

/* Conditions are looked for under their own name, and spoken of by it. */
static void conditions_are_rows_with_another_name(void **state)
{
    (void)state;
    const gt_rows want = {.name = "conditions",
                          .one = "row",
                          .takes = "the conditions slant, width",
                          .shape = {1, 1, 2}};
    gt_real rows[N * 3] = {0}, *values;
    uint64_t n;
    count_up(rows, N * 3);
    write_reals("/conditions", 2, (size_t[]){N, 2}, rows);
    assert_ok(gt_rows_read(in_scratch("z.h5"), &want, &values, &n));
    assert_int_equal(n, N);
    assert_memory_equal(values, rows, 2 * N * sizeof *values);
    free(values);
    unlink(in_scratch("z.h5"));
    write_reals("/conditions", 2, (size_t[]){N, 3}, rows);
    assert_fails(gt_rows_read(in_scratch("z.h5"), &want, &values, &n),
                 GT_ERR_MISMATCH,
                 "the model takes the conditions slant, width");
    unlink(in_scratch("z.h5"));
    rows[3] = (gt_real)NAN;
    write_reals("/conditions", 2, (size_t[]){N, 2}, rows);
    assert_fails(gt_rows_read(in_scratch("z.h5"), &want, &values, &n),
                 GT_ERR_FORMAT, "first in row 1");
    unlink(in_scratch("z.h5"));
    write_reals("/c", 2, (size_t[]){N, 2}, rows);
    assert_fails(gt_rows_read(in_scratch("z.h5"), &want, &values, &n),
                 GT_ERR_FORMAT, "--conditions ");
}

/* As in somebody's data: whole numbers, and one dimension less. */
static void conditions_may_be_numbers_of_any_type(void **state)
{
    (void)state;
    char *names[] = {"/e", "/angles[1]"};
    gt_word_list columns = {names, 1};
    gt_rows want = {.name = "conditions",
                    .one = "row",
                    .takes = "the condition energy",
                    .shape = {1, 1, 1},
                    .columns = &columns};
    int32_t rows[N];
    gt_real *values;
    uint64_t n;
    gt_h5 *file;
    for (int i = 0; i < N; i++)
        rows[i] = 256 << i;
    assert_ok(gt_h5_create(&file, in_scratch("z.h5")));
    assert_ok(gt_h5_write(file, "/e", GT_H5_I32, 1, (size_t[]){N}, rows));
    gt_real angles[2 * N];
    count_up(angles, 2 * N);
    assert_ok(
        gt_h5_write(file, "/angles", GT_H5_REAL, 2, (size_t[]){N, 2}, angles));
    assert_ok(gt_h5_commit(file));
    char place[600];
    snprintf(place, sizeof place, "%s:/e", in_scratch("z.h5"));
    assert_ok(gt_rows_read(place, &want, &values, &n));
    assert_int_equal(n, N);
    for (int i = 0; i < N; i++)
        assert_true(values[i] == (gt_real)rows[i]);
    free(values);
    want.shape.c = columns.count = 2;
    assert_fails(gt_rows_read(place, &want, &values, &n), GT_ERR_MISMATCH,
                 "the model takes the condition energy");
    /* By the names of the columns, as in the data. */
    assert_ok(gt_rows_read(in_scratch("z.h5"), &want, &values, &n));
    assert_int_equal(n, N);
    for (int i = 0; i < N; i++)
        assert_true(values[2 * i] == (gt_real)rows[i] &&
                    values[2 * i + 1] == angles[2 * i + 1]);
    free(values);
    names[1] = "/angles[2]";
    assert_fails(gt_rows_read(in_scratch("z.h5"), &want, &values, &n),
                 GT_ERR_MISMATCH, "/angles has");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_latents_of_a_set_come_back),
        each(other_data_sets_and_shapes_are_read),
        each(a_file_may_have_a_colon_in_its_name),
        each(what_is_not_there_is_named),
        each(other_shapes_are_refused_with_both),
        each(other_types_are_refused_with_the_mend),
        each(numbers_that_are_not_finite_are_refused),
        each(conditions_are_rows_with_another_name),
        each(conditions_may_be_numbers_of_any_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
