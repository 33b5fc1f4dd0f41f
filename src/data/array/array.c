/* array.c: bytes are read in pieces that fit a stack, and go from there to
 * their places as they are converted, so that reading needs no memory of its
 * own and any number of threads can do it. */
#include "data/array/array.h"

#include "base/collective_tick.h"
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that are read at a time, and numbers that are converted. */
enum { PIECE = 1 << 15, BLOCK = 256 };

gt_status gt__array_open_file(const char *path, int *file, uint64_t *size)
{
    struct stat info;
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*file < 0 || fstat(*file, &info))
        return gt_fail(GT_ERR_IO,
                       "%s: cannot open: %s; check the path and its "
                       "permissions",
                       path, gt_file_reason(path));
    if (!S_ISREG(info.st_mode))
        return gt_fail(GT_ERR_IO,
                       "%s: not a file that can be read at any place; give a "
                       "regular file",
                       path);
    *size = (uint64_t)info.st_size;
    return GT_OK;
}

gt_status gt__array_pread(const char *name, int file, uint64_t at, void *to,
                          size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t got =
            pread(file, (char *)to + done, n - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return gt_fail(GT_ERR_IO, "%s: cannot read: %s", name,
                           strerror(errno));
        if (got == 0)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: the file has become shorter while it was "
                           "read; write it again, and leave it alone while a "
                           "run reads it",
                           name);
        done += (size_t)got;
    }
    return GT_OK;
}

void gt__array_set_name(gt__array *array, const char *name)
{
    size_t n = strlen(name);
    size_t most = sizeof array->name - 1;
    strcpy(array->name, name + (n > most ? n - most : 0));
}

void gt__array_close(gt__array *array)
{
    if (array->file >= 0)
        close(array->file);
    array->file = -1;
}

static uint64_t bytes_of(const gt__array *a)
{
    return a->count * (uint64_t)a->number.size;
}

/* The numbers must be all that is left of the room. */
static gt_status check_room(const gt__array *a, uint64_t have)
{
    char dims[GT_LAYOUT_TEXT], type[GT_NUMBER_TEXT];
    uint64_t want = bytes_of(a);
    gt_layout_dims_text(a->dims, a->n_dims, dims);
    gt_number_text(a->number, type);
    if (have < want)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the header says %s of %s, %llu bytes, but only "
                       "%llu follow; the file is cut off: write or download "
                       "it again",
                       a->name, dims, type, (unsigned long long)want,
                       (unsigned long long)have);
    if (have > want)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the header says %s of %s, %llu bytes, but %llu "
                       "follow; write one array into the file",
                       a->name, dims, type, (unsigned long long)want,
                       (unsigned long long)have);
    return GT_OK;
}

/* A file from one of its bytes on. */
typedef struct from_file {
    const char *name;
    int file;
    uint64_t at;
} from_file;

static gt_status next_of_file(void *context, void *to, size_t n)
{
    from_file *f = context;
    gt_status status = gt__array_pread(f->name, f->file, f->at, to, n);
    f->at += n;
    return status;
}

/* The header, of which *size is how many bytes it has. */
static gt_status read_header(gt__array *array, const char *name,
                             gt__array_next next, void *context, uint64_t room,
                             size_t *size)
{
    uint8_t whole[GT__NPY_MOST];
    gt__npy_header header;
    size_t first = room < GT__NPY_HEAD ? (size_t)room : GT__NPY_HEAD;
    gt__array_set_name(array, name);
    gt_status status = next(context, whole, first);
    if (status == GT_OK)
        status = gt__npy_size(name, whole, first, size);
    if (status == GT_OK && *size > room)
        status = gt_fail(GT_ERR_FORMAT,
                         "%s: the file ends within its header; write or "
                         "download it again",
                         name);
    if (status == GT_OK && *size > first)
        status = next(context, whole + first, *size - first);
    if (status == GT_OK)
        status = gt__npy_parse(name, whole, *size, &header);
    if (status != GT_OK)
        return status;
    array->number = header.number;
    array->fortran = header.fortran;
    array->n_dims = header.n_dims;
    memcpy(array->dims, header.dims, sizeof header.dims);
    array->count = header.count;
    return check_room(array, room - *size);
}

