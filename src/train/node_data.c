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
    gt_source_handle handle[SPLITS];
    int32_t there[SPLITS], attaches[SPLITS];
    uint64_t uris; /* a hash: ranks may be given other ones */
} opened;

typedef struct node_data {
    gt_comm *comm;
    const gt_data_config *config;
    gt_source *source[SPLITS];
    int splits; /* that are opened; a part of the first one is a view of it */
    uint64_t uris;
    opened first; /* of this node */
} node_data;

static gt_status open_alone(node_data *d, int split)
{
    return gt_source_open(&d->source[split], d->config, (gt_split)split);
}

static gt_status open_first(node_data *d)
{
    gt_status status = GT_OK;
    for (int i = 0; i < d->splits && status == GT_OK; i++) {
        status = gt_source_open_shared(&d->source[i], d->config, (gt_split)i,
                                       d->comm->node_size, &d->first.handle[i]);
        d->first.there[i] = d->source[i] != NULL;
        d->first.attaches[i] = d->source[i] && gt_source_attaches(d->source[i]);
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
    if (d->first.uris != d->uris)
        return false;
    return !d->first.there[split] ||
           (d->first.attaches[split] &&
            gt_source_attach(&d->source[split], d->config, (gt_split)split,
                             &d->first.handle[split]) == GT_OK);
}

static gt_status open_rest(node_data *d, double bytes)
{
    bool alone[SPLITS] = {false}, any = false;
    for (int i = 0; i < d->splits; i++) {
        alone[i] = !attach(d, i);
        any = any || alone[i];
    }
    if (gt_comm_max(d->comm, any) == 0)
        return GT_OK;
    gt_status status =
        gt_memory_check(d->comm, GT_MEMORY_DATA, any ? bytes : 0, 0);
    gt_comm_work_begin(d->comm);
    for (int i = 0; i < d->splits && status == GT_OK; i++)
        if (alone[i])
            status = open_alone(d, i);
    return gt_comm_work_end(d->comm, status);
}

static uint64_t hash_of_uris(const gt_data_config *config)
{
    uint64_t hashes[SPLITS] = {
        gt_hash_of(config->uri, strlen(config->uri)),
        config->test ? gt_hash_of(config->test, strlen(config->test)) : 0};
    return gt_hash_of(hashes, sizeof hashes);
}

gt_status gt_node_data_open(gt_comm *comm, const gt_data_config *config,
                            gt_source **train, gt_source **test)
{
    bool part = gt_source_holds_out_part(config);
    node_data d = {.comm = comm,
                   .config = config,
                   .splits = part ? 1 : SPLITS,
                   .uris = hash_of_uris(config)};
    d.first.uris = d.uris;
    bool first = comm->node_rank == 0;
    double bytes = gt_source_memory(config);
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
    if (status == GT_OK && part && d.source[GT_SPLIT_TRAIN])
        status =
            gt_comm_agree(comm, gt_source_hold_out(&d.source[GT_SPLIT_TEST],
                                                   d.source[GT_SPLIT_TRAIN]));
    if (status != GT_OK)
        for (int i = SPLITS - 1; i >= 0; i--) {
            gt_source_close(d.source[i]);
            d.source[i] = NULL;
        }
    *train = d.source[GT_SPLIT_TRAIN];
    *test = d.source[GT_SPLIT_TEST];
    return status;
}
