/* banner.c: prints the facts that explain why a run is slow, or differs from
 * another one. */
#include "train/banner.h"

#include "base/log.h"
#include "base/plural.h"
#include "base/version.h"
#include "comm/mpi/binding.h"
#include "core/blas.h"
#include "core/precision.h"
#include "core/product.h"
#include "data/augment.h"
#include "data/config.h"
#include "run/picture/picture.h"
#include "run/provenance.h"
#include "tasks/config.h"
#include "tasks/learner.h"
#include "train/data_values.h"

#include <stdio.h>
#include <sys/resource.h>

/* Largest resident size of this process so far, in MB. */
static double peak_memory(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static const char *plural(int n)
{
    return gt_plural((unsigned long long)n);
}

/* What BLAS was asked for and what it does may differ: a library has a largest
 * number, or goes by its own environment alone. */
static void print_ranks(gt_comm *comm, int asked, gt_precision precision)
{
    char blas[64] = "BLAS threads by its own settings";
    char library[GT_BLAS_VERSION];
    int threads = gt_blas_threads();
    int most = (int)gt_comm_max(comm, threads);
    if (threads > 0)
        snprintf(blas, sizeof blas, "%s%d BLAS thread%s each",
                 most > threads ? "at least " : "", threads, plural(threads));
    gt_info("  ranks         %d on %d node%s, %s, %s kernels, %s", comm->size,
            comm->nodes, plural(comm->nodes), blas, gt_blas_kernel(),
            gt_precision_names[precision]);
    if (precision == GT_BF16)
        gt_info("  products      in bf16 by %s, the rest in fp32 by %s",
                gt_product_kernel(GT_BF16), gt_product_kernel(GT_FP32));
    else
        gt_info("  products      by %s", gt_product_kernel(GT_FP32));
    gt_info("  BLAS          %s", gt_blas_version(library));
    if (most != asked && most > 0)
        gt_warn("BLAS runs %d thread%s where --threads asks for %d: it has no "
                "more",
                most, plural(most), asked);
}

/* Of a batch that is full, or holds all the data. */
static void print_batch(const gt_train_config *train, int shards,
                        uint64_t count)
{
    int batch = (int)train->batch, filled = 0, largest = 0;
    int n = (uint64_t)batch > count ? (int)count : batch;
    for (int i = 0; i < shards; i++) {
        int first, size;
        gt_shard_bounds(n, batch, shards, i, &first, &size);
        filled += size > 0;
        largest = size > largest ? size : largest;
    }
    gt_info("  batch         %d in %d shard%s of up to %d, seed %lld", n,
            filled, plural(filled), largest, (long long)train->seed);
}

static void print_data(const gt_source *source, const gt_source *test)
{
    char shape[GT_SHAPE_TEXT], held_out[64] = "none held out";
    if (test)
        snprintf(held_out, sizeof held_out, "%llu held out",
                 (unsigned long long)test->count);
    gt_info("  data          %llu %s of %s, %s",
            (unsigned long long)source->count, gt_shape_noun(source->shape),
            gt_shape_of_data(source->shape, shape), held_out);
}

/* Of samples that are held in memory. Collective. */
static void print_data_memory(gt_comm *comm, const gt_source *source,
                              const gt_source *test)
{
    size_t bytes = source->region.size + (test ? test->region.size : 0);
    bool shared = source->region.shared && (!test || test->region.shared);
    bool apart = gt_comm_max(comm, bytes > 0 && !shared) > 0;
    if (bytes > 0)
        gt_info("  in memory     %.0f MB of data, once %s", (double)bytes / 1e6,
                apart ? "a rank" : "a node");
}

/* Of samples that stream. */
static void print_cache(const gt_source *source)
{
    double cached = gt_source_cached(source), all = gt_source_bytes(source);
    if (cached > 0 && cached < all)
        gt_info(
            "  cache         %.0f of %.0f MB of data, once a node; the rest "
            "is read anew each time",
            cached / 1e6, all / 1e6);
    else if (cached > 0)
        gt_info(
            "  cache         %.0f MB of data, once a node, as they are read",
            cached / 1e6);
}

static void print_augmentation(const gt_variant_list *list)
{
    char text[128] = "";
    size_t used = 0;
    for (int i = 0; i < list->count && used < sizeof text; i++)
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%s", i ? ", " : "",
            gt_augment_variants.at(list->items[i].variant).name);
    if (list->count > 0)
        gt_info("  augmentation  %s", text);
}

