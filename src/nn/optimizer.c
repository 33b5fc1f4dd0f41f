/* optimizer.c: an update takes as long as its memory traffic, so all work on a
 * gradient, including its check, is done while it is in the first-level cache.
 * Only clipping takes a second pass, because it needs the norm first. */
#include "nn/optimizer.h"

#include "core/simd.h"
#include "core/vmath.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Squares of gradients beyond this may become infinite. */
#define LIMIT ((gt_real)1e18)

static const char *const kind_names[] = {"sgd", "adam", NULL};
static const char *const schedule_names[] = {"constant", "step",      "cosine",
                                             "linear",   "multistep", NULL};

#define FIELD(name) offsetof(gt_optimizer_config, name)

const gt_option gt_optimizer_options[] = {
    {"kind", GT_OPTION_CHOICE, FIELD(kind), "adam", 0, 0, kind_names,
     "update rule"},
    {"lr", GT_OPTION_REAL, FIELD(lr), "1e-3", 0, 1e3, NULL,
     "learning rate after warm-up"},
    {"momentum", GT_OPTION_REAL, FIELD(momentum), "0.9", 0, 0.9999, NULL,
     "sgd: share of the last step that is kept"},
    {"beta1", GT_OPTION_REAL, FIELD(beta1), "0.9", 0, 0.9999, NULL,
     "adam: decay of the gradient's average"},
    {"beta2", GT_OPTION_REAL, FIELD(beta2), "0.999", 0, 0.999999, NULL,
     "adam: decay of the squared gradient's average"},
    {"epsilon", GT_OPTION_REAL, FIELD(epsilon), "1e-8", 1e-30, 1, NULL,
     "adam: added to the root of that average"},
    {"clip_norm", GT_OPTION_REAL, FIELD(clip_norm), "0", 0, 1e18, NULL,
     "gradients are scaled down to this 2-norm; 0: off. The norm must be known "
     "first, so no update is made while gradients are still computed"},
    {"ema", GT_OPTION_REAL, FIELD(ema), "0", 0, 0.999999, NULL,
     "decay of a running average (EMA) of the parameters, which validation and "
     "samples use in place of the parameters, 0.999 for example; at first, "
     "after t updates, it is (1 + t) / (10 + t). 0: none"},
    {"schedule", GT_OPTION_CHOICE, FIELD(schedule), "constant", 0, 0,
     schedule_names, "how the learning rate falls after warm-up"},
    {"warmup_steps", GT_OPTION_INT, FIELD(warmup_steps), "0", 0, 1e12, NULL,
     "updates over which the learning rate rises from 0"},
    {"decay_steps", GT_OPTION_INT, FIELD(decay_steps), "0", 0, 1e12, NULL,
     "step: updates between two drops; cosine, linear: updates to lr_end"},
    {"decay_factor", GT_OPTION_REAL, FIELD(decay_factor), "0.1", 0, 1, NULL,
     "step, multistep: the learning rate is multiplied by this at each drop"},
    {"lr_end", GT_OPTION_REAL, FIELD(lr_end), "0", 0, 1e3, NULL,
     "cosine, linear: learning rate at the end"},
    {"milestones", GT_OPTION_WORDS, FIELD(milestones), NULL, 0, 0, NULL,
     "multistep: the updates at which the learning rate drops, as [100000, "
     "175000], counted from the end of the warm-up",
     .optional = true},
    {0},
};

const gt_section gt_optimizer_section = {
    .name = "optimizer",
    .help = "how gradients change the parameters",
    .options = gt_optimizer_options,
    .size = sizeof(gt_optimizer_config)};

/* Milestone number i; 0 if it is no whole number above 0. */
static uint64_t milestone(const gt_optimizer_config *c, int i)
{
    const char *word = c->milestones.words[i];
    uint64_t n = 0;
    for (; *word >= '0' && *word <= '9' && n < UINT64_MAX / 100; word++)
        n = 10 * n + (uint64_t)(*word - '0');
    return *word ? 0 : n;
}

