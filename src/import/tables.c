/* tables.c: names are those that the HDF5 source looks for, so that the file is
 * trained on without a word about what is in it. */
#include "import/tables.h"

#include "base/version.h"
#include "core/hash.h"
#include "store/h5around.h"
#include "store/h5attr.h"
#include "store/h5write.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* HDF5 has attributes of 64 KB at most. */
enum { FORMAT_VERSION = 1, NAME = 200, ATTRIBUTE = 60000 };

const char gt__import_line[] = "gentrain-data 1";

static const char *const groups[] = {"/train", "/test"};

/* --- The file. */

/* SOURCE_DATE_EPOCH is how a build says which time it is to be told, so that
 * the same contents make the same bytes. */
static gt_status set_date(gt_h5 *f)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    time_t now = fixed ? (time_t)strtoll(fixed, NULL, 10) : time(NULL);
    struct tm when;
    char text[32] = "";
    if (gmtime_r(&now, &when))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &when);
    return gt_h5_set_text(f, "/", "date", text);
}

static gt_status describe_file(gt_h5 *f, const char *options)
{
    gt_status status = gt_h5_set_text(f, "/", "format", "gentrain data");
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "format_version", FORMAT_VERSION);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "gentrain_version", GT_VERSION);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "options", options);
    return status == GT_OK ? set_date(f) : status;
}

static gt_status describe_split(gt_h5 *f, const char *group,
                                const gt_source *source, const gt__packed *p)
{
    char digest[GT_HASH_TEXT];
    gt_status status = gt_h5_set_text(f, group, "source", source->uri);
    if (status == GT_OK)
        status = gt_h5_set_text(f, group, "digest",
                                gt_hash_text(source->digest, digest));
    if (status == GT_OK)
        status = gt_h5_set_int(f, group, "samples", (int64_t)p->kept);
    if (status == GT_OK)
        status = gt_h5_set_int(f, group, "skipped", (int64_t)p->skipped);
    return status;
}

/* --- Samples. */

static gt_status place_samples(gt_h5_around *around, const char *name,
                               const gt__packed *p)
{
    bool bytes = p->is.element == GT_ELEMENT_BYTES;
    gt_h5_chunks chunks = {.type = bytes ? GT_H5_U8 : GT_H5_REAL,
                           .dim = {(size_t)p->kept},
                           .rows = p->rows,
                           .level = p->level,
                           .shuffle = !bytes,
                           .stored = p->stored};
    chunks.rank = 1 + gt_shape_data_dims(p->is.shape, chunks.dim + 1);
    return gt_h5_around_place(around, name, &chunks);
}

static gt_status describe_samples(gt_h5 *f, const char *name,
                                  const gt__packed *p)
{
    const gt__statistics *s = &p->figures;
    const struct {
        const char *key;
        double value;
    } figures[] = {{"minimum", s->least},
                   {"maximum", s->most},
                   {"mean", s->mean},
                   {"deviation", gt__statistics_deviation(s)}};
    gt_status status = GT_OK;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (status == GT_OK)
            status = gt_h5_set_real(f, name, figures[i].key, figures[i].value);
    if (status == GT_OK && s->nonfinite > 0)
        status = gt_h5_set_int(f, name, "nonfinite", (int64_t)s->nonfinite);
    bool limited = p->is.element == GT_ELEMENT_REALS && p->is.low < p->is.high;
    if (status == GT_OK && limited)
        status = gt_h5_set_real(f, name, "low", p->is.low);
    if (status == GT_OK && limited)
        status = gt_h5_set_real(f, name, "high", p->is.high);
    gt_shape shape = p->is.shape;
    if (status == GT_OK && p->is.element == GT_ELEMENT_BYTES &&
        !gt_shape_is_flat(shape) && !gt_shape_is_volume(shape) &&
        (shape.c == 1 || shape.c == 3))
        status = gt_h5_mark_images(f, name, shape.c);
    return status;
}

/* --- What comes with them. */

/* Where they fit into an attribute. */
static gt_status set_class_names(gt_h5 *f, const char *name,
                                 const gt_source *source)
{
    size_t width = 1;
    for (int i = 0; source->class_names && i < source->classes; i++)
        if (strlen(source->class_names[i]) > width)
            width = strlen(source->class_names[i]);
    if (!source->class_names || width * (size_t)source->classes > ATTRIBUTE)
        return GT_OK;
    return gt_h5_set_texts(f, name, "names", (char *const *)source->class_names,
                           source->classes);
}

static gt_status write_labels(gt_h5 *f, const char *group,
                              const gt_source *source, const gt__packed *p)
{
    char name[NAME];
    size_t count = (size_t)p->kept, classes = (size_t)p->is.classes;
    int64_t *counts = calloc(classes + 1, sizeof *counts);
    if (!counts)
        return gt_fail(GT_ERR_MEMORY, "cannot count labels");
    for (size_t i = 0; i < count; i++)
        if (p->labels[i] >= 0 && (size_t)p->labels[i] < classes)
            counts[p->labels[i]]++;
    snprintf(name, sizeof name, "%s/labels", group);
    gt_status status = gt_h5_write(f, name, GT_H5_I32, 1, &count, p->labels);
    if (status == GT_OK)
        status = gt_h5_set_int(f, name, "classes", (int64_t)classes);
    if (status == GT_OK && classes * sizeof *counts <= ATTRIBUTE)
        status = gt_h5_set_ints(f, name, "counts", counts, (int)classes);
    if (status == GT_OK)
        status = set_class_names(f, name, source);
    free(counts);
    return status;
}

