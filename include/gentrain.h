/* gentrain.h: samples from a model that gentrain has trained.
 *
 * This is the one header of libgentrain. It is C11 and can be included from
 * C++; functions and types are plain enough for Fortran's iso_c_binding. The
 * library needs neither MPI nor mpirun, prints nothing and never ends the
 * process. (Where HDF5 was built with MPI, MPI's library is loaded with it, and
 * not used.)
 *
 *     gentrain_model *model;
 *     if (gentrain_open(&model, "runs/digits") != GENTRAIN_OK) {
 *         fprintf(stderr, "%s\n", gentrain_message());
 *         return 1;
 *     }
 *     int64_t values = gentrain_values(model, GENTRAIN_SAMPLE);
 *     float *samples = malloc(100 * (size_t)values * sizeof *samples);
 *     if (samples &&
 *         gentrain_sample(model, 7, 0, 100, samples) != GENTRAIN_OK)
 *         fprintf(stderr, "%s\n", gentrain_message());
 *     free(samples);
 *     gentrain_close(model);
 *
 * Same samples. Sample i of a seed is one fixed sample of a model: it depends
 * neither on how many samples are asked for nor on which call makes it. It has
 * the bits of sample i that `gentrain sample --seed S` makes with one BLAS
 * thread, its default, by the same version of gentrain, on any x86-64 CPU with
 * AVX2; on others, with the same BLAS library on the same type of CPU.
 *
 * Layout. Arrays are dense and in C order: the first sample comes first, and
 * within a sample the last dimension varies fastest. An image is stored row by
 * row with its channels side by side: [height][width][channels]; a volume is
 * stored slice by slice, each as an image: [depth][height][width][channels].
 * (In Fortran the dimensions are therefore reversed: (channels, width, height,
 * sample).)
 *
 * Errors. Functions that can fail return a gentrain_status. The message of the
 * thread's last failure is in gentrain_message. The codes are the exit codes of
 * the program gentrain. All other functions cannot fail.
 *
 * Threads. A model may be used by one thread at a time. Different models may be
 * used by different threads at the same time. Each call computes in the thread
 * that made it. While one does, OpenBLAS has one thread in the whole process,
 * as bits depend on that; it gets its number of threads back when the last such
 * call returns. gentrain_open reads files through HDF5, which is mostly built
 * without support for threads. So calls of gentrain_open wait for each other,
 * and no other thread may call HDF5 meanwhile.
 *
 * Processes. HDF5 may crash on a damaged file. So a file that has no digest, as
 * another program wrote it anew, is first read by a fork of the process, which
 * ends at once. Files of gentrain's have one and need no fork. A process that
 * uses MPI opens such a file before MPI_Init.
 */
#ifndef GENTRAIN_H
#define GENTRAIN_H

#include <stdint.h>

/* The version of this header; gentrain_version gives that of the library. */
#define GENTRAIN_VERSION_MAJOR 0
#define GENTRAIN_VERSION_MINOR 1
#define GENTRAIN_VERSION_PATCH 0
#define GENTRAIN_VERSION "0.1.0"

#if defined(__GNUC__)
#define GENTRAIN_API __attribute__((visibility("default")))
#else
#define GENTRAIN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gentrain_status {
    GENTRAIN_OK = 0,
    GENTRAIN_ERR_USAGE = 2,    /* an argument of the call */
    GENTRAIN_ERR_CONFIG = 3,   /* the configuration in the checkpoint */
    GENTRAIN_ERR_IO = 4,       /* a file is missing or cannot be read */
    GENTRAIN_ERR_FORMAT = 5,   /* a file is damaged, or no checkpoint */
    GENTRAIN_ERR_MISMATCH = 6, /* weights and configuration do not fit */
    GENTRAIN_ERR_MEMORY = 7    /* out of memory */
} gentrain_status;

/* What a model makes. */
typedef enum gentrain_kind {
    GENTRAIN_IMAGES = 1,  /* [height][width][channels] */
    GENTRAIN_POINTS = 2,  /* [2]: a point of the plane */
    GENTRAIN_VOLUMES = 3, /* [depth][height][width][channels] */
    GENTRAIN_VECTORS = 4  /* [n]: numbers without a place */
} gentrain_kind;

