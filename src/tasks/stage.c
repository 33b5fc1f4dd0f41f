/* stage.c: what follows from the table of a step. Tables are a few lines long,
 * so it is looked up anew wherever it is needed but in a step. */
#include "tasks/stage.h"

#include <stddef.h>

/* The later stage of the same update that sends a gradient to stage s. */
static int sender_of(const gt_step_table *t, int s)
{
    for (int i = s + 1; i < t->n_stages; i++)
        if (t->stages[i].update == t->stages[s].update &&
            t->stages[i].from == s && t->stages[i].input)
            return i;
    return -1;
}

/* When stage s goes back: those that wait come last, the first of them last of
 * all. */
static int turn_of(const gt_step_table *t, int s)
{
    return sender_of(t, s) < 0 ? s : 2 * GT_MAX_STAGES - s;
}

/* --- What is wrong with a table. */

static const char *source_fault(const gt_step_table *t, int s)
{
    const gt_stage *stage = &t->stages[s];
    if (stage->from >= s || stage->from < GT_FROM_NOISE)
        return "a stage reads one that does not come before it";
    if (stage->from == GT_FROM_NOISE && !stage->noise)
        return "a stage reads noise but draws none";
    if (stage->noise && stage->from != GT_FROM_NOISE && !stage->make)
        return "a stage draws noise but does not read it";
    if (stage->input && stage->from < 0)
        return "a gradient towards an input is wanted by nobody";
    if (stage->from < 0)
        return stage->again ? "a stage repeats no other" : NULL;
    const gt_stage *from = &t->stages[stage->from];
    if (!stage->again)
        return from->update == stage->update
                   ? NULL
                   : "a stage reads one of another update";
    if (from->update >= stage->update || from->network != stage->network ||
        from->stream != stage->stream || from->again || from->weights ||
        from->from >= 0 || stage->noise || stage->make || stage->input)
        return "a stage repeats one that is not the same pass";
    if (!t->updates[stage->update].same_batch)
        return "a stage repeats one of another batch";
    return NULL;
}

/* A network has one tape for a shard. */
static const char *waiting_fault(const gt_step_table *t, int s)
{
    int sender = sender_of(t, s), senders = 0;
    for (int i = s + 1; i < t->n_stages; i++) {
        const gt_stage *other = &t->stages[i];
        if (other->update != t->stages[s].update)
            continue;
        senders += other->from == s && other->input;
        if (other->network == t->stages[s].network && sender >= 0)
            return "a stage waits for a gradient while its network is needed";
    }
    return senders > 1 ? "two stages send a gradient to the same one" : NULL;
}

static const char *stage_fault(const gt_step_table *t, int s, int networks)
{
    const gt_stage *stage = &t->stages[s];
    if (stage->network < 0 || stage->network >= networks)
        return "a stage runs a network that there is not";
    if (stage->update < 0 || stage->update >= t->n_updates ||
        (s > 0 && stage->update < stage[-1].update))
        return "stages do not come in the order of their updates";
    if (gt_stage_goes_back(stage) != (stage->loss || sender_of(t, s) >= 0))
        return "a stage has a loss and no gradient is wanted, or the other way "
               "round";
    if (sender_of(t, s) >= 0 && !gt_stage_goes_back(stage))
        return "a gradient is sent to a stage that wants none";
    const char *fault = source_fault(t, s);
    return fault ? fault : waiting_fault(t, s);
}

static const char *update_fault(const gt_step_table *t, int u)
{
    int learns = 0;
    for (int s = 0; s < t->n_stages; s++)
        learns += t->stages[s].update == u && t->stages[s].weights;
    if (!learns)
        return "an update changes no network";
    return u == 0 && t->updates[u].same_batch
               ? "there is no batch before the first update"
               : NULL;
}

const char *gt_step_fault(const gt_step_table *t, int networks)
{
    const char *fault = NULL;
    if (t->n_stages > GT_MAX_STAGES || t->n_updates > GT_MAX_UPDATES ||
        t->n_figures > GT_MAX_FIGURES)
        return "the table is too long";
    for (int s = 0; s < t->n_stages && !fault; s++)
        fault = stage_fault(t, s, networks);
    for (int u = 0; u < t->n_updates && !fault; u++)
        fault = update_fault(t, u);
    for (int f = 0; f < t->n_figures && !fault; f++)
        if (t->figures[f].update < 0 || t->figures[f].update >= t->n_updates)
            fault = "a figure belongs to no update";
    return fault;
}

/* --- What follows from it. */

gt_stage_plan gt_stage_plan_of(const gt_step_table *t, int s)
{
    const gt_stage *stage = &t->stages[s];
    gt_stage_plan plan = {.sender = sender_of(t, s),
                          .keeper = -1,
                          .opens = stage->weights,
                          .closes = stage->weights,
                          .reports = stage->weights};
    for (int i = 0; i < t->n_stages; i++) {
        const gt_stage *other = &t->stages[i];
        if (other->again && other->from == s)
            plan.keeper = i;
        if (other->update != stage->update || !other->weights)
            continue;
        bool later = turn_of(t, i) > turn_of(t, s);
        plan.reports = plan.reports && !later;
        if (other->network != stage->network)
            continue;
        plan.share++;
        plan.opens = plan.opens && i >= s;
        plan.closes = plan.closes && !later;
    }
    return plan;
}

int gt_update_networks(const gt_step_table *t, int update, int *networks)
{
    int n = 0;
    for (int turn = 0; turn <= 2 * GT_MAX_STAGES; turn++)
        for (int s = 0; s < t->n_stages; s++)
            if (t->stages[s].update == update && turn_of(t, s) == turn &&
                gt_stage_plan_of(t, s).closes)
                networks[n++] = t->stages[s].network;
    return n;
}

int64_t gt_update_times(const gt_step_table *t, const gt_config *config,
                        int update)
{
    return t->updates[update].times ? t->updates[update].times(config) : 1;
}

int64_t gt_step_batches(const gt_step_table *t, const gt_config *config)
{
    int64_t n = 0;
    for (int u = 0; u < t->n_updates; u++)
        n += t->updates[u].same_batch ? 0 : gt_update_times(t, config, u);
    return n;
}

int64_t gt_step_updates(const gt_step_table *t, const gt_config *config,
                        int network)
{
    int64_t n = 0;
    for (int s = 0; s < t->n_stages; s++)
        if (t->stages[s].network == network && gt_stage_plan_of(t, s).closes)
            n += gt_update_times(t, config, t->stages[s].update);
    return n;
}

gt_step_passes gt_step_passes_of(const gt_step_table *t,
                                 const gt_config *config, int network)
{
    gt_step_passes passes = {0};
    for (int s = 0; s < t->n_stages; s++) {
        const gt_stage *stage = &t->stages[s];
        if (stage->network != network)
            continue;
        double times = (double)gt_update_times(t, config, stage->update);
        passes.forward += stage->again ? 0 : times;
        passes.weights += stage->weights ? times : 0;
        passes.inputs += stage->input ? times : 0;
        passes.partial += stage->weights && !stage->input ? times : 0;
    }
    return passes;
}
