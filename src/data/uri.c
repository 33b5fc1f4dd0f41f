/* uri.c: a mistyped name must not be taken for a path, and a mistyped parameter
 * must not be ignored. So all that is not known is refused, with a message that
 * lists what is known and names what is nearest. */
#include "data/uri.h"

#include "base/nearest.h"
#include "data/name_list.h"
#include "data/recognise.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Epochs times count must stay below 2^47, see source.c. */
#define MOST_SAMPLES UINT64_C(1000000000)

static const struct {
    const char *key;
    size_t offset;
    uint64_t min, max;
} params[] = {
    {"count", offsetof(gt__uri, count), 1, MOST_SAMPLES},
    {"test_count", offsetof(gt__uri, test_count), 0, MOST_SAMPLES},
    {"seed", offsetof(gt__uri, seed), 0, UINT64_MAX},
};
enum { N_PARAMS = sizeof params / sizeof *params };

/* The source whose name is nearest to the first n bytes of text, or NULL. */
static const char *nearest_source(const char *text, size_t n)
{
    const char *names[16];
    for (int i = 0; i < gt_source_type_count; i++)
        names[i] = gt_source_types[i]->name;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)n, text);
    return gt_nearest(word, names, gt_source_type_count);
}

/* Whether nothing exists under this name. What cannot be read exists. */
static bool missing(const char *path)
{
    struct stat info;
    return stat(path, &info) && (errno == ENOENT || errno == ENOTDIR);
}

/* FILE:DATASET, where FILE is there and the slash is not. */
static bool is_file_and_more(const char *text, size_t n)
{
    char *file = text[n] == ':' ? strndup(text, n) : NULL;
    bool there = file && !missing(file);
    free(file);
    return there;
}

static gt_status unknown_source(const char *text, size_t n)
{
    char known[256];
    if (is_file_and_more(text, n))
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': there is a file %.*s, but what follows it "
                       "is not understood; the path of a data set in an HDF5 "
                       "file begins with a slash: %.*s:/%s",
                       text, (int)n, text, (int)n, text, text + n + 1);
    size_t used = 0;
    for (int i = 0; i < gt_source_type_count && used < sizeof known; i++)
        used +=
            (size_t)snprintf(known + used, sizeof known - used, "%s%s%s",
                             i ? ", " : "", gt_source_types[i]->name,
                             gt_source_types[i]->default_count ? "" : ":PATH");
    const char *nearest = nearest_source(text, n);
    if (!nearest && text[n] == ':' && text[n + 1] == '/')
        return gt_fail(GT_ERR_IO,
                       "data '%s': there is no file '%.*s'; check the path, "
                       "which is taken from the folder that you are in",
                       text, (int)n, text);
    return gt_fail(GT_ERR_CONFIG,
                   "data '%s': there is no source '%.*s', and no file or "
                   "folder of that name%s%s%s; give a path or one of: %s",
                   text, (int)n, text, nearest ? " (did you mean '" : "",
                   nearest ? nearest : "", nearest ? "'?)" : "", known);
}

static gt_status unknown_param(const char *text, const char *type,
                               const char *key, size_t n)
{
    const char *names[N_PARAMS];
    for (int i = 0; i < N_PARAMS; i++)
        names[i] = params[i].key;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)n, key);
    const char *nearest = gt_nearest(word, names, N_PARAMS);
    return gt_fail(GT_ERR_CONFIG,
                   "data '%s': %s has no parameter '%.*s'%s%s%s; "
                   "allowed are count, test_count and seed, written as "
                   "%s?count=60000&seed=1",
                   text, type, (int)n, key, nearest ? " (did you mean '" : "",
                   nearest ? nearest : "", nearest ? "'?)" : "", type);
}

