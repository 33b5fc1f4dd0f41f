/* transform.c: a sample is taken through the steps in pieces that stay in the
 * cache; each step is a loop over a piece. */
#include "data/transform.h"

#include "core/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 };

static void find_columns(gt__step *s, const gt_word_list *names)
{
    for (int i = 0; s->column && i < names->count; i++)
        if (!strcmp(names->words[i], s->column))
            s->condition = i;
}

/* A deviation of 0 counts as 1. */
static gt_status set_figures(gt_transform *t, const gt_values *values)
{
    size_t groups = t->n_figures / 2;
    if (values->n_figures != t->n_figures)
        return gt_fail(GT_ERR_MISMATCH,
                       "data.transform needs %zu figures of the training data, "
                       "but there are %zu",
                       t->n_figures, values->n_figures);
    memcpy(t->figures, values->figures, t->n_figures * sizeof *t->figures);
    for (size_t i = groups; i < t->n_figures; i++)
        if (!(t->figures[i] > 0))
            t->figures[i] = 1;
    for (int i = 0; i < t->n_steps; i++)
        if (t->steps[i].groups) {
            t->steps[i].mean = t->figures;
            t->steps[i].deviation = t->figures + groups;
        }
    t->ready = true;
    return GT_OK;
}

gt_status gt_transform_open(gt_transform *t, const gt_data_config *config,
                            gt_shape shape, const gt_values *values)
{
    static const gt_data_config none;
    bool known = config && values->reals && values->low < values->high;
    config = config ? config : &none;
    const gt_variant_list *list = &config->transform;
    double least = config->range == GT_RANGE_UNIT ? 0 : -1;
    *t = (gt_transform){.size = gt_shape_size(shape),
                        .plain = !values->reals && list->count == 0,
                        .range = (gt_range)config->range};
    t->steps = calloc((size_t)list->count + 1, sizeof *t->steps);
    if (!t->steps)
        return gt_fail(GT_ERR_MEMORY, "no memory for data.transform");
    for (int i = 0; i < list->count; i++) {
        gt__step *s = &t->steps[t->n_steps++];
        *s = gt__step_of(&list->items[i], t->size, shape.c, least, 1);
        find_columns(s, &config->conditions);
        t->n_figures += 2 * s->groups;
    }
    if (list->count == 0 && known)
        t->steps[t->n_steps++] =
            gt__step_range(values->low, values->high, least, 1);
    t->ready = t->n_figures == 0;
    t->figures = gt_real_alloc(t->n_figures);
    gt_status status =
        t->figures ? GT_OK
                   : gt_fail(GT_ERR_MEMORY, "no memory for data.transform");
    if (status == GT_OK && !t->ready && values->figures)
        status = set_figures(t, values);
    if (status != GT_OK)
        gt_transform_close(t);
    return status;
}

void gt_transform_close(gt_transform *t)
{
    free(t->steps);
    free(t->figures);
    *t = (gt_transform){0};
}

bool gt_transform_needs_conditions(const gt_transform *t)
{
    bool needs = false;
    for (int i = 0; i < t->n_steps; i++)
        needs = needs || t->steps[i].type->needs == GT__NEEDS_CONDITION;
    return needs;
}

size_t gt_transform_groups(const gt_transform *t)
{
    return t->ready ? 0 : t->n_figures / 2;
}

static gt_status refuse(const gt__step *s, int number,
                        const gt_transform_sample *sample,
                        const gt__step_values *values, size_t i)
{
    if (s->type->needs == GT__NEEDS_CONDITION)
        return gt_fail(GT_ERR_MISMATCH,
                       "sample %llu: its %s is 0, but data.transform.%d, %s, "
                       "takes %s",
                       (unsigned long long)sample->number, s->column, number,
                       s->type->name, s->type->takes);
    return gt_fail(GT_ERR_MISMATCH,
                   "sample %llu: its value number %zu is %g where it comes to "
                   "data.transform.%d, %s, which takes %s; mask or range "
                   "before it may help",
                   (unsigned long long)sample->number, values->first + i,
                   values->v[i], number, s->type->name, s->type->takes);
}

/* The steps until one whose figures are not known. */
static gt_status forward_piece(const gt_transform *t,
                               const gt_transform_sample *sample,
                               gt__step_values *values)
{
    for (int k = 0; k < t->n_steps; k++) {
        const gt__step *s = &t->steps[k];
        if (s->groups && !t->ready)
            return GT_OK;
        if (s->column)
            values->condition = (double)sample->conditions[s->condition];
        values->at = (gt_rng){.seed = sample->seed,
                              .step = sample->epoch,
                              .sample = sample->number,
                              .stream = (uint32_t)(GT_STREAM_DEQUANTIZE + k)};
        size_t done = s->type->forward(s, values);
        if (done < values->n)
            return refuse(s, k, sample, values, done);
    }
    return GT_OK;
}

