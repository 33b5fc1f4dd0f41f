/* hdf5_choose.c: names that are given are followed, what is not given is
 * looked for. All is chosen for training samples; the held-out ones have the
 * same names with another word in them. */
#include "data/hdf5/hdf5_choose.h"

#include "base/log.h"
#include "data/hdf5/hdf5_labels.h"
#include "data/hdf5/hdf5_names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct chooser {
    gt_h5 *file;
    const gt_data_config *config;
    gt__hdf5_look look;
    gt_h5_about samples;
    gt__hdf5_choice *choice;
    bool quiet; /* all was said when the training samples were chosen */
} chooser;

static gt_status no_memory(const chooser *c)
{
    return gt_fail(GT_ERR_MEMORY, "data '%s': out of memory", c->look.path);
}

/* The absolute name of what stands beside the samples: malloc'ed. */
static char *beside(const chooser *c, const char *name, size_t n)
{
    size_t group = *name == '/' ? 0 : gt__hdf5_look_group(c->samples.name);
    char *out = malloc(group + n + 1);
    if (!out)
        return NULL;
    memcpy(out, c->samples.name, group);
    memcpy(out + group, name, n);
    out[group + n] = '\0';
    return out;
}

/* A data set that is named, also behind a link. */
static gt_status find(const chooser *c, const char *key, const char *name,
                      gt_h5_about *about)
{
    char text[GT__HDF5_LIST];
    if (!gt_h5_list_find(c->file, name, about))
        return gt_fail(
            GT_ERR_MISMATCH, "%s: %s has no data set %s; there is: %s", key,
            c->look.path, name, gt__hdf5_look_text(&c->look, NULL, text));
    if (*about->flaw)
        return gt_fail(GT_ERR_MISMATCH, "%s: %s: data set %s %s", key,
                       c->look.path, name, about->flaw);
    return GT_OK;
}

static gt_status choose_samples(chooser *c, const char *inside)
{
    const gt_h5_about *found = NULL;
    gt_status status = inside
                           ? find(c, "data", inside, &c->samples)
                           : gt__hdf5_look_samples(&c->look, c->config, &found);
    if (status != GT_OK)
        return status;
    if (found)
        c->samples = *found;
    c->choice->samples = strdup(c->samples.name);
    if (!c->choice->samples)
        return no_memory(c);
    return gt__hdf5_look_layout(&c->look, &c->samples, c->config,
                                &c->choice->layout, &c->choice->shape);
}

static gt_status check_rows(const chooser *c, const gt_h5_about *about,
                            const char *what)
{
    char shape[GT_H5_SHAPE_TEXT];
    if (about->rank < 1 || about->rank > 2)
        return gt_fail(
            GT_ERR_MISMATCH, "%s: data set %s is %s; %s are [n] or [n, k]",
            c->look.path, about->name, gt_h5_about_shape(about, shape), what);
    if (about->dim[0] == c->samples.dim[0])
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH,
                   "%s: %s has %llu rows, but %s has %llu; %s and samples "
                   "belong together row by row",
                   c->look.path, about->name, (unsigned long long)about->dim[0],
                   c->samples.name, (unsigned long long)c->samples.dim[0],
                   what);
}

/* A number for each sample, or a one-hot row. */
static const gt_h5_about *find_labels(const chooser *c)
{
    const gt_h5_about *found = gt__hdf5_look_labels(&c->look, &c->samples);
    const gt_h5_about *table =
        found ? NULL : gt__hdf5_look_one_hot(&c->look, &c->samples);
    return table && gt__hdf5_is_one_hot(c->file, table) ? table : found;
}

