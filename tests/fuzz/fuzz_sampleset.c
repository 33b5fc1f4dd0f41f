/* fuzz_sampleset.c: sets of samples, and HDF5 files of other programs, of any
 * contents: what looks at them, compares them, takes latents out of them or is
 * about to replace them.
 *
 * Input: 1 to take the digest away, 2 to begin with nothing, and
 * how to read it; operations
 * (support_h5.c); damage. */
#include "support_h5.h"

#include "run/diff.h"
#include "run/inspect.h"
#include "run/rows.h"
#include "run/sampleset.h"
#include "store/h5attr.h"
#include "store/h5write.h"

#include <math.h>
#include <stdlib.h>

static const size_t images[] = {2, 3, 3, 1}, latents[] = {2, 1, 1, 2};
static const uint8_t pixels[18] = {0, 1, 2, 250};
static const gt_real numbers[4] = {0.5, -1, 2, 0};

static void begin(gt_h5 *f)
{
    must(gt_h5_set_text(f, "/", "format", "gentrain samples") == GT_OK);
    must(gt_h5_set_int(f, "/", "format_version", 1) == GT_OK);
    must(gt_h5_set_text(f, "/", "source", "a.h5") == GT_OK);
    must(gt_h5_set_int(f, "/", "step", 3) == GT_OK);
    must(gt_h5_set_int(f, "/", "seed", 1) == GT_OK);
    must(gt_h5_write(f, "/images", GT_H5_U8, 4, images, pixels) == GT_OK);
    must(gt_h5_mark_images(f, "/images", 1) == GT_OK);
    must(gt_h5_write(f, "/latents", GT_H5_REAL, 4, latents, numbers) == GT_OK);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    input none = {0};
    build_file("good.h5", &none, begin);
    return 0;
}

static void read_latents(const char *path, const char *set)
{
    char place[600];
    gt_real *values = NULL;
    uint64_t n = 0;
    snprintf(place, sizeof place, "%s%s", path, set);
    const gt_rows want = {"latents", "latent", "latents of 1x1x2", {1, 1, 2}};
    if (gt_rows_read(place, &want, &values, &n) == GT_OK) {
        must(values && n > 0);
        for (uint64_t i = 0; i < 2 * n; i++)
            must(isfinite(values[i]));
        free(values);
    }
}

/* A file without a digest is tried by a child process whenever it is opened,
 * which takes long: it is opened in one way only. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    int how = take(&in);
    bool bare = how & 1;
    build_file("a.h5", &in, how & 2 ? NULL : begin);
    if (bare)
        damage_file("a.h5", &in);
    const char *path = in_folder("a.h5"), *good = in_folder("good.h5");
    if (!bare || how / 4 % 5 == 0)
        gt_inspect(sink, path, how & 64);
    if (!bare || how / 4 % 5 == 1)
        gt_sampleset_check_path(path);
    if (!bare || how / 4 % 5 == 2)
        read_latents(path, how & 64 ? ":/points" : "");
    if (!bare || how / 4 % 5 == 3)
        gt_diff(sink, path, good);
    if (!bare || how / 4 % 5 == 4)
        gt_diff(sink, good, path);
    if (!bare)
        must(gt_diff(sink, path, path) != GT_ERR_MISMATCH);
    drop("a.h5");
    check_closed();
    return 0;
}
