/* metrics.c: each line is a JSON object of its own, so a run that is killed
 * loses at most the line that it was writing. */
#include "tasks/metrics.h"

#include "base/figure.h"
#include "base/json.h"

#include <string.h>

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

/* Losses come first and in this order, so the second is called G alone. */
static const char *title(const char *key)
{
    static const char *const titles[][2] = {
        {"loss_d", "loss D"},  {"loss_g", "G"},        {"d_real", "D(x)"},
        {"d_fake", "D(G(z))"}, {"d_fake_after", "->"}, {"kl", "KL"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (!strcmp(key, titles[i][0]))
            return titles[i][1];
    return key;
}

char *gt_metric_text(const char *key, double value, char text[GT_METRIC_TEXT])
{
    static const char *const begins[] = {"test_", "train_"};
    char number[GT_FIGURE];
    for (int i = 0; i < 2; i++)
        if (!strncmp(key, begins[i], strlen(begins[i])))
            key += strlen(begins[i]);
    snprintf(text, GT_METRIC_TEXT, "%s %s", title(key),
             gt_figure_text(value, number));
    return text;
}

bool gt_metrics_find(const gt_metrics *m, const char *key, double *value)
{
    for (int i = 0; i < m->count; i++)
        if (!strcmp(m->entry[i].key, key)) {
            *value = m->entry[i].value;
            return true;
        }
    return false;
}