static gt_status choose_labels(chooser *c)
{
    gt_h5_about about;
    const gt_h5_about *found;
    char *name = NULL;
    gt_status status = GT_OK;
    if (c->config->labels) {
        name = beside(c, c->config->labels, strlen(c->config->labels));
        status = name ? find(c, "data.labels", name, &about) : no_memory(c);
        if (status == GT_OK)
            status = check_rows(c, &about, "labels");
    } else if ((found = find_labels(c))) {
        name = strdup(found->name);
        status = name ? check_rows(c, found, "labels") : no_memory(c);
        if (status == GT_ERR_MISMATCH && !c->config->classes) {
            if (!c->quiet)
                gt_warn("%s; going on without labels", gt_message());
            free(name);
            name = NULL;
            status = GT_OK;
        }
    }
    c->choice->labels = name;
    return status;
}

/* --- Conditions. */

/* It takes `name` over. */
static gt_status add_column(chooser *c, char *name, const char *set,
                            uint64_t index)
{
    gt__hdf5_choice *choice = c->choice;
    gt__hdf5_column *more =
        realloc(choice->columns,
                ((size_t)choice->n_columns + 1) * sizeof *choice->columns);
    if (more)
        choice->columns = more;
    char *copy = strdup(set);
    if (!name || !more || !copy) {
        free(name);
        free(copy);
        return no_memory(c);
    }
    more[choice->n_columns++] = (gt__hdf5_column){name, copy, index};
    return GT_OK;
}

static char *column_name(const char *set, uint64_t index, uint64_t columns)
{
    size_t size = strlen(set) + 32;
    char *name = malloc(size);
    if (name && columns > 1)
        snprintf(name, size, "%s[%llu]", set, (unsigned long long)index);
    else if (name)
        strcpy(name, set);
    return name;
}

/* All sets of few numbers for each sample. */
static gt_status add_found(chooser *c)
{
    gt_status status = GT_OK;
    for (int i = 0; i < c->look.n; i++) {
        const gt_h5_about *about = &c->look.all[i];
        uint64_t columns = gt__hdf5_look_columns(about, c->samples.dim[0]);
        bool taken =
            !strcmp(about->name, c->samples.name) ||
            (c->choice->labels && !strcmp(about->name, c->choice->labels));
        for (uint64_t k = 0; k < columns && !taken && status == GT_OK; k++)
            status = add_column(c, column_name(about->name, k, columns),
                                about->name, k);
    }
    return status;
}

/* "/theta[2]": 2 and the length of what is before; -1: no index. */
static int64_t read_index(const char *word, size_t *length)
{
    const char *open = strrchr(word, '[');
    *length = strlen(word);
    if (!open || !isdigit((unsigned char)open[1]))
        return -1;
    char *end;
    unsigned long long index = strtoull(open + 1, &end, 10);
    if (strcmp(end, "]") != 0 || index > INT32_MAX)
        return -1;
    *length = (size_t)(open - word);
    return (int64_t)index;
}

/* A line to paste: each column by itself. */
static gt_status needs_index(const chooser *c, const char *word,
                             uint64_t columns)
{
    char text[900] = "";
    size_t used = 0;
    for (uint64_t k = 0; k < columns && used < sizeof text - 300; k++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s\"%s[%llu]\"",
                             k ? ", " : "", word, (unsigned long long)k);
    return gt_fail(GT_ERR_MISMATCH,
                   "data.conditions: %s of %s has %llu columns; write those "
                   "that the model is told: conditions: [%s]",
                   word, c->look.path, (unsigned long long)columns, text);
}

static gt_status add_named(chooser *c, const char *word, const char *set,
                           int64_t index)
{
    gt_h5_about about;
    gt_status status = find(c, "data.conditions", set, &about);
    if (status == GT_OK)
        status = check_rows(c, &about, "columns of conditions");
    if (status != GT_OK)
        return status;
    uint64_t columns = about.rank == 2 ? about.dim[1] : 1;
    if (index < 0 && columns > 1)
        return needs_index(c, word, columns);
    if (index >= 0 && (uint64_t)index >= columns)
        return gt_fail(GT_ERR_MISMATCH,
                       "data.conditions: %s of %s has %llu column%s, counted "
                       "from 0",
                       word, c->look.path, (unsigned long long)columns,
                       columns == 1 ? "" : "s");
    uint64_t k = index < 0 ? 0 : (uint64_t)index;
    for (int i = 0; i < c->choice->n_columns; i++) {
        gt__hdf5_column *column = &c->choice->columns[i];
        if (strcmp(column->set, set) != 0 || column->index != k)
            continue;
        free(column->name);
        column->name = strdup(word);
        return column->name ? GT_OK : no_memory(c);
    }
    return add_column(c, strdup(word), set, k);
}

