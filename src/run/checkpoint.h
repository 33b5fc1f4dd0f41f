/* checkpoint.h: the whole state of a training as named spans of numbers.
 *
 * Layout, version 2 (attributes of "/": format "gentrain checkpoint",
 * format_version, gentrain_version, task, step, epoch, seed, fingerprint, and
 * what bits depend on: build, blas, blas_kernel, blas_threads, shards,
 * norm_sync, reduction; text data set /config: the resolved configuration as
 * YAML). The fingerprint is the XXH3 hash of the
 * parameters and statistics, network by network and layer by layer; version 1
 * has another hash there.
 *   /generator/03_conv2d/weight     parameters, one data set a tensor
 *   /generator/04_batch_norm/running_mean
 *   /optimizer/generator/m, v       moments, flat, in the network's order of
 *                                   parameters; each tensor's begin at a
 *                                   multiple of 16 numbers, with zeros between
 * Local: the rank that writes or reads calls; others have their data sent.
 */
#ifndef GT_RUN_CHECKPOINT_H
#define GT_RUN_CHECKPOINT_H

#include "core/hash.h"
#include "run/provenance.h"
#include "store/h5file.h"
#include "tasks/state.h"

typedef struct gt_checkpoint_info {
    char task[16]; /* "gan", "vae" */
    uint64_t step; /* steps done */
    double epoch;  /* epochs done, for people */
    uint64_t seed;
    char fingerprint[GT_HASH_TEXT];
    char origin[GT_PROVENANCES][GT_PROVENANCE_TEXT]; /* "": not known */
    char *config; /* resolved YAML; owned: gt_checkpoint_info_free */
} gt_checkpoint_info;

enum { GT_PATH = 4096 };

/* Beside the spans, which must not change meanwhile, this takes memory for the
 * file's tables only. */
gt_status gt_checkpoint_write(const char *path, const gt_checkpoint_info *info,
                              const gt_span *spans, int n_spans);

/* Read what the file says of itself. GT_ERR_FORMAT when it is no gentrain
 * checkpoint or of a newer format version. */
gt_status gt_checkpoint_read_info(const char *path, gt_checkpoint_info *info);
/* Read all of a checkpoint and compare it with its checksums: GT_OK and its
 * step (NULL: not wanted), or what is wrong with it. */
gt_status gt_checkpoint_check(const char *path, uint64_t *step);
void gt_checkpoint_info_free(gt_checkpoint_info *info);

/* Fill the spans. GT_ERR_MISMATCH, naming the tensor and both shapes, when the
 * file belongs to another architecture; a data set that is in the file's
 * parameter groups but not among the spans is a mismatch too. Spans may have
 * been written in part on failure. `with_optimizer` false: spans under
 * /optimizer are neither asked for nor expected. */
gt_status gt_checkpoint_read(const char *path, const gt_span *spans,
                             int n_spans, bool with_optimizer);

/* "RUN/checkpoints/step-00001200.h5" in `path`. */
void gt_checkpoint_path(const char *run, uint64_t step, char path[GT_PATH]);

/* Newest checkpoint of a run directory, or the file itself if `run_or_file` is
 * one. GT_ERR_IO when there is none; the message says where it looked. */
gt_status gt_checkpoint_find(const char *run_or_file, char path[GT_PATH]);

/* Open what gt_checkpoint_find finds, which may also be another HDF5 file,
 * after comparing it with its digest if it has one. */
gt_status gt_checkpoint_open(const char *run_or_file, char path[GT_PATH],
                             gt_h5 **file);

/* As gt_checkpoint_find, but the newest checkpoint that passes
 * gt_checkpoint_check; a warning names each that does not. A single file is
 * checked too. GT_ERR_IO, or what is wrong with the oldest, when none is good.
 */
gt_status gt_checkpoint_find_good(const char *run_or_file, char path[GT_PATH]);

/* What became of reading a checkpoint that had been found: `status`, or
 * GT_ERR_STALE where that is a failure and the file is not there any more. */
gt_status gt_checkpoint_missed(const char *path, gt_status status);

/* Whether a run can go on after `step` from the checkpoint at `path`, which was
 * chosen while somebody else may have trained there: GT_ERR_STALE if it was
 * removed since or, where the `newest` is wanted, a good one beyond it is
 * there.
 */
gt_status gt_checkpoint_confirm(const char *run, uint64_t step,
                                const char *path, bool newest);

/* Call the checkpoints of a run that are newer than `step` step-N.h5.old: a run
 * that goes on from there must not find them, nor keep them in place of those
 * it will write. */
gt_status gt_checkpoint_set_aside(const char *run, uint64_t step);

/* Remove all but the newest `keep` checkpoints of a run. keep 0: all stay. */
gt_status gt_checkpoint_prune(const char *run, int keep);

#endif
