/* hdf5_names.c: a simulation leaves many files, whose names a shell would
 * expand; but here they stand in a configuration, and must mean the same files
 * in the same order on every machine. So they are sorted by bytes, and not as
 * the user's language sorts. */
#include "data/hdf5/hdf5_names.h"

#include "store/h5file.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_there(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static gt_status no_memory(const char *path)
{
    return gt_fail(GT_ERR_MEMORY, "no memory for the names of '%s'", path);
}

/* It takes `file` over. */
static gt_status add(gt__hdf5_names *names, char *file)
{
    char **more =
        realloc(names->files, ((size_t)names->n + 1) * sizeof *names->files);
    if (more)
        names->files = more;
    if (!file || !more) {
        free(file);
        return no_memory("data");
    }
    names->files[names->n++] = file;
    return GT_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static gt_status add_pattern(gt__hdf5_names *names, const char *pattern)
{
    glob_t found = {0};
    int error = glob(pattern, GLOB_NOSORT | GLOB_ERR, NULL, &found);
    gt_status status = GT_OK;
    if (error == GLOB_NOSPACE)
        status = no_memory(pattern);
    else if (error == GLOB_ABORTED)
        status =
            gt_fail(GT_ERR_IO, "data '%s': a folder cannot be read", pattern);
    else if (error)
        status =
            gt_fail(GT_ERR_IO, "data '%s': there is no such file", pattern);
    else
        qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_bytes);
    for (size_t i = 0; status == GT_OK && i < found.gl_pathc; i++)
        status = add(names, strdup(found.gl_pathv[i]));
    globfree(&found);
    return status;
}

static gt_status add_part(gt__hdf5_names *names, const char *part)
{
    return is_there(part) ? add(names, strdup(part)) : add_pattern(names, part);
}

static gt_status add_listed(gt__hdf5_names *names, const char *part)
{
    struct stat info;
    if (!*part)
        return gt_fail(GT_ERR_CONFIG, "data: a name is missing beside a comma");
    if (stat(part, &info) == 0 && S_ISDIR(info.st_mode))
        return gt_fail(GT_ERR_CONFIG,
                       "data: %s is a folder, and only HDF5 files may be "
                       "several, as in a.h5,b.h5",
                       part);
    return add_part(names, part);
}

/* Between commas. */
static gt_status add_parts(gt__hdf5_names *names, char *list)
{
    gt_status status = GT_OK;
    if (is_there(list))
        return add_part(names, list);
    for (char *part = list, *end; part && status == GT_OK; part = end) {
        end = strchr(part, ',');
        if (end)
            *end++ = '\0';
        status = add_listed(names, part);
    }
    return status;
}

/* Where the path within the file begins; NULL: there is none. */
static char *find_inside(char *path)
{
    char *found = NULL;
    for (char *at = path; (at = strstr(at, ":/")); at++)
        found = at;
    return found == path ? NULL : found;
}

gt_status gt__hdf5_names_find(const char *path, gt__hdf5_names *names)
{
    *names = (gt__hdf5_names){0};
    char *copy = strdup(path);
    if (!copy)
        return no_memory(path);
    char *inside = is_there(path) ? NULL : find_inside(copy);
    gt_status status = GT_OK;
    if (inside) {
        *inside = '\0';
        names->inside = strdup(inside + 1);
        if (!names->inside)
            status = no_memory(path);
    }
    if (status == GT_OK)
        status = add_parts(names, copy);
    free(copy);
    if (status != GT_OK)
        gt__hdf5_names_free(names);
    return status;
}

void gt__hdf5_names_free(gt__hdf5_names *names)
{
    for (int i = 0; i < names->n; i++)
        free(names->files[i]);
    free(names->files);
    free(names->inside);
    *names = (gt__hdf5_names){0};
}

bool gt__hdf5_names_are(const char *path)
{
    gt__hdf5_names names;
    bool are = gt__hdf5_names_find(path, &names) == GT_OK && names.n > 0 &&
               gt_h5_is_file(names.files[0]);
    gt__hdf5_names_free(&names);
    return are;
}

static bool begins_with(const char *text, const char *word)
{
    while (*word && tolower((unsigned char)*text) == *word)
        text++, word++;
    return !*word;
}

char *gt__hdf5_names_twin(const char *name)
{
    const char *found = NULL;
    for (const char *at = name; *at; at++)
        if (begins_with(at, "train"))
            found = at;
    if (!found)
        return NULL;
    const char *rest = found + strlen("train");
    if (begins_with(rest, "ing"))
        rest += strlen("ing");
    size_t before = (size_t)(found - name);
    char *twin = malloc(strlen(name) + 1);
    if (!twin)
        return NULL;
    memcpy(twin, name, before);
    strcpy(twin + before, isupper((unsigned char)found[1])   ? "TEST"
                          : isupper((unsigned char)found[0]) ? "Test"
                                                             : "test");
    strcat(twin, rest);
    return twin;
}
