/* Not a test, but the half of cli_pytorch.sh that is gentrain's: it trains a
 * GAN for some steps and writes down all that one more step reads and makes, so
 * that somebody else can compute that step.
 *
 *   dump_step PRESET STEPS FILE [SET ...]     on any number of ranks
 *
 * The optimizer must be plain SGD: then its moments are the gradients. FILE.txt
 * has a line for each tensor in FILE.f32, in its order: name, number of values,
 * dimensions. Parameters and statistics have the names of a checkpoint, behind
 * "before", "after" or "gradient". Four passes of the step are run once more,
 * by one rank alone, for what they make ("judged_real") and for what their
 * rectifiers do ("judged_real/07_relu"): a value that is 0 but for rounding may
 * go either way there, and that has to be known to compare gradients. */
#include "comm/tree_allreduce.h"
#include "model/preset.h"
#include "nn/lockstep.h"
#include "task_fixture.h"

#include <stdio.h>

enum { G, D, MOST_SETS = 16, MOST_SHARDS = 16 };

typedef struct dump {
    FILE *list, *values; /* of rank 0; NULL on others */
} dump;

static void put(dump *d, const char *group, const char *name, int rank,
                const size_t *dim, const gt_real *values)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= dim[i];
    if (!d->list)
        return;
    fprintf(d->list, "%s%s %zu", group, name, count);
    for (int i = 0; i < rank; i++)
        fprintf(d->list, " %zu", dim[i]);
    fputc('\n', d->list);
    assert_int_equal(fwrite(values, sizeof *values, count, d->values), count);
}

static void put_images(dump *d, const char *name, int n, gt_shape shape,
                       const gt_real *values)
{
    size_t dim[4] = {(size_t)n, (size_t)shape.h, (size_t)shape.w,
                     (size_t)shape.c};
    put(d, "", name, 4, dim, values);
}

/* All parameters and statistics as they are now. */
static void put_state(dump *d, const char *group, const fixture *f)
{
    gt_span *spans;
    int count;
    succeeds(gt_task_spans(f->task, false, &spans, &count));
    for (int i = 0; i < count; i++)
        put(d, group, spans[i].path, spans[i].rank, spans[i].dim,
            spans[i].data);
    free(spans);
}

/* The gradients of one network's parameters, which lie in its moments as the
 * parameters lie in the network. */
static void put_gradients(dump *d, const fixture *f, const whole_state *w,
                          int learner, const char *moments)
{
    const gt_network *net = f->task->learner[learner]->net;
    const gt_real *gradient = NULL;
    gt_span *spans;
    int count;
    for (int i = 0; i < w->count; i++)
        if (!strcmp(w->spans[i].path, moments))
            gradient = w->spans[i].data;
    assert_non_null(gradient);
    succeeds(gt_task_spans(f->task, false, &spans, &count));
    for (int i = 0; i < count; i++) {
        size_t offset = (size_t)(spans[i].data - net->params);
        if (spans[i].data >= net->params && offset < net->n_params)
            put(d, "gradient", spans[i].path, spans[i].rank, spans[i].dim,
                gradient + offset);
    }
    free(spans);
}

/* --- Passes. */

/* A pass over the whole batch, in shards. */
typedef struct whole_pass {
    int shards;
    gt_workspace ws[MOST_SHARDS];
    gt_tape tape[MOST_SHARDS];
    gt_shard_pass shard[MOST_SHARDS];
    gt_tree_allreduce *allreduce;
} whole_pass;

static const double *merge_all(void *context, int n, size_t count,
                               void (*merge)(double *to, const double *from,
                                             size_t count))
{
    return gt_tree_allreduce_run(context, n, count, merge);
}

static whole_pass *whole_pass_run(const fixture *f, const gt_network *net,
                                  int n, const gt_real *x)
{
    whole_pass *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->shards = (int)gt_train_config_of(f->config)->shards;
    assert_true(p->shards <= MOST_SHARDS);
    succeeds(gt_tree_allreduce_new(&p->allreduce, comm_of_one(), p->shards,
                                   gt_network_stat_count(net) + 1));
    for (int i = 0; i < p->shards; i++) {
        int first, mine;
        gt_shard_bounds(n, n, p->shards, i, &first, &mine);
        succeeds(gt_workspace_plan(&p->ws[i], &net, 1));
        succeeds(gt_tape_plan(&p->tape[i], net, &p->ws[i]));
        p->shard[i] =
            (gt_shard_pass){.tape = &p->tape[i],
                            .pass = {.n = mine,
                                     .training = true,
                                     .param = net->params,
                                     .state = net->state},
                            .x = {x + (size_t)first * gt_shape_size(net->in)}};
    }
    gt_stat_sync sync = {.contributions =
                             gt_tree_allreduce_contributions(p->allreduce),
                         .merge_all = merge_all,
                         .context = p->allreduce};
    gt_lockstep_forward(net, p->shard, p->shards,
                        gt_norm_config_of(f->config)->sync ? &sync : NULL);
    return p;
}

static void whole_pass_free(whole_pass *p)
{
    for (int i = 0; i < p->shards; i++) {
        gt_tape_free(&p->tape[i]);
        gt_workspace_free(&p->ws[i]);
    }
    gt_tree_allreduce_free(p->allreduce);
    free(p);
}

