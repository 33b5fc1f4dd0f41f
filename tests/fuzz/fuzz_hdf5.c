/* fuzz_hdf5.c: an HDF5 file as data. A child process tries each file first, so
 * what kills the library there is an error here.
 *
 * Input: the file. */
#include "../open_uri.h"
#include "support_h5.h"

#include "../read_one.h"

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

/* What opens has samples, of which each can be read or not. */
static void use(const gt_source *s)
{
    size_t size = gt_shape_size(s->shape), columns = (size_t)s->n_conditions;
    must(s->count > 0 && size > 0);
    if (size > 1 << 20)
        return;
    gt_real *out = malloc((size + columns + 1) * sizeof *out);
    must(out);
    bool bytes = s->element == GT_ELEMENT_BYTES;
    const uint64_t numbers[] = {0, s->count / 2, s->count - 1};
    for (int i = 0; i < 3; i++) {
        int label = 0;
        gt_source_rows to = {.bytes = bytes ? (uint8_t *)out : NULL,
                             .reals = bytes ? NULL : out,
                             .labels = &label,
                             .conditions = columns ? out + size : NULL};
        if (gt_source_read(s, &numbers[i], 1, &to) == GT_OK)
            must(label >= -1 && label < (s->classes > 0 ? s->classes : 1));
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    store("a.h5", data, size);
    for (int split = GT_SPLIT_TRAIN; split <= GT_SPLIT_TEST; split++) {
        gt_source *source = NULL;
        if (open_uri(&source, in_folder("a.h5"), (gt_split)split,
                     GT_SHAPE_OF_SOURCE) == GT_OK &&
            source)
            use(source);
        gt_source_close(source);
    }
    check_closed();
    drop("a.h5");
    return 0;
}