static gt_status check_milestones(const gt_optimizer_config *c)
{
    uint64_t before = 0;
    for (int i = 0; i < c->milestones.count; i++) {
        uint64_t now = milestone(c, i);
        if (now <= before)
            return gt_fail(GT_ERR_CONFIG,
                           "milestone '%s'; they must be whole numbers of "
                           "updates, of at least 1, that ascend",
                           c->milestones.words[i]);
        before = now;
    }
    return before > 0 ? GT_OK
                      : gt_fail(GT_ERR_CONFIG,
                                "schedule multistep needs milestones, the "
                                "updates at which the learning rate drops");
}

static gt_status check_schedule(const gt_optimizer_config *c)
{
    if (c->schedule == GT_SCHEDULE_MULTISTEP)
        return check_milestones(c);
    if (c->schedule == GT_SCHEDULE_CONSTANT || c->decay_steps > 0)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG, "%s needs decay_steps of at least 1",
                   schedule_names[c->schedule]);
}

gt_status gt_optimizer_check(const gt_config *config, gt_config_place *at)
{
    const gt_optimizer_config *c = gt_config_get(config, at->section);
    bool given = c->schedule == GT_SCHEDULE_MULTISTEP && c->milestones.count;
    at->key = given ? "milestones" : "schedule";
    return check_schedule(c);
}

gt_status gt_optimizer_new(gt_optimizer *opt, const gt_optimizer_config *config,
                           size_t count)
{
    *opt = (gt_optimizer){.config = config, .count = count};
    gt_status status = check_schedule(config);
    if (status != GT_OK)
        return status;
    opt->m = gt_real_alloc(count);
    opt->v = config->kind == GT_ADAM ? gt_real_alloc(count) : NULL;
    opt->average = config->ema > 0 ? gt_real_alloc(count) : NULL;
    if (opt->m && (opt->v || config->kind != GT_ADAM) &&
        (opt->average || config->ema <= 0))
        return GT_OK;
    gt_optimizer_free(opt);
    return gt_fail(GT_ERR_MEMORY,
                   "cannot allocate %.1f MB of optimizer state; use a smaller "
                   "model or more ranks",
                   (double)count * sizeof(gt_real) / 1e6);
}

void gt_optimizer_free(gt_optimizer *opt)
{
    if (!opt)
        return;
    free(opt->m);
    free(opt->v);
    free(opt->average);
    *opt = (gt_optimizer){0};
}

/* Milestones passed after so many updates. */
static int passed(const gt_optimizer_config *c, uint64_t updates)
{
    int n = 0;
    while (n < c->milestones.count && milestone(c, n) <= updates)
        n++;
    return n;
}

double gt_learning_rate(const gt_optimizer_config *config, uint64_t update)
{
    const double pi = 3.14159265358979323846;
    uint64_t warmup = (uint64_t)config->warmup_steps;
    if (update < warmup)
        return config->lr * (double)(update + 1) / (double)warmup;
    if (config->schedule == GT_SCHEDULE_CONSTANT)
        return config->lr;

    uint64_t after = update - warmup, decay = (uint64_t)config->decay_steps;
    if (config->schedule == GT_SCHEDULE_MULTISTEP)
        return config->lr * pow(config->decay_factor, passed(config, after));
    if (config->schedule == GT_SCHEDULE_STEP)
        return config->lr * pow(config->decay_factor, (double)(after / decay));
    double done = after < decay ? (double)after / (double)decay : 1;
    double left = config->schedule == GT_SCHEDULE_COSINE
                      ? (1 + cos(pi * done)) / 2
                      : 1 - done;
    return config->lr_end + (config->lr - config->lr_end) * left;
}

double gt_ema_decay(const gt_optimizer_config *config, uint64_t update)
{
    double at_first = (1 + (double)update) / (10 + (double)update);
    return at_first < config->ema ? at_first : config->ema;
}

/* The constants of one update; clip scales the gradient. */
typedef struct rule {
    gt_real clip, rate;
    gt_real keep_m, take_m, keep_v, take_v; /* beta, 1 - beta */
    gt_real root, epsilon;                  /* 1 / sqrt(1 - beta2^t) */
} rule;

