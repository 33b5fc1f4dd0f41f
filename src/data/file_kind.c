/* file_kind.c: people give what they have downloaded. A message that names it
 * and says how to go on is worth more than four bytes in hexadecimal. */
#include "data/file_kind.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define AS_NPY "write its samples into a NumPy file: np.save"
#define FOLDER "give the folder that has the pictures"
#define AGAIN "download the file itself again"

typedef struct signature {
    size_t at, size;
    const char *bytes;
    gt__file_kind kind;
} signature;

static const signature signatures[] = {
    {0,
     2,
     "\x1f\x8b",
     {"compressed with gzip twice", "unpack it once: gunzip"}},
    {0,
     6,
     "\xfd"
     "7zXZ",
     {"compressed with xz", "unpack it: xz -d"}},
    {0, 3, "BZh", {"compressed with bzip2", "unpack it: bzip2 -d"}},
    {0, 4, "\x28\xb5\x2f\xfd", {"compressed with zstd", "unpack it: zstd -d"}},
    {0, 6, "7z\xbc\xaf\x27\x1c", {"a 7z archive", "unpack it: 7z x"}},
    {257, 5, "ustar", {"a tar archive", "unpack it: tar -xf"}},
    {0,
     6,
     "\x93NUMPY",
     {"a NumPy array (.npy)",
      "unpack it if it is compressed, and give npy:PATH"}},
    {0, 8, "\x89PNG\r\n\x1a\n", {"a PNG picture", FOLDER}},
    {0, 3, "\xff\xd8\xff", {"a JPEG picture", FOLDER}},
    {0, 4, "GIF8", {"a GIF picture", "convert it to PNG"}},
    {8, 4, "WEBP", {"a WebP picture", "convert it to PNG"}},
    {0, 8, "\x89HDF\r\n\x1a\n", {"an HDF5 file", "give hdf5:PATH"}},
    {0,
     15,
     "gentrain-digest",
     {"an HDF5 file of gentrain's", "give hdf5:PATH"}},
    {0, 10, "MATLAB 5.0", {"a MATLAB file", AS_NPY}},
    {0, 4, "PAR1", {"a Parquet file", AS_NPY}},
    {0, 2, "\x80\x02", {"a Python pickle", AS_NPY}},
    {0, 2, "\x80\x03", {"a Python pickle", AS_NPY}},
    {0, 2, "\x80\x04", {"a Python pickle", AS_NPY}},
    {0, 2, "\x80\x05", {"a Python pickle", AS_NPY}},
    {0, 5, "%PDF-", {"a PDF document", AGAIN}},
    {0,
     23,
     "version https://git-lfs",
     {"a pointer of Git LFS, not the file", "fetch it: git lfs pull"}},
};
enum { SIGNATURES = sizeof signatures / sizeof *signatures };

static const gt__file_kind npz = {"a NumPy archive (.npz)", "give npz:PATH"},
                           zip = {"a zip archive", "unpack it: unzip"},
                           page = {"a web page, as failed downloads leave",
                                   AGAIN},
                           text = {"a text", "give a file of images"};

static bool contains(const uint8_t *head, size_t n, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= n; i++)
        if (!memcmp(head + i, word, size))
            return true;
    return false;
}

static bool is_page(const uint8_t *head, size_t n)
{
    static const char *const starts[] = {"<!doctype", "<html", "<head", "<?xml",
                                         "<body"};
    size_t i = n >= 3 && !memcmp(head, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < n && isspace(head[i]))
        i++;
    for (size_t s = 0; s < sizeof starts / sizeof *starts; s++) {
        size_t size = strlen(starts[s]);
        if (n - i >= size &&
            !strncasecmp((const char *)head + i, starts[s], size))
            return true;
    }
    return false;
}

static bool is_text(const uint8_t *head, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (head[i] < ' ' && !isspace(head[i]))
            return false;
    return n > 0 && head[0] < 0x80;
}

const gt__file_kind *gt__file_kind_of(const uint8_t *head, size_t n)
{
    for (int i = 0; i < SIGNATURES; i++) {
        const signature *s = &signatures[i];
        if (n >= s->at + s->size && !memcmp(head + s->at, s->bytes, s->size))
            return &s->kind;
    }
    if (n >= 4 && !memcmp(head, "PK\3\4", 4))
        return contains(head, n, ".npy") ? &npz : &zip;
    if (is_page(head, n))
        return &page;
    return is_text(head, n) ? &text : NULL;
}
