/* picture_file.c: pictures are told by their content; a JPEG file that is
 * called .png is read as what it is. */
#include "data/picture/picture_file.h"

#include "data/file_kind.h"
#include "data/picture/jpeg_decode.h"
#include "data/picture/png_decode.h"
#include "store/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of the largest file that is taken for a picture. */
#define MOST_BYTES (INT64_C(1) << 30)

static bool is_png(const uint8_t *head, size_t n)
{
    return n >= 8 && !memcmp(head, "\x89PNG\r\n\x1a\n", 8);
}

static bool is_jpeg(const uint8_t *head, size_t n)
{
    return n >= 3 && !memcmp(head, "\xff\xd8\xff", 3);
}

const char *gt_picture_formats(char text[GT_PICTURE_FORMATS])
{
    const char *jpeg = gt__jpeg_library();
    snprintf(text, GT_PICTURE_FORMATS, "PNG, %s%s%s",
             jpeg ? "JPEG (" : "no JPEG (built without libjpeg",
             jpeg ? jpeg : "", ")");
    return text;
}

bool gt__picture_is(const uint8_t *head, size_t n)
{
    return is_png(head, n) || is_jpeg(head, n);
}

gt_status gt__picture_decode(const uint8_t *file, size_t size, bool look,
                             gt__pixels *out)
{
    if (is_png(file, size))
        return gt__png_decode(file, size, look, out);
    if (is_jpeg(file, size))
        return gt__jpeg_decode(file, size, look, out);
    *out = (gt__pixels){0};
    if (!size)
        return gt_fail(GT_ERR_FORMAT, "the file is empty");
    const gt__file_kind *kind =
        gt__file_kind_of(file, size < GT__FILE_HEAD ? size : GT__FILE_HEAD);
    return gt_fail(GT_ERR_FORMAT, "not a PNG or JPEG picture%s%s",
                   kind ? " but " : "", kind ? kind->name : "");
}

static gt_status changed(const char *path)
{
    return gt_fail(GT_ERR_IO,
                   "%s: the file is not as it was when the data were opened; "
                   "start again",
                   path);
}

static gt_status load(int fd, const char *path, uint64_t expected,
                      uint8_t **file, size_t *size)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return gt_fail(GT_ERR_IO, "%s: cannot read: %s", path,
                       gt_file_reason(path));
    if (!S_ISREG(info.st_mode))
        return gt_fail(GT_ERR_IO, "%s: not a file", path);
    if (expected && (uint64_t)info.st_size != expected)
        return changed(path);
    if (info.st_size > MOST_BYTES)
        return gt_fail(GT_ERR_FORMAT, "%s: too large for a picture: %lld bytes",
                       path, (long long)info.st_size);
    *size = (size_t)info.st_size;
    *file = malloc(*size + 1);
    if (!*file)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory to read it", path);
    for (size_t got = 0; got < *size;) {
        ssize_t more = read(fd, *file + got, *size - got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return gt_fail(GT_ERR_IO, "%s: cannot read: %s", path,
                           gt_file_reason(path));
        if (more == 0)
            return changed(path);
        got += (size_t)more;
    }
    return GT_OK;
}

gt_status gt__picture_load(const char *path, uint64_t expected, uint8_t **file,
                           size_t *size)
{
    *file = NULL;
    *size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return gt_fail(GT_ERR_IO, "%s: cannot open: %s", path,
                       gt_file_reason(path));
    gt_status status = load(fd, path, expected, file, size);
    close(fd);
    if (status != GT_OK) {
        free(*file);
        *file = NULL;
    }
    return status;
}
