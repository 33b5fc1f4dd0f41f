/* pictures.c: folders of PNG and JPEG files. They are listed when a run starts
 * and decoded when they are asked for, so their number is not limited by
 * memory. Any of them may be damaged; what cannot be read is known when it is
 * read, by the one sample that it is. */
#include "base/collective_tick.h"
#include "base/log.h"
#include "base/plural.h"
#include "core/hash.h"
#include "data/array/cifar_files.h"
#include "data/idx/idx_names.h"
#include "data/picture/file_list.h"
#include "data/picture/picture_file.h"
#include "data/picture/picture_labels.h"
#include "data/picture/resize.h"
#include "data/sources.h"
#include "store/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Pictures that are looked at before the first one is asked for, and the side
 * at which those of several sizes are shown where nothing says another. */
enum { LOOKS = 256, SHOWN = 64 };

typedef struct pictures {
    gt__file_list list;
    gt__file_list train; /* of held-out ones: what they are held out from,
                            where that is not open already */
    gt__picture_labels labels;
    gt_fit fit;
} pictures;

/* --- What the pictures are. */

/* The image that a picture is, where nothing says another shape. */
static gt_shape shape_of(const gt__pixels *p)
{
    return (gt_shape){
        .h = p->height, .w = p->width, .c = p->channels == 2 ? 4 : p->channels};
}

static gt_status load(const gt__file_list *list, uint64_t file, bool look,
                      gt__pixels *pixels)
{
    char path[GT_PATH];
    uint8_t *bytes;
    size_t size;
    *pixels = (gt__pixels){0};
    _Atomic uint64_t *known = &list->files[file].size;
    gt__file_list_path(list, file, true, path, sizeof path);
    gt_status status = gt__picture_load(path, *known, &bytes, &size);
    if (status != GT_OK)
        return status;
    if (!look)
        *known = size;
    status = gt__picture_decode(bytes, size, look, pixels);
    free(bytes);
    return status == GT_OK ? GT_OK : gt_fail_in(status, "%s", path);
}

/* What was seen of pictures that are spread over the list. */
typedef struct sight {
    uint64_t seen, first, other; /* other: the first of another shape */
    gt_shape shape, other_shape; /* of the first */
    int bits;
    bool differ;
    gt_failure failure;
} sight;

static void add_sight(sight *s, uint64_t file, const gt__pixels *p)
{
    gt_shape shape = shape_of(p);
    if (!s->seen++) {
        s->first = file;
        s->bits = p->bits;
        s->shape = shape;
    }
    if (!s->differ && !gt_shape_equal(s->shape, shape)) {
        s->differ = true;
        s->other = file;
        s->other_shape = shape;
    }
}

/* Look at pictures until one can be read, or with `all` at some of all. */
static gt_status look_at(const gt__file_list *list, bool all, sight *s)
{
    uint64_t n = list->count < LOOKS ? list->count : LOOKS;
    *s = (sight){0};
    for (uint64_t i = 0; i < n && (all || !s->seen); i++) {
        uint64_t file = n == list->count ? i : i * (list->count - 1) / (n - 1);
        gt__pixels p;
        gt_status status = load(list, file, true, &p);
        if (status == GT_OK)
            add_sight(s, file, &p);
        gt__pixels_free(&p);
        if (status == GT_ERR_MEMORY)
            return status;
        gt_failure_keep(&s->failure, status);
        gt_collective_tick();
    }
    if (s->seen)
        return GT_OK;
    return gt_fail(s->failure.status,
                   "%s: none of %llu picture%s can be read: %s", list->root,
                   (unsigned long long)n, gt_plural(n), s->failure.message);
}