static gt_status choose_columns(chooser *c)
{
    const gt_word_list *words = &c->config->conditions;
    gt_status status = add_found(c);
    for (int i = 0; i < words->count && status == GT_OK; i++) {
        size_t length;
        int64_t index = read_index(words->words[i], &length);
        char *set = beside(c, words->words[i], length);
        status = set ? add_named(c, words->words[i], set, index) : no_memory(c);
        free(set);
    }
    return status;
}

/* --- Held-out samples. */

/* The name of what is held out, in place of `name`; false: there is none. */
static bool turn(chooser *c, char **name)
{
    gt_h5_about about;
    char *twin = *name ? gt__hdf5_names_twin(*name) : NULL;
    bool there = twin && gt_h5_list_find(c->file, twin, &about);
    if (there) {
        free(*name);
        *name = twin;
    } else {
        free(twin);
    }
    return there;
}

/* Labels and conditions that are not held out with the samples are none. */
static void take_held_out(chooser *c)
{
    gt__hdf5_choice *choice = c->choice;
    if (!turn(c, &choice->samples)) {
        free(choice->samples);
        choice->samples = NULL;
        return;
    }
    if (choice->labels && !turn(c, &choice->labels)) {
        free(choice->labels);
        choice->labels = NULL;
    }
    int kept = 0;
    for (int i = 0; i < choice->n_columns; i++) {
        gt__hdf5_column column = choice->columns[i];
        if (turn(c, &column.set)) {
            choice->columns[kept++] = column;
        } else {
            free(column.name);
            free(column.set);
        }
    }
    choice->n_columns = kept;
}

/* What was found and not given is said, once. */
static void say(const chooser *c, const char *inside)
{
    char shape[GT_H5_SHAPE_TEXT], labels[400] = "";
    if (c->choice->labels && !c->config->labels)
        snprintf(labels, sizeof labels, ", labels %s", c->choice->labels);
    if (!inside)
        gt_info("data: %s:%s, %s of %s%s", c->look.path, c->samples.name,
                gt_h5_about_shape(&c->samples, shape), c->samples.type, labels);
}

gt_status gt__hdf5_choose(gt_h5 *file, const char *path, const char *inside,
                          const gt_source_request *request,
                          gt__hdf5_choice *choice)
{
    *choice = (gt__hdf5_choice){0};
    chooser c = {.file = file,
                 .config = request->config,
                 .choice = choice,
                 .quiet = request->split == GT_SPLIT_TEST};
    gt_status status = gt__hdf5_look_at(file, path, &c.look);
    if (status == GT_OK)
        status = choose_samples(&c, inside);
    if (status == GT_OK)
        status = choose_labels(&c);
    if (status == GT_OK)
        status = choose_columns(&c);
    if (status == GT_OK && request->split == GT_SPLIT_TEST)
        take_held_out(&c);
    else if (status == GT_OK)
        say(&c, inside);
    gt__hdf5_look_free(&c.look);
    if (status != GT_OK)
        gt__hdf5_choice_free(choice);
    return status;
}

void gt__hdf5_choice_free(gt__hdf5_choice *choice)
{
    free(choice->samples);
    free(choice->labels);
    for (int i = 0; i < choice->n_columns; i++) {
        free(choice->columns[i].name);
        free(choice->columns[i].set);
    }
    free(choice->columns);
    *choice = (gt__hdf5_choice){0};
}
