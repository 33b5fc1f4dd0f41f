/* sampleset_form.c: the form says which data sets there are and what they are
 * for; here they are filled. */
#include "run/sampleset_form.h"

#include "core/arena.h"
#include "data/layout.h"
#include "store/h5file.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 64, MOST_COLUMNS = 256 };

typedef struct form_set {
    char name[256];
    enum { SAMPLES, LABELS, CONDITIONS } holds;
    gt_layout layout; /* of samples */
    int columns;      /* of labels: 1, or the classes of one-hot rows; of
                         conditions: */
    int *column;      /* the number of each among the model's */
} form_set;

struct gt__form_sets {
    gt_shape shape;
    bool labels;
    const gt_word_list *conditions; /* borrowed */
    size_t count;
    gt_h5 *form, *file; /* while they are made */
    form_set set[MOST_SETS];
    int n;
};

static gt_status find_layout(const gt__form_sets *s, const gt_h5_form_set *set,
                             form_set *f)
{
    int i = 0;
    while (gt_layout_names[i] && strcmp(gt_layout_names[i], set->layout) != 0)
        i++;
    f->holds = SAMPLES;
    f->layout = (gt_layout)i;
    if (gt_layout_names[i] && set->width == gt_shape_size(s->shape))
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH,
                   "the data had samples of %zu numbers, in %s, but the model "
                   "makes %zu; give --layout plain",
                   set->width, set->name, gt_shape_size(s->shape));
}

static int find_word(const gt_word_list *words, const char *word)
{
    for (int i = 0; word && i < words->count; i++)
        if (!strcmp(words->words[i], word))
            return i;
    return -1;
}

/* False: not all columns are known. */
static bool find_columns(const gt__form_sets *s, const gt_h5_form_set *set,
                         form_set *f)
{
    bool all = (size_t)set->n_conditions == set->width &&
               set->n_conditions <= MOST_COLUMNS;
    f->holds = CONDITIONS;
    f->columns = set->n_conditions;
    f->column = calloc((size_t)f->columns, sizeof *f->column);
    for (int i = 0; i < f->columns && f->column; i++) {
        f->column[i] = find_word(s->conditions, set->conditions[i]);
        all = all && f->column[i] >= 0;
    }
    return all && f->column;
}

static gt_status add_set(const gt_h5_form_set *set, void *context)
{
    gt__form_sets *s = context;
    form_set *f = &s->set[s->n];
    gt_status status = GT_OK;
    bool wanted = false;
    if (s->n == MOST_SETS)
        return gt_fail(GT_ERR_FORMAT, "the form of the data has too many sets");
    *f = (form_set){.holds = LABELS};
    memcpy(f->name, set->name, sizeof f->name);
    if (set->layout[0]) {
        status = find_layout(s, set, f);
        wanted = status == GT_OK;
    } else if (set->n_conditions > 0) {
        wanted = find_columns(s, set, f);
    } else {
        wanted = set->labels && s->labels && set->width <= MOST_COLUMNS;
        f->columns = (int)set->width;
    }
    if (wanted) {
        s->n++;
        return gt_h5_form_copy(s->form, set->name, s->file, s->count);
    }
    free(f->column);
    return status;
}

gt_status gt__form_sets_new(gt__form_sets **out, gt_h5 *file, const void *form,
                            size_t form_size, gt_shape shape, bool labels,
                            const gt_word_list *conditions, size_t count)
{
    gt__form_sets *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s)
        return gt_fail(GT_ERR_MEMORY, "no memory for a set of samples");
    *s = (gt__form_sets){.shape = shape,
                         .labels = labels,
                         .conditions = conditions,
                         .count = count,
                         .file = file};
    gt_status status = gt_h5_form_open(&s->form, form, form_size);
    if (status == GT_OK)
        status = gt_h5_form_copy_root(s->form, file);
    if (status == GT_OK)
        status = gt_h5_form_each(s->form, add_set, s);
    gt_h5_close(s->form);
    s->form = NULL;
    if (status == GT_OK)
        *out = s;
    else
        gt__form_sets_free(s);
    return status;
}

void gt__form_sets_free(gt__form_sets *s)
{
    for (int i = 0; s && i < s->n; i++)
        free(s->set[i].column);
    free(s);
}

static void fill_samples(const gt__form_sets *s, gt_layout layout,
                         const gt_samples *samples, gt_real *row, double *out)
{
    size_t size = gt_shape_size(s->shape);
    for (int i = 0; i < samples->n; i++) {
        gt_layout_from_sample(layout, s->shape, sizeof *row,
                              samples->x + (size_t)i * size, row);
        for (size_t k = 0; k < size; k++)
            *out++ = (double)row[k];
    }
}

static void fill_given(const gt__form_sets *s, const form_set *f,
                       const gt_samples *samples, double *out)
{
    int columns = s->conditions->count;
    bool one_hot = f->columns > 1;
    for (int i = 0; i < samples->n && f->holds == LABELS; i++)
        for (int k = 0; k < f->columns; k++)
            *out++ = one_hot ? samples->labels[i] == k : samples->labels[i];
    for (int i = 0; i < samples->n && f->holds == CONDITIONS; i++)
        for (int k = 0; k < f->columns; k++)
            *out++ = (double)samples->conditions[i * columns + f->column[k]];
}

gt_status gt__form_sets_write(const gt__form_sets *s, gt_h5 *file, size_t first,
                              const gt_samples *samples)
{
    size_t n = (size_t)samples->n, size = gt_shape_size(s->shape);
    size_t widest = size > MOST_COLUMNS ? size : MOST_COLUMNS;
    double *values = malloc(n * widest * sizeof *values + 1);
    gt_real *row = gt_real_alloc(size);
    gt_status status = GT_OK;
    if (!values || !row)
        status = gt_fail(GT_ERR_MEMORY, "no memory for %zu samples", n);
    for (int i = 0; i < s->n && status == GT_OK; i++) {
        const form_set *f = &s->set[i];
        if (f->holds == SAMPLES)
            fill_samples(s, f->layout, samples, row, values);
        else
            fill_given(s, f, samples, values);
        status = gt_h5_form_write(file, f->name, first, n, values);
    }
    free(row);
    free(values);
    return status;
}