/* "/theta[2]" and "theta[2]" are a data set theta_2. */
static void column_name(const char *text, const char *group, char name[NAME])
{
    const char *slash = strrchr(text, '/');
    const char *last = slash && slash[1] ? slash + 1 : text;
    int used = snprintf(name, NAME, "%s/", group);
    for (; *last && used < NAME - 8; last++)
        if (*last == '[' || *last == '/')
            name[used++] = '_';
        else if (*last != ']')
            name[used++] = *last;
    name[used] = '\0';
}

static bool is_taken(char (*names)[NAME], int n, const char *name)
{
    const char *last = strrchr(name, '/') + 1;
    if (!strcmp(last, "labels") || !strcmp(last, "images") ||
        !strcmp(last, "volumes") || !strcmp(last, "vectors") ||
        !strcmp(last, "points"))
        return true;
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static gt_status write_column(gt_h5 *f, const char *name, const char *said,
                              const gt__packed *p, int c, gt_real *column)
{
    size_t count = (size_t)p->kept, columns = (size_t)p->is.columns;
    for (size_t i = 0; i < count; i++)
        column[i] = p->conditions[i * columns + (size_t)c];
    gt_status status = gt_h5_write(f, name, GT_H5_REAL, 1, &count, column);
    if (status == GT_OK && strcmp(strrchr(name, '/') + 1, said) != 0)
        status = gt_h5_set_text(f, name, "name", said);
    return status;
}

/* Numbers stay in memory until the file is written, so each has its own. */
static gt_status write_columns(gt_h5 *f, const char *group,
                               const gt_source *source, const gt__packed *p,
                               gt_real *all)
{
    int columns = p->is.columns;
    char(*names)[NAME] = calloc((size_t)columns + 1, sizeof *names);
    gt_status status =
        names ? GT_OK : gt_fail(GT_ERR_MEMORY, "cannot write conditions");
    for (int c = 0; c < columns && status == GT_OK; c++) {
        const char *said = source->conditions[c].name;
        column_name(said, group, names[c]);
        while (is_taken(names, c, names[c]) &&
               strlen(names[c]) < sizeof *names - 1)
            strcat(names[c], "_");
        status = write_column(f, names[c], said, p, c,
                              all + (size_t)c * (size_t)p->kept);
    }
    free(names);
    return status;
}

/* --- All of it. */

static gt_status write_split(gt_h5 *f, const gt__tables *t, int i,
                             const char *name, gt_real *columns)
{
    const gt__packed *p = t->packed[i];
    gt_status status = describe_samples(f, name, p);
    if (status == GT_OK)
        status = describe_split(f, groups[i], t->source[i], p);
    if (status == GT_OK && p->is.classes > 0)
        status = write_labels(f, groups[i], t->source[i], p);
    if (status == GT_OK && p->is.columns > 0)
        status = write_columns(f, groups[i], t->source[i], p, columns);
    return status;
}

/* Chunks are said in the order in which they lie, before all else. */
static gt_status build(const gt__tables *t, gt_h5_around *around,
                       gt_real *columns[2])
{
    char name[2][NAME];
    gt_status status = GT_OK;
    gt_h5 *f = gt_h5_around_file(around);
    for (int i = 0; i < 2 && status == GT_OK; i++) {
        if (!t->packed[i]->kept)
            continue;
        snprintf(name[i], NAME, "%s/%s", groups[i],
                 gt_shape_noun(t->packed[i]->is.shape));
        status = place_samples(around, name[i], t->packed[i]);
    }
    if (status == GT_OK)
        status = describe_file(f, t->options);
    for (int i = 0; i < 2 && status == GT_OK; i++)
        if (t->packed[i]->kept)
            status = write_split(f, t, i, name[i], columns[i]);
    return status;
}

gt_status gt__tables_write(const gt__tables *t, gt__partial *partial)
{
    gt_real *columns[2];
    gt_h5_around *around = NULL;
    gt_status status = GT_OK;
    for (int i = 0; i < 2; i++) {
        const gt__packed *p = t->packed[i];
        size_t n = (size_t)p->kept * (size_t)p->is.columns;
        columns[i] = malloc((n + 1) * sizeof *columns[i]);
        if (!columns[i])
            status = gt_fail(GT_ERR_MEMORY, "cannot write conditions");
    }
    if (status == GT_OK)
        status = gt_h5_around_begin(&around, partial->target, partial->end);
    if (status == GT_OK)
        status = build(t, around, columns);
    if (status == GT_OK)
        status = gt_h5_around_write(around, partial->fd, gt__import_line);
    gt_h5_around_free(around);
    free(columns[0]);
    free(columns[1]);
    return status;
}
