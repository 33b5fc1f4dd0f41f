/* idx_names.c: archives name the same files in several ways, and what unpacks
 * them makes folders of the same names. All are found, and where two data sets
 * lie in one folder, neither is chosen by chance. */
#include "data/idx/idx_names.h"

#include "data/idx/idx_file.h"
#include "store/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Three texts in a row, malloc'ed; NULL when memory is short. */
static char *join(const char *a, const char *b, const char *c)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s%s%s", a, b, c);
    return text;
}

static bool ends_with(const char *text, size_t n, const char *end)
{
    size_t size = strlen(end);
    return n >= size && !memcmp(text + n - size, end, size);
}

/* --- One name. */

typedef struct name {
    size_t prefix; /* its length: 7 in "letters-train-..." with its dash */
    int order;     /* of names of one data set the lowest is taken */
} name;

/* Whether the file's name is one of images of the split. */
static bool parse_name(const char *text, gt_split split, name *out)
{
    static const char *const splits[2][2] = {{"train", NULL}, {"t10k", "test"}};
    if (!strstr(text, "-images")) /* a folder may have a million other names */
        return false;
    size_t n = strlen(text);
    bool packed = ends_with(text, n, ".gz");
    n -= packed ? 3 : 0;
    for (int i = 0; i < 2 && splits[split][i]; i++)
        for (int form = 0; form < 4; form++) {
            char stem[40];
            int size = snprintf(stem, sizeof stem, "%s-images%cidx%c-ubyte",
                                splits[split][i], form % 2 ? '.' : '-',
                                form / 2 ? '4' : '3');
            if (!ends_with(text, n, stem))
                continue;
            out->prefix = n - (size_t)size;
            out->order = 4 * i + 2 * form + packed;
            return !out->prefix || text[out->prefix - 1] == '-' ||
                   text[out->prefix - 1] == '_';
        }
    return false;
}

/* --- Files. */

/* The file of that name: itself or, if that is a folder, the file of the same
 * name in it. *path (free it) is NULL if there is none. A file that cannot be
 * examined counts as found: opening it will say why. */
static gt_status find_file(const char *file, char **path)
{
    struct stat info;
    *path = NULL;
    if (lstat(file, &info) && (errno == ENOENT || errno == ENOTDIR))
        return GT_OK;
    *path = join(file, "", "");
    if (!*path)
        return gt__idx_no_memory(file);
    if (stat(file, &info) || !S_ISDIR(info.st_mode))
        return GT_OK;
    free(*path);
    const char *slash = strrchr(file, '/');
    *path = join(file, "/", slash ? slash + 1 : file);
    if (!*path)
        return gt__idx_no_memory(file);
    if (stat(*path, &info) == 0 && !S_ISDIR(info.st_mode))
        return GT_OK;
    free(*path);
    *path = NULL;
    return GT_OK;
}

typedef struct search {
    const char *folder;
    gt_split split;
    char *path; /* the best so far */
    char base[256];
    name best;
    char rival[256]; /* of another data set */
    bool pictures;
} search;

static bool is_picture(const char *file)
{
    static const char *const endings[] = {".png", ".PNG", ".jpg", ".JPG",
                                          ".jpeg"};
    bool is = false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        is = is || ends_with(file, strlen(file), endings[i]);
    return is;
}

/* Names without a prefix are the folder's own data set, whatever else there is.
 */
static bool is_better(const search *s, const char *file, const name *parsed)
{
    if (!s->path || (s->best.prefix > 0) != (parsed->prefix > 0))
        return !s->path || s->best.prefix > 0;
    int apart = strncmp(file, s->base, parsed->prefix);
    if (parsed->prefix != s->best.prefix || apart)
        return false;
    return parsed->order < s->best.order;
}