/* What a layer made of all n samples; the caller frees it. */
static gt_real *made_by(const whole_pass *p, int layer, int n)
{
    size_t size = gt_shape_size(p->tape[0].net->layers[layer].out), used = 0;
    gt_real *all = gt_real_alloc((size_t)n * size);
    assert_non_null(all);
    for (int i = 0; i < p->shards; i++) {
        size_t count = (size_t)p->shard[i].pass.n * size;
        memcpy(all + used, gt__tape_io(&p->tape[i], layer).y,
               count * sizeof *all);
        used += count;
    }
    return all;
}

/* Run a network as the step does, and write down what comes out, and what comes
 * out of its rectifiers. Returns the output, which the caller frees. */
static gt_real *put_pass(dump *d, const fixture *f, int learner,
                         const char *name, int n, const gt_real *x)
{
    const gt_network *net = f->task->learner[learner]->net;
    whole_pass *p = whole_pass_run(f, net, n, x);
    gt_real *y = NULL;
    for (int i = 0; i < net->n_layers; i++) {
        const gt_layer *layer = &net->layers[i];
        bool last = i == net->n_layers - 1;
        char path[80];
        snprintf(path, sizeof path, last ? "%s" : "%s/%02d_%s", name,
                 layer->index, layer->type->name);
        if (!last && !(layer->type->apply && layer->type->piecewise_linear))
            continue;
        free(y);
        y = made_by(p, i, n);
        put_images(d, path, n, layer->out, y);
    }
    whole_pass_free(p);
    return y;
}

/* --- The step. */

typedef struct batch {
    int n;
    gt_real *x, *z, *made;
} batch;

static void batch_open(batch *b, const fixture *f)
{
    size_t image = gt_shape_size(gt_data_config_of(f->config)->image);
    size_t latent = gt_shape_size(gt_latent_config_of(f->config)->shape);
    gt_rng at = {.seed = (uint64_t)gt_train_config_of(f->config)->seed,
                 .step = (uint32_t)f->step,
                 .stream = GT_STREAM_LATENT};
    b->n = batch_samples(f, f->step);
    b->x = gt_real_alloc((size_t)b->n * image);
    b->z = gt_real_alloc((size_t)b->n * latent);
    assert_true(b->x && b->z);
    for (int i = 0; i < b->n; i++)
        batch_sample(f, f->step, i, b->x + (size_t)i * image);
    gt_task_latents(f->config, at, b->n, b->z);
}

static void batch_close(batch *b)
{
    free(b->x);
    free(b->z);
    free(b->made);
}

/* Before the step. */
static void put_inputs(dump *d, const fixture *f, batch *b)
{
    put_state(d, "before", f);
    put_images(d, "x", b->n, gt_data_config_of(f->config)->image, b->x);
    put_images(d, "z", b->n, gt_latent_config_of(f->config)->shape, b->z);
    b->made = put_pass(d, f, G, "made", b->n, b->z);
    free(put_pass(d, f, D, "judged_real", b->n, b->x));
    free(put_pass(d, f, D, "judged_made", b->n, b->made));
}

/* After it; moments are gathered from all ranks. */
static void put_results(dump *d, const fixture *f, const batch *b)
{
    gt_real losses[2] = {(gt_real)figure(f, "loss_g"),
                         (gt_real)figure(f, "loss_d")};
    whole_state w = whole_state_of(f);
    put_state(d, "after", f);
    put_gradients(d, f, &w, G, "/optimizer/generator/m");
    put_gradients(d, f, &w, D, "/optimizer/discriminator/m");
    whole_state_free(&w);
    put(d, "", "losses", 1, (size_t[]){2}, losses);
    free(put_pass(d, f, D, "judged_for_g", b->n, b->made));
}

static FILE *opened(const char *name, const char *ending)
{
    char path[1024];
    snprintf(path, sizeof path, "%s%s", name, ending);
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_msg("cannot write %s", path);
    return file;
}

static void dump_step(gt_comm *comm, char **arg, const char *const *sets)
{
    const gt_preset *preset;
    fixture f;
    batch b = {0};
    dump d = {0};
    succeeds(gt_preset_find(arg[0], &preset));
    fixture_open(&f, comm, preset->text, sets);
    fixture_step(&f, atoi(arg[1]));
    if (comm->rank == 0) {
        d.list = opened(arg[2], ".txt");
        d.values = opened(arg[2], ".f32");
    }
    batch_open(&b, &f);
    put_inputs(&d, &f, &b);
    fixture_step(&f, 1);
    put_results(&d, &f, &b);
    if (d.list)
        assert_int_equal(fclose(d.list) | fclose(d.values), 0);
    batch_close(&b);
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    gt_comm *comm;
    const char *sets[MOST_SETS + 1] = {NULL};
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    if (argc < 4 || argc > 4 + MOST_SETS) {
        fprintf(stderr, "usage: dump_step PRESET STEPS FILE [SET ...]\n");
        return 2;
    }
    for (int i = 4; i < argc; i++)
        sets[i - 4] = argv[i];
    dump_step(comm, argv + 1, sets);
    gt_comm_finalize(comm);
    return 0;
}
