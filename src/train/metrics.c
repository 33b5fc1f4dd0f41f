/* metrics.c: one JSON object a line, so that a run that dies loses at most the
 * line it was writing. */
#include "gentrain/metrics.h"

#include "gentrain/files.h"
#include "gentrain/json.h"
#include "gentrain/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void gt_metrics_set(gt_metrics *m, const char *key, double value)
{
    if (m->count < GT_METRICS_MAX) {
        m->entry[m->count].key = key;
        m->entry[m->count].value = value;
        m->count++;
    }
}

void gt_metrics_print(FILE *out, uint64_t step, double epoch,
                      const gt_metrics *m)
{
    fprintf(out, "{\"step\": %llu, \"epoch\": ", (unsigned long long)step);
    gt_json_number(out, epoch);
    for (int i = 0; i < m->count; i++) {
        fprintf(out, ", \"%s\": ", m->entry[i].key);
        gt_json_number(out, m->entry[i].value);
    }
    fputs("}\n", out);
    fflush(out);
}

/* Length of the leading lines that are whole and of rising steps up to `step`.
 */
static size_t kept_length(const char *text, uint64_t step)
{
    static const char start[] = "{\"step\": ";
    size_t kept = 0;
    unsigned long long number, before = 0;
    for (const char *line = text; *line; before = number) {
        const char *end = strchr(line, '\n');
        if (!end || strncmp(line, start, strlen(start)) != 0)
            break;
        number = strtoull(line + strlen(start), NULL, 10);
        if (number > step || number <= before)
            break;
        line = end + 1;
        kept = (size_t)(line - text);
    }
    return kept;
}

gt_status gt_metrics_trim(const char *run, uint64_t step)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/metrics.jsonl", run);
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        if (step > 0)
            gt_warn("%s is missing: it will begin after step %llu", path,
                    (unsigned long long)step);
        return gt_file_replace(path, "", 0);
    }
    char *text = NULL;
    size_t size;
    gt_status status = gt_file_read(path, &text, &size);
    if (status == GT_OK)
        status = gt_file_replace(path, text, kept_length(text, step));
    free(text);
    return status;
}
