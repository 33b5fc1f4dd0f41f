/* outputs.c: where the ranks hear how rank 0's writer fares. That takes an
 * agreement, and no step pays for one that writes nothing. */
#include "train/outputs.h"

#include "gentrain/phase.h"
#include "gentrain/trace.h"

gt_status gt_outputs_new(gt_outputs *o, gt_task *task, const char *run,
                         const gt_source *source)
{
    *o = (gt_outputs){.comm = task->setup.comm};
    if (o->comm->rank != 0)
        return GT_OK;
    gt_status status = gt_preview_new(&o->preview, task, run, source);
    if (status == GT_OK)
        status = gt_snapshot_new(&o->snapshot, task, run);
    if (status == GT_OK)
        status = gt_h5_start();
    return status == GT_OK ? gt_writer_open(&o->writer) : status;
}

void gt_outputs_free(gt_outputs *o)
{
    gt_writer_close(o->writer);
    gt_snapshot_free(&o->snapshot);
    gt_preview_free(&o->preview);
    *o = (gt_outputs){0};
}

gt_status gt_outputs_write(gt_outputs *o, uint64_t step, double epoch,
                           bool picture, bool checkpoint)
{
    gt_status status = GT_OK;
    int64_t begin = gt_trace_begin();
    const char *before = gt_phase_enter("writing pictures and checkpoints");
    if (o->writer && picture) {
        status = gt_preview_write(&o->preview, o->writer, step);
        gt_trace_end(begin, NULL, "pictures");
        begin = gt_trace_begin();
    }
    if (o->writer && checkpoint && status == GT_OK) {
        status = gt_snapshot_write(&o->snapshot, o->writer, step, epoch);
        gt_trace_end(begin, NULL, "checkpoint");
        begin = gt_trace_begin();
    }
    status = gt_comm_agree(o->comm, status);
    gt_phase_leave(before);
    gt_trace_end(begin, NULL, "agree on outputs");
    return status;
}

bool gt_outputs_failed(const gt_outputs *o)
{
    return o->writer && gt_writer_failed(o->writer);
}

gt_status gt_outputs_finish(gt_outputs *o, gt_status status)
{
    gt_status written = GT_OK;
    const char *before = gt_phase_enter("writing the last files");
    if (o->writer)
        written = gt_writer_drain(o->writer);
    written = gt_comm_agree(o->comm, written);
    gt_phase_leave(before);
    return written == GT_OK ? status : written;
}
