/* hdf5_look.c: most files have one data set that can be the samples and one
 * that can be their labels, so a path is all that has to be typed. Where there
 * is a choice, it is the user's. */
#include "data/hdf5/hdf5_look.h"

#include "data/hdf5/hdf5_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Data sets among which names are compared with each other. */
enum { MANY = 4096 };

static int keep(const gt_h5_about *about, void *context)
{
    gt__hdf5_look *look = context;
    if ((look->n & (look->n - 1)) == 0) {
        size_t room = look->n ? 2 * (size_t)look->n : 1;
        gt_h5_about *all = realloc(look->all, room * sizeof *all);
        if (!all)
            return -1;
        look->all = all;
    }
    look->all[look->n++] = *about;
    return 0;
}

gt_status gt__hdf5_look_at(gt_h5 *file, const char *path, gt__hdf5_look *look)
{
    *look = (gt__hdf5_look){.path = path};
    gt_status status = gt_h5_list(file, keep, look);
    if (status != GT_OK)
        gt__hdf5_look_free(look);
    return status;
}

void gt__hdf5_look_free(gt__hdf5_look *look)
{
    free(look->all);
    look->all = NULL;
    look->n = 0;
}

const gt_h5_about *gt__hdf5_look_find(const gt__hdf5_look *look,
                                      const char *name)
{
    for (int i = 0; i < look->n; i++)
        if (!strcmp(look->all[i].name, name))
            return &look->all[i];
    return NULL;
}

size_t gt__hdf5_look_group(const char *name)
{
    return (size_t)(strrchr(name, '/') - name) + 1;
}

static const char *leaf(const gt_h5_about *about)
{
    return about->name + gt__hdf5_look_group(about->name);
}

static bool same_group(const gt_h5_about *a, const gt_h5_about *b)
{
    size_t group = gt__hdf5_look_group(a->name);
    return group == gt__hdf5_look_group(b->name) &&
           !memcmp(a->name, b->name, group);
}

char *gt__hdf5_look_text(const gt__hdf5_look *look, const bool *only,
                         char text[GT__HDF5_LIST])
{
    size_t used = (size_t)snprintf(text, GT__HDF5_LIST, "nothing");
    bool first = true;
    for (int i = 0; i < look->n; i++) {
        const gt_h5_about *a = &look->all[i];
        char shape[GT_H5_SHAPE_TEXT], one[512];
        if (only && !only[i])
            continue;
        int n = snprintf(one, sizeof one, "%s%s (%s of %s)", first ? "" : ", ",
                         a->name, gt_h5_about_shape(a, shape), a->type);
        used = first ? 0 : used;
        if (n < 0 || used + (size_t)n + 8 > GT__HDF5_LIST) {
            strcpy(text + used, ", ...");
            break;
        }
        strcpy(text + used, one);
        used += (size_t)n;
        first = false;
    }
    return text;
}

/* --- Samples. */

/* A volume where the model works at one: then that is what four dimensions
 * are. */
gt_status gt__hdf5_look_layout(const gt__hdf5_look *look,
                               const gt_h5_about *about,
                               const gt_data_config *config, gt_layout *layout,
                               gt_shape *shape)
{
    char what[512];
    snprintf(what, sizeof what, "%s:%s", look->path, about->name);
    return gt_layout_choose(what, about->dim, about->rank,
                            (gt_layout)config->layout, config->image, layout,
                            shape);
}

static uint64_t row_numbers(const gt_h5_about *about)
{
    uint64_t n = 1;
    for (int i = 1; i < about->rank; i++)
        n *= about->dim[i];
    return n;
}

/* If it had rows. */
static bool has_rows_of_samples(const gt_h5_about *about)
{
    return !*about->flaw && about->rank >= 2 && about->rank <= GT_LAYOUT_DIMS &&
           row_numbers(about) > 1;
}

static bool may_be_samples(const gt_h5_about *about)
{
    return about->dim[0] > 0 && has_rows_of_samples(about);
}

/* What is held out belongs to samples of another name. */
static bool is_twin(const gt__hdf5_look *look, const gt_h5_about *about)
{
    bool found = false;
    for (int i = 0; i < look->n && !found; i++) {
        char *twin = gt__hdf5_names_twin(look->all[i].name);
        found = twin && !strcmp(twin, about->name);
        free(twin);
    }
    return found;
}

static bool has_shape(const gt__hdf5_look *look, const gt_h5_about *about,
                      const gt_data_config *config)
{
    gt_layout layout;
    gt_shape shape;
    return gt__hdf5_look_layout(look, about, config, &layout, &shape) ==
               GT_OK &&
           gt_shape_equal(shape, config->image);
}

static int count(const bool *which, int n)
{
    int marked = 0;
    for (int i = 0; i < n; i++)
        marked += which[i];
    return marked;
}

/* Keep those of `which` for which `fits` is true, if there are any. */
static void prefer(bool *which, const bool *fits, int n)
{
    bool any = false;
    for (int i = 0; i < n; i++)
        any = any || (which[i] && fits[i]);
    for (int i = 0; any && i < n; i++)
        which[i] = which[i] && fits[i];
}