static gt_status consider(const char *file, void *context)
{
    search *s = context;
    name parsed;
    char *whole, *path;
    s->pictures = s->pictures || is_picture(file);
    if (!parse_name(file, s->split, &parsed))
        return GT_OK;
    whole = join(s->folder, "/", file);
    if (!whole)
        return gt__idx_no_memory(s->folder);
    gt_status status = find_file(whole, &path);
    free(whole);
    if (status != GT_OK || !path)
        return status;
    if (s->path && s->best.prefix && parsed.prefix &&
        (parsed.prefix != s->best.prefix ||
         strncmp(file, s->base, parsed.prefix) != 0))
        snprintf(s->rival, sizeof s->rival, "%s", file);
    if (is_better(s, file, &parsed)) {
        char *former = s->path;
        s->path = path;
        path = former;
        s->best = parsed;
        snprintf(s->base, sizeof s->base, "%s", file);
    }
    free(path);
    return GT_OK;
}

/* The images of a folder; *images is NULL if it has none. */
static gt_status search_folder(const char *folder, gt_split split,
                               char **images)
{
    search s = {.folder = folder, .split = split};
    gt_status status = gt_directory_list(folder, consider, &s);
    if (status == GT_OK && s.best.prefix > 0 && s.rival[0])
        status = gt_fail(GT_ERR_CONFIG,
                         "%s: the folder holds several data sets, such as %s "
                         "and %s; give the images file of one: %s",
                         folder, s.base, s.rival, s.path);
    else if (status == GT_OK && !s.path && split == GT_SPLIT_TRAIN)
        status =
            gt_fail(GT_ERR_IO,
                    "%s: the folder has no train-images-idx3-ubyte or "
                    "train-images-idx3-ubyte.gz; %s",
                    folder,
                    s.pictures ? "it holds pictures, which are another source: "
                                 "give pictures:FOLDER"
                               : "give a folder with the files of the MNIST "
                                 "family, or one images file");
    if (status == GT_OK)
        *images = s.path;
    else
        free(s.path);
    return status;
}

bool gt__idx_is_folder(const char *folder)
{
    search s = {.folder = folder, .split = GT_SPLIT_TRAIN};
    bool found = gt_directory_list(folder, consider, &s) == GT_OK && s.path;
    free(s.path);
    return found;
}

/* --- Labels. */

/* The name of the labels file that belongs to an images file, without ".gz":
 * "images" becomes "labels", and "idx3" or "idx4" becomes "idx1". *stem (free
 * it) is NULL if the name has no such parts. */
static gt_status labels_stem(const char *images, char **stem)
{
    *stem = join(images, "", "");
    if (!*stem)
        return gt__idx_no_memory(images);
    size_t n = strlen(*stem);
    if (n > 3 && !strcmp(*stem + n - 3, ".gz"))
        (*stem)[n - 3] = '\0';
    char *slash = strrchr(*stem, '/');
    char *word = strstr(slash ? slash : *stem, "images");
    char *number = word ? strstr(word, "idx") : NULL;
    if (number && (number[3] == '3' || number[3] == '4')) {
        /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): more follows */
        memcpy(word, "labels", 6);
        number[3] = '1';
    } else {
        free(*stem);
        *stem = NULL;
    }
    return GT_OK;
}

static gt_status find_labels(const char *images, char **labels)
{
    static const char *const endings[] = {"", ".gz"};
    char *stem = NULL;
    gt_status status = labels_stem(images, &stem);
    for (int i = 0; status == GT_OK && stem && !*labels && i < 2; i++) {
        char *file = join(stem, endings[i], "");
        status = file ? find_file(file, labels) : gt__idx_no_memory(images);
        free(file);
    }
    free(stem);
    return status;
}

gt_status gt__idx_find(const char *path, gt_split split, char **images,
                       char **labels)
{
    struct stat info;
    gt_status status = GT_OK;
    if (stat(path, &info))
        return gt_fail(GT_ERR_IO,
                       "%s: cannot open: %s; check the path and its "
                       "permissions",
                       path, gt_file_reason(path));
    if (S_ISDIR(info.st_mode)) {
        status = search_folder(path, split, images);
    } else if (split == GT_SPLIT_TRAIN) {
        *images = join(path, "", "");
        status = *images ? GT_OK : gt__idx_no_memory(path);
    }
    if (status == GT_OK && *images)
        status = find_labels(*images, labels);
    return status;
}
