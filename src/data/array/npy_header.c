/* npy_header.c: the header is a dictionary in Python's words, always of the
 * same three keys, which NumPy writes in one way. Others may write it in
 * another, so it is parsed, and whatever is not understood is refused. */
#include "data/array/npy_header.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "\x93NUMPY"
enum { MAGIC_SIZE = 6 };

bool gt__npy_is(const void *bytes, size_t n)
{
    return n >= MAGIC_SIZE && !memcmp(bytes, MAGIC, MAGIC_SIZE);
}

gt_status gt__npy_size(const char *what, const void *bytes, size_t n,
                       size_t *size)
{
    const uint8_t *at = bytes;
    if (n == 0)
        return gt_fail(GT_ERR_FORMAT, "%s: the file is empty; write it again",
                       what);
    if (!gt__npy_is(bytes, n))
        return gt_fail(GT_ERR_FORMAT,
                       "%s: not a NumPy array: it does not begin with "
                       "\\x93NUMPY; see gentrain help data",
                       what);
    if (n < GT__NPY_HEAD)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: the file ends within its header; write it again",
                       what);
    if (at[6] < 1 || at[6] > 3)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: a NumPy array of format version %d.%d; 1 to 3 are "
                       "known",
                       what, at[6], at[7]);
    *size = (size_t)at[8] + 256 * (size_t)at[9];
    if (at[6] > 1)
        *size += ((size_t)at[10] << 16) + ((size_t)at[11] << 24);
    *size += at[6] > 1 ? 12 : 10;
    if (*size > GT__NPY_MOST)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: a header of %zu bytes; is the file damaged?", what,
                       *size);
    return GT_OK;
}

/* --- The dictionary. */

typedef struct parser {
    const char *what, *at, *end;
} parser;

static gt_status damaged(const parser *p)
{
    return gt_fail(GT_ERR_FORMAT,
                   "%s: the header of the NumPy array is damaged, or not one "
                   "that NumPy writes; write the file again",
                   p->what);
}

static void skip_space(parser *p)
{
    while (p->at < p->end && isspace((unsigned char)*p->at))
        p->at++;
}

