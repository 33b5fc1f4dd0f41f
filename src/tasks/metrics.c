/* metrics.c: each line is a JSON object of its own, so a run that is killed
 * loses at most the line that it was writing. */
#include "tasks/metrics.h"

#include "base/json.h"

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
