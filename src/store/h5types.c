/* h5types.c: numbers of a type that is known at run time. */
#include "store/h5types.h"

#include <stdint.h>
#include <string.h>

size_t gt_h5_width(gt_h5_type type)
{
    static const size_t width[] = {[GT_H5_REAL] = sizeof(gt_real),
                                   [GT_H5_U8] = 1,
                                   [GT_H5_I32] = 4,
                                   [GT_H5_F64] = 8,
                                   [GT_H5_I64] = 8};
    return width[type];
}

double gt_h5_value(gt_h5_type type, const void *data, size_t i)
{
    if (type == GT_H5_U8)
        return ((const uint8_t *)data)[i];
    if (type == GT_H5_I32)
        return ((const int32_t *)data)[i];
    if (type == GT_H5_F64)
        return ((const double *)data)[i];
    if (type == GT_H5_I64)
        return (double)((const int64_t *)data)[i];
    return (double)((const gt_real *)data)[i];
}

bool gt_h5_has_shape(const gt_h5_info *info, int rank, const size_t dim[])
{
    return info->rank == rank &&
           !memcmp(info->dim, dim, (size_t)rank * sizeof *dim);
}