/* The arrays of numbers that belong to a sample. */
typedef enum gentrain_array {
    GENTRAIN_SAMPLE = 1, /* what the model makes */
    GENTRAIN_LATENT = 2  /* what it makes that from */
} gentrain_array;

/* No array has more dimensions. */
#define GENTRAIN_MAX_RANK 8

/* Sample numbers are below this. */
#define GENTRAIN_MAX_SAMPLE ((int64_t)1 << 48)

/* A trained model in memory. */
typedef struct gentrain_model gentrain_model;

/* --- The library. */

/* The version of the library, such as "0.1.0". */
GENTRAIN_API const char *gentrain_version(void);

/* What went wrong in the last call that failed in this thread: one line
 * without a newline, "" if none did. The text stays until the thread's next
 * call of a function that returns a gentrain_status. */
GENTRAIN_API const char *gentrain_message(void);

/* --- Open and close. */

/* Open a run directory or a single checkpoint and read the model into memory.
 * No file stays open. All of the checkpoint is read and compared with its
 * checksums. Of a run, the newest good checkpoint is taken: where newer ones
 * are damaged, gentrain_warning names them. The run may be training meanwhile.
 * Of a network that was trained with optimizer.ema, the averages of its weights
 * are taken, as `gentrain sample` does.
 *
 * On success *model is a new model, which gentrain_close frees. Otherwise it is
 * NULL, and the code says why:
 *   GENTRAIN_ERR_USAGE     `path` is NULL or empty
 *   GENTRAIN_ERR_IO        nothing is there, or it cannot be read
 *   GENTRAIN_ERR_FORMAT    not a checkpoint, damaged, or of a newer format
 *   GENTRAIN_ERR_CONFIG    the checkpoint's configuration is refused
 *   GENTRAIN_ERR_MISMATCH  its weights do not fit its configuration, or it is
 *                          of a task that makes no samples
 *   GENTRAIN_ERR_MEMORY    no room for the model */
GENTRAIN_API gentrain_status gentrain_open(gentrain_model **model,
                                           const char *path);

/* Free a model. NULL is allowed. */
GENTRAIN_API void gentrain_close(gentrain_model *model);

/* --- What a model is. Texts belong to the model and live as long as it. */

/* The checkpoint that was read. */
GENTRAIN_API const char *gentrain_path(const gentrain_model *model);

/* What was noteworthy when it was opened, one line for each thing, "" for
 * nothing. */
GENTRAIN_API const char *gentrain_warning(const gentrain_model *model);

/* "gan" or "vae". */
GENTRAIN_API const char *gentrain_task(const gentrain_model *model);

/* Training steps done. */
GENTRAIN_API int64_t gentrain_step(const gentrain_model *model);

/* The seed of the training; it has nothing to do with the seeds of samples. */
GENTRAIN_API int64_t gentrain_training_seed(const gentrain_model *model);

/* The resolved configuration of the training, as YAML. */
GENTRAIN_API const char *gentrain_config(const gentrain_model *model);

/* The fingerprint of the weights that were trained, not of their averages, as
 * `gentrain inspect` prints it: equal fingerprints, equal weights. "" where the
 * checkpoint has none, or that of the first format, which is another hash. */
GENTRAIN_API const char *gentrain_fingerprint(const gentrain_model *model);

/* Images, volumes, vectors or points. */
GENTRAIN_API gentrain_kind gentrain_sample_kind(const gentrain_model *model);

/* The dimensions of an array: returns how many there are (at most
 * GENTRAIN_MAX_RANK) and writes that many to `shape`. They are those of the
 * data sets that `gentrain sample` writes, after the first: of an image height,
 * width, channels; of a volume depth, height, width, channels; of a point 2; of
 * a vector n; of latents as of an image or a volume, mostly 1, 1, n. Returns 0
 * for an array that the model does not have. */
GENTRAIN_API int gentrain_shape(const gentrain_model *model,
                                gentrain_array array, int64_t *shape);

/* The number of values in an array: the product of its dimensions, or 0 for one
 * that the model does not have. */
GENTRAIN_API int64_t gentrain_values(const gentrain_model *model,
                                     gentrain_array array);