static rule rule_of(const gt_optimizer *opt, double clip)
{
    const gt_optimizer_config *c = opt->config;
    double lr = gt_learning_rate(c, opt->updates);
    if (c->kind == GT_SGD)
        return (rule){.clip = (gt_real)clip,
                      .rate = (gt_real)lr,
                      .keep_m = (gt_real)c->momentum};
    double t = (double)(opt->updates + 1);
    return (rule){.clip = (gt_real)clip,
                  .rate = (gt_real)(lr / (1 - pow(c->beta1, t))),
                  .keep_m = (gt_real)c->beta1,
                  .take_m = (gt_real)(1 - c->beta1),
                  .keep_v = (gt_real)c->beta2,
                  .take_v = (gt_real)(1 - c->beta2),
                  .root = (gt_real)(1 / sqrt(1 - pow(c->beta2, t))),
                  .epsilon = (gt_real)c->epsilon};
}

GT_SIMD static void sgd_block(rule r, gt_real *restrict out,
                              const gt_real *restrict p, gt_real *restrict m,
                              const gt_real *restrict grad, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = r.keep_m * m[i] + r.clip * grad[i];
        out[i] = p[i] - r.rate * m[i];
    }
}

static gt_real root(gt_real x)
{
#ifdef GT_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

GT_SIMD static void adam_block(rule r, gt_real *restrict out,
                               const gt_real *restrict p, gt_real *restrict m,
                               gt_real *restrict v,
                               const gt_real *restrict grad, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        gt_real g = r.clip * grad[i];
        m[i] = r.keep_m * m[i] + r.take_m * g;
        v[i] = r.keep_v * v[i] + r.take_v * (g * g);
        out[i] = p[i] - r.rate * m[i] / (root(v[i]) * r.root + r.epsilon);
    }
}

GT_SIMD static void ema_block(gt_real *restrict average,
                              const gt_real *restrict values, gt_real take,
                              size_t n)
{
    for (size_t i = 0; i < n; i++)
        average[i] += take * (values[i] - average[i]);
}

void gt_ema(gt_real *average, const gt_real *values, double decay, size_t n)
{
    ema_block(average, values, (gt_real)(1 - decay), n);
}

/* Make the parameters of bad gradients NaN. A sum of squares is no less than
 * each of them, even with rounding, so only a large sum makes it necessary to
 * check each gradient. Whether a gradient is bad depends on itself alone, not
 * on its neighbours. */
static bool mark_bad(gt_real *out, const gt_real *grads, size_t n)
{
    bool bad = false;
    if (gt__vsquares(grads, n) < 0.9 * (double)LIMIT * (double)LIMIT)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (grads[i] <= LIMIT && grads[i] >= -LIMIT)
            continue;
        out[i] = (gt_real)NAN;
        bad = true;
    }
    return bad;
}

size_t gt_optimizer_blocks(size_t n)
{
    return (n + GT_OPTIMIZER_BLOCK - 1) / GT_OPTIMIZER_BLOCK;
}

void gt_optimizer_measure(const gt_real *grads, size_t n, double *squares)
{
    for (size_t i = 0; i < n; i += GT_OPTIMIZER_BLOCK)
        *squares++ = gt__vsquares(
            grads + i, n - i < GT_OPTIMIZER_BLOCK ? n - i : GT_OPTIMIZER_BLOCK);
}

double gt_optimizer_clip(const gt_optimizer_config *config,
                         const double *squares, size_t n_blocks)
{
    double limit = config->clip_norm, total = 0;
    for (size_t i = 0; i < n_blocks; i++)
        total += squares[i];
    return isfinite(total) && total > limit * limit ? limit / sqrt(total) : 1;
}

bool gt_optimizer_apply(gt_optimizer *opt, double clip, size_t at,
                        const gt_real *params, const gt_real *grads,
                        gt_real *out, size_t n)
{
    enum { CHUNK = 1024 };
    gt_real fresh[CHUNK];
    bool bad = false;
    rule r = rule_of(opt, clip);
    double decay = gt_ema_decay(opt->config, opt->updates);
    for (size_t i = 0; i < n; i += CHUNK) {
        size_t length = n - i < CHUNK ? n - i : CHUNK;
        gt_real *m = opt->m + at + i;
        if (opt->config->kind == GT_ADAM)
            adam_block(r, fresh, params + i, m, opt->v + at + i, grads + i,
                       length);
        else
            sgd_block(r, fresh, params + i, m, grads + i, length);
        bad |= mark_bad(fresh, grads + i, length);
        if (opt->average)
            gt_ema(opt->average + at + i, fresh, decay, length);
        memcpy(out + i, fresh, length * sizeof *out);
    }
    return !bad;
}
