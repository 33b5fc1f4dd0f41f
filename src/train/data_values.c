/* data_values.c: a network that is fed values of a million learns nothing, and
 * nothing fails. So people see what goes in before the first step. */
#include "train/data_values.h"

#include "base/log.h"
#include "data/reader.h"
#include "data/transform_text.h"

#include <math.h>
#include <stdio.h>

enum { SAMPLES = 32, LINE = 96 };
static const double too_large = 20;

typedef struct extent {
    double least, most;
} extent;

static gt_status look(const gt_source *source, const gt_data_config *data,
                      extent *found)
{
    gt_reader reader;
    gt_sample_buffer buffer = {0};
    int n = source->count < SAMPLES ? (int)source->count : SAMPLES;
    *found = (extent){INFINITY, -INFINITY};
    gt_status status = gt_reader_open(&reader, source, data);
    if (status == GT_OK)
        status = gt_sample_buffer_new(&buffer, &reader, SAMPLES);
    if (status == GT_OK)
        status = gt_sample_buffer_fill(&buffer, &reader, 0, n);
    for (size_t i = 0; status == GT_OK && i < (size_t)n * buffer.size; i++) {
        found->least = fmin(found->least, (double)buffer.rows.x[i]);
        found->most = fmax(found->most, (double)buffer.rows.x[i]);
    }
    gt_sample_buffer_free(&buffer);
    gt_reader_close(&reader);
    return status;
}

static void warn(const extent *seen, bool transformed)
{
    if (fmax(fabs(seen->least), fabs(seen->most)) > too_large)
        gt_warn("the model sees values from %.3g to %.3g, and networks learn "
                "from values of about 1; %s",
                seen->least, seen->most,
                transformed
                    ? "end data.transform with standardize, or a range"
                    : "set data.transform, as in data.transform=[standardize]");
}

void gt_data_values_print(const gt_source *source, const gt_data_config *data)
{
    bool transformed = data->transform.count > 0;
    bool bytes = source->element == GT_ELEMENT_BYTES;
    char steps[GT_TRANSFORM_TEXT];
    extent raw, seen;
    if (!transformed && (bytes || gt_shape_is_point(source->shape)))
        return;
    if (look(source, data, &seen) != GT_OK)
        return;
    if (bytes) {
        raw = (extent){0, 255};
    } else if (look(source, NULL, &raw) != GT_OK) {
        return;
    }
    gt_transform_text(&data->transform, steps);
    gt_info(
        "  values        about %.3g to %.3g, for the model %.3g to %.3g%s%s",
        raw.least, raw.most, seen.least, seen.most, transformed ? ": " : "",
        transformed ? steps : "");
    warn(&seen, transformed);
}
