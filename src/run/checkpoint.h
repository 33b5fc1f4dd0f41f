/* checkpoint.h: one checkpoint: the whole state of a training as named spans of
 * numbers, and what the file says of itself. Local: the rank that writes or
 * reads calls; others have their data sent.
 *
 * Layout, version 2 (attributes of "/": format "gentrain checkpoint",
 * format_version, gentrain_version, task, step, epoch, samples, batches,
 * updates, seed, fingerprint; data_count, data_classes, data_digest; and what
 * bits depend on: build, blas, blas_kernel, products, blas_threads, shards,
 * norm_sync, reduction; of a branch parent, parent_step, parent_fingerprint and
 * parent_state; of data that are not bytes data_values, data_low, data_high).
 * The fingerprint is the XXH3 hash of the parameters and statistics, network by
 * network and layer by layer. Version 1 has another hash there, and its digest
 * in another place (h5file.h). Data sets:
 *
 *   /config                         the resolved configuration, YAML
 *   /generator/03_conv2d/weight     parameters, a data set each, and statistics
 *   /optimizer/generator/m, v       moments, flat, in the network's order of
 *                                   parameters; each tensor's begin at a
 *                                   multiple of 16 numbers, with zeros between
 *   /ema/generator/03_conv2d/weight running averages of parameters and
 *                                   statistics; only with optimizer.ema
 *   /data/figures                   of data.transform: means, deviations
 *   /data/form                      the form of the data (store/h5form.h)
 *
 * Functions that read or write tick (base/collective_tick.h).
 */
#ifndef GT_RUN_CHECKPOINT_H
#define GT_RUN_CHECKPOINT_H

#include "run/checkpoint_data.h"
#include "run/provenance.h"
#include "store/files.h"
#include "store/h5types.h"
#include "tasks/state.h"

/* What a run began with that is a branch of another one. */
typedef struct gt_checkpoint_parent {
    char path[GT_PATH]; /* of the other run's checkpoint; "": no branch */
    uint64_t step;      /* of that checkpoint */
    char fingerprint[GT_HASH_TEXT]; /* "": not known */
    bool weights; /* it began with weights alone, at step 0; else with all of
                     the state, at that step */
} gt_checkpoint_parent;

typedef struct gt_checkpoint_info {
    char task[16]; /* "gan", "vae" */
    uint64_t step; /* steps done */
    double epoch;  /* epochs done, for people */
    bool counted;  /* the next three are known; not in the first files */
    uint64_t samples, batches;     /* taken from the data so far */
    char updates[GT_TASK_UPDATES]; /* gt_task_updates */
    gt_checkpoint_data data;       /* that it was trained on last */
    uint64_t seed;
    char fingerprint[GT_HASH_TEXT]; /* "": none, or that of version 1 */
    char provenance[GT_PROVENANCES][GT_PROVENANCE_TEXT]; /* "": not known */
    gt_checkpoint_parent parent;
    char *config; /* resolved YAML; owned by what is read from a file */
} gt_checkpoint_info;

/* Beside the spans, which must not change meanwhile, this takes memory for the
 * file's tables only. */
gt_status gt_checkpoint_write(const char *path, const gt_checkpoint_info *info,
                              const gt_span *spans, int n_spans);

/* A checkpoint that was read. {0}: none. */
typedef struct gt_checkpoint {
    char path[GT_PATH];
    gt_checkpoint_info info;
    gt_h5 *file; /* all of its bytes; NULL: not on this rank, or not any more */
} gt_checkpoint;

/* Read all of a file into memory, once, and believe it only if it matches its
 * digest; or, without one, the checksums of its data sets. GT_ERR_IO when it
 * cannot be read; GT_ERR_FORMAT when it is damaged, no gentrain checkpoint or
 * of a newer version; GT_ERR_MEMORY. */
gt_status gt_checkpoint_open(gt_checkpoint *checkpoint, const char *path);

/* What is read of a checkpoint. */
typedef enum gt_checkpoint_part {
    GT_CHECKPOINT_ALL,        /* to go on with: with the optimizer's state */
    GT_CHECKPOINT_LAST,       /* parameters and statistics of the last step */
    GT_CHECKPOINT_EVALUATION, /* of each network their running averages, or the
                                 last where there are none */
} gt_checkpoint_part;

/* Whether there are running averages of a network, or, if that is NULL, of any.
 */
bool gt_checkpoint_has_ema(const gt_checkpoint *checkpoint,
                           const char *network);

/* Fill the spans. GT_ERR_MISMATCH, naming the tensor and both shapes, when the
 * file belongs to another architecture; a data set that is in the file's
 * parameter groups but not among the spans is a mismatch, too. Spans may have
 * been written in part on failure. A span without data is only expected to be
 * among the file's. Unless all is read, spans under /optimizer and /ema are
 * neither asked for nor expected. Nobody needs to have a span for what is under
 * /ema. */
gt_status gt_checkpoint_read(const gt_checkpoint *checkpoint,
                             const gt_span *spans, int n_spans,
                             gt_checkpoint_part part);

/* Fill one span; GT_ERR_MISMATCH likewise. */
gt_status gt_checkpoint_read_span(const gt_checkpoint *checkpoint,
                                  const gt_span *span);

/* Free the file's bytes; path and info stay. */
void gt_checkpoint_release(gt_checkpoint *checkpoint);
void gt_checkpoint_close(gt_checkpoint *checkpoint);

#endif
