/* label_file.c: a label that goes to the wrong picture is worse than none, so
 * every line must fit one picture, every picture a line, and messages have the
 * number of the line. */
#include "data/picture/label_file.h"

#include "base/plural.h"
#include "data/config.h"
#include "store/files.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static gt_status no_memory(const gt__label_file *l)
{
    return gt_fail(GT_ERR_MEMORY, "%s: no memory for its labels", l->path);
}

/* --- Lines. */

/* Cut the next field off at *at: it ends in NUL, and *at is behind the comma,
 * or at the end of the line. NULL: a quotation mark is not closed. */
static char *next_field(char **at)
{
    char *from = *at, *to = from, *start = from;
    if (*from != '"') {
        size_t n = strcspn(from, ",");
        *at = from + n + (from[n] == ',');
        from[n] = '\0';
        return start;
    }
    for (from++; *from; from++) {
        if (*from == '"' && from[1] != '"')
            break;
        from += *from == '"';
        *to++ = *from;
    }
    if (*from != '"' || (from[1] && from[1] != ','))
        return NULL;
    *at = from + 1 + (from[1] == ',');
    *to = '\0';
    return start;
}

static char *trimmed(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n = strlen(text);
    while (n > 0 && isspace((unsigned char)text[n - 1]))
        text[--n] = '\0';
    return text;
}

static gt_status read_line(gt__label_file *l, char *line, int number)
{
    char *at = line;
    bool two = strchr(line, ',') != NULL;
    char *file = next_field(&at), *label = file ? next_field(&at) : NULL;
    if (!label)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: line %d: a quotation mark is not closed", l->path,
                       number);
    file = trimmed(file);
    label = trimmed(label);
    if (!two || *at || !*file || !*label)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: line %d: not a file name, a comma and a label",
                       l->path, number);
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 256;
        gt__label_row *rows = realloc(l->rows, room * sizeof *rows);
        if (!rows)
            return no_memory(l);
        l->rows = rows;
        l->room = room;
    }
    l->rows[l->count++] = (gt__label_row){file, label, number, 0};
    return GT_OK;
}

static gt_status read_lines(gt__label_file *l, size_t size)
{
    gt_status status = GT_OK;
    char *line = l->text;
    if (strlen(line) != size)
        return gt_fail(GT_ERR_FORMAT, "%s: not a text file", l->path);
    if (!strncmp(line, "\xef\xbb\xbf", 3)) /* UTF-8, as some programs say */
        line += 3;
    for (int number = 1; line && status == GT_OK; number++) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        line = trimmed(line);
        if (*line)
            status = read_line(l, line, number);
        line = end ? end + 1 : NULL;
    }
    return status;
}

/* --- Numbers of labels. */

static bool is_number(const char *text, long *value)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *value = strtol(text, &end, 10);
    return !*end && !errno;
}

/* "file,label": the name of no picture, as these have a dot, nor a number. */
static bool is_heading(const gt__label_row *row)
{
    long value;
    return row->line == 1 && !strchr(row->file, '.') &&
           !is_number(row->label, &value);
}

static gt_status number_by_values(gt__label_file *l)
{
    for (size_t i = 0; i < l->count; i++) {
        gt__label_row *row = &l->rows[i];
        long value;
        if (!is_number(row->label, &value))
            return gt_fail(GT_ERR_FORMAT,
                           "%s: line %d: the label '%s' is no number, as that "
                           "of line %d is",
                           l->path, row->line, row->label, l->rows[0].line);
        if (value >= GT_DATA_MOST_CLASSES)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: line %d: the label %ld is too large; the "
                           "largest is %d",
                           l->path, row->line, value, GT_DATA_MOST_CLASSES - 1);
        row->number = (int)value;
        if (row->number >= l->classes)
            l->classes = row->number + 1;
    }
    return GT_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The number of a name; -1: it is none of them. */
