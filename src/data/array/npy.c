/* npy.c: one NumPy array of samples, with others beside it for labels and
 * conditions. Nothing but an array in Fortran order, of which each sample is
 * all over the file, is held in memory. */
#include "data/array/array_files.h"
#include "data/sources.h"
#include "store/files.h"

static gt_status open_npy(gt_source *source, const gt_source_request *request)
{
    char path[GT_PATH];
    gt__array array;
    if (!gt__array_file_of(request->path, request->split, path))
        return GT_OK;
    gt_status status = gt__array_set_new(source);
    if (status != GT_OK)
        return status;
    status = gt__array_file_open(path, &array);
    if (status == GT_OK)
        status = gt__array_set_samples(source, request->config, array);
    else
        gt__array_close(&array);
    if (status == GT_OK)
        status = gt__array_files_add(source, request, path);
    return status;
}

static double memory(const gt_source_request *request)
{
    char path[GT_PATH];
    gt__array array;
    double bytes = 0;
    if (!gt__array_file_of(request->path, request->split, path))
        return 0;
    if (gt__array_file_open(path, &array) == GT_OK && array.fortran)
        bytes = (double)array.count * array.number.size;
    gt__array_close(&array);
    return bytes;
}

static bool recognises(const gt_path_look *look)
{
    return gt__npy_is(look->head, look->n);
}

const gt_source_type gt__source_npy = {
    .name = "npy",
    .help = "NumPy array: PATH or npy:PATH, [n, values], [n, h, w] or with "
            "channels",
    .recognises = recognises,
    .open = open_npy,
    .memory = memory,
    .read = gt__array_set_read,
    .close = gt__array_set_close,
};
