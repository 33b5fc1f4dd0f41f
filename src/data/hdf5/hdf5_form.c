/* hdf5_form.c: what is chosen of a file is what samples of a model have, too.
 */
#include "data/hdf5/hdf5_form.h"

#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5form.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 64, MOST_COLUMNS = 1024 };

/* Names without repetition, as a data set may have several columns. */
static int add_name(const char **names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return n;
    if (n < MOST_NAMES)
        names[n++] = name;
    return n;
}

static int list_names(const gt__hdf5_choice *c, const char **names)
{
    int n = add_name(names, 0, c->samples);
    if (c->labels)
        n = add_name(names, n, c->labels);
    for (int i = 0; i < c->n_columns; i++)
        n = add_name(names, n, c->columns[i].set);
    return n;
}

/* Column number i of a data set that has conditions, and those that follow it
 * in the same one. */
static gt_status mark_columns(gt_h5 *form, const gt__hdf5_files *files, int i)
{
    const gt__hdf5_choice *c = &files->choice;
    const gt_h5_about *about = gt_h5_set_about(files->parts[0].columns[i]);
    char *names[MOST_COLUMNS], none[] = "";
    uint64_t width = 1;
    for (int k = 1; k < about->rank; k++)
        width *= about->dim[k];
    if (width > MOST_COLUMNS)
        return GT_OK;
    for (uint64_t k = 0; k < width; k++)
        names[k] = none;
    for (int k = i; k < c->n_columns; k++)
        if (!strcmp(c->columns[k].set, c->columns[i].set))
            names[c->columns[k].index] = c->columns[k].name;
    return gt_h5_set_texts(form, c->columns[i].set, GT_H5_FORM_CONDITIONS,
                           names, (int)width);
}

static gt_status mark(gt_h5 *form, const gt__hdf5_files *files)
{
    const gt__hdf5_choice *c = &files->choice;
    gt_status status = gt_h5_set_text(form, c->samples, GT_H5_FORM_SAMPLES,
                                      gt_layout_names[c->layout]);
    if (status == GT_OK && c->labels)
        status = gt_h5_set_text(form, c->labels, GT_H5_FORM_LABELS, "labels");
    for (int i = 0; i < c->n_columns && status == GT_OK; i++) {
        bool first = true;
        for (int k = 0; k < i; k++)
            first = first && strcmp(c->columns[k].set, c->columns[i].set) != 0;
        if (first)
            status = mark_columns(form, files, i);
    }
    return status;
}

gt_status gt__hdf5_form_make(const gt__hdf5_files *files, void **bytes,
                             size_t *size)
{
    const char *names[MOST_NAMES];
    gt_h5 *form = NULL;
    int n = list_names(&files->choice, names);
    gt_status status = gt_h5_form_of(&form, files->parts[0].file, names, n);
    if (status != GT_OK)
        return status;
    status = mark(form, files);
    if (status == GT_OK)
        return gt_h5_form_finish(form, bytes, size);
    gt_h5_discard(form);
    return status;
}
