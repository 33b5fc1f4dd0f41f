/* raw.c: numbers one behind the other, and nothing that says what they are: the
 * configuration does. */
#include "base/plural.h"
#include "data/array/array_files.h"
#include "data/sources.h"
#include "store/files.h"

#include <assert.h>

/* A file that has no header says nothing of a wrong shape but by its size. */
static gt_status check_size(const char *path, const gt_data_config *config,
                            uint64_t size, uint64_t each)
{
    char shape[GT_SHAPE_TEXT];
    uint64_t skip = (uint64_t)config->skip_bytes;
    assert(each > 0);
    gt_shape_text(config->image, shape);
    if (size <= skip)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the file has %llu byte%s, of which "
                       "data.skip_bytes skips %llu; there are no samples",
                       path, (unsigned long long)size, gt_plural(size),
                       (unsigned long long)skip);
    if ((size - skip) % each == 0)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s: %llu bytes are no whole number of samples: %s of %s "
                   "take %llu each, and %llu are left over; check data.image, "
                   "data.type and data.skip_bytes, or whether the file is cut "
                   "off",
                   path, (unsigned long long)(size - skip), shape,
                   gt_number_names[config->type], (unsigned long long)each,
                   (unsigned long long)((size - skip) % each));
}

/* The layout that data.image stands for where data.layout does not say. */
static gt_layout layout_of(const gt_data_config *config)
{
    if (config->layout != GT_LAYOUT_AUTO)
        return (gt_layout)config->layout;
    bool vector = config->image.h == 1 && config->image.w == 1;
    return vector ? GT_LAYOUT_NV : GT_LAYOUT_NHWC;
}

static gt_status open_array(const char *path, const gt_data_config *config,
                            gt__array *array)
{
    uint64_t size = 0;
    *array = (gt__array){.number = gt_number_of(config->type),
                         .at = (uint64_t)config->skip_bytes};
    gt__array_set_name(array, path);
    uint64_t each = gt_shape_size(config->image) * (uint64_t)array->number.size;
    gt_status status = gt__array_open_file(path, &array->file, &size);
    if (status == GT_OK)
        status = check_size(path, config, size, each);
    if (status != GT_OK)
        return status;
    uint64_t samples = (size - array->at) / each;
    array->count = samples * gt_shape_size(config->image);
    array->n_dims =
        gt_layout_dims(layout_of(config), config->image, samples, array->dims);
    return GT_OK;
}

static gt_status open_raw(gt_source *source, const gt_source_request *request)
{
    char path[GT_PATH];
    gt__array array;
    gt_data_config config = *request->config;
    config.layout = (int)layout_of(&config);
    if (gt_shape_equal(config.image, (gt_shape){0}))
        return gt_fail(GT_ERR_CONFIG,
                       "%s: a raw file does not say what is in it; set "
                       "data.image to [height, width, channels], and "
                       "data.type if numbers are no bytes (uint8)",
                       request->path);
    if (!gt__array_file_of(request->path, request->split, path))
        return GT_OK;
    gt_status status = gt__array_set_new(source);
    if (status != GT_OK)
        return status;
    status = open_array(path, &config, &array);
    if (status == GT_OK)
        status = gt__array_set_samples(source, &config, array);
    else
        gt__array_close(&array);
    if (status == GT_OK)
        status = gt__array_files_add(source, request, path);
    return status;
}

const gt_source_type gt__source_raw = {
    .name = "raw",
    .help = "numbers alone: raw:FILE, with data.image, data.type and "
            "data.skip_bytes",
    .open = open_raw,
    .read = gt__array_set_read,
    .close = gt__array_set_close,
};
