/* h5list.c: a file is looked at before anything of it is chosen, and what
 * cannot be read is listed with the reason. */
#include "store/foreign/h5list.h"

#include "store/foreign/h5describe.h"
#include "store/h5lock.h"
#include "store/h5read.h"

#include <string.h>

typedef struct visitor {
    int (*visit)(const gt_h5_about *, void *);
    void *context;
} visitor;

static void look(hid_t place, const char *name, gt_h5_about *about)
{
    gt__h5_storage storage;
    hid_t set = H5Dopen2(place, name, H5P_DEFAULT);
    gt__h5_describe(set, about, &storage);
    if (set >= 0)
        H5Dclose(set);
}

/* Names that are too long for `about` could not be opened by it. */
static herr_t visit_object(hid_t root, const char *name, const H5O_info_t *info,
                           void *data)
{
    const visitor *v = data;
    gt_h5_about about = {.name = "/"};
    if (info->type != H5O_TYPE_DATASET || strlen(name) > sizeof about.name - 2)
        return 0;
    strcat(about.name, name);
    look(root, name, &about);
    return v->visit(&about, v->context);
}

gt_status gt_h5_list(gt_h5 *file, int (*visit)(const gt_h5_about *, void *),
                     void *context)
{
    GT__H5_LOCKED;
    visitor v = {visit, context};
    gt__h5_clear();
    if (H5Ovisit(file->file, H5_INDEX_NAME, H5_ITER_INC, visit_object, &v) < 0)
        return gt_fail(GT_ERR_FORMAT,
                       "%s is damaged: its groups cannot be listed",
                       file->path);
    return GT_OK;
}

bool gt_h5_list_find(gt_h5 *file, const char *name, gt_h5_about *about)
{
    GT__H5_LOCKED;
    *about = (gt_h5_about){0};
    if (strlen(name) >= sizeof about->name || !gt_h5_has(file, name))
        return false;
    strcpy(about->name, name);
    look(file->file, name, about);
    return true;
}