/* One "key=value" of n bytes. `given` has a bit for each parameter seen. */
static gt_status parse_param(const char *text, const char *at, size_t n,
                             gt__uri *uri, unsigned *given)
{
    const char *equals = memchr(at, '=', n);
    size_t length = equals ? (size_t)(equals - at) : n;
    int i = 0;
    while (i < N_PARAMS && (strlen(params[i].key) != length ||
                            memcmp(params[i].key, at, length) != 0))
        i++;
    if (i == N_PARAMS)
        return unknown_param(text, uri->type->name, at, length);
    if (*given & 1u << i)
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': parameter %s is given twice; keep one", text,
                       params[i].key);
    *given |= 1u << i;

    size_t digits = equals ? n - length - 1 : 0;
    bool good = digits > 0;
    for (size_t j = 0; j < digits; j++)
        good = good && isdigit((unsigned char)equals[1 + j]);
    errno = 0;
    uint64_t value = good ? strtoull(equals + 1, NULL, 10) : 0;
    if (!good || errno || value < params[i].min || value > params[i].max)
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': parameter %s must be a whole number from "
                       "%llu to %llu, not '%.*s'",
                       text, params[i].key, (unsigned long long)params[i].min,
                       (unsigned long long)params[i].max, (int)digits,
                       equals ? equals + 1 : "");
    memcpy((char *)uri + params[i].offset, &value, sizeof value);
    return GT_OK;
}

static gt_status parse_params(const char *text, const char *at, gt__uri *uri)
{
    unsigned given = 0;
    for (;;) {
        size_t n = strcspn(at, "&");
        gt_status status = parse_param(text, at, n, uri, &given);
        if (status != GT_OK || !at[n])
            return status;
        at += n + 1;
    }
}

static gt_status parse_known(const char *text, const char *rest, gt__uri *uri)
{
    const gt_source_type *type = uri->type;
    if (type->default_count) {
        uri->count = type->default_count;
        if (*rest == ':')
            return gt_fail(GT_ERR_CONFIG,
                           "data '%s': %s is built in and takes no path, only "
                           "parameters: %s?count=60000&seed=1",
                           text, type->name, type->name);
        return *rest ? parse_params(text, rest + 1, uri) : GT_OK;
    }
    if (!*rest || !rest[1])
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': the path is missing; write %s:PATH", text,
                       type->name);
    if (*rest == '?' ||
        (strchr(rest, '?') && !type->lists && missing(rest + 1)))
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': %s takes no parameters, only a path: "
                       "%s:PATH",
                       text, type->name, type->name);
    uri->path = rest + 1;
    return GT_OK;
}

/* Both the name of a source and that of a file: neither is chosen in silence.
 */
static gt_status ambiguous(const char *text, const gt_source_type *type)
{
    if (!type->default_count)
        return gt_fail(GT_ERR_CONFIG,
                       "data '%s': there is a file or folder of that whole "
                       "name; write ./%s for it, or %s:./%s for what is "
                       "called so",
                       text, text, type->name, text + strlen(type->name) + 1);
    return gt_fail(GT_ERR_CONFIG,
                   "data '%s': %s is a built-in source, and there is a file "
                   "or folder of that name here; write ./%s for the file or "
                   "folder, %s?seed=1 for the built-in source",
                   text, type->name, text, type->name);
}

/* A path, unless nothing is there and it looks like the name of a source. What
 * cannot be looked at is left to the first type, which says why. */
static gt_status parse_path(const char *text, size_t n, gt__uri *out)
{
    const gt_source_type *type;
    gt_status status = gt__recognise(text, &type);
    bool plain = memchr(text, '/', n) || (!text[n] && !nearest_source(text, n));
    if (status != GT_OK)
        return status;
    if (!type && missing(text))
        status = gt__name_list_check(text);
    if (status != GT_OK)
        return status;
    if (!type && missing(text) && !plain)
        return unknown_source(text, n);
    out->type = type ? type : &gt__source_idx;
    out->path = text;
    return GT_OK;
}

gt_status gt__uri_parse(const char *text, gt__uri *out)
{
    *out = (gt__uri){.test_count = 10000, .seed = 1};
    if (!*text)
        return gt_fail(GT_ERR_CONFIG, "data '': empty; give a path or the name "
                                      "of a built-in source, such as glyphs");
    size_t n = strcspn(text, ":?");
    for (int i = 0; i < gt_source_type_count; i++) {
        const gt_source_type *type = gt_source_types[i];
        bool named = strlen(type->name) == n && !memcmp(type->name, text, n);
        bool builtin = type->default_count > 0;
        /* A file "glyphs?seed=1" is not looked for: that is how to say that the
         * source is meant. */
        if (named && (builtin ? text[n] != '?' : text[n] == ':') &&
            !missing(text))
            return ambiguous(text, type);
        if (named && (text[n] || builtin || missing(text))) {
            out->type = type;
            return parse_known(text, text + n, out);
        }
    }
    return parse_path(text, n, out);
}