static gt_status no_samples(const gt__hdf5_look *look)
{
    char text[GT__HDF5_LIST], shape[GT_H5_SHAPE_TEXT];
    for (int i = 0; i < look->n; i++)
        if (has_rows_of_samples(&look->all[i]) && look->all[i].dim[0] == 0)
            return gt_fail(GT_ERR_FORMAT,
                           "data '%s': there are no samples: data set %s is "
                           "%s, without a row; write some into it, or give "
                           "another file",
                           look->path, look->all[i].name,
                           gt_h5_about_shape(&look->all[i], shape));
    return gt_fail(GT_ERR_FORMAT,
                   "data '%s': no data set can be samples, which are [n, "
                   "height, width], [n, height, width, channels], [n, "
                   "channels, height, width], a volume's [n, depth, "
                   "height, width] or [n, values]; there is: %s",
                   look->path, gt__hdf5_look_text(look, NULL, text));
}

static gt_status tell(const gt__hdf5_look *look, const bool *which, int marked)
{
    char text[GT__HDF5_LIST];
    if (!marked)
        return no_samples(look);
    gt__hdf5_look_text(look, which, text);
    int one = 0;
    while (!which[one])
        one++;
    return gt_fail(GT_ERR_MISMATCH,
                   "data '%s': several data sets may be the samples: %s; "
                   "choose one as in %s:%s, its labels by data.labels and "
                   "columns by data.conditions",
                   look->path, text, look->path, look->all[one].name);
}

gt_status gt__hdf5_look_samples(const gt__hdf5_look *look,
                                const gt_data_config *config,
                                const gt_h5_about **samples)
{
    if (look->n > MANY)
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s': there are %d data sets; say which are the "
                       "samples, as in %s:%s",
                       look->path, look->n, look->path, look->all[0].name);
    size_t n = (size_t)look->n + 1;
    bool *which = calloc(n, sizeof *which), *fits = calloc(n, sizeof *fits);
    if (!which || !fits) {
        free(which);
        free(fits);
        return gt_fail(GT_ERR_MEMORY, "data '%s': out of memory", look->path);
    }
    for (int i = 0; i < look->n; i++) {
        const gt_h5_about *about = &look->all[i];
        which[i] = may_be_samples(about) && !is_twin(look, about);
        fits[i] = which[i] && has_shape(look, about, config);
    }
    prefer(which, fits, look->n);
    for (int i = 0; i < look->n; i++)
        fits[i] = look->all[i].rank > 2;
    prefer(which, fits, look->n);
    gt_status status = GT_OK;
    int marked = count(which, look->n);
    if (marked != 1)
        status = tell(look, which, marked);
    for (int i = 0; i < look->n; i++)
        if (which[i])
            *samples = &look->all[i];
    free(which);
    free(fits);
    return status;
}

/* --- What comes with them. */

uint64_t gt__hdf5_look_columns(const gt_h5_about *about, uint64_t n)
{
    enum { FEW = 16 };
    if (*about->flaw || about->rank < 1 || about->rank > 2 ||
        about->dim[0] != n)
        return 0;
    uint64_t columns = about->rank == 2 ? about->dim[1] : 1;
    return columns <= FEW ? columns : 0;
}

static bool is_named_so(const gt_h5_about *about)
{
    static const char *const words[] = {"label",   "labels", "y",      "target",
                                        "targets", "class",  "classes"};
    char name[256];
    snprintf(name, sizeof name, "%s", leaf(about));
    name[strcspn(name, "_")] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(name, words[i]) || !strcasecmp(leaf(about), words[i]))
            return true;
    const char *last = strrchr(leaf(about), '_');
    for (size_t i = 0; last && i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(last + 1, words[i]))
            return true;
    return false;
}

static bool may_be_labels(const gt__hdf5_look *look, const gt_h5_about *about,
                          const gt_h5_about *samples)
{
    uint64_t rows = samples->dim[0];
    if (is_named_so(about) && about->rank > 0)
        rows = about->dim[0];
    return strcmp(about->name, samples->name) != 0 &&
           about->number.kind != GT_NUMBER_FLOAT &&
           gt__hdf5_look_columns(about, rows) == 1 &&
           same_group(about, samples) && !is_twin(look, about);
}

const gt_h5_about *gt__hdf5_look_labels(const gt__hdf5_look *look,
                                        const gt_h5_about *samples)
{
    const gt_h5_about *named = NULL, *only = NULL;
    int n_named = 0, n = 0;
    for (int i = 0; i < look->n && look->n <= MANY; i++) {
        const gt_h5_about *about = &look->all[i];
        if (!may_be_labels(look, about, samples))
            continue;
        n++;
        only = about;
        n_named += is_named_so(about);
        named = is_named_so(about) ? about : named;
    }
    return n_named == 1 ? named : n == 1 ? only : NULL;
}

const gt_h5_about *gt__hdf5_look_one_hot(const gt__hdf5_look *look,
                                         const gt_h5_about *samples)
{
    const gt_h5_about *found = NULL;
    int n = 0;
    for (int i = 0; i < look->n && look->n <= MANY; i++) {
        const gt_h5_about *about = &look->all[i];
        if (!is_named_so(about) || !strcmp(about->name, samples->name) ||
            about->rank != 2 || about->dim[0] != samples->dim[0] ||
            !same_group(about, samples) || is_twin(look, about))
            continue;
        found = about;
        n++;
    }
    return n == 1 ? found : NULL;
}
