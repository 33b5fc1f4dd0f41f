/* npy_write.h: NumPy arrays and archives, byte by byte. */
#ifndef GT_TESTS_NPY_WRITE_H
#define GT_TESTS_NPY_WRITE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A header: strings. */
#define DICT(type, fortran, shape)                                             \
    "{'descr': '" type "', " DICT_ORDER(fortran) DICT_SHAPE(shape)
#define DICT_ORDER(fortran) "'fortran_order': " fortran ", "
#define DICT_SHAPE(shape) "'shape': " shape ", }"

/* An array in `out`: `dict` is its header, padded as NumPy does. Returns its
 * bytes. */
static inline size_t make_npy(uint8_t *out, int version, const char *dict,
                              const void *body, size_t n)
{
    size_t start = version > 1 ? 12 : 10, size = strlen(dict);
    size_t padded = (start + size + 1 + 63) / 64 * 64 - start;
    memcpy(out, "\x93NUMPY", 6);
    memset(out + 6, 0, start - 6);
    out[6] = (uint8_t)version;
    out[8] = (uint8_t)(padded & 255);
    out[9] = (uint8_t)(padded >> 8);
    memset(out + start, ' ', padded);
    memcpy(out + start, dict, size);
    out[start + padded - 1] = '\n';
    if (n)
        memcpy(out + start + padded, body, n);
    return start + padded + n;
}

/* An archive while it is written: members, then their directory. */
typedef struct zip_writer {
    uint8_t *bytes;
    size_t size;
    uint8_t directory[4096];
    size_t listed;
    int count;
} zip_writer;

static inline void put_number(uint8_t *at, uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* Deflate without a header. Returns the bytes of `out`. */
static inline size_t pack(const void *bytes, size_t n, uint8_t *out,
                          size_t room)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    stream.next_in = (uint8_t *)(uintptr_t)bytes;
    stream.avail_in = (uInt)n;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&stream);
    return room - stream.avail_out;
}

/* Add a member, packed or stored. `large`: its sizes are where those of 4 GB
 * are. */
static inline void zip_add(zip_writer *zip, const char *name, const void *bytes,
                           size_t n, int packed, int large)
{
    size_t length = strlen(name), room = n + 1024;
    uint8_t *at = zip->bytes + zip->size, *data = at + 30 + length;
    size_t stored = packed ? pack(bytes, n, data, room) : n;
    uint8_t *entry = zip->directory + zip->listed;
    if (!packed && n)
        memcpy(data, bytes, n);
    memset(at, 0, 30);
    memcpy(at, "PK\3\4", 4);
    put_number(at + 26, length, 2);
    memcpy(at + 30, name, length);
    memset(entry, 0, 46);
    memcpy(entry, "PK\1\2", 4);
    put_number(entry + 10, packed ? 8 : 0, 2);
    put_number(entry + 16, crc32(0, bytes, (uInt)n), 4);
    put_number(entry + 20, large ? UINT32_MAX : stored, 4);
    put_number(entry + 24, large ? UINT32_MAX : n, 4);
    put_number(entry + 28, length, 2);
    put_number(entry + 30, large ? 20 : 0, 2);
    put_number(entry + 42, zip->size, 4);
    memcpy(entry + 46, name, length);
    uint8_t *extra = entry + 46 + length;
    put_number(extra, 1, 2);
    put_number(extra + 2, 16, 2);
    put_number(extra + 4, n, 8);
    put_number(extra + 12, stored, 8);
    zip->listed += 46 + length + (large ? 20 : 0);
    zip->size += 30 + length + stored;
    zip->count++;
}

/* Write the directory and the end. */
static inline void zip_end(zip_writer *zip, const char *comment)
{
    uint8_t *end = zip->bytes + zip->size + zip->listed;
    memcpy(zip->bytes + zip->size, zip->directory, zip->listed);
    memset(end, 0, 22);
    memcpy(end, "PK\5\6", 4);
    put_number(end + 8, (uint64_t)zip->count, 2);
    put_number(end + 10, (uint64_t)zip->count, 2);
    put_number(end + 12, zip->listed, 4);
    put_number(end + 16, zip->size, 4);
    put_number(end + 20, strlen(comment), 2);
    memcpy(end + 22, comment, strlen(comment));
    zip->size += zip->listed + 22 + strlen(comment);
}

#endif