gt_status gt_transform_forward(const gt_transform *t,
                               const gt_transform_sample *sample, gt_real *x)
{
    gt_status status = GT_OK;
    for (size_t i = 0; i < t->size && t->n_steps > 0 && status == GT_OK;
         i += PIECE) {
        double v[PIECE];
        size_t n = t->size - i < PIECE ? t->size - i : PIECE;
        gt__step_values values = {.v = v, .n = n, .first = i};
        for (size_t k = 0; k < n; k++)
            v[k] = (double)x[i + k];
        status = forward_piece(t, sample, &values);
        for (size_t k = 0; k < n; k++)
            x[i + k] = (gt_real)v[k];
    }
    return status;
}

/* Values first .. first + n - 1 of a sample, into v. */
static void inverse_piece(const gt_transform *t, const gt_real *x,
                          const gt_real *conditions, size_t first, size_t n,
                          double *v)
{
    gt__step_values values = {.v = v, .n = n, .first = first};
    for (size_t i = 0; i < n; i++)
        v[i] = (double)x[first + i];
    for (int k = t->n_steps; k-- > 0;) {
        const gt__step *s = &t->steps[k];
        if (s->column)
            values.condition = (double)conditions[s->condition];
        s->type->inverse(s, &values);
    }
}

static size_t piece_of(const gt_transform *t, size_t first)
{
    return t->size - first < PIECE ? t->size - first : PIECE;
}

void gt_transform_inverse(const gt_transform *t, const gt_real *x,
                          const gt_real *conditions, int columns, size_t n,
                          gt_real *out)
{
    double v[PIECE];
    if (t->n_steps == 0) {
        memmove(out, x, n * t->size * sizeof *x);
        return;
    }
    for (; n > 0; n--, x += t->size, out += t->size) {
        for (size_t i = 0; i < t->size; i += PIECE) {
            size_t m = piece_of(t, i);
            inverse_piece(t, x, conditions, i, m, v);
            for (size_t k = 0; k < m; k++)
                out[i + k] = (gt_real)v[k];
        }
        conditions = conditions ? conditions + columns : NULL;
    }
}

void gt_transform_to_data(const gt_transform *t, const gt_real *x,
                          const gt_real *conditions, int columns, size_t n,
                          gt_real *out)
{
    if (t->plain)
        gt_range_to_data(t->range, x, n * t->size, out);
    else
        gt_transform_inverse(t, x, conditions, columns, n, out);
}

/* Back through the steps; noise is not taken away. */
static double piece_log_slope(const gt_transform *t, gt__step_values *values,
                              const gt_real *conditions)
{
    double sum = 0;
    for (int k = t->n_steps; k-- > 0;) {
        const gt__step *s = &t->steps[k];
        if (!s->type->log_slope)
            return NAN;
        if (s->column)
            values->condition = (double)conditions[s->condition];
        sum += s->type->log_slope(s, values);
        if (s->type->needs != GT__NEEDS_NOISE)
            s->type->inverse(s, values);
    }
    return sum;
}

double gt_transform_log_slope(const gt_transform *t, const gt_real *x,
                              const gt_real *conditions)
{
    double v[PIECE], sum = 0;
    if (t->plain)
        return (double)t->size * gt_range_log_slope(t->range);
    for (size_t i = 0; i < t->size; i += PIECE) {
        gt__step_values values = {.v = v, .n = piece_of(t, i), .first = i};
        for (size_t k = 0; k < values.n; k++)
            v[k] = (double)x[i + k];
        sum += piece_log_slope(t, &values, conditions);
    }
    return sum;
}

/* Rounded and cut; NaN becomes 0. */
static uint8_t byte_of(double v)
{
    v = v + 0.5 > 0 ? v + 0.5 : 0;
    return (uint8_t)(v < 255 ? v : 255);
}

void gt_transform_to_bytes(const gt_transform *t, const gt_real *x,
                           const gt_real *conditions, int columns, size_t n,
                           uint8_t *out)
{
    double v[PIECE];
    if (t->plain) {
        gt_range_to_bytes(t->range, x, n * t->size, out);
        return;
    }
    for (; n > 0; n--, x += t->size, out += t->size) {
        for (size_t i = 0; i < t->size; i += PIECE) {
            size_t m = piece_of(t, i);
            inverse_piece(t, x, conditions, i, m, v);
            for (size_t k = 0; k < m; k++)
                out[i + k] = byte_of(v[k]);
        }
        conditions = conditions ? conditions + columns : NULL;
    }
}

void gt_transform_values_to_bytes(const gt_transform *t, const gt_real *values,
                                  size_t n, uint8_t *out)
{
    if (t->plain) {
        gt_range_to_bytes(t->range, values, n * t->size, out);
        return;
    }
    for (size_t i = 0; i < n * t->size; i++)
        out[i] = byte_of((double)values[i]);
}
