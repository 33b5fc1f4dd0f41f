/* inspect.c: every data set is read whole, so a damaged file is found out. */
#include "run/inspect.h"

#include "base/json.h"
#include "base/utf8.h"
#include "run/checkpoint_choose.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct statistics {
    double min, max, mean, deviation;
    size_t bad; /* NaN or infinite */
} statistics;

typedef struct listing {
    FILE *out;
    gt_h5 *file;
    bool json;
    int printed;
    size_t parameters; /* in tensors outside /optimizer */
    gt_status status;
} listing;

bool gt_inspectable(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return false;
    if (!S_ISDIR(info.st_mode))
        return gt_h5_is_file(path);
    char folder[GT_PATH];
    snprintf(folder, sizeof folder, "%s/checkpoints", path);
    return stat(folder, &info) == 0 && S_ISDIR(info.st_mode);
}

static void add_value(statistics *s, double v, double *sum, double *squares)
{
    if (!isfinite(v)) {
        s->bad++;
        return;
    }
    s->min = v < s->min ? v : s->min;
    s->max = v > s->max ? v : s->max;
    *sum += v;
    *squares += v * v;
}

static gt_status measure(gt_h5 *f, const gt_h5_info *info, statistics *s)
{
    *s = (statistics){.min = INFINITY, .max = -INFINITY};
    void *data = malloc(info->count * gt_h5_width(info->type) + 1);
    if (!data)
        return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu values",
                       info->name, info->count);
    gt_status status =
        gt_h5_read(f, info->name, info->type, info->rank, info->dim, data);
    double sum = 0, squares = 0;
    for (size_t i = 0; status == GT_OK && i < info->count; i++)
        add_value(s, gt_h5_value(info->type, data, i), &sum, &squares);
    double n = (double)(info->count - s->bad);
    s->mean = sum / n;
    s->deviation = sqrt(fmax(0, squares / n - s->mean * s->mean));
    free(data);
    return status;
}

static void print_text(FILE *out, const gt_h5_info *info, const statistics *s)
{
    char shape[96] = "", name[4 * sizeof info->name];
    size_t used = 0;
    for (int i = 0; i < info->rank; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%zu",
                                 i ? "x" : "", info->dim[i]);
    fprintf(out, "  %-44s %-18s mean %9.3g  std %9.3g  [%.3g, %.3g]",
            gt_utf8_show(info->name, "", name, sizeof name), shape, s->mean,
            s->deviation, s->min, s->max);
    if (s->bad)
        fprintf(out, "  %zu NaN or infinite!", s->bad);
    fputc('\n', out);
}

static void print_json(FILE *out, const gt_h5_info *info, const statistics *s)
{
    fputs("{\"name\": ", out);
    gt_json_string(out, info->name);
    fputs(", \"shape\": [", out);
    for (int i = 0; i < info->rank; i++)
        fprintf(out, "%s%zu", i ? ", " : "", info->dim[i]);
    const struct {
        const char *key;
        double value;
    } figures[] = {{"mean", s->mean},
                   {"std", s->deviation},
                   {"min", s->min},
                   {"max", s->max}};
    fputc(']', out);
    for (int i = 0; i < 4; i++) {
        fprintf(out, ", \"%s\": ", figures[i].key);
        gt_json_number(out, figures[i].value);
    }
    fprintf(out, ", \"not_finite\": %zu}", s->bad);
}

static void print_flaw(const listing *l, const gt_h5_info *info)
{
    if (!l->json) {
        char name[4 * sizeof info->name];
        fprintf(l->out, "  %-44s %s\n",
                gt_utf8_show(info->name, "", name, sizeof name), info->flaw);
        return;
    }
    fputs("{\"name\": ", l->out);
    gt_json_string(l->out, info->name);
    fputs(", \"flaw\": ", l->out);
    gt_json_string(l->out, info->flaw);
    fputc('}', l->out);
}

static int visit(const gt_h5_info *info, void *context)
{
    listing *l = context;
    statistics s = {0};
    if (info->text)
        return 0;
    if (!info->flaw)
        l->status = measure(l->file, info, &s);
    if (l->status != GT_OK)
        return 1;
    if (!info->flaw && !gt_span_is_optimizer(info->name))
        l->parameters += info->count;
    if (l->json && l->printed)
        fputs(", ", l->out);
    if (info->flaw)
        print_flaw(l, info);
    else if (l->json)
        print_json(l->out, info, &s);
    else
        print_text(l->out, info, &s);
    l->printed++;
    return 0;
}

/* Fingerprints of the first format are of another hash: they get another name,
 * so that nobody compares them with others. */
static const char *shown_key(gt_h5 *f, const char *key)
{
    int64_t version = 0;
    bool first = gt_h5_get_int(f, "/", "format_version", &version) == GT_OK &&
                 version == 1;
    return first && !strcmp(key, "fingerprint") ? "fingerprint_fnv1a" : key;
}

/* What the file says of itself; attributes it lacks are left out. */
static void print_header(FILE *out, gt_h5 *f, const char *path, bool json)
{
    static const char *const texts[] = {"format",       "gentrain_version",
                                        "task",         "source",
                                        "latents_from", "parent",
                                        "parent_state", "parent_fingerprint",
                                        "fingerprint",  "data_digest",
                                        "updates",      "build",
                                        "blas",         "blas_kernel",
                                        "norm_sync",    "reduction"};
    static const char *const numbers[] = {
        "format_version", "step",        "samples",      "batches",
        "data_count",     "parent_step", "data_classes", "seed",
        "blas_threads",   "shards"};
    fputs(json ? "{\"path\": " : "", out);
    if (json)
        gt_json_string(out, path);
    else
        fprintf(out, "%s\n", path);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *text, shown[1024];
        if (gt_h5_get_text(f, "/", texts[i], &text) != GT_OK)
            continue;
        fprintf(out, json ? ", \"%s\": " : "  %-17s ", shown_key(f, texts[i]));
        if (json)
            gt_json_string(out, text);
        else
            fprintf(out, "%s\n", gt_utf8_show(text, "", shown, sizeof shown));
        free(text);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t value;
        if (gt_h5_get_int(f, "/", numbers[i], &value) == GT_OK)
            fprintf(out, json ? ", \"%s\": %lld" : "  %-17s %lld\n", numbers[i],
                    (long long)value);
    }
    double epoch;
    if (gt_h5_get_real(f, "/", "epoch", &epoch) == GT_OK) {
        fprintf(out, json ? ", \"%s\": " : "  %-17s ", "epoch");
        gt_json_number(out, epoch);
        fputs(json ? "" : "\n", out);
    }
}

gt_status gt_inspect(FILE *out, const char *path, bool json)
{
    char found[GT_PATH];
    gt_h5 *file = NULL;
    gt_status status = gt_checkpoint_choose_file(&file, path, found);
    if (status != GT_OK)
        return status;
    print_header(out, file, found, json);
    fputs(json ? ", \"data_sets\": [" : "", out);
    listing l = {.out = out, .file = file, .json = json};
    status = gt_h5_each(file, visit, &l);
    if (status == GT_OK)
        status = l.status;
    if (json)
        fprintf(out, "], \"values\": %zu}\n", l.parameters);
    else
        fprintf(out, "  %zu values outside /optimizer\n", l.parameters);
    gt_h5_close(file);
    return status;
}
