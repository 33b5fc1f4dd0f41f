/* cifar.c: the binary files of CIFAR-10 and CIFAR-100, read where they lie. */
#include "data/array/array.h"
#include "data/array/cifar_files.h"
#include "data/layout.h"
#include "data/sources.h"
#include "store/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gt_shape shape = {.h = 32, .w = 32, .c = 3};

typedef struct cifar {
    gt__cifar_files files;
    int label;                            /* of a record, counted from 0 */
    char *text;                           /* names of classes, one a line */
    const char *names[GT__CIFAR_CLASSES]; /* in the text */
} cifar;

/* --- Names of classes, which nothing needs. */

/* Cut the text into lines; false: they are not one for each class. */
static bool split_names(cifar *c, int classes)
{
    int n = 0;
    for (char *at = c->text; *at; n++) {
        char *end = strchr(at, '\n');
        size_t length = strcspn(at, "\r\n");
        if (!length)
            break;
        if (n == classes)
            return false;
        c->names[n] = at;
        at[length] = '\0';
        at = end ? end + 1 : at + length;
    }
    return n == classes;
}

static void read_names(gt_source *source, const char *path)
{
    enum { MOST = 1 << 14 };
    cifar *c = source->data;
    bool ten = c->files.kind->labels == 1;
    const char *file = ten        ? "batches.meta.txt"
                       : c->label ? "fine_label_names.txt"
                                  : "coarse_label_names.txt";
    const char *slash = strrchr(path, '/');
    char name[GT_PATH];
    size_t size;
    int n = snprintf(name, sizeof name, "%.*s/%s",
                     slash ? (int)(slash - path) : 1, slash ? path : ".", file);
    if (n < 0 || (size_t)n >= sizeof name ||
        gt_file_read(name, &c->text, &size) != GT_OK)
        return;
    if (size < MOST && split_names(c, source->classes))
        source->class_names = c->names;
}

/* --- The source. */

/* Which label data.labels means. */
static gt_status choose_label(cifar *c, const gt_data_config *config)
{
    static const char *const words[] = {"coarse", "fine"};
    const char *word = config->labels;
    c->label = c->files.kind->labels - 1;
    if (!word)
        return GT_OK;
    for (int i = 0; c->files.kind->labels == 2 && i < 2; i++)
        if (!strcmp(word, words[i])) {
            c->label = i;
            return GT_OK;
        }
    if (c->files.kind->labels == 1)
        return gt_fail(GT_ERR_CONFIG,
                       "data.labels is '%s', but CIFAR-10 has one label for "
                       "each image; leave the key out",
                       word);
    return gt_fail(GT_ERR_CONFIG,
                   "data.labels is '%s'; the labels of CIFAR-100 are fine (100 "
                   "classes) or coarse (20)",
                   word);
}

static gt_status open_cifar(gt_source *source, const gt_source_request *request)
{
    cifar *c = calloc(1, sizeof *c);
    source->data = c;
    if (!c)
        return gt_fail(GT_ERR_MEMORY, "no memory to open %s", request->path);
    gt_status status = gt__cifar_open(&c->files, request->path, request->split);
    if (status != GT_OK || !c->files.n)
        return status;
    status = choose_label(c, request->config);
    if (status != GT_OK)
        return status;
    source->shape = shape;
    source->element = GT_ELEMENT_BYTES;
    source->count = c->files.count;
    source->classes = c->files.kind->classes[c->label];
    read_names(source, c->files.file[0].path);
    return GT_OK;
}

/* One sample; rows are those of it alone. */
static gt_status read_record(const cifar *c, uint64_t number,
                             const gt_source_rows *to)
{
    uint8_t record[2 + GT__CIFAR_PIXELS];
    const gt__cifar_file *f = c->files.file;
    size_t labels = (size_t)c->files.kind->labels;
    while (number >= f->count)
        number -= f++->count;
    size_t size = to->bytes ? labels + GT__CIFAR_PIXELS : labels;
    gt_status status = gt__array_pread(
        f->path, f->file, number * (labels + GT__CIFAR_PIXELS), record, size);
    if (status != GT_OK)
        return status;
    if (to->bytes)
        gt_layout_to_sample(GT_LAYOUT_NCHW, shape, 1, record + labels,
                            to->bytes);
    if (to->labels)
        *to->labels = record[c->label];
    return GT_OK;
}

static gt_status read_cifar(const gt_source *source, const uint64_t *numbers,
                            int n, const gt_source_rows *to)
{
    gt_status status = GT_OK;
    for (int i = 0; i < n && status == GT_OK; i++) {
        gt_source_rows row =
            gt_source_rows_from(to, (size_t)i, GT__CIFAR_PIXELS, 0);
        status = read_record(source->data, numbers[i], &row);
    }
    return status;
}

static void close_cifar(gt_source *source)
{
    cifar *c = source->data;
    if (!c)
        return;
    gt__cifar_close(&c->files);
    free(c->text);
    free(c);
}

static bool recognises(const gt_path_look *look)
{
    if (look->folder)
        return gt__cifar_is_folder(look->path);
    return look->n > 0 && gt__cifar_kind_of(look->path) != NULL;
}

const gt_source_type gt__source_cifar = {
    .name = "cifar",
    .help = "CIFAR-10 or CIFAR-100, binary version: PATH or cifar:PATH, "
            "folder or file",
    .recognises = recognises,
    .open = open_cifar,
    .read = read_cifar,
    .close = close_cifar,
};
