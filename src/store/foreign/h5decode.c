/* h5decode.c: filters are undone from the last to the first. Each reads one
 * buffer and writes another of the size that the chunk has in the end, or one
 * of a few bytes more, so a chunk that lies about itself cannot grow. */
#include "store/foreign/h5decode.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* input is not written */
#include <zlib.h>

enum { CHECKSUM = 4 };

uint64_t gt__h5_decoded_most(const gt__h5_pipeline *pipeline, uint64_t stored)
{
    uint64_t most = stored;
    for (int i = 0; i < pipeline->n; i++)
        if (pipeline->filter[i] == GT__H5_DEFLATE ||
            pipeline->filter[i] == GT__H5_LZF)
            most = most < UINT64_MAX / GT__H5_MOST_COMPRESSION
                       ? most * GT__H5_MOST_COMPRESSION
                       : UINT64_MAX;
    return most;
}

/* A stream in zlib's format, to its end. */
static bool inflate_all(const uint8_t *in, size_t n, uint8_t *out, size_t room,
                        size_t *size)
{
    z_stream stream = {0};
    if (n > UINT32_MAX || room > UINT32_MAX || inflateInit(&stream) != Z_OK)
        return false;
    stream.next_in = in;
    stream.avail_in = (uInt)n;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    *size = room - stream.avail_out;
    inflateEnd(&stream);
    return whole;
}

/* LZF is a list of two things. A byte below 32: that many bytes and one more
 * follow as they are. Else its upper 3 bits are a length, which the next byte
 * is added to if they are 7, and its lower 5 bits and one more byte a distance:
 * two bytes more than the length are repeated from one more than the distance
 * before. */
static bool unpack_lzf(const uint8_t *in, size_t n, uint8_t *out, size_t room,
                       size_t *size)
{
    size_t i = 0, done = 0;
    while (i < n) {
        size_t first = in[i++], length = first + 1;
        if (first < 32) {
            if (length > n - i || length > room - done)
                return false;
            memcpy(out + done, in + i, length);
            i += length;
            done += length;
            continue;
        }
        length = first >> 5;
        if (length == 7 && i < n)
            length += in[i++];
        length += 2;
        if (i == n)
            return false;
        size_t distance = ((first & 31) << 8) + in[i++] + 1;
        if (distance > done || length > room - done)
            return false;
        for (size_t end = done + length; done < end; done++)
            out[done] = out[done - distance];
    }
    *size = done;
    return true;
}

/* First come the first bytes of all elements, next all second ones, and so on;
 * what is left over at the end stays there. */
static void unshuffle(const uint8_t *in, size_t n, size_t element, uint8_t *out)
{
    size_t count = element ? n / element : 0, whole = count * element;
    for (size_t b = 0; b < element; b++) {
        const uint8_t *from = in + b * count;
        for (size_t i = 0; i < count; i++)
            out[i * element + b] = from[i];
    }
    memcpy(out + whole, in + whole, n - whole);
}

/* Sums over words of 16 bits, of which the byte of most weight comes first. */
static uint32_t fletcher32(const uint8_t *bytes, size_t n, bool swapped)
{
    const size_t block = (size_t)2 * 359; /* bytes whose sums do not overflow */
    uint32_t a = 0, b = 0;
    for (size_t i = 0; i < n;) {
        size_t end = n - i > block ? i + block : n;
        for (; i < end; i += 2) {
            uint32_t first = bytes[i], second = i + 1 < n ? bytes[i + 1] : 0;
            a += swapped ? second << 8 | first : first << 8 | second;
            b += a;
        }
        a = (a & 0xffff) + (a >> 16);
        b = (b & 0xffff) + (b >> 16);
    }
    a = (a & 0xffff) + (a >> 16);
    b = (b & 0xffff) + (b >> 16);
    return b << 16 | a;
}

/* Old versions of the library on little-endian machines summed words whose
 * bytes were in the other order. */
static bool checksum_fits(const uint8_t *bytes, size_t n)
{
    const uint8_t *at = bytes + n;
    uint32_t stored = (uint32_t)at[0] | (uint32_t)at[1] << 8 |
                      (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    return fletcher32(bytes, n, false) == stored ||
           fletcher32(bytes, n, true) == stored;
}

/* What is being decoded, and where the next filter may write. */
typedef struct state {
    uint8_t *now, *next;
    size_t n, room;
} state;

static const char *revert(gt__h5_filter filter, size_t element, state *s)
{
    if (filter == GT__H5_FLETCHER32) {
        if (s->n < CHECKSUM)
            return "is too short for its checksum";
        s->n -= CHECKSUM;
        return checksum_fits(s->now, s->n) ? NULL
                                           : "does not match its checksum";
    }
    if (filter == GT__H5_DEFLATE || filter == GT__H5_LZF) {
        size_t size;
        bool whole = filter == GT__H5_LZF
                         ? unpack_lzf(s->now, s->n, s->next, s->room, &size)
                         : inflate_all(s->now, s->n, s->next, s->room, &size);
        if (!whole)
            return "does not unpack";
        s->n = size;
    } else {
        if (s->n > s->room)
            return "is too long";
        unshuffle(s->now, s->n, element, s->next);
    }
    uint8_t *now = s->now;
    s->now = s->next;
    s->next = now;
    return NULL;
}

/* Two buffers of their own, as `stored` may be shorter than what follows. */
const char *gt__h5_decode(const gt__h5_pipeline *p, uint32_t mask,
                          uint8_t *stored, size_t n, uint8_t *out, size_t size)
{
    size_t room = size + CHECKSUM * (size_t)p->n;
    uint8_t *a = malloc(room + 1), *b = malloc(room + 1);
    const char *flaw = a && b ? NULL : "needs more memory than there is";
    state s = {stored, a, n, room};
    for (int i = p->n - 1; i >= 0 && !flaw; i--) {
        if (mask >> i & 1)
            continue;
        flaw = revert(p->filter[i], p->element, &s);
        if (s.next == stored)
            s.next = b;
    }
    if (!flaw && s.n != size)
        flaw = s.n < size ? "is too short" : "is too long";
    if (!flaw)
        memcpy(out, s.now, size);
    free(a);
    free(b);
    return flaw;
}