static void warn_of_sizes(const gt__file_list *list, const sight *s,
                          gt_shape shown)
{
    char first[GT_PATH], other[GT_PATH], a[GT_SHAPE_TEXT], b[GT_SHAPE_TEXT],
        c[GT_SHAPE_TEXT];
    gt_warn("%s: pictures of several shapes: %s is %s, %s is %s; they are read "
            "as %s here, a model says by data.image what it wants",
            list->root,
            gt__file_list_path(list, s->first, false, first, sizeof first),
            gt_shape_text(s->shape, a),
            gt__file_list_path(list, s->other, false, other, sizeof other),
            gt_shape_text(s->other_shape, b), gt_shape_text(shown, c));
}

/* Shape and element: what the first picture of the training ones has, where
 * nothing says another shape. */
static gt_status find_shape(gt_source *source, const gt__file_list *list,
                            bool warn)
{
    sight s;
    gt_shape want = source->shape;
    bool known = want.h > 0;
    if (known && (want.d || (want.c != 1 && want.c != 3 && want.c != 4))) {
        char text[GT_SHAPE_TEXT];
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s': pictures have 1, 3 or 4 channels, but the "
                       "model works at %s; set data.image to [%d, %d, 3]",
                       source->uri, gt_shape_text(want, text),
                       gt_shape_is_flat(want) ? 64 : want.h,
                       gt_shape_is_flat(want) ? 64 : want.w);
    }
    gt_status status = look_at(list, !known, &s);
    if (status != GT_OK)
        return status;
    if (!known)
        source->shape = s.shape;
    if (!known && s.differ) {
        source->shape.h = source->shape.w = SHOWN;
        if (warn)
            warn_of_sizes(list, &s, source->shape);
    }
    source->element = s.bits == 16 ? GT_ELEMENT_REALS : GT_ELEMENT_BYTES;
    source->high = s.bits == 16 ? 65535 : 255;
    return GT_OK;
}

/* --- Opening. */

static gt_status no_pictures(const gt__file_list *list)
{
    char formats[GT_PICTURE_FORMATS];
    return gt_fail(GT_ERR_FORMAT,
                   "%s: no pictures in it or in the folders in it%s%s%s; "
                   "formats that are read: %s",
                   list->root, list->others ? ", but files as " : "",
                   list->others ? list->first_other : "",
                   list->others ? ", to be converted" : "",
                   gt_picture_formats(formats));
}

static void warn_of_others(const gt__file_list *list)
{
    if (list->others)
        gt_warn("%s: %llu picture%s of other formats than PNG and JPEG %s left "
                "out, as %s",
                list->root, (unsigned long long)list->others,
                gt_plural(list->others), list->others == 1 ? "is" : "are",
                list->first_other);
}

static gt_status read_list(gt__file_list *list, const char *folder,
                           const char *split)
{
    char path[GT_PATH];
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/')
        n--;
    if (snprintf(path, sizeof path, "%.*s%s%s", (int)n, folder,
                 *split ? "/" : "", split) >= GT_PATH)
        return gt_fail(GT_ERR_IO, "the path %s is too long", folder);
    gt_status status = gt__file_list_read(list, path);
    return status == GT_OK && !list->count ? no_pictures(list) : status;
}

/* Names, sizes and labels; source.c adds contents. */
static gt_status find_digest(gt_source *source, const pictures *p)
{
    gt_hash *hash = gt_hash_new();
    if (!hash)
        return gt_fail(GT_ERR_MEMORY, "data '%s': no memory for a digest",
                       source->uri);
    for (uint64_t i = 0; i < p->list.count; i++) {
        const gt__file *file = &p->list.files[i];
        uint64_t size = file->size;
        char path[GT_PATH];
        gt__file_list_path(&p->list, i, false, path, sizeof path);
        gt_hash_add(hash, path, strlen(path) + 1);
        gt_hash_add(hash, &size, sizeof size);
        gt_hash_add(hash, &file->label, sizeof file->label);
    }
    for (int i = 0; source->class_names && i < source->classes; i++)
        gt_hash_add(hash, source->class_names[i],
                    strlen(source->class_names[i]) + 1);
    source->digest = gt_hash_value(hash);
    gt_hash_free(hash);
    return GT_OK;
}

