/* The form of a file, and samples that are written into it. */
#include "data/layout.h"
#include "run/sampleset.h"
#include "scratch.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5form.h"

#include <hdf5.h>
#include <math.h>

enum { N = 7, C = 3, H = 4, W = 5, SIZE = C * H * W, MADE = 130 };

static const gt_shape shape = {.h = H, .w = W, .c = C};
static const char *const names[] = {"/run/showers", "/run/energy", "/kinds"};

/* --- A file of somebody else's. */

static void set_attribute(hid_t object, const char *name, hid_t type, hsize_t n,
                          const void *value)
{
    hid_t space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    hid_t a = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(a >= 0 && H5Awrite(a, type, value) >= 0);
    H5Aclose(a);
    H5Sclose(space);
}

static hid_t make_set(hid_t file, const char *name, hid_t type, int rank,
                      const hsize_t *dim, hsize_t chunk, bool grows)
{
    hsize_t most[4], chunks[4];
    for (int i = 0; i < rank; i++)
        most[i] = chunks[i] = dim[i];
    chunks[0] = chunk;
    if (grows)
        most[0] = H5S_UNLIMITED;
    hid_t space = H5Screate_simple(rank, dim, most);
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk) {
        H5Pset_chunk(p, rank, chunks);
        H5Pset_shuffle(p);
        H5Pset_deflate(p, 4);
        H5Pset_fletcher32(p);
    }
    hid_t set =
        H5Dcreate2(file, name, type, space, H5P_DEFAULT, p, H5P_DEFAULT);
    assert_true(set >= 0);
    H5Pclose(p);
    H5Sclose(space);
    return set;
}

