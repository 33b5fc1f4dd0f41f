/* given.c: what the words of a command line mean is known only with the model
 * at hand: how many classes there are, and what the conditions are called. Rank
 * 0 reads files; the words are on every rank. */
#include "train/given.h"

#include "base/plural.h"
#include "core/arena.h"
#include "data/config.h"
#include "run/rows.h"
#include "tasks/config.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 512 }; /* bytes of a list of names in a message */

/* --- Labels. */

/* Items between commas. */
static int count_items(const char *text)
{
    int n = 1;
    for (; *text; text++)
        n += *text == ',';
    return n;
}

/* "3,5,7" into list[n]. */
static gt_status parse_labels(const char *text, int classes, int *list, int n)
{
    const char *at = text;
    for (int i = 0; i < n; i++) {
        char *end;
        errno = 0;
        long label = strtol(at, &end, 10);
        bool number = *at >= '0' && *at <= '9' && (*end == ',' || !*end);
        if (!number && !(*at == '-' && end > at))
            return gt_fail(GT_ERR_USAGE,
                           "--label %s: give labels as numbers, as in --label "
                           "7 or --label 3,5,7, or --label all",
                           text);
        if (errno || label < 0 || label >= classes)
            return gt_fail(GT_ERR_USAGE,
                           "--label %s: the labels of the model are 0 to %d, "
                           "as its data.classes is %d",
                           text, classes - 1, classes);
        list[i] = (int)label;
        at = end + 1;
    }
    return GT_OK;
}

static gt_status read_labels(gt_given *given, const gt_data_config *data,
                             const char *model, const char *text)
{
    int classes = (int)data->classes;
    given->period = classes;
    if (text && classes == 0)
        return gt_fail(GT_ERR_USAGE,
                       "--label %s: %s knows no labels, as its data.classes is "
                       "0; leave --label out",
                       text, model);
    if (!text || !strcmp(text, "all"))
        return GT_OK;
    given->period = count_items(text);
    given->list = malloc((size_t)given->period * sizeof *given->list);
    if (!given->list)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d labels",
                       given->period);
    return parse_labels(text, classes, given->list, given->period);
}

/* --- Conditions. */

/* "slant, width". */
static const char *list_names(const gt_word_list *names, const char *between,
                              char text[NAMES])
{
    int used = 0;
    text[0] = '\0';
    for (int i = 0; i < names->count && used < NAMES; i++)
        used += snprintf(text + used, NAMES - (size_t)used, "%s%s",
                         i ? between : "", names->words[i]);
    return text;
}

/* The number of the condition that an item of length n names, as in
 * "slant=0.5"; -1: none. *value is where its value begins. */
static int named(const gt_word_list *names, const char *item, size_t n,
                 const char **value)
{
    for (int i = 0; i < names->count; i++) {
        size_t length = strlen(names->words[i]);
        if (length < n && item[length] == '=' &&
            !memcmp(item, names->words[i], length)) {
            *value = item + length + 1;
            return i;
        }
    }
    return -1;
}

static gt_status parse_value(const char *text, const char *value,
                             const char *end, gt_real *out)
{
    char *after;
    size_t n = strspn(value, "+-.0123456789eE");
    *out = (gt_real)strtod(value, &after);
    if (value + n != end || after != end || after == value)
        return gt_fail(GT_ERR_USAGE, "--condition %s: '%.*s' is not a number",
                       text, (int)(end - value), value);
    if (!isfinite(*out))
        return gt_fail(GT_ERR_USAGE, "--condition %s: '%.*s' is too large",
                       text, (int)(end - value), value);
    return GT_OK;
}

/* The item from `item` to `end` of `text`: by its name, or number i in the
 * order of data.conditions. */
static gt_status parse_item(const gt_word_list *names, const char *text,
                            const char *item, const char *end, int i,
                            gt_real *out)
{
    char list[NAMES];
    const char *value = item;
    if (memchr(item, '=', (size_t)(end - item)))
        i = named(names, item, (size_t)(end - item), &value);
    if (i < 0)
        return gt_fail(GT_ERR_USAGE,
                       "--condition %s: '%.*s' is none of the model's "
                       "conditions: %s",
                       text, (int)strcspn(item, "="), item,
                       list_names(names, ", ", list));
    if (!isnan(out[i]))
        return gt_fail(GT_ERR_USAGE, "--condition %s: %s is given twice", text,
                       names->words[i]);
    return parse_value(text, value, end, &out[i]);
}

