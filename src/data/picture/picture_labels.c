/* picture_labels.c: numbers of classes are those of their names' order among
 * the training pictures, so that held-out ones, of which a class may be
 * missing, have the same. */
#include "data/picture/picture_labels.h"

#include "store/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gt_status check_folders(const gt__file_list *list)
{
    char path[GT_PATH];
    if (list->n_folders == 1 || !list->folders[0].count)
        return GT_OK;
    return gt_fail(
        GT_ERR_FORMAT,
        "%s: pictures beside folders of pictures, as %s; put all into folders, "
        "one for each class, or name their labels by data.labels",
        list->root, gt__file_list_path(list, 0, false, path, sizeof path));
}

static gt_status name_classes(gt__picture_labels *labels,
                              const gt__file_list *train)
{
    int n = labels->classes = (int)train->n_folders - 1;
    labels->names = malloc((size_t)n * sizeof *labels->names);
    if (!labels->names)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory for names of classes",
                       train->root);
    for (int i = 0; i < n; i++)
        labels->names[i] =
            gt__file_list_name(train, train->folders[i + 1].name);
    return GT_OK;
}

static gt_status label_by_folders(gt__picture_labels *labels,
                                  gt__file_list *list,
                                  const gt__file_list *train)
{
    gt_status status = check_folders(train);
    if (status != GT_OK || train->n_folders == 1)
        return status;
    for (uint64_t i = 0; i < list->count; i++) {
        uint64_t folder = list->folders[list->files[i].folder].name;
        const char *name = gt__file_list_name(list, folder);
        int64_t found = gt__file_list_folder(train, name);
        if (found <= 0)
            return gt_fail(GT_ERR_MISMATCH,
                           "%s/%s: %s has no folder of that name, so it is "
                           "not known which class these pictures are of",
                           list->root, name, train->root);
        list->files[i].label = (int32_t)(found - 1);
    }
    return name_classes(labels, train);
}

/* Where the labels of a list are: beside its pictures, beside its folder, or at
 * that path. */
typedef struct place {
    char path[GT_PATH];
    bool inside; /* beside the pictures: paths begin there */
} place;

static bool is_there(place *at, const char *folder, const char *name)
{
    return snprintf(at->path, GT_PATH, "%s/%s", folder, name) < GT_PATH &&
           access(at->path, F_OK) == 0;
}

static void find_file(place *at, const gt_source_request *request,
                      const gt__file_list *list)
{
    const char *name = request->config->labels;
    at->inside = *name != '/' && is_there(at, list->root, name);
    if (!at->inside && (*name == '/' || !is_there(at, request->path, name)))
        snprintf(at->path, GT_PATH, "%s", name);
}

static gt_status label_by_file(gt__picture_labels *labels, gt__file_list *list,
                               const gt__file_list *train,
                               const gt_source_request *request,
                               const gt__splits *splits)
{
    bool test = list != train;
    place at;
    find_file(&at, request, train);
    gt_status status = gt__label_file_read(&labels->train_file, at.path);
    if (status == GT_OK && test) {
        find_file(&at, request, list);
        status = gt__label_file_read(&labels->file, at.path);
        if (status == GT_OK)
            status =
                gt__label_file_renumber(&labels->file, &labels->train_file);
    }
    if (status != GT_OK)
        return status;
    const gt__label_file *file = test ? &labels->file : &labels->train_file;
    const char *mine = test ? splits->test : splits->train;
    const char *other = test ? splits->train : splits->test;
    labels->classes = file->classes;
    return gt__label_file_apply(file, list, at.inside ? "" : mine,
                                at.inside ? "" : other);
}

gt_status gt__picture_labels_find(gt__picture_labels *labels,
                                  gt__file_list *list,
                                  const gt__file_list *train,
                                  const gt_source_request *request,
                                  const gt__splits *splits)
{
    *labels = (gt__picture_labels){0};
    if (!request->config->labels)
        return label_by_folders(labels, list, train);
    gt_status status = label_by_file(labels, list, train, request, splits);
    labels->names = labels->train_file.names;
    return status == GT_OK ? GT_OK : gt_fail_in(status, "data.labels");
}

void gt__picture_labels_free(gt__picture_labels *labels)
{
    if (!labels->train_file.path)
        free((void *)labels->names);
    gt__label_file_free(&labels->file);
    gt__label_file_free(&labels->train_file);
    *labels = (gt__picture_labels){0};
}
