/* recognise.c: names of files are what people call them, so only content
 * counts. Where that leaves a doubt, nothing is guessed. */
#include "data/recognise.h"

#include "data/file_kind.h"
#include "data/sources.h"
#include "store/files.h"

#include <stdio.h>
#include <sys/stat.h>

/* `regular`: a file that has bytes to be looked at. */
static void look_at(const char *path, gt_path_look *look, bool *regular)
{
    struct stat info;
    *look = (gt_path_look){.path = path, .there = stat(path, &info) == 0};
    look->folder = look->there && S_ISDIR(info.st_mode);
    *regular = look->there && S_ISREG(info.st_mode);
    FILE *file = *regular ? fopen(path, "rb") : NULL;
    *regular = file != NULL;
    if (!file)
        return;
    look->n = fread(look->head, 1, sizeof look->head, file);
    fclose(file);
}

static gt_status unknown_file(const gt_path_look *look)
{
    const uint8_t *h = look->head;
    const gt__file_kind *kind = gt__file_kind_of(h, look->n);
    if (!look->n)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the file is empty; download or write it again",
                       look->path);
    if (kind)
        return gt_fail(GT_ERR_FORMAT, "%s: %s; %s", look->path, kind->name,
                       kind->mend);
    return gt_fail(GT_ERR_FORMAT,
                   "%s: no data that are known: it starts with bytes %02x "
                   "%02x %02x %02x; see gentrain help data, or give raw:%s if "
                   "it is numbers alone",
                   look->path, h[0], h[1], h[2], h[3], look->path);
}

static gt_status unknown_folder(const char *path)
{
    return gt_fail(GT_ERR_IO,
                   "%s: the folder has no train-images-idx3-ubyte or "
                   "train-images-idx3-ubyte.gz, no PNG or JPEG pictures and no "
                   "data_batch_1.bin of CIFAR; give one that has, or a file",
                   path);
}

static gt_status ambiguous(const char *path, const gt_source_type *first,
                           const gt_source_type *second)
{
    return gt_fail(GT_ERR_CONFIG,
                   "%s: may be read as %s or as %s; say which: %s:%s or %s:%s",
                   path, first->name, second->name, first->name, path,
                   second->name, path);
}

gt_status gt__recognise(const char *path, const gt_source_type **out)
{
    gt_path_look look;
    bool regular;
    look_at(path, &look, &regular);
    *out = NULL;
    if (look.there && !look.folder && !regular)
        return GT_OK; /* a pipe is read once, and what is closed tells why */
    for (int i = 0; i < gt_source_type_count; i++) {
        const gt_source_type *type = gt_source_types[i];
        if (!type->recognises || !type->recognises(&look))
            continue;
        if (*out)
            return ambiguous(path, *out, type);
        *out = type;
    }
    if (*out)
        return GT_OK;
    if (look.folder)
        return unknown_folder(path);
    return regular ? unknown_file(&look) : GT_OK;
}