static bool take(parser *p, char c)
{
    skip_space(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static bool take_word(parser *p, const char *word)
{
    size_t n = strlen(word);
    skip_space(p);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return false;
    p->at += n;
    return true;
}

/* A text in quotes, cut to `size`. */
static bool take_text(parser *p, char *text, size_t size)
{
    skip_space(p);
    char quote = '\0';
    if (p->at < p->end)
        quote = *p->at;
    if (quote != '\'' && quote != '"')
        return false;
    size_t n = 0;
    for (p->at++; p->at < p->end && *p->at != quote; p->at++)
        if (n + 1 < size)
            text[n++] = *p->at;
    text[n] = '\0';
    return take(p, quote);
}

static bool take_number(parser *p, uint64_t *number)
{
    skip_space(p);
    const char *begin = p->at;
    *number = 0;
    for (; p->at < p->end && isdigit((unsigned char)*p->at); p->at++) {
        uint64_t digit = (uint64_t)(*p->at - '0');
        if (*number > (UINT64_MAX - digit) / 10)
            return false;
        *number = 10 * *number + digit;
    }
    bool any = p->at > begin;
    take(p, 'L'); /* as Python 2 wrote them */
    return any;
}

/* --- Types. */

static const char *kind_text(char kind)
{
    switch (kind) {
    case 'O':
        return "Python objects";
    case 'c':
        return "complex numbers";
    case 'S':
    case 'a':
    case 'U':
        return "texts";
    case 'V':
        return "records or raw bytes";
    case 'M':
    case 'm':
        return "dates or times";
    default:
        return "elements of a type that is not known";
    }
}

static gt_status refuse_type(const parser *p, const char *descr)
{
    bool ordered = descr[0] && strchr("<>=|", descr[0]);
    return gt_fail(GT_ERR_FORMAT,
                   "%s: an array of %s (%.32s); samples are integers, floats "
                   "of 2, 4 or 8 bytes, or bool: in NumPy x.astype('float32')",
                   p->what, kind_text(descr[ordered]), descr);
}

static gt_status parse_type(const parser *p, const char *descr,
                            gt_number *number)
{
    static const char kinds[] = "buif";
    const char *at = descr;
    bool big = *at == '>';
    at += *at && strchr("<>=|", *at) ? 1 : 0;
    const char *kind = *at ? strchr(kinds, *at) : NULL;
    int size =
        kind && isdigit((unsigned char)at[1]) && !at[2] ? at[1] - '0' : 0;
    if (!kind || (size != 1 && size != 2 && size != 4 && size != 8) ||
        (*kind == 'b' && size != 1) || (*kind == 'f' && size == 1))
        return refuse_type(p, descr);
    *number =
        (gt_number){(gt_number_kind)(kind - kinds), size, big && size > 1};
    return GT_OK;
}

static gt_status take_type(parser *p, gt_number *number)
{
    char descr[64] = "";
    if (take(p, '['))
        return gt_fail(
            GT_ERR_FORMAT,
            "%s: an array of records of several fields; write one "
            "file for each field: in NumPy np.save(name, x['field'])",
            p->what);
    if (!take_text(p, descr, sizeof descr))
        return damaged(p);
    return parse_type(p, descr, number);
}

static gt_status take_shape(parser *p, gt__npy_header *out)
{
    if (!take(p, '('))
        return damaged(p);
    for (out->n_dims = 0; !take(p, ')'); out->n_dims++) {
        uint64_t side;
        if (!take_number(p, &side))
            return damaged(p);
        if (out->n_dims == GT__NPY_DIMS)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: an array of more than %d dimensions", p->what,
                           GT__NPY_DIMS);
        out->dims[out->n_dims] = side;
        if (!take(p, ',') && p->at < p->end && *p->at != ')')
            return damaged(p);
    }
    return GT_OK;
}

/* One key with its value. `found` has a bit for each key. */
static gt_status take_entry(parser *p, gt__npy_header *out, unsigned *found)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    char key[32];
    unsigned k = 0;
    if (!take_text(p, key, sizeof key) || !take(p, ':'))
        return damaged(p);
    while (k < 3 && strcmp(key, keys[k]) != 0)
        k++;
    if (k == 3 || *found & 1u << k)
        return damaged(p);
    *found |= 1u << k;
    if (k == 0)
        return take_type(p, &out->number);
    if (k == 2)
        return take_shape(p, out);
    out->fortran = take_word(p, "True");
    return out->fortran || take_word(p, "False") ? GT_OK : damaged(p);
}

static gt_status count_numbers(const parser *p, gt__npy_header *out)
{
    out->count = 1;
    for (int i = 0; i < out->n_dims; i++) {
        /* A product that is 0 at the end is so however large others are. */
        if (out->dims[i] && out->count > (UINT64_MAX >> 4) / out->dims[i])
            return damaged(p);
        out->count *= out->dims[i];
    }
    return GT_OK;
}

gt_status gt__npy_parse(const char *what, const void *bytes, size_t size,
                        gt__npy_header *out)
{
    const char *text = bytes;
    size_t start = text[6] > 1 ? 12 : 10;
    parser p = {what, text + start, text + size};
    unsigned found = 0;
    *out = (gt__npy_header){.size = size};
    if (!take(&p, '{'))
        return damaged(&p);
    while (!take(&p, '}')) {
        gt_status status = take_entry(&p, out, &found);
        if (status != GT_OK)
            return status;
        if (!take(&p, ',') && p.at < p.end && *p.at != '}')
            return damaged(&p);
    }
    skip_space(&p);
    if (found != 7 || p.at != p.end)
        return damaged(&p);
    return count_numbers(&p, out);
}