/* Where these do not show all of a sample. */
static void print_pictures(const gt_task *task, const gt_source *source)
{
    char text[GT_PICTURE_NOTE];
    gt_picture_note(source->shape, source->element == GT_ELEMENT_REALS, text);
    if (task->type->generate && *text)
        gt_info("  pictures      %s", text);
}

static void print_networks(const gt_task *task)
{
    for (int i = 0; i < task->n_learners; i++) {
        const gt_network *net = task->learner[i]->net;
        char in[GT_SHAPE_TEXT], out[GT_SHAPE_TEXT];
        gt_info("  %-13s %zu parameters, %s -> %s", net->name,
                gt_network_parameters(net), gt_shape_text(net->in, in),
                gt_shape_text(net->out, out));
    }
}

/* Whether a layer has statistics of the whole batch. */
static bool has_batch_stats(const gt_task *task)
{
    for (int i = 0; i < task->n_learners; i++)
        if (gt_network_stat_count(task->learner[i]->net) > 0)
            return true;
    return false;
}

/* Whether the learning rate is 0 before the last step. A network that is
 * updated several times a step reaches that even earlier. */
static bool stops_learning(const gt_task *task, uint64_t steps)
{
    for (int i = 0; i < task->n_learners; i++)
        if (gt_learning_rate(task->learner[i]->rule, steps - 1) <= 0)
            return true;
    return false;
}

void gt_banner_print(const gt_task *task, int asked, int shards,
                     const gt_source *source, const gt_source *test,
                     uint64_t steps)
{
    gt_comm *comm = task->setup.comm;
    const gt_config *config = task->setup.config;
    char warning[512];
    gt_binding_check(comm, task->setup.blas_threads, warning, sizeof warning);
    double memory = gt_comm_max(comm, peak_memory());

    gt_info("gentrain %s: %s, %s", GT_VERSION, task->type->name, source->uri);
    print_ranks(comm, asked,
                (gt_precision)gt_train_config_of(config)->precision);
    print_data(source, test);
    if (comm->rank == 0)
        gt_data_values_print(source, gt_data_config_of(config));
    print_data_memory(comm, source, test);
    print_cache(source);
    print_augmentation(&gt_data_config_of(config)->augment);
    print_pictures(task, source);
    print_batch(gt_train_config_of(config), shards, source->count);
    print_networks(task);
    gt_info("  memory        %.0f MB per rank at most%s", memory,
            source->region.shared ? ", the data included" : "");
    if (gt_blas_kernel_is_old() && !gt_product_is_own(GT_FP32))
        gt_warn("BLAS runs its %s kernels, but this CPU can run those for %s, "
                "which may be twice as fast; unset OPENBLAS_CORETYPE",
                gt_blas_kernel(), gt_blas_best_kernel());
    if (gt_norm_config_of(config)->sync && !has_batch_stats(task))
        gt_warn("norm.sync is true but has no effect: no network has a "
                "batch_norm layer");
    if (stops_learning(task, steps))
        gt_warn("the learning rate is 0 at the last of %llu step%s: its "
                "schedule ends before that (decay_steps), and lr_end is 0",
                (unsigned long long)steps, gt_plural(steps));
    if (warning[0])
        gt_warn("%s", warning);
    gt_provenance_check_ranks(comm);
}
