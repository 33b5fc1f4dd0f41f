/* checkpoint_data.c: of bytes that go to the model as they are, there is
 * nothing to keep but what tells them apart, so their checkpoints have no group
 * /data. */
#include "run/checkpoint_data.h"

#include "core/arena.h"
#include "store/h5attr.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char figures_name[] = "/data/figures";

bool gt__checkpoint_data_owns(const char *name)
{
    return !strncmp(name, "/data/", 6);
}

gt_checkpoint_data gt_checkpoint_data_of(const gt_source *source,
                                         const gt_data_config *config)
{
    gt_checkpoint_data data = {.count = source->count,
                               .classes = source->classes,
                               .values = gt_source_values(source)};
    gt_hash_text(source->digest, data.digest);
    gt_transform_text(&config->transform, data.steps);
    return data;
}

bool gt_checkpoint_data_fits(const gt_checkpoint_data *data,
                             const gt_data_config *config)
{
    char steps[GT_TRANSFORM_TEXT];
    return data->values.n_figures > 0 &&
           !strcmp(data->steps, gt_transform_text(&config->transform, steps));
}

gt_status gt_checkpoint_data_transform(const gt_checkpoint_data *data,
                                       const gt_data_config *config,
                                       const char *model, gt_transform *t)
{
    gt_status status =
        gt_transform_open(t, config, config->image, &data->values);
    if (status != GT_OK)
        return gt_fail_in(status, "%s", model);
    if (gt_transform_groups(t) == 0)
        return GT_OK;
    gt_transform_close(t);
    return gt_fail(GT_ERR_FORMAT,
                   "%s lacks the means of its data (/data/figures), which "
                   "data.transform needs",
                   model);
}

/* Checkpoints of points did not always say so. */
bool gt_checkpoint_data_is_reals(const gt_checkpoint_data *data, gt_shape shape)
{
    return data->values.reals || gt_shape_is_point(shape);
}

gt_status gt_checkpoint_data_layout(const gt_checkpoint_data *data,
                                    gt_output_layout layout, bool *as_input)
{
    *as_input = layout != GT_OUTPUT_PLAIN && data->values.form;
    if (layout != GT_OUTPUT_AS_INPUT || *as_input)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "output.layout is as_input, but the data are not HDF5, so "
                   "there is no layout to take over; use plain or auto");
}

static gt_status write_figures(gt_h5 *f, const gt_checkpoint_data *data)
{
    size_t dim[2] = {2, data->values.n_figures / 2};
    if (data->values.n_figures == 0)
        return GT_OK;
    gt_status status =
        gt_h5_write(f, figures_name, GT_H5_REAL, 2, dim, data->values.figures);
    return status == GT_OK
               ? gt_h5_set_text(f, figures_name, "steps", data->steps)
               : status;
}

gt_status gt__checkpoint_data_write(gt_h5 *f, const gt_checkpoint_data *data)
{
    const gt_values *v = &data->values;
    gt_status status =
        gt_h5_set_int(f, "/", "data_count", (int64_t)data->count);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "data_classes", data->classes);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "data_digest", data->digest);
    if (status == GT_OK && v->reals)
        status = gt_h5_set_text(f, "/", "data_values", "reals");
    if (status == GT_OK && v->reals && v->low < v->high)
        status = gt_h5_set_real(f, "/", "data_low", v->low);
    if (status == GT_OK && v->reals && v->low < v->high)
        status = gt_h5_set_real(f, "/", "data_high", v->high);
    if (status == GT_OK)
        status = write_figures(f, data);
    return status == GT_OK && v->form
               ? gt_h5_write(f, GT_CHECKPOINT_FORM, GT_H5_U8, 1, &v->form_size,
                             v->form)
               : status;
}

/* A short text attribute; what does not fit is cut. */
static gt_status read_text(gt_h5 *f, const char *object, const char *key,
                           char *out, size_t size)
{
    char *text = NULL;
    gt_status status = gt_h5_get_text(f, object, key, &text);
    snprintf(out, size, "%s", status == GT_OK ? text : "");
    free(text);
    return status;
}

static gt_status no_memory(void)
{
    return gt_fail(GT_ERR_MEMORY, "no memory for figures of the data");
}

static gt_status read_figures(gt_h5 *f, gt_checkpoint_data *data)
{
    gt_h5_info info;
    if (!gt_h5_has(f, figures_name))
        return GT_OK;
    gt_status status = gt_h5_describe(f, figures_name, &info);
    if (status != GT_OK)
        return status;
    data->figures = gt_real_alloc(info.count);
    if (!data->figures)
        return no_memory();
    size_t dim[2] = {2, info.count / 2};
    status = gt_h5_read(f, figures_name, GT_H5_REAL, 2, dim, data->figures);
    if (status == GT_OK)
        status = read_text(f, figures_name, "steps", data->steps,
                           sizeof data->steps);
    data->values.figures = data->figures;
    data->values.n_figures = info.count;
    return status;
}

static gt_status read_form(gt_h5 *f, gt_checkpoint_data *data)
{
    gt_h5_info info;
    if (!gt_h5_has(f, GT_CHECKPOINT_FORM))
        return GT_OK;
    gt_status status = gt_h5_describe(f, GT_CHECKPOINT_FORM, &info);
    if (status != GT_OK)
        return status;
    data->form = malloc(info.count + 1);
    if (!data->form)
        return no_memory();
    data->values.form = data->form;
    data->values.form_size = info.count;
    return gt_h5_read(f, GT_CHECKPOINT_FORM, GT_H5_U8, 1, &info.count,
                      data->form);
}

gt_status gt__checkpoint_data_read(gt_h5 *f, gt_checkpoint_data *data)
{
    gt_values *v = &data->values;
    int64_t count, classes;
    char kind[16];
    if (gt_h5_get_int(f, "/", "data_count", &count) != GT_OK ||
        gt_h5_get_int(f, "/", "data_classes", &classes) != GT_OK ||
        read_text(f, "/", "data_digest", data->digest, sizeof data->digest) !=
            GT_OK)
        return GT_OK;
    data->count = (uint64_t)count;
    data->classes = (int)classes;
    v->reals = read_text(f, "/", "data_values", kind, sizeof kind) == GT_OK &&
               !strcmp(kind, "reals");
    if (gt_h5_get_real(f, "/", "data_low", &v->low) != GT_OK ||
        gt_h5_get_real(f, "/", "data_high", &v->high) != GT_OK)
        v->low = v->high = 0;
    gt_status status = read_figures(f, data);
    return status == GT_OK ? read_form(f, data) : status;
}

void gt__checkpoint_data_free(gt_checkpoint_data *data)
{
    free(data->figures);
    free(data->form);
    *data = (gt_checkpoint_data){0};
}

gt_status gt__checkpoint_data_share(gt_comm *comm, gt_checkpoint_data *data)
{
    gt_values *v = &data->values;
    gt_status status = GT_OK;
    if (comm->rank != 0) {
        data->figures = v->n_figures > 0 ? gt_real_alloc(v->n_figures) : NULL;
        data->form = v->form_size > 0 ? malloc(v->form_size) : NULL;
        v->figures = data->figures;
        v->form = data->form;
        if ((v->n_figures > 0 && !data->figures) ||
            (v->form_size > 0 && !data->form))
            status = no_memory();
    }
    status = gt_comm_agree(comm, status);
    if (status != GT_OK)
        return status;
    gt_comm_broadcast(comm, data->figures,
                      v->n_figures * sizeof *data->figures);
    gt_comm_broadcast(comm, data->form, v->form_size);
    return GT_OK;
}
