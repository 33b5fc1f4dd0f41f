/* fuzz_hdf5_sets.c: HDF5 files of other programs as data. Their contents are
 * fuzzed, behind a digest that is right, as HDF5 does not survive much damage
 * to its tables.
 *
 * Input: how; options; shape; then as support_h5.h says. */
#include "support_h5.h"
#include "support_source.h"

#include "store/h5write.h"

enum { LABELS = 1, COLUMN = 2, NAMED = 4 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

static void begin(gt_h5 *f)
{
    static const float images[2 * 3 * 3 * 1] = {1, 2, 3};
    static const float energies[2] = {0.5F, 2};
    const size_t dims[] = {2, 3, 3, 1};
    gt_h5_write(f, "/images", GT_H5_REAL, 4, dims, images);
    gt_h5_write(f, "/energies", GT_H5_REAL, 1, dims, energies);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *column[] = {(char *)"/energies"};
    input in = {data, size};
    int how = take(&in), options = take(&in);
    gt_data_config config = {
        .image = take_shape(&in), .layout = options % 7, .on_nan = options % 3};
    build_file("a.h5", &in, begin);
    char uri[600];
    snprintf(uri, sizeof uri, "hdf5:%s%s", in_folder("a.h5"),
             how & NAMED ? ":/images" : "");
    config.uri = uri;
    config.labels = how & LABELS ? (char *)"/labels" : NULL;
    if (how & COLUMN)
        config.conditions = (gt_word_list){column, 1};
    open_and_use(&config);
    drop("a.h5");
    check_closed();
    return 0;
}