gt_status gt__array_open_npy(gt__array *array, const char *name, int file,
                             uint64_t begin, uint64_t room)
{
    from_file from = {name, file, begin};
    size_t size = 0;
    *array = (gt__array){.file = file};
    gt_status status =
        read_header(array, name, next_of_file, &from, room, &size);
    array->at = begin + size;
    return status;
}

gt_status gt__array_open_packed(gt__array *array, const char *name,
                                gt__array_next next, void *context,
                                uint64_t room)
{
    size_t size;
    *array = (gt__array){.file = -1};
    return read_header(array, name, next, context, room, &size);
}

bool gt__array_is_column(const gt__array *array)
{
    return array->n_dims == 1 || (array->n_dims == 2 && array->dims[1] == 1);
}

/* Bytes of the array, from wherever it is. */
static gt_status read_bytes(const gt__array *a, const void *memory, uint64_t at,
                            void *to, size_t n)
{
    if (a->file >= 0)
        return gt__array_pread(a->name, a->file, a->at + at, to, n);
    memcpy(to, (const char *)memory + a->at + at, n);
    return GT_OK;
}

/* --- Into memory. */

/* The place in C order of the number that is `rest`-th of a row in the order of
 * the file, in which the first dimension is the fastest. */
static uint64_t place_of(const gt__array *a, uint64_t rest)
{
    uint64_t place = 0, width = 1;
    for (int i = 1; i < a->n_dims; i++)
        width *= a->dims[i];
    for (int i = 1; i < a->n_dims; i++) {
        width /= a->dims[i];
        place += rest % a->dims[i] * width;
        rest /= a->dims[i];
    }
    return place;
}

/* Bytes `from` of the file's numbers, to their places in C order. */
static void place_numbers(const gt__array *a, uint64_t first, size_t n,
                          const uint8_t *from, uint8_t *to)
{
    size_t size = (size_t)a->number.size;
    uint64_t rows = a->dims[0], width = a->count / rows;
    uint64_t row = first % rows, rest = first / rows;
    uint64_t place = place_of(a, rest);
    for (size_t i = 0; i < n; i++) {
        memcpy(to + (row * width + place) * size, from + i * size, size);
        if (++row == rows) {
            row = 0;
            place = place_of(a, ++rest);
        }
    }
}

static gt_status fill(const gt__array *a, gt__array_next next, void *context,
                      uint8_t *to)
{
    uint8_t piece[PIECE];
    size_t size = (size_t)a->number.size, per = PIECE / size;
    gt_status status = GT_OK;
    for (uint64_t i = 0; i < a->count && status == GT_OK; i += per) {
        size_t n = a->count - i < per ? (size_t)(a->count - i) : per;
        status = next(context, piece, n * size);
        if (status == GT_OK && a->fortran)
            place_numbers(a, i, n, piece, to);
        else if (status == GT_OK)
            memcpy(to + i * size, piece, n * size);
        gt_collective_tick();
    }
    return status;
}

gt_status gt__array_hold_packed(gt__array *array, gt_region *region,
                                size_t *end, gt__array_next next, void *context)
{
    size_t at = (*end + GT_ALIGN - 1) / GT_ALIGN * GT_ALIGN;
    gt_status status = GT_OK;
    *end = at + (size_t)bytes_of(array);
    if (!region->attached) {
        status = gt_region_grow(region, *end, array->name);
        if (status == GT_OK)
            status = fill(array, next, context, (uint8_t *)region->base + at);
    } else if (*end > region->size) {
        status = gt_fail(GT_ERR_FORMAT,
                         "%s: the file has changed while the ranks of this "
                         "node opened it; leave it alone while a run reads it",
                         array->name);
    }
    if (status != GT_OK)
        return status;
    gt__array_close(array);
    array->at = at;
    array->fortran = false;
    return GT_OK;
}

gt_status gt__array_hold(gt__array *array, gt_region *region, size_t *end)
{
    from_file from = {array->name, array->file, array->at};
    return gt__array_hold_packed(array, region, end, next_of_file, &from);
}

/* --- Reading. */

