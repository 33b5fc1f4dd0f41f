/* report.c: a figure without its error, its floor and its number of
 * samples says little, so these are beside it wherever it is printed. */
#include "evaluate/report.h"

#include "base/json.h"
#include "base/plural.h"

#include <math.h>

/* --- For people. */

/* As many digits as the error leaves sense in, two of its own. */
static void print_estimate(FILE *out, gt_estimate e)
{
    int digits = 4;
    if (!isfinite(e.value)) {
        fprintf(out, "%s", isnan(e.value) ? "not known" : "infinite");
        return;
    }
    if (!(e.error > 0)) {
        fprintf(out, e.value == floor(e.value) ? "%.0f" : "%.4g", e.value);
        return;
    }
    digits = 1 - (int)floor(log10(e.error));
    digits = digits < 0 ? 0 : digits > 9 ? 9 : digits;
    fprintf(out, "%.*f +- %.*f", digits, e.value, digits, e.error);
}

static void print_classifier(FILE *out, const gt_eval_features *f)
{
    fprintf(out,
            ", as the last layer of a classifier reads them%s\n"
            "  %-28s %s\n  %-28s ",
            f->features.stack > 1 ? " in each channel" : "", "classifier",
            f->from.path, "its accuracy");
    if (isnan(f->accuracy.value))
        fputs("not known, as the data have no labels", out);
    else
        print_estimate(out, f->accuracy);
}

static void print_given(FILE *out, const gt_evaluator *e)
{
    const gt_sample_set *set = e->subject.set;
    fprintf(out,
            "%s\n  %-28s %d of a sample, found elsewhere\n  %-28s %zu of the "
            "model against %zu of the data\n",
            e->options->points, "features", e->features.features.dim, "samples",
            set[GT_SET_MODEL].points.n, set[GT_SET_TEST].points.n);
}

void gt_evaluation_print_features(FILE *out, const gt_evaluator *e)
{
    if (e->options->points) {
        print_given(out, e);
        return;
    }
    const char *why = e->options->why_none;
    uint64_t n = e->options->samples;
    const gt_source *reference = e->test ? e->test : e->train;
    uint64_t compared = reference->count < n ? reference->count : n;
    fprintf(out, "%s\n  %-28s %d of a sample", e->train->uri, "features",
            e->features.features.dim);
    if (e->features.classifier)
        print_classifier(out, &e->features);
    else
        fprintf(out, ", %s%s%s%s",
                e->features.features.kind == GT_FEATURES_VALUES
                    ? "its values"
                    : "random projections of its values",
                why ? " (no classifier: " : "", why ? why : "", why ? ")" : "");
    fprintf(out, "\n  %-28s %llu of the model against %llu %s\n", "samples",
            (unsigned long long)n, (unsigned long long)compared,
            e->test ? "held out" : "of the training");
}

void gt_evaluation_print(FILE *out, const gt_evaluation_result *r)
{
    fprintf(out, "%s, step %llu, %s weights\n", r->checkpoint,
            (unsigned long long)r->step, r->ema ? "averaged" : "last");
    for (int i = 0; i < r->figures.count; i++) {
        fprintf(out, "  %-28s ", r->figures.figure[i].key);
        print_estimate(out, r->figures.figure[i].estimate);
        fputc('\n', out);
    }
}

/* --- For programs. */

static void print_estimate_json(FILE *out, const char *key, gt_estimate e)
{
    gt_json_string(out, key);
    fputs(": {\"value\": ", out);
    gt_json_number(out, e.value);
    if (!isnan(e.error)) {
        fputs(", \"error\": ", out);
        gt_json_number(out, e.error);
    }
    fputc('}', out);
}

static void print_points(FILE *out, const gt_evaluator *e)
{
    const gt_sample_set *set = e->subject.set;
    fputs(", \"file\": ", out);
    gt_json_string(out, e->options->points);
    fprintf(out, ", \"model\": %zu, \"data\": %zu, \"training\": %zu",
            set[GT_SET_MODEL].points.n, set[GT_SET_TEST].points.n,
            set[GT_SET_TRAINING].points.n);
}

static void print_features(FILE *out, const gt_evaluator *e)
{
    const gt_eval_features *f = &e->features;
    fprintf(out, "  \"features\": {\"kind\": \"%s\", \"count\": %d",
            gt_feature_kind_names[f->features.kind], f->features.dim);
    if (e->options->points)
        print_points(out, e);
    if (f->classifier) {
        fputs(", \"classifier\": ", out);
        gt_json_string(out, f->from.path);
        fprintf(out, ", \"fingerprint\": \"%s\", ", f->from.info.fingerprint);
        print_estimate_json(out, "accuracy", f->accuracy);
    }
    fputs("},\n", out);
}

static void print_pictures(FILE *out, const gt_evaluation_pictures *pictures)
{
    if (!*pictures->folder)
        return;
    fputs(",\n     \"pictures\": {\"folder\": ", out);
    gt_json_string(out, pictures->folder);
    for (int i = 0; i < GT_EVALUATION_PICTURES; i++) {
        const gt__picture *p = &gt__pictures[i];
        if (pictures->missing[i])
            continue;
        fprintf(out, ",\n       \"%s\": \"%s\"", p->key, p->file);
        if (p->beside)
            fprintf(out, ", \"%s_numbers\": \"%s\"", p->key, p->beside);
    }
    fputc('}', out);
}

static void print_result(FILE *out, const gt_evaluation_result *r,
                         const gt_evaluation_pictures *pictures)
{
    fputs("    {\"checkpoint\": ", out);
    gt_json_string(out, r->checkpoint);
    fprintf(out, ", \"step\": %llu, \"epoch\": ", (unsigned long long)r->step);
    gt_json_number(out, r->epoch);
    fprintf(out,
            ", \"weights\": \"%s\", \"fingerprint\": \"%s\",\n"
            "     \"figures\": {",
            r->ema ? "ema" : "last", r->fingerprint);
    for (int i = 0; i < r->figures.count; i++) {
        fputs(i > 0 ? ",\n       " : "\n       ", out);
        print_estimate_json(out, r->figures.figure[i].key,
                            r->figures.figure[i].estimate);
    }
    fputc('}', out);
    print_pictures(out, pictures);
    fputc('}', out);
}

void gt_evaluation_print_json(FILE *out, const gt_evaluator *e,
                              const gt_evaluation_result *results,
                              const gt_evaluation_pictures *pictures, size_t n)
{
    fputs("{\n  \"data\": ", out);
    gt_json_string(out, e->train->uri);
    fprintf(out,
            ",\n  \"reference\": \"%s\",\n  \"samples\": %llu,\n"
            "  \"held_out\": %llu,\n  \"training\": %llu,\n"
            "  \"draws\": %d,\n  \"seed\": %llu,\n",
            e->test ? "held-out" : "training",
            (unsigned long long)e->options->samples,
            (unsigned long long)(e->test ? e->test->count : 0),
            (unsigned long long)e->train->count, e->options->draws,
            (unsigned long long)e->options->seed);
    print_features(out, e);
    fputs("  \"evaluations\": [\n", out);
    for (size_t i = 0; i < n; i++) {
        print_result(out, &results[i], &pictures[i]);
        fputs(i + 1 < n ? ",\n" : "\n", out);
    }
    fputs("  ]\n}\n", out);
}