static void make_input(const char *name, hid_t type)
{
    static const double bins[3] = {0.5, 1.5, 2.5};
    hsize_t showers[4] = {N, C, H, W}, energy[2] = {N, 1}, kinds[1] = {N};
    const char *text = "MeV";
    hid_t file =
        H5Fcreate(in_scratch(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group =
        H5Gcreate2(file, "/run", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t any = H5Tcopy(H5T_C_S1), fixed = H5Tcopy(H5T_C_S1);
    H5Tset_size(any, H5T_VARIABLE);
    H5Tset_size(fixed, 3);
    set_attribute(file, "format", fixed, 0, "old");
    set_attribute(file, "detector", fixed, 0, "EMB");
    set_attribute(group, "bins", H5T_NATIVE_DOUBLE, 3, bins);
    hid_t set = make_set(file, "/run/showers", type, 4, showers, 4, false);
    set_attribute(set, "unit", any, 0, &text);
    H5Dclose(set);
    set = make_set(file, "/run/energy", H5T_IEEE_F32LE, 2, energy, 5, true);
    set_attribute(set, "unit", fixed, 0, "MeV");
    hobj_ref_t reference;
    H5Rcreate(&reference, file, "/run", H5R_OBJECT, -1);
    set_attribute(set, "scale", H5T_STD_REF_OBJ, 0, &reference);
    H5Dclose(set);
    H5Dclose(make_set(file, "/kinds", H5T_STD_I64LE, 1, kinds, 0, false));
    H5Tclose(any);
    H5Tclose(fixed);
    H5Gclose(group);
    H5Fclose(file);
}

static void make_form(const char *name, const char *layout, void **bytes,
                      size_t *size)
{
    gt_h5 *input, *form;
    char *columns[] = {"/run/energy"};
    assert_ok(gt_h5_open(&input, in_scratch(name)));
    assert_ok(gt_h5_form_of(&form, input, names, 3));
    gt_h5_close(input);
    assert_ok(gt_h5_set_text(form, names[0], GT_H5_FORM_SAMPLES, layout));
    assert_ok(
        gt_h5_set_texts(form, names[1], GT_H5_FORM_CONDITIONS, columns, 1));
    assert_ok(gt_h5_set_text(form, names[2], GT_H5_FORM_LABELS, "labels"));
    assert_ok(gt_h5_form_finish(form, bytes, size));
    assert_true(*size < 32768);
}

/* --- Samples. */

static char *condition_names[] = {"/theta", "/run/energy"};

static gt_real value_of(int sample, size_t i)
{
    return (gt_real)(sample * 1000 + (int)i) + (gt_real)0.25;
}

static gt_status write_samples(const char *name, const void *form, size_t size,
                               bool reals)
{
    gt_sampleset_info info = {.shape = shape,
                              .reals = reals,
                              .range = GT_RANGE_UNIT,
                              .form = form,
                              .form_size = size,
                              .count = MADE,
                              .latent = {1, 1, 2},
                              .classes = 4,
                              .conditions = {condition_names, 2},
                              .source = "a test",
                              .step = 5,
                              .seed = 6};
    gt_sampleset *set;
    gt_status status = gt_sampleset_create(&set, in_scratch(name), &info);
    if (status != GT_OK)
        return status;
    for (int first = 0; first < MADE; first += 50) {
        gt_real x[50 * SIZE], conditions[100], latents[100] = {0};
        int labels[50], n = MADE - first < 50 ? MADE - first : 50;
        for (int i = 0; i < n; i++) {
            for (size_t k = 0; k < SIZE; k++)
                x[(size_t)i * SIZE + k] =
                    reals ? value_of(first + i, k) : (gt_real)(k % 2);
            labels[i] = (first + i) % 4;
            conditions[2 * i] = -1;
            conditions[2 * i + 1] = (gt_real)(first + i) / 2;
        }
        gt_samples samples = {n, x, labels, conditions};
        assert_ok(gt_sampleset_append(set, &samples, latents));
    }
    return gt_sampleset_commit(set);
}

/* --- Comparison. */

static hid_t open_set(hid_t file, const char *name)
{
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(set >= 0);
    return set;
}

static void same_type(hid_t a, hid_t b)
{
    hid_t x = H5Dget_type(a), y = H5Dget_type(b);
    assert_true(H5Tequal(x, y) > 0);
    H5Tclose(x);
    H5Tclose(y);
}

static void same_dimensions(hid_t a, hid_t b)
{
    hsize_t x[4], y[4], most_x[4], most_y[4];
    hid_t s = H5Dget_space(a), t = H5Dget_space(b);
    int rank = H5Sget_simple_extent_dims(s, x, most_x);
    assert_int_equal(H5Sget_simple_extent_dims(t, y, most_y), rank);
    assert_int_equal(y[0], MADE);
    assert_true((most_x[0] == H5S_UNLIMITED) == (most_y[0] == H5S_UNLIMITED));
    for (int i = 1; i < rank; i++)
        assert_int_equal(x[i], y[i]);
    H5Sclose(s);
    H5Sclose(t);
}

static void same_storage(hid_t a, hid_t b)
{
    hid_t x = H5Dget_create_plist(a), y = H5Dget_create_plist(b);
    hsize_t chunk_x[4], chunk_y[4];
    assert_int_equal(H5Pget_layout(x), H5Pget_layout(y));
    if (H5Pget_layout(x) == H5D_CHUNKED) {
        int rank = H5Pget_chunk(x, 4, chunk_x);
        assert_int_equal(H5Pget_chunk(y, 4, chunk_y), rank);
        for (int i = 0; i < rank; i++)
            assert_int_equal(chunk_x[i], chunk_y[i]);
        assert_int_equal(H5Pget_nfilters(x), H5Pget_nfilters(y));
    }
    H5Pclose(x);
    H5Pclose(y);
}

static void numbers_are_in_their_order(hid_t set, bool cut)
{
    double *all = calloc((size_t)MADE * SIZE, sizeof *all);
    assert_non_null(all);
    assert_true(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                        all) >= 0);
    for (int i = 0; i < MADE; i++)
        for (int c = 0; c < C; c++)
            for (int p = 0; p < H * W; p++) {
                double want = (double)value_of(i, (size_t)(p * C + c));
                want = cut ? fmin(rint(want), 32767) : want;
                double got =
                    all[((size_t)i * C + (size_t)c) * H * W + (size_t)p];
                if (got != want)
                    fail_msg("sample %d: %g, not %g", i, got, want);
            }
    free(all);
}

static void check_given(hid_t file)
{
    float energy[MADE];
    int kinds[MADE];
    hid_t set = open_set(file, "/run/energy");
    assert_true(H5Aexists(set, "unit") > 0);
    assert_true(H5Aexists(set, "scale") == 0); /* it refers to an object */
    assert_true(H5Aexists(set, GT_H5_FORM_CONDITIONS) == 0);
    assert_true(H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                        energy) >= 0);
    H5Dclose(set);
    set = open_set(file, "/kinds");
    assert_true(H5Dread(set, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                        kinds) >= 0);
    H5Dclose(set);
    for (int i = 0; i < MADE; i++)
        assert_true(energy[i] == (float)i / 2 && kinds[i] == i % 4);
}

static void compare(const char *input, const char *output, bool cut)
{
    hid_t a = H5Fopen(in_scratch(input), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t b = H5Fopen(in_scratch(output), H5F_ACC_RDONLY, H5P_DEFAULT);
    for (int i = 0; i < 3; i++) {
        hid_t x = open_set(a, names[i]), y = open_set(b, names[i]);
        same_type(x, y);
        same_dimensions(x, y);
        same_storage(x, y);
        H5Dclose(x);
        H5Dclose(y);
    }
    hid_t showers = open_set(b, names[0]);
    assert_true(H5Aexists(showers, "unit") > 0);
    assert_true(H5Aexists(showers, GT_H5_FORM_SAMPLES) == 0);
    numbers_are_in_their_order(showers, cut);
    H5Dclose(showers);
    check_given(b);
    assert_true(H5Aexists_by_name(b, "/run", "bins", H5P_DEFAULT) > 0);
    assert_true(H5Aexists(b, "detector") > 0);
    assert_true(H5Lexists(b, "/latents", H5P_DEFAULT) == 0);
    H5Fclose(a);
    H5Fclose(b);
}

static void samples_take_the_form_of_the_data(void **state)
{
    (void)state;
    const struct {
        hid_t type;
        bool cut;
    } types[] = {{H5T_IEEE_F64BE, false},
                 {H5T_IEEE_F32LE, false},
                 {H5T_STD_I16BE, true}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        void *form;
        size_t size;
        gt_h5 *file;
        char *format;
        make_input("in.h5", types[i].type);
        make_form("in.h5", "nchw", &form, &size);
        assert_ok(write_samples("out.h5", form, size, true));
        compare("in.h5", "out.h5", types[i].cut);
        assert_ok(gt_h5_open(&file, in_scratch("out.h5")));
        assert_ok(gt_h5_get_text(file, "/", "format", &format));
        assert_string_equal(format, "gentrain samples");
        free(format);
        gt_h5_close(file);
        free(form);
    }
}

static void bytes_are_rounded_as_ever(void **state)
{
    (void)state;
    void *form;
    size_t size;
    uint8_t pixels[MADE * SIZE];
    make_input("in.h5", H5T_STD_U8LE);
    make_form("in.h5", "nchw", &form, &size);
    assert_ok(write_samples("out.h5", form, size, false));
    hid_t file = H5Fopen(in_scratch("out.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t set = open_set(file, names[0]);
    assert_true(H5Dread(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                        pixels) >= 0);
    for (int c = 0; c < C; c++)
        for (int p = 0; p < H * W; p++)
            assert_int_equal(pixels[c * H * W + p], (p * C + c) % 2 * 255);
    H5Dclose(set);
    H5Fclose(file);
    free(form);
}

static void a_form_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    void *form;
    size_t size;
    make_input("in.h5", H5T_IEEE_F32LE);
    make_form("in.h5", "sideways", &form, &size);
    assert_fails(write_samples("out.h5", form, size, true), GT_ERR_MISMATCH,
                 "give --layout plain");
    assert_false(exists("out.h5"));
    ((char *)form)[size / 2] ^= 1;
    assert_fails(write_samples("out.h5", form, size, true), GT_ERR_FORMAT,
                 "form of the data");
    assert_fails(write_samples("out.h5", form, size / 2, true), GT_ERR_FORMAT,
                 "form of the data");
    assert_fails(write_samples("out.h5", form, 10, true), GT_ERR_FORMAT,
                 "form of the data");
    free(form);
    gt_h5 *input, *none;
    static const char *const missing[] = {"/no/such"};
    assert_ok(gt_h5_open(&input, in_scratch("in.h5")));
    assert_fails(gt_h5_form_of(&none, input, missing, 1), GT_ERR_FORMAT,
                 "/no/such");
    gt_h5_close(input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(samples_take_the_form_of_the_data),
        each(bytes_are_rounded_as_ever),
        each(a_form_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
