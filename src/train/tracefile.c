/* tracefile.c: each rank prints its own spans, because only it has their names,
 * and rank 0 joins the texts. */
#include "train/tracefile.h"

#include "base/heartbeat.h"
#include "base/json.h"
#include "base/log.h"
#include "base/plural.h"
#include "base/trace.h"
#include "base/version.h"
#include "store/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPANS = 1 << 17, /* of a thread: 6 MB, a hundred steps of a large model */
    BARRIERS = 32,   /* the quickest ones tell how far clocks are apart */
};

/* Whether the file lies directly in the run directory. */
static bool is_in_run(const char *path, const char *run)
{
    size_t n = run ? strlen(run) : 0;
    while (n > 0 && run[n - 1] == '/')
        n--;
    return n > 0 && !strncmp(path, run, n) && path[n] == '/' &&
           path[n + 1] != '\0' && !strchr(path + n + 1, '/');
}

/* What to add to times of this rank's clock: times in the file start at 0 on
 * rank 0's clock, just before the first barrier. Collective. */
static int64_t compare_clocks(gt_comm *comm)
{
    gt_trace_barrier mine[BARRIERS], zero[BARRIERS];
    for (int i = 0; i < BARRIERS; i++) {
        mine[i].before = gt_trace_clock();
        gt_comm_barrier(comm);
        mine[i].after = gt_trace_clock();
    }
    memcpy(zero, mine, sizeof zero);
    gt_comm_broadcast(comm, zero, sizeof zero);
    return gt_trace_offset(mine, zero, BARRIERS) - zero[0].before;
}

gt_status gt_tracefile_open(gt_tracefile *f, gt_comm *comm, const char *path,
                            uint64_t steps, const char *run)
{
    *f = (gt_tracefile){.comm = comm, .path = path, .steps = steps};
    if (!path)
        return GT_OK;
    gt_status status = GT_OK;
    if (comm->rank == 0 && !is_in_run(path, run))
        status = gt_file_check(path);
    if (status == GT_OK)
        status = gt_trace_open("training", SPANS);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        f->shift = compare_clocks(comm);
    return status;
}

gt_status gt_tracefile_step(gt_tracefile *f, int64_t begin, uint64_t number)
{
    if (!f->path || f->written)
        return GT_OK;
    gt_trace_end_step(begin, number);
    f->done++;
    return f->done == f->steps ? gt_tracefile_write(f) : GT_OK;
}

/* The text of this rank (free it); NULL if memory is short. */
static char *print_rank(const gt_tracefile *f, uint64_t steps)
{
    char *text = NULL, name[96];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    int rank = f->comm->rank;
    if (rank == 0)
        fputs("{\"displayTimeUnit\": \"ms\",\n\"otherData\": {\"program\": "
              "\"gentrain " GT_VERSION "\"},\n\"traceEvents\": [\n",
              out);
    snprintf(name, sizeof name, "rank %d (%s)", f->comm->launch_rank,
             f->comm->host);
    fprintf(out,
            "%s{\"ph\": \"M\", \"name\": \"process_name\", \"pid\": %d, "
            "\"args\": {\"name\": ",
            rank ? ",\n" : "", rank);
    gt_json_string(out, name);
    fprintf(out,
            "}},\n{\"ph\": \"M\", \"name\": \"process_sort_index\", "
            "\"pid\": %d, \"args\": {\"sort_index\": %d}}",
            rank, rank);
    gt_trace_print(out, rank, f->shift, steps);
    if (rank == f->comm->size - 1)
        fputs("\n]}\n", out);
    bool failed = ferror(out);
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

gt_status gt_tracefile_write(gt_tracefile *f)
{
    if (!f->path || f->written)
        return GT_OK;
    f->written = true;
    gt_trace_stop();
    /* If there was no room for all steps, ranks may have different numbers. */
    uint64_t steps = (uint64_t)-gt_comm_max(f->comm, -(double)gt_trace_steps());
    gt_status status = GT_OK;
    char *mine = print_rank(f, steps), *all = NULL;
    if (!mine)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate the text of a trace");
    status = gt_comm_agree(f->comm, status);
    if (status == GT_OK)
        status = gt_comm_gather_text(f->comm, mine, &all);
    const char *before = gt_phase_enter("writing the trace");
    gt_comm_work_begin(f->comm);
    if (status == GT_OK && f->comm->rank == 0)
        status = gt_file_replace(f->path, all, strlen(all));
    free(mine);
    free(all);
    status = gt_comm_work_end(f->comm, status);
    gt_phase_leave(before);
    if (status == GT_OK)
        gt_info("the first %llu step%s of this run are in %s, for "
                "ui.perfetto.dev or chrome://tracing",
                (unsigned long long)steps, gt_plural(steps), f->path);
    return status;
}

void gt_tracefile_close(gt_tracefile *f)
{
    if (f->path)
        gt_trace_close();
}
