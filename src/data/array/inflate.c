/* inflate.c: a packed member of an archive as a stream, so that nothing is held
 * but what is asked for. */
#include "data/array/inflate.h"

#include "data/array/array.h"

#include <stdlib.h>
#include <zlib.h>

struct gt__inflate {
    const char *name;
    int file;
    uint64_t at, left; /* packed bytes that were not read yet */
    z_stream stream;
    uLong crc;
    uint8_t buffer[1 << 15];
};

gt_status gt__inflate_new(gt__inflate **out, const char *name, int file,
                          uint64_t at, uint64_t packed)
{
    gt__inflate *f = calloc(1, sizeof *f);
    *out = f;
    if (f) {
        f->name = name;
        f->file = file;
        f->at = at;
        f->left = packed;
        f->crc = crc32(0, NULL, 0);
        if (inflateInit2(&f->stream, -MAX_WBITS) == Z_OK)
            return GT_OK;
    }
    free(f);
    *out = NULL;
    return gt_fail(GT_ERR_MEMORY, "%s: no memory to unpack it", name);
}

void gt__inflate_free(gt__inflate *inflate)
{
    if (inflate)
        inflateEnd(&inflate->stream);
    free(inflate);
}

static gt_status damaged(const gt__inflate *f, const char *what)
{
    return gt_fail(GT_ERR_FORMAT,
                   "%s: the compressed data are damaged (%s); write or "
                   "download it again",
                   f->name, what);
}

static gt_status refill(gt__inflate *f)
{
    size_t n = f->left < sizeof f->buffer ? (size_t)f->left : sizeof f->buffer;
    if (f->stream.avail_in || !n)
        return GT_OK;
    gt_status status = gt__array_pread(f->name, f->file, f->at, f->buffer, n);
    f->at += n;
    f->left -= n;
    f->stream.next_in = f->buffer;
    f->stream.avail_in = (uInt)n;
    return status;
}

/* As many as there are, up to n. */
static gt_status next_some(gt__inflate *f, void *to, size_t n, size_t *got)
{
    enum { MOST = 1 << 30 };
    int code = Z_OK;
    *got = 0;
    while (*got < n && code != Z_STREAM_END) {
        size_t step = n - *got < MOST ? n - *got : MOST;
        gt_status status = refill(f);
        if (status != GT_OK)
            return status;
        f->stream.next_out = (uint8_t *)to + *got;
        f->stream.avail_out = (uInt)step;
        code = inflate(&f->stream, Z_NO_FLUSH);
        size_t more = step - f->stream.avail_out;
        if (code == Z_BUF_ERROR && !more)
            return damaged(f, "they end too early");
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
            return damaged(f, f->stream.msg ? f->stream.msg : "no deflate");
        f->crc = crc32(f->crc, (uint8_t *)to + *got, (uInt)more);
        *got += more;
    }
    return GT_OK;
}

gt_status gt__inflate_next(void *inflate, void *to, size_t n)
{
    size_t got;
    gt_status status = next_some(inflate, to, n, &got);
    if (status == GT_OK && got < n)
        return damaged(inflate, "they end too early");
    return status;
}

gt_status gt__inflate_end(gt__inflate *inflate, uint32_t crc)
{
    uint8_t extra;
    size_t got;
    gt_status status = next_some(inflate, &extra, 1, &got);
    if (status == GT_OK && got)
        return damaged(inflate, "they go on behind their end");
    if (status == GT_OK && inflate->crc != crc)
        return damaged(inflate, "the checksum is another");
    return status;
}
