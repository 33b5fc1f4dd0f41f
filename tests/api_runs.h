/* api_runs.h: what the tests of libgentrain share. They are linked to the
 * library alone, as its users are; the runs they open are trained by the
 * program. */
#ifndef GT_TESTS_API_RUNS_H
#define GT_TESTS_API_RUNS_H

#include <gentrain.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { COUNT = 150, SEED = 7 }; /* two blocks and a part of one */

static char folder[] = "/tmp/gt_api_XXXXXX";

typedef struct trained {
    const char *name, *config;
    gentrain_kind kind;
    int rank;
    int64_t shape[3], latent;
    double low;
} trained;

static const trained runs[] = {
    {"gan",
     "task: gan\n"
     "data: {uri: 'glyphs?count=100', image: [12, 12, 1], range: symmetric}\n"
     "model:\n"
     "  latent: 8\n"
     "  generator:\n"
     "    - dense: {units: 72, bias: false}\n"
     "    - reshape: {shape: [3, 3, 8]}\n"
     "    - batch_norm\n"
     "    - relu\n"
     "    - conv2d_transpose: {filters: 8, kernel: 4, stride: 2, padding: 1}\n"
     "    - relu\n"
     "    - conv2d_transpose: {filters: 1, kernel: 4, stride: 2, padding: 1}\n"
     "    - tanh\n"
     "  discriminator:\n"
     "    - flatten\n"
     "    - dense: {units: 1}\n"
     "optimizer_generator: {ema: 0.9}\n"
     "train: {batch: 24, steps: 4, shards: 4, seed: 5}\n"
     "output: {checkpoint_every: 2, sample_count: 4}\n",
     GENTRAIN_IMAGES,
     3,
     {12, 12, 1},
     8,
     -1},
    {"vae",
     "task: vae\n"
     "data: {uri: 'shapes?count=100', image: [10, 8, 3], range: unit}\n"
     "model:\n"
     "  latent: 4\n"
     "  encoder: [flatten, dense: {units: 32}, relu, dense: {units: 8}]\n"
     "  decoder: [dense: {units: 32}, relu, dense: {units: 240},\n"
     "            reshape: {shape: [10, 8, 3]}]\n"
     "  likelihood: bernoulli\n"
     "train: {batch: 24, steps: 4, shards: 4, seed: 5}\n"
     "output: {checkpoint_every: 2, sample_count: 4}\n",
     GENTRAIN_IMAGES,
     3,
     {10, 8, 3},
     4,
     0},
    {"labels",
     "task: vae\n"
     "data: {uri: 'glyphs?count=100', image: [8, 8, 1], range: unit,\n"
     "       classes: 10}\n"
     "model:\n"
     "  latent: 4\n"
     "  encoder: [flatten, dense: {units: 8}]\n"
     "  decoder: [dense: {units: 32, from: [z, label]}, relu,\n"
     "            dense: {units: 64}, reshape: {shape: [8, 8, 1]}]\n"
     "train: {batch: 24, steps: 4, shards: 4, seed: 5}\n"
     "output: {checkpoint_every: 2, sample_count: 4}\n",
     GENTRAIN_IMAGES,
     3,
     {8, 8, 1},
     4,
     0},
    {"points",
     "task: gan\n"
     "data: {uri: ring, image: [1, 1, 2], range: symmetric}\n"
     "model:\n"
     "  latent: 3\n"
     "  prior: uniform\n"
     "  generator: [dense: {units: 48}, relu, dense: {units: 2}]\n"
     "  discriminator: [dense: {units: 48}, relu, dense: {units: 1}]\n"
     "train: {batch: 24, steps: 4, shards: 4, seed: 5}\n"
     "output: {checkpoint_every: 2, sample_count: 4}\n",
     GENTRAIN_POINTS,
     1,
     {2},
     3,
     0},
};
enum { RUNS = sizeof runs / sizeof *runs };

/* --- The program, its folder and its files. */

static inline const char *in_folder(const char *name, const char *part)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s%s", folder, name, part);
    return path;
}

static inline int run_program(const char *arguments)
{
    char command[2048];
    snprintf(command, sizeof command, "cd %s && %s %s >out.txt 2>err.txt",
             folder, getenv("GENTRAIN"), arguments);
    return system(command);
}

/* Train a configuration, and sample it with further options. */
static inline int make_run(const char *name, const char *config,
                           const char *options)
{
    char arguments[512];
    FILE *file = fopen(in_folder(name, ".yaml"), "w");
    if (!file || fputs(config, file) < 0 || fclose(file) != 0)
        return -1;
    snprintf(arguments, sizeof arguments, "train %s.yaml --out %s", name, name);
    if (run_program(arguments) != 0)
        return -1;
    snprintf(arguments, sizeof arguments,
             "sample %s -n %d --seed %d -o %s.h5 %s", name, COUNT, SEED, name,
             options);
    return run_program(arguments) == 0 ? 0 : -1;
}

static inline int make_folder(void)
{
    return mkdtemp(folder) ? 0 : -1;
}

static inline int make_runs(void **state)
{
    (void)state;
    int status = make_folder();
    for (int i = 0; status == 0 && i < RUNS; i++)
        status = make_run(runs[i].name, runs[i].config, "");
    return status;
}

static inline int remove_runs(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static inline gentrain_model *open_run(const char *name)
{
    gentrain_model *model;
    if (gentrain_open(&model, in_folder(name, "")) != GENTRAIN_OK)
        fail_msg("%s: %s", name, gentrain_message());
    return model;
}

static inline size_t size_of(const gentrain_model *model, gentrain_array array)
{
    return (size_t)gentrain_values(model, array);
}

static inline void *room(size_t count, size_t width)
{
    void *out = calloc(count ? count : 1, width);
    assert_non_null(out);
    return out;
}

static inline float *sample_all(gentrain_model *model)
{
    float *out = room(COUNT * size_of(model, GENTRAIN_SAMPLE), sizeof *out);
    assert_int_equal(gentrain_sample(model, SEED, 0, COUNT, out), GENTRAIN_OK);
    return out;
}

#endif
