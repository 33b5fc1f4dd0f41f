/* inspect.c: every data set is read whole, so a damaged file is found out. */
#include "run/inspect.h"

#include "base/json.h"
#include "base/utf8.h"
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
    char group[256];   /* of the data set before */
    size_t parameters; /* in tensors outside /optimizer and /ema */
    bool averages;     /* there is an /ema */
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

/* Three digits, and powers of ten only for what is tiny or huge. */
static void print_number(FILE *out, double v)
{
    bool plain = fabs(v) >= 999.5 && fabs(v) < 1e8;
    fprintf(out, plain ? " %9.0f" : " %9.3g", v);
}

/* Data sets of one layer stand below its name. Returns what is left of the name
 * of a data set. */
static const char *print_group(listing *l, const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t n = slash && slash > name ? (size_t)(slash - name) : 0;
    char shown[4 * sizeof l->group];
    if (l->printed == 0)
        fprintf(l->out, "  %-18s %-13s %9s %9s %9s %9s\n", "", "shape", "mean",
                "std", "min", "max");
    if (n != strlen(l->group) || strncmp(l->group, name, n) != 0) {
        snprintf(l->group, sizeof l->group, "%.*s", (int)n, name);
        if (n > 0)
            fprintf(l->out, "  %s\n",
                    gt_utf8_show(l->group, "", shown, sizeof shown));
    }
    return n > 0 ? slash + 1 : name;
}

static void print_text(listing *l, const gt_h5_info *info, const statistics *s)
{
    char shape[96] = "", name[4 * sizeof info->name];
    size_t used = 0;
    const char *rest = print_group(l, info->name);
    gt_utf8_show(rest, "", name, sizeof name);
    for (int i = 0; i < info->rank; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%zu",
                                 i ? "x" : "", info->dim[i]);
    fprintf(l->out, "    %-16s %-13s", name, s ? shape : info->flaw);
    if (s) {
        print_number(l->out, s->mean);
        print_number(l->out, s->deviation);
        print_number(l->out, s->min);
        print_number(l->out, s->max);
    }
    if (s && s->bad)
        fprintf(l->out, "\n      %zu NaN or infinite!", s->bad);
    fputc('\n', l->out);
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

static void print_flaw(listing *l, const gt_h5_info *info)
{
    if (!l->json) {
        print_text(l, info, NULL);
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
    l->averages = l->averages || gt_span_is_ema(info->name);
    if (!info->flaw && !gt_span_is_optimizer(info->name) &&
        !gt_span_is_ema(info->name) && !gt__checkpoint_data_owns(info->name))
        l->parameters += info->count;
    if (l->json && l->printed)
        fputs(", ", l->out);
    if (info->flaw)
        print_flaw(l, info);
    else if (l->json)
        print_json(l->out, info, &s);
    else
        print_text(l, info, &s);
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

static void print_path(FILE *out, const char *path, const char *head, bool json)
{
    head = head ? head : "";
    if (!json) {
        fprintf(out, "%s%s\n", head, path);
        return;
    }
    fprintf(out, "{%s%s\"path\": ", head, *head ? ", " : "");
    gt_json_string(out, path);
}

static void print_epoch(FILE *out, gt_h5 *f, bool json)
{
    double epoch;
    if (gt_h5_get_real(f, "/", "epoch", &epoch) != GT_OK)
        return;
    fprintf(out, json ? ", \"%s\": " : "  %-17s ", "epoch");
    gt_json_number(out, epoch);
    fputs(json ? "" : "\n", out);
}

/* What the file says of itself; attributes it lacks are left out. */
static void print_header(FILE *out, gt_h5 *f, const char *path,
                         const char *head, bool json)
{
    static const char *const texts[] = {"format",       "gentrain_version",
                                        "task",         "source",
                                        "latents_from", "parent",
                                        "parent_state", "parent_fingerprint",
                                        "fingerprint",  "data_digest",
                                        "updates",      "build",
                                        "blas",         "blas_kernel",
                                        "products",     "norm_sync",
                                        "reduction"};
    static const char *const numbers[] = {
        "format_version", "step",        "samples",      "batches",
        "data_count",     "parent_step", "data_classes", "seed",
        "blas_threads",   "shards"};
    print_path(out, path, head, json);
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
    print_epoch(out, f, json);
}

static gt_status describe(FILE *out, gt_h5 *file, const char *path,
                          const char *head, bool json)
{
    print_header(out, file, path, head, json);
    fputs(json ? ", \"data_sets\": [" : "", out);
    listing l = {.out = out, .file = file, .json = json};
    gt_status status = gt_h5_each(file, visit, &l);
    if (status == GT_OK)
        status = l.status;
    if (json)
        fprintf(out, "], \"values\": %zu}\n", l.parameters);
    else
        fprintf(out, "  %zu values outside /optimizer%s\n", l.parameters,
                l.averages ? " and /ema" : "");
    return status;
}

gt_status gt_inspect(FILE *out, const char *path, bool json)
{
    gt_h5 *file = NULL;
    gt_status status = gt_h5_open(&file, path);
    if (status == GT_OK)
        status = describe(out, file, path, NULL, json);
    gt_h5_close(file);
    return status;
}

gt_status gt_inspect_checkpoint(FILE *out, const gt_checkpoint *c,
                                const char *head, bool json)
{
    return describe(out, c->file, c->path, head, json);
}