static gt_status parse_condition(const gt_word_list *names, const char *text,
                                 gt_real *out)
{
    char list[NAMES];
    int n = count_items(text);
    const char *item = text;
    if (n != names->count)
        return gt_fail(GT_ERR_USAGE,
                       "--condition %s: %d value%s, but the model takes %d, in "
                       "this order: %s",
                       text, n, gt_plural((unsigned long long)n), names->count,
                       list_names(names, ", ", list));
    for (int i = 0; i < n; i++)
        out[i] = NAN;
    for (int i = 0; i < n; i++) {
        const char *end = item + strcspn(item, ",");
        gt_status status = parse_item(names, text, item, end, i, out);
        if (status != GT_OK)
            return status;
        item = end + 1;
    }
    return GT_OK;
}

static gt_status read_condition(gt_given *given, const gt_data_config *data,
                                const char *model,
                                const gt_given_options *options)
{
    const gt_word_list *names = &data->conditions;
    const char *text = options->condition;
    char list[NAMES];
    given->columns = names->count;
    given->rows = options->conditions != NULL;
    if (names->count == 0)
        return text || given->rows
                   ? gt_fail(GT_ERR_USAGE,
                             "--condition%s %s: %s knows no conditions, as its "
                             "data.conditions is empty; leave it out",
                             text ? "" : "s", text ? text : options->conditions,
                             model)
                   : GT_OK;
    if (!text && !given->rows)
        return gt_fail(GT_ERR_USAGE,
                       "%s makes samples of conditions: give --condition "
                       "%s=VALUE, or --conditions FILE.h5 with a row for each "
                       "sample",
                       model, list_names(names, "=VALUE,", list));
    if (!text)
        return GT_OK;
    given->condition = gt_real_alloc((size_t)names->count);
    if (!given->condition)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d conditions",
                       names->count);
    return parse_condition(names, text, given->condition);
}

/* --- Files. */

/* Rank 0's part. */
static gt_status read_files(gt_given *given, const gt_config *config,
                            const gt_given_options *options)
{
    const gt_word_list *names = &gt_data_config_of(config)->conditions;
    gt_shape latent = gt_latent_config_of(config)->shape;
    char list[NAMES], conditions[NAMES + 32], latents[64];
    list_names(names, ", ", list);
    snprintf(conditions, sizeof conditions, "the condition%s %s",
             gt_plural((unsigned long long)names->count), list);
    snprintf(latents, sizeof latents, "latents of %dx%dx%d", latent.h, latent.w,
             latent.c);
    gt_rows of_row = {.name = "conditions",
                      .one = "row",
                      .takes = conditions,
                      .shape = {1, 1, names->count},
                      .columns = names};
    gt_rows of_latents = {
        .name = "latents", .one = "latent", .takes = latents, .shape = latent};
    gt_status status = GT_OK;
    uint64_t n = 0;
    if (options->latents)
        status = gt_rows_read(options->latents, &of_latents, &given->latents,
                              &given->count);
    if (status != GT_OK || !options->conditions)
        return status;
    status = gt_rows_read(options->conditions, &of_row, &given->row, &n);
    if (status == GT_OK && options->latents && n != given->count)
        return gt_fail(GT_ERR_USAGE,
                       "--conditions %s has %llu row%s, but --latents %s has "
                       "%llu: each sample takes one of both",
                       options->conditions, (unsigned long long)n, gt_plural(n),
                       options->latents, (unsigned long long)given->count);
    given->count = n;
    return status;
}

gt_status gt_given_read(gt_given *given, gt_comm *comm, const gt_config *config,
                        const char *model, const gt_given_options *options,
                        uint64_t count)
{
    const gt_data_config *data = gt_data_config_of(config);
    *given = (gt_given){.count = count};
    gt_status status = read_labels(given, data, model, options->label);
    if (status == GT_OK)
        status = read_condition(given, data, model, options);
    status = gt_comm_agree(comm, status);
    if (status != GT_OK || (!options->latents && !options->conditions))
        return status;
    gt_comm_work_begin(comm);
    if (comm->rank == 0)
        status = read_files(given, config, options);
    status = gt_comm_work_end(comm, status);
    gt_comm_broadcast(comm, &given->count, sizeof given->count);
    return status;
}

void gt_given_free(gt_given *given)
{
    free(given->list);
    free(given->condition);
    free(given->row);
    free(given->latents);
    *given = (gt_given){0};
}