static int number_of(const gt__label_file *l, const char *name)
{
    const char **found = bsearch((void *)&name, (void *)l->names,
                                 (size_t)l->classes, sizeof name, by_bytes);
    return found ? (int)(found - l->names) : -1;
}

static gt_status number_by_names(gt__label_file *l)
{
    l->names = malloc(l->count * sizeof *l->names);
    if (!l->names)
        return no_memory(l);
    for (size_t i = 0; i < l->count; i++)
        l->names[i] = l->rows[i].label;
    qsort((void *)l->names, l->count, sizeof *l->names, by_bytes);
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!n || strcmp(l->names[n - 1], l->names[i]) != 0)
            l->names[n++] = l->names[i];
    if (n > GT_DATA_MOST_CLASSES)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: %zu different labels; %d can be used", l->path, n,
                       GT_DATA_MOST_CLASSES);
    l->classes = (int)n;
    for (size_t i = 0; i < l->count; i++)
        l->rows[i].number = number_of(l, l->rows[i].label);
    return GT_OK;
}

gt_status gt__label_file_read(gt__label_file *l, const char *path)
{
    size_t size;
    long value;
    *l = (gt__label_file){.path = strdup(path)};
    if (!l->path)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory for its labels", path);
    gt_status status = gt_file_read(path, &l->text, &size);
    if (status == GT_OK)
        status = read_lines(l, size);
    if (status == GT_OK && l->count && is_heading(&l->rows[0]))
        memmove(l->rows, l->rows + 1, --l->count * sizeof *l->rows);
    if (status != GT_OK)
        return status;
    if (!l->count)
        return gt_fail(GT_ERR_FORMAT, "%s: it has no labels", path);
    return is_number(l->rows[0].label, &value) ? number_by_values(l)
                                               : number_by_names(l);
}

void gt__label_file_free(gt__label_file *l)
{
    free(l->path);
    free(l->text);
    free(l->rows);
    free((void *)l->names);
    *l = (gt__label_file){0};
}

gt_status gt__label_file_renumber(gt__label_file *l, const gt__label_file *as)
{
    if (!as->names)
        return GT_OK;
    for (size_t i = 0; i < l->count; i++) {
        gt__label_row *row = &l->rows[i];
        row->number = number_of(as, row->label);
        if (row->number < 0)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: line %d: the label '%s' does not occur in %s, "
                           "of the training images",
                           l->path, row->line, row->label, as->path);
    }
    l->classes = as->classes;
    return GT_OK;
}

/* --- Pictures. */

/* Behind "FOLDER/", if the path begins so; else NULL. */
static const char *inside(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return !strncmp(path, folder, n) && path[n] == '/' ? path + n + 1 : NULL;
}

static gt_status check_all(const gt__label_file *l, const gt__file_list *list)
{
    char path[GT_PATH];
    uint64_t without = 0, first = 0;
    for (uint64_t i = list->count; i > 0; i--)
        if (list->files[i - 1].label < 0) {
            without++;
            first = i - 1;
        }
    if (!without)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT, "%s has no label for %llu picture%s: %s",
                   l->path, (unsigned long long)without, gt_plural(without),
                   gt__file_list_path(list, first, true, path, sizeof path));
}

gt_status gt__label_file_apply(const gt__label_file *l, gt__file_list *list,
                               const char *mine, const char *not_mine)
{
    for (size_t i = 0; i < l->count; i++) {
        const gt__label_row *row = &l->rows[i];
        const char *path =
            !strncmp(row->file, "./", 2) ? row->file + 2 : row->file;
        if (*not_mine && inside(path, not_mine))
            continue;
        if (*mine)
            path = inside(path, mine);
        int64_t file = path ? gt__file_list_find(list, path) : -1;
        if (file < 0)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: line %d: there is no picture '%s' in %s",
                           l->path, row->line, row->file, list->root);
        if (list->files[file].label >= 0)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: line %d: a second label for the picture '%s'",
                           l->path, row->line, row->file);
        list->files[file].label = row->number;
    }
    return check_all(l, list);
}
