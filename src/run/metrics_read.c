/* metrics_read.c: the lines are our own (gt_metrics_print), flat objects of
 * numbers, so looking for "key": is enough. */
#include "run/metrics_read.h"

#include "store/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

gt_status gt_metrics_file_read(gt_metrics_file *file, const char *run)
{
    char path[GT_PATH + 16];
    size_t size;
    *file = (gt_metrics_file){0};
    snprintf(path, sizeof path, "%s/metrics.jsonl", run);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return GT_OK;
    gt_status status = gt_file_read(path, &file->text, &size);
    if (status != GT_OK)
        return status;
    char *line = file->text;
    for (char *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        file->last = line;
    }
    file->end = line;
    return GT_OK;
}

void gt_metrics_file_free(gt_metrics_file *file)
{
    free(file->text);
    *file = (gt_metrics_file){0};
}

/* What stands behind the key; NULL: the line does not have it. */
static const char *find(const char *line, const char *key)
{
    char wanted[96];
    int n = snprintf(wanted, sizeof wanted, "\"%s\": ", key);
    const char *found = line ? strstr(line, wanted) : NULL;
    return found ? found + n : NULL;
}

bool gt_metrics_line_has(const char *line, const char *key)
{
    return find(line, key) != NULL;
}

bool gt_metrics_line_find(const char *line, const char *key, double *value)
{
    const char *text = find(line, key);
    char *after;
    if (!text)
        return false;
    *value = strtod(text, &after);
    return after != text;
}