static gt_status open_list(gt_source *source, pictures *p,
                           const gt_source_request *request,
                           const gt__splits *splits)
{
    bool test = request->split == GT_SPLIT_TEST;
    const gt__file_list *train = test ? &p->train : &p->list;
    gt_status status = GT_OK;
    if (test && request->train)
        train = &((const pictures *)request->train->data)->list;
    else if (test)
        status = read_list(&p->train, request->path, splits->train);
    if (status == GT_OK)
        status = read_list(&p->list, request->path,
                           test ? splits->test : splits->train);
    if (status == GT_OK)
        status = find_shape(source, train, !test);
    if (status == GT_OK)
        status = gt__picture_labels_find(&p->labels, &p->list, train, request,
                                         splits);
    source->classes = p->labels.classes;
    source->class_names = p->labels.names;
    if (status == GT_OK)
        status = find_digest(source, p);
    if (status == GT_OK)
        warn_of_others(&p->list);
    return status;
}

static gt_status open_pictures(gt_source *source,
                               const gt_source_request *request)
{
    gt__splits splits = gt__splits_of(request->path);
    if (request->split == GT_SPLIT_TEST && !*splits.test)
        return GT_OK;
    pictures *p = calloc(1, sizeof *p);
    if (!p)
        return gt_fail(GT_ERR_MEMORY, "no memory to open %s", request->path);
    source->data = p;
    source->costly = true;
    p->fit = (gt_fit)request->config->fit;
    gt_status status = open_list(source, p, request, &splits);
    if (status == GT_OK)
        source->count = p->list.count;
    return status;
}

static void close_pictures(gt_source *source)
{
    pictures *p = source->data;
    if (!p)
        return;
    gt__file_list_free(&p->list);
    gt__file_list_free(&p->train);
    gt__picture_labels_free(&p->labels);
    free(p);
}

/* --- Reading. */

static gt_status read_one(const gt_source *source, uint64_t number,
                          const gt_source_rows *to)
{
    const pictures *p = source->data;
    gt__pixels pixels;
    gt_status status = load(&p->list, number, false, &pixels);
    if (status == GT_OK)
        status = gt__picture_fit(&pixels, p->fit, source->shape, to->bytes,
                                 to->reals);
    gt__pixels_free(&pixels);
    return status;
}

static gt_status read_pictures(const gt_source *source, const uint64_t *numbers,
                               int n, const gt_source_rows *to)
{
    const pictures *p = source->data;
    size_t size = gt_shape_size(source->shape);
    gt_status status = GT_OK;
    for (int i = 0; i < n && status == GT_OK; i++) {
        gt_source_rows row = {
            .bytes = to->bytes ? to->bytes + (size_t)i * size : NULL,
            .reals = to->reals ? to->reals + (size_t)i * size : NULL};
        if (to->labels)
            to->labels[i] = p->list.files[numbers[i]].label;
        if (row.bytes || row.reals)
            status = read_one(source, numbers[i], &row);
    }
    return status;
}

/* The directory of a run, whose pictures are of samples. Who means these names
 * this source. */
static bool is_run(const char *path)
{
    static const char *const parts[] = {"config.yaml", "checkpoints"};
    char inner[GT_PATH];
    for (int i = 0; i < 2; i++)
        if (snprintf(inner, sizeof inner, "%s/%s", path, parts[i]) >= GT_PATH ||
            access(inner, F_OK) != 0)
            return false;
    return true;
}

/* Other data sets come with pictures that show some of them. */
static bool recognises(const gt_path_look *look)
{
    return look->folder && !is_run(look->path) &&
           !gt__idx_is_folder(look->path) && !gt__cifar_is_folder(look->path) &&
           gt__folder_has_pictures(look->path);
}

const gt_source_type gt__source_pictures = {
    .name = "pictures",
    .help = "folder of PNG and JPEG files, in folders by class if there are "
            "any: PATH or pictures:PATH",
    .recognises = recognises,
    .open = open_pictures,
    .read = read_pictures,
    .close = close_pictures,
};