gt_status gt__array_read(const gt__array *array, const void *memory,
                         uint64_t first, size_t n, gt_real *to)
{
    uint8_t piece[PIECE];
    size_t size = (size_t)array->number.size, per = PIECE / size;
    gt_status status = GT_OK;
    for (size_t i = 0; i < n && status == GT_OK; i += per) {
        size_t some = n - i < per ? n - i : per;
        status =
            read_bytes(array, memory, (first + i) * size, piece, some * size);
        if (status == GT_OK)
            gt_number_to_reals(array->number, piece, some, to + i, 1);
    }
    return status;
}

/* What one sample's numbers go through: a piece of them, read. */
static void place_piece(const gt__array *a, gt_layout layout, gt_shape shape,
                        size_t first, size_t n, const uint8_t *piece,
                        const gt_source_rows *to)
{
    gt_real block[BLOCK];
    size_t size = (size_t)a->number.size;
    if (to->bytes) {
        gt_layout_place(layout, shape, 1, first, n, piece, to->bytes);
        return;
    }
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t some = n - i < BLOCK ? n - i : BLOCK;
        gt_number_to_reals(a->number, piece + i * size, some, block, 1);
        gt_layout_place(layout, shape, sizeof *block, first + i, some, block,
                        to->reals);
    }
}

static gt_status read_sample(const gt__array *a, const void *memory,
                             gt_layout layout, gt_shape shape, uint64_t number,
                             const gt_source_rows *to)
{
    uint8_t piece[PIECE];
    size_t size = (size_t)a->number.size, per = PIECE / size,
           n = gt_shape_size(shape);
    gt_status status = GT_OK;
    for (size_t i = 0; i < n && status == GT_OK; i += per) {
        size_t some = n - i < per ? n - i : per;
        status =
            read_bytes(a, memory, (number * n + i) * size, piece, some * size);
        if (status == GT_OK)
            place_piece(a, layout, shape, i, some, piece, to);
    }
    return status;
}

gt_status gt__array_read_samples(const gt__array *array, const void *memory,
                                 gt_layout layout, gt_shape shape,
                                 uint64_t first, size_t n,
                                 const gt_source_rows *to)
{
    size_t size = gt_shape_size(shape),
           each = size * (size_t)array->number.size;
    bool bytes = gt_number_is_byte(array->number);
    bool as_it_is = !gt_layout_is_channels_first(layout) &&
                    (bytes || gt_number_is_real(array->number));
    gt_status status = GT_OK;
    if (as_it_is)
        return read_bytes(array, memory, first * each,
                          bytes ? (void *)to->bytes : (void *)to->reals,
                          n * each);
    for (size_t i = 0; i < n && status == GT_OK; i++) {
        gt_source_rows row = {.bytes = bytes ? to->bytes + i * size : NULL,
                              .reals = bytes ? NULL : to->reals + i * size};
        status = read_sample(array, memory, layout, shape, first + i, &row);
    }
    return status;
}

static gt_status no_label(const gt__array *array, uint64_t number,
                          const void *at)
{
    double value;
    gt_number_to_doubles(array->number, at, 1, &value, 1);
    return gt_fail(GT_ERR_FORMAT,
                   "%s: number %llu (counted from 0), %.9g, is no label; "
                   "labels are whole numbers from 0 to %d",
                   array->name, (unsigned long long)number, value,
                   GT_DATA_MOST_CLASSES - 1);
}

gt_status gt__array_read_labels(const gt__array *array, const void *memory,
                                uint64_t first, size_t n, int *labels)
{
    uint8_t piece[PIECE];
    size_t size = (size_t)array->number.size, per = PIECE / size;
    gt_status status = GT_OK;
    for (size_t i = 0; i < n && status == GT_OK; i++) {
        size_t some = n - i < per ? n - i : per;
        if (i % per == 0)
            status = read_bytes(array, memory, (first + i) * size, piece,
                                some * size);
        if (status != GT_OK)
            return status;
        labels[i] = gt_number_to_label(array->number, piece + i % per * size,
                                       GT_DATA_MOST_CLASSES - 1);
        if (labels[i] < 0)
            return no_label(array, first + i, piece + i % per * size);
    }
    return status;
}
