/* opening.c: a run's directory, new or again. A process that dies between any
 * two of these steps leaves a directory from which the same step can be
 * resumed: the configuration is in the checkpoint, and what is removed or
 * rewritten here is what lies beyond it. */
#include "train/outputs.h"
#include "train/run.h"

#include "gentrain/files.h"

#include <stdio.h>
#include <string.h>

static gt_status check_claim(void *claim)
{
    return gt_claim_check(claim);
}

static gt_status clean(const char *run, uint64_t start)
{
    static const char *const rooms[] = {"", "/checkpoints", "/samples"};
    gt_status status = GT_OK;
    for (int i = 0; i < 3 && status == GT_OK; i++) {
        char room[GT_PATH + 16];
        snprintf(room, sizeof room, "%s%s", run, rooms[i]);
        status = gt_directory_sweep(room);
    }
    if (status == GT_OK)
        status = gt_checkpoint_set_aside(run, start);
    return status == GT_OK ? gt_run_unmark(run) : status;
}

gt_status gt_outputs_open(gt_outputs *o, const gt_train_options *options,
                          const char *config, uint64_t start, char run[GT_PATH])
{
    gt_status status;
    if (options->resume) {
        snprintf(run, GT_PATH, "%s", options->out);
        status = gt_run_reopen(run);
    } else {
        status = gt_run_create(options->out, options->name, run);
    }
    if (status == GT_OK)
        status = gt_claim_take(&o->claim, run, !options->resume);
    if (status != GT_OK)
        return status;
    gt_file_set_guard(check_claim, &o->claim);
    if (options->resume)
        status = clean(run, start);
    char path[GT_PATH + 16];
    snprintf(path, sizeof path, "%s/config.yaml", run);
    if (status == GT_OK)
        status = gt_file_replace(path, config, strlen(config));
    if (status == GT_OK)
        status = gt_journal_open(&o->journal, run, start);
    return status;
}
