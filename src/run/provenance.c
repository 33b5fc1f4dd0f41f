/* provenance.c: all of it is compared as text, as all that matters is whether
 * it is the same. */
#include "run/provenance.h"

#include "base/log.h"
#include "base/plural.h"
#include "base/version.h"
#include "comm/config.h"
#include "comm/reducer.h"
#include "core/blas.h"
#include "core/product.h"
#include "tasks/config.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *key;
    bool number;
} properties[GT_PROVENANCES] = {
    [GT_PROVENANCE_BUILD] = {"build", false},
    [GT_PROVENANCE_BLAS] = {"blas", false},
    [GT_PROVENANCE_BLAS_KERNEL] = {"blas_kernel", false},
    [GT_PROVENANCE_PRODUCTS] = {"products", false},
    [GT_PROVENANCE_BLAS_THREADS] = {"blas_threads", true},
    [GT_PROVENANCE_SHARDS] = {"shards", true},
    [GT_PROVENANCE_NORM_SYNC] = {"norm_sync", false},
    [GT_PROVENANCE_REDUCTION] = {"reduction", false},
};

const char *gt_provenance_key(gt_provenance which)
{
    return properties[which].key;
}

bool gt_provenance_is_number(gt_provenance which)
{
    return properties[which].number;
}

/* Sums in the tree over the shards do not depend on who adds them up. */
static void find_reduction(const gt_task *task, char text[GT_PROVENANCE_TEXT])
{
    const gt_communication_config *config =
        gt_communication_config_of(task->setup.config);
    bool tree = config->reduction == GT_REDUCTION_TREE;
    bool packed = config->compression != GT_COMPRESSION_NONE;
    int ranks = task->setup.comm->size;
    size_t used =
        (size_t)snprintf(text, GT_PROVENANCE_TEXT, "%s%s",
                         tree ? "tree" : "mpi", packed ? " bf16" : "");
    if (!tree || packed)
        snprintf(text + used, GT_PROVENANCE_TEXT - used, " on %d rank%s", ranks,
                 gt_plural((unsigned long long)ranks));
}

void gt_provenance_find(const gt_task *task,
                        char found[GT_PROVENANCES][GT_PROVENANCE_TEXT])
{
    const gt_task_setup *setup = &task->setup;
    char blas[GT_BLAS_VERSION];
    gt_blas_version(blas);
    snprintf(found[GT_PROVENANCE_BUILD], GT_PROVENANCE_TEXT, "%s", gt_build);
    snprintf(found[GT_PROVENANCE_BLAS], GT_PROVENANCE_TEXT, "%s", blas);
    snprintf(found[GT_PROVENANCE_BLAS_KERNEL], GT_PROVENANCE_TEXT, "%s",
             gt_blas_kernel());
    snprintf(found[GT_PROVENANCE_PRODUCTS], GT_PROVENANCE_TEXT, "%s",
             gt_product_makers());
    snprintf(found[GT_PROVENANCE_BLAS_THREADS], GT_PROVENANCE_TEXT, "%d",
             setup->blas_threads);
    snprintf(found[GT_PROVENANCE_SHARDS], GT_PROVENANCE_TEXT, "%d",
             setup->n_shards * setup->comm->size);
    snprintf(found[GT_PROVENANCE_NORM_SYNC], GT_PROVENANCE_TEXT, "%s",
             gt_norm_config_of(setup->config)->sync ? "true" : "false");
    find_reduction(task, found[GT_PROVENANCE_REDUCTION]);
}

/* Own products are the same bits whichever BLAS is there. */
static bool matters(gt_provenance which,
                    char then[GT_PROVENANCES][GT_PROVENANCE_TEXT])
{
    bool of_blas = which == GT_PROVENANCE_BLAS ||
                   which == GT_PROVENANCE_BLAS_KERNEL ||
                   which == GT_PROVENANCE_BLAS_THREADS;
    bool own = gt_product_is_own(GT_FP32) &&
               !strcmp(then[GT_PROVENANCE_PRODUCTS], GT_PRODUCT_OWN);
    return !(of_blas && own);
}

void gt_provenance_compare(const gt_task *task,
                           char then[GT_PROVENANCES][GT_PROVENANCE_TEXT])
{
    char now[GT_PROVENANCES][GT_PROVENANCE_TEXT], text[1024];
    size_t used = 0;
    gt_provenance_find(task, now);
    for (int i = 0; i < GT_PROVENANCES; i++)
        if (strcmp(then[i], now[i]) != 0 && matters((gt_provenance)i, then))
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     "%s%s %s (here %s)", used ? ", " : "",
                                     gt_provenance_key((gt_provenance)i),
                                     then[i][0] ? then[i] : "unknown", now[i]);
    if (used > 0)
        gt_warn("the checkpoint was made with %s; the last bits of the weights "
                "may differ from those of a run that was never stopped",
                text);
}

/* Whether rank 0 says the same; `first` is what it says. */
static bool same_as_first(gt_comm *comm, const char *mine,
                          char first[GT_PROVENANCE_TEXT])
{
    snprintf(first, GT_PROVENANCE_TEXT, "%s", mine);
    gt_comm_broadcast(comm, first, GT_PROVENANCE_TEXT);
    return !strcmp(first, mine);
}

/* The agreement carries the first rank's words that has something to say. */
void gt_provenance_check_ranks(gt_comm *comm)
{
    static const char outcome[] =
        "so the last bits of the weights depend on which rank computes what";
    char kernel[GT_PROVENANCE_TEXT], makers[GT_PROVENANCE_TEXT];
    const char *variable = gt_blas_kernel_variable();
    bool same_kernel = same_as_first(comm, gt_blas_kernel(), kernel);
    bool same_makers = same_as_first(comm, gt_product_makers(), makers);
    gt_status status = GT_OK;
    if (!same_makers)
        status = gt_fail(
            GT_ERR_MISMATCH,
            "products are made by %s here, but by %s on rank 0, %s; set "
            "GENTRAIN_FP32 to none, or leave out CPUs without AVX2 and FMA",
            gt_product_makers(), makers, outcome);
    else if (!same_kernel && !gt_product_is_own(GT_FP32))
        status = gt_fail(
            GT_ERR_MISMATCH,
            "BLAS runs its %s kernels here, but its %s kernels on rank 0, %s; "
            "set %s to kernels that all CPUs of the job can run",
            gt_blas_kernel(), kernel, outcome,
            variable ? variable : "the variable of its library");
    if (gt_comm_agree(comm, status) != GT_OK)
        gt_warn("%s", gt_message());
}
