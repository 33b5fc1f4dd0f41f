/* fuzz_checkpoint.c: checkpoints of any contents behind a digest that matches,
 * and such without a digest of any bytes.
 *
 * Input: 1 to take the digest away, and how to read it; operations
 * (support_h5.c); damage. */
#include "support_h5.h"

#include "run/checkpoint.h"
#include "run/diff.h"
#include "run/inspect.h"
#include "store/h5attr.h"
#include "store/h5write.h"

#include <gentrain.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    make_model();
    return 0;
}

static void begin(gt_h5 *f)
{
    must(gt_h5_set_text(f, "/", "format", "gentrain checkpoint") == GT_OK);
    must(gt_h5_set_int(f, "/", "format_version", 2) == GT_OK);
    must(gt_h5_set_text(f, "/", "task", "vae") == GT_OK);
    must(gt_h5_set_int(f, "/", "step", 3) == GT_OK);
    must(gt_h5_set_int(f, "/", "seed", 1) == GT_OK);
    must(gt_h5_set_real(f, "/", "epoch", 0.5) == GT_OK);
    must(gt_h5_set_text(f, "/", "fingerprint", "0123456789abcdef") == GT_OK);
    must(gt_h5_write_text(f, "/config", model_config) == GT_OK);
    for (int i = 0; i < model_count; i++)
        must(gt_h5_write(f, model_spans[i].path, GT_H5_REAL,
                         model_spans[i].rank, model_spans[i].dim,
                         model_spans[i].data) == GT_OK);
}

/* All that a resumed run reads of it. */
static void read_state(const char *path)
{
    gt_checkpoint c;
    if (gt_checkpoint_open(&c, path) != GT_OK) {
        must(*gt_message());
        return;
    }
    gt_span *spans = malloc((size_t)model_count * sizeof *spans);
    must(spans);
    memcpy(spans, model_spans, (size_t)model_count * sizeof *spans);
    for (int i = 0; i < model_count; i++) {
        spans[i].data = calloc(spans[i].count, sizeof(gt_real));
        must(spans[i].data);
    }
    gt_checkpoint_read(&c, spans, model_count, GT_CHECKPOINT_ALL);
    gt_checkpoint_read(&c, spans, model_count, GT_CHECKPOINT_EVALUATION);
    for (int i = 0; i < model_count; i++)
        free(spans[i].data);
    free(spans);
    gt_checkpoint_close(&c);
}

static void sample(const char *path)
{
    gentrain_model *model;
    if (gentrain_open(&model, path) != GENTRAIN_OK)
        return;
    int64_t values = gentrain_values(model, GENTRAIN_SAMPLE);
    float *samples = malloc((size_t)values * 2 * sizeof *samples);
    if (samples && values < 10000)
        gentrain_sample(model, 1, 0, 2, samples);
    free(samples);
    gentrain_close(model);
}

/* A file without a digest is tried by a child process whenever it is opened,
 * which takes long: it is opened in one way only. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    int how = take(&in);
    bool bare = how & 1;
    build_file("a.h5", &in, begin);
    if (bare)
        damage_file("a.h5", &in);
    const char *path = in_folder("a.h5");
    if (!bare || how / 2 % 4 == 0)
        read_state(path);
    if (!bare || how / 2 % 4 == 1)
        sample(path);
    if (!bare || how / 2 % 4 == 2)
        gt_inspect(sink, path, false);
    if (!bare || how / 2 % 4 == 3)
        gt_inspect(sink, path, true);
    if (!bare)
        must(gt_diff(sink, path, path) != GT_ERR_MISMATCH);
    drop("a.h5");
    check_closed();
    return 0;
}