/* The values of samples that stand for the bytes 0 and 255: -1 and 1, or 0 and
 * 1, or 0 and 255 of a model with data.transform. A model may go beyond them,
 * if its last layer does not forbid that. Of data that are not bytes, the range
 * that they have by their kind; both are 0 where there is none, as of points.
 */
GENTRAIN_API void gentrain_range(const gentrain_model *model, double *low,
                                 double *high);

/* What samples are made with beside latents, by models that were trained so:
 * the number of classes, whose labels are 0 .. classes - 1 (0: the model takes
 * no labels), and the number of conditions of a sample (0: it takes none). */
GENTRAIN_API int64_t gentrain_classes(const gentrain_model *model);
GENTRAIN_API int64_t gentrain_conditions(const gentrain_model *model);

/* The name of condition i, such as "slant"; NULL for one that there is not. */
GENTRAIN_API const char *gentrain_condition_name(const gentrain_model *model,
                                                 int64_t i);

/* --- Samples.
 *
 * `seed` is at least 0. Samples first .. first + n - 1 of the seed are made, in
 * order; n may be 0, which does nothing. Arrays are the caller's and must have
 * room for n times gentrain_values values. Samples are made in blocks of 64. A
 * block is computed whole if one of its samples is asked for, and the last
 * block is kept: so it costs little to ask for neighbouring samples one by one.
 *
 * Of a model that takes labels, sample i has the label i % classes unless
 * another is given, as in `gentrain sample`. A model that takes conditions must
 * be given them, by gentrain_sample_given or gentrain_decode_given: there are
 * none that would do for all data.
 *
 * GENTRAIN_ERR_USAGE when an argument is out of range, or an array NULL, or
 * when the model takes conditions and there are none. */

/* The samples as numbers in the units of the data: what was done to those on
 * their way to the model (data.transform) is undone. Images of bytes to which
 * nothing was done but that are in the model's range (gentrain_range). */
GENTRAIN_API gentrain_status gentrain_sample(gentrain_model *model,
                                             int64_t seed, int64_t first,
                                             int64_t n, float *samples);

/* The samples of these labels [n], each below gentrain_classes, and conditions
 * [n][gentrain_conditions]. A sample stays the same sample whatever its
 * neighbours are given. Labels may be NULL: sample i has i % classes. What the
 * model does not take must be NULL. Samples one by one cost a block each where
 * their labels are not those, or their conditions change. */
GENTRAIN_API gentrain_status gentrain_sample_given(
    gentrain_model *model, int64_t seed, int64_t first, int64_t n,
    const int32_t *labels, const float *conditions, float *samples);

/* The samples as bytes, rounded and cut to 0 .. 255: the data set /images,
 * /volumes or /vectors of `gentrain sample`. GENTRAIN_ERR_USAGE where the data
 * are not bytes, as for points. */
GENTRAIN_API gentrain_status gentrain_sample_bytes(gentrain_model *model,
                                                   int64_t seed, int64_t first,
                                                   int64_t n, uint8_t *bytes);

/* The latents behind these samples: the data set /latents of
 * `gentrain sample`. */
GENTRAIN_API gentrain_status gentrain_latents(gentrain_model *model,
                                              int64_t seed, int64_t first,
                                              int64_t n, float *latents);

/* The samples that the model makes of n latents of the caller's. Latents
 * 64 k .. 64 k + 63 are computed as one block. So gentrain_latents of samples
 * that begin at a multiple of 64 gives those samples to the bit; elsewhere the
 * last digits may be others, as they may depend on a latent's place in its
 * block. */
GENTRAIN_API gentrain_status gentrain_decode(gentrain_model *model,
                                             const float *latents, int64_t n,
                                             float *samples);

/* The same with labels and conditions as in gentrain_sample_given; where labels
 * are NULL, latent i has i % classes. */
GENTRAIN_API gentrain_status gentrain_decode_given(
    gentrain_model *model, const float *latents, int64_t n,
    const int32_t *labels, const float *conditions, float *samples);

/* Bytes of n samples, rounded and cut as in gentrain_sample_bytes. */
GENTRAIN_API gentrain_status gentrain_to_bytes(const gentrain_model *model,
                                               const float *samples, int64_t n,
                                               uint8_t *bytes);

#ifdef __cplusplus
}
#endif

#endif
