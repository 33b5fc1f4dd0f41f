/* node_data.c: what is read is the same for all ranks of a node, and it is
 * large. Reading, unpacking and hashing it once is also faster than to do so
 * side by side. */
#include "train/node_data.h"

#include "core/hash.h"
#include "train/memory_need.h"

#include <stdlib.h>
#include <string.h>

enum { SPLITS = 2 };

/* What the first rank of a node tells the others. */
typedef struct opened {
    gt_region_handle memory[SPLITS]; /* size 0: everybody opens it */
    int32_t there[SPLITS];
    uint64_t uri; /* a hash: ranks may be given other ones */
} opened;

typedef struct node_data {
    gt_comm *comm;
    const char *uri;
    gt_shape want;
    gt_source *source[SPLITS];
    uint64_t uri_hash;
    opened first; /* of this node */
} node_data;

static gt_status open_first(node_data *d)
{
    gt_status status = GT_OK;
    for (int i = 0; i < SPLITS && status == GT_OK; i++) {
        if (d->comm->node_size > 1)
            status = gt_source_open_shared(&d->source[i], d->uri, (gt_split)i,
                                           d->want, &d->first.memory[i]);
        else
            status =
                gt_source_open(&d->source[i], d->uri, (gt_split)i, d->want);
        d->first.there[i] = d->source[i] != NULL;
    }
    return status;
}

/* Ranks are numbered node by node. */
static gt_status hear_first(node_data *d)
{
    gt_comm *comm = d->comm;
    size_t size = (size_t)comm->size * sizeof d->first;
    opened *all = malloc(size);
    gt_status status =
        all ? GT_OK : gt_fail(GT_ERR_MEMORY, "cannot allocate a list of nodes");
    status = gt_comm_agree(comm, status);
    if (status == GT_OK) {
        gt_comm_gather(comm, &d->first, sizeof d->first, all);
        gt_comm_broadcast(comm, all, size);
        d->first = all[comm->rank - comm->node_rank];
    }
    free(all);
    return status;
}

/* False: this rank has to open the split by itself. */
static bool attach(node_data *d, int split)
{
    if (d->comm->node_rank == 0)
        return true;
    if (d->first.uri != d->uri_hash)
        return false;
    return !d->first.there[split] ||
           (d->first.memory[split].size > 0 &&
            gt_source_attach(&d->source[split], d->uri, d->want,
                             &d->first.memory[split]) == GT_OK);
}

static gt_status open_rest(node_data *d, double bytes)
{
    bool alone[SPLITS];
    for (int i = 0; i < SPLITS; i++)
        alone[i] = !attach(d, i);
    bool any = alone[0] || alone[1];
    if (gt_comm_max(d->comm, any) == 0)
        return GT_OK;
    gt_status status =
        gt_memory_check(d->comm, GT_MEMORY_DATA, any ? bytes : 0, 0);
    gt_comm_work_begin(d->comm);
    for (int i = 0; i < SPLITS && status == GT_OK; i++)
        if (alone[i])
            status =
                gt_source_open(&d->source[i], d->uri, (gt_split)i, d->want);
    return gt_comm_work_end(d->comm, status);
}

gt_status gt_node_data_open(gt_comm *comm, const char *uri, gt_shape want,
                            gt_source **train, gt_source **test)
{
    node_data d = {.comm = comm,
                   .uri = uri,
                   .want = want,
                   .uri_hash = gt_hash_of(uri, strlen(uri))};
    d.first.uri = d.uri_hash;
    bool first = comm->node_rank == 0;
    double bytes = gt_source_memory(uri);
    gt_status status =
        gt_memory_check(comm, GT_MEMORY_DATA, first ? bytes : 0, bytes);
    gt_comm_work_begin(comm);
    if (status == GT_OK && first)
        status = open_first(&d);
    status = gt_comm_work_end(comm, status);
    if (status == GT_OK)
        status = hear_first(&d);
    if (status == GT_OK)
        status = open_rest(&d, bytes);
    if (status != GT_OK)
        for (int i = 0; i < SPLITS; i++) {
            gt_source_close(d.source[i]);
            d.source[i] = NULL;
        }
    *train = d.source[GT_SPLIT_TRAIN];
    *test = d.source[GT_SPLIT_TEST];
    return status;
}
