/* inspect.c: `gentrain inspect`: HDF5 files are described by run/inspect.h,
 * runs by train/run_status.h, configurations by train/networks.h; everything
 * else is tried as a data source. */
#include "cli/args.h"

#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "core/arena.h"
#include "data/reader.h"
#include "data/sources.h"
#include "model/preset.h"
#include "run/contact_sheet.h"
#include "run/inspect.h"
#include "store/files.h"
#include "store/h5file.h"
#include "store/h5list.h"
#include "train/networks.h"
#include "train/run_status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const gt_cli_option options[] = {
    {"json", 0, NULL, "print one JSON object"},
    {"picture", 0, "FILE.png",
     "of data, also draw samples that are spread over the training part"},
    {"tree", 0, NULL,
     "of an HDF5 file, list the data sets, with their types and how they are "
     "stored; no numbers are read"},
    {0},
};

/* What comes with the samples of a split. */
typedef struct columns {
    uint64_t *labels; /* [classes] how often each occurs */
    struct extent {
        double least, most;
    } * of; /* [conditions] */
} columns;

static void describe_text(const gt_source *source, const char *split,
                          const columns *found)
{
    char shape[GT_SHAPE_TEXT];
    printf("%s: %llu %s %s of %s\n", source->uri,
           (unsigned long long)source->count, split,
           gt_shape_noun(source->shape),
           gt_shape_of_data(source->shape, shape));
    const char *const *names = source->class_names;
    for (int c = 0; c < source->classes; c++)
        printf("  label %-4d %llu%s%s\n", c,
               (unsigned long long)found->labels[c], names ? "  " : "",
               names ? names[c] : "");
    for (int c = 0; c < source->n_conditions; c++)
        printf("  condition %-12s %.6g to %.6g\n", source->conditions[c].name,
               found->of[c].least, found->of[c].most);
}

static void describe_json(const gt_source *source, const char *split,
                          const columns *found)
{
    char shape[GT_SHAPE_TEXT];
    printf("{\"uri\": ");
    gt_json_string(stdout, source->uri);
    printf(", \"split\": \"%s\", \"count\": %llu, \"shape\": %s, "
           "\"labels\": [",
           split, (unsigned long long)source->count,
           gt_shape_list(source->shape, shape));
    for (int c = 0; c < source->classes; c++)
        printf("%s%llu", c ? ", " : "", (unsigned long long)found->labels[c]);
    if (source->class_names)
        printf("], \"class_names\": [");
    for (int c = 0; source->class_names && c < source->classes; c++) {
        printf("%s", c ? ", " : "");
        gt_json_string(stdout, source->class_names[c]);
    }
    printf("], \"conditions\": {");
    for (int c = 0; c < source->n_conditions; c++) {
        printf("%s", c ? ", " : "");
        gt_json_string(stdout, source->conditions[c].name);
        printf(": [");
        gt_json_number(stdout, found->of[c].least);
        printf(", ");
        gt_json_number(stdout, found->of[c].most);
        printf("]");
    }
    printf("}}\n");
}

enum { PIECE = 256 };

/* Labels and conditions of n samples, from `first` on. */
static gt_status add_piece(columns *found, gt_reader *reader, uint64_t first,
                           int n, const gt_sample_rows *rows)
{
    uint64_t numbers[PIECE];
    int conditions = reader->source->n_conditions;
    for (int i = 0; i < n; i++)
        numbers[i] = first + (uint64_t)i;
    gt_status status = gt_reader_read(reader, numbers, n, rows);
    if (status != GT_OK)
        return status;
    for (int i = 0; rows->labels && i < n; i++)
        if (rows->labels[i] >= 0)
            found->labels[rows->labels[i]]++;
    for (int i = 0; i < n * conditions; i++) {
        struct extent *e = &found->of[i % conditions];
        e->least = fmin(e->least, (double)rows->conditions[i]);
        e->most = fmax(e->most, (double)rows->conditions[i]);
    }
    return GT_OK;
}

static gt_status look(columns *found, const gt_source *source)
{
    int labels[PIECE];
    gt_reader reader;
    gt_status status = gt_reader_open(&reader, source, NULL);
    gt_sample_rows rows = {.labels = source->classes > 0 ? labels : NULL};
    if (status == GT_OK && source->n_conditions) {
        rows.conditions = gt_real_alloc(PIECE * (size_t)source->n_conditions);
        if (!rows.conditions)
            status = gt_fail(GT_ERR_MEMORY, "cannot look at conditions");
    }
    bool any = rows.labels || rows.conditions;
    for (uint64_t i = 0; any && i < source->count && status == GT_OK;
         i += PIECE) {
        uint64_t left = source->count - i;
        status = add_piece(found, &reader, i, left < PIECE ? (int)left : PIECE,
                           &rows);
    }
    free(rows.conditions);
    gt_reader_close(&reader);
    return status;
}

static gt_status describe(const gt_source *source, gt_split split, bool json)
{
    const char *name = split == GT_SPLIT_TRAIN ? "training" : "held-out";
    size_t conditions = (size_t)source->n_conditions;
    columns found = {
        .labels = calloc((size_t)source->classes + 1, sizeof *found.labels),
        .of = calloc(conditions + 1, sizeof *found.of)};
    gt_status status = GT_OK;
    if (!found.labels || !found.of)
        status = gt_fail(GT_ERR_MEMORY, "cannot count labels");
    for (size_t c = 0; found.of && c < conditions; c++)
        found.of[c] = (struct extent){INFINITY, -INFINITY};
    if (status == GT_OK)
        status = look(&found, source);
    if (status == GT_OK && json)
        describe_json(source, name, &found);
    else if (status == GT_OK)
        describe_text(source, name, &found);
    free(found.labels);
    free(found.of);
    return status;
}

static gt_status draw(const char *path, const gt_source *source)
{
    gt_status status = gt_contact_sheet_write(path, source);
    if (status == GT_OK)
        gt_info("wrote %s", path);
    return status;
}

/* `picture` NULL: none is asked for. */
static gt_status describe_source(const char *uri, const char *picture,
                                 bool json)
{
    gt_data_config config = {.uri = (char *)uri,
                             .image = GT_SHAPE_OF_SOURCE,
                             .on_nan = GT_DATA_NAN_KEEP};
    gt_status status = GT_OK;
    for (int split = GT_SPLIT_TRAIN; split <= GT_SPLIT_TEST && status == GT_OK;
         split++) {
        gt_source *source = NULL;
        status = gt_source_open(&source, &config, (gt_split)split);
        if (status == GT_OK && source)
            status = describe(source, (gt_split)split, json);
        if (status == GT_OK && split == GT_SPLIT_TRAIN && picture)
            status = draw(picture, source);
        gt_source_close(source);
    }
    return status;
}

/* --- Of HDF5 files that others made. */

static int print_set(const gt_h5_about *about, void *context)
{
    char shape[GT_H5_SHAPE_TEXT], name[4 * sizeof about->name];
    (void)context;
    gt_utf8_show(about->name, "", name, sizeof name);
    printf("  %-24s %-16s %-10s %s\n", name, gt_h5_about_shape(about, shape),
           about->type, *about->flaw ? about->flaw : about->storage);
    return 0;
}

static gt_status describe_tree(const char *path)
{
    gt_h5 *f = NULL;
    gt_status status = gt_h5_open_in_place(&f, path);
    if (status == GT_OK) {
        printf("%s\n", path);
        status = gt_h5_list(f, print_set, NULL);
    }
    gt_h5_close(f);
    return status;
}

/* Data, unless nothing in the file can be samples. */
static gt_status describe_foreign(const char *path, const char *picture,
                                  bool json)
{
    gt_status status = describe_source(path, picture, json);
    if (status == GT_ERR_MISMATCH && !json) {
        gt_warn("%s", gt_message());
        return describe_tree(path);
    }
    return status;
}

static bool ends_with(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    return n > m && !strcmp(path + n - m, ending);
}

static gt_status describe_config(const char *path, bool json)
{
    char *text = NULL;
    size_t size;
    gt_status status = gt_file_read(path, &text, &size);
    if (status == GT_OK && strlen(text) != size)
        status = gt_fail(GT_ERR_FORMAT, "%s: not a text file", path);
    if (status == GT_OK)
        status = gt_networks_describe(stdout, path, text, json);
    free(text);
    return status;
}

/* Of a name that means a source, too, both are told of. */
static gt_status describe_preset(const gt_preset *preset, bool json)
{
    gt_status status =
        gt_networks_describe(stdout, preset->name, preset->text, json);
    for (int i = 0; i < gt_source_type_count && !json; i++)
        if (status == GT_OK && !strcmp(gt_source_types[i]->name, preset->name))
            printf("%s is the name of data as well: gentrain inspect "
                   "'%s?seed=1'\n",
                   preset->name, preset->name);
    return status;
}

/* What a path is. */
typedef enum kind { FOREIGN, OURS, CONFIG, PRESET, DATA } kind;

static kind kind_of(const char *path, const gt_preset **preset)
{
    struct stat info;
    bool there = stat(path, &info) == 0, file = there && S_ISREG(info.st_mode);
    if (file && gt_h5_is_file(path) && !gt_h5_is_ours(path))
        return FOREIGN;
    if (gt_inspectable(path))
        return OURS;
    if (file && (ends_with(path, ".yaml") || ends_with(path, ".yml")))
        return CONFIG;
    return !there && gt_preset_find(path, preset) == GT_OK ? PRESET : DATA;
}

static gt_status describe_ours(const char *path, bool json)
{
    struct stat info;
    bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    return folder ? gt_run_describe(stdout, path, json)
                  : gt_inspect(stdout, path, json);
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    (void)comm;
    const gt_preset *preset = NULL;
    const char *path = args->operand[0];
    const char *picture = gt_cli_value(args, "picture");
    bool json = gt_cli_flag(args, "json");
    struct stat info;
    bool there = stat(path, &info) == 0;
    if (there && S_ISREG(info.st_mode) && gt_file_check_readable(path) != GT_OK)
        return GT_ERR_IO;
    if (gt_cli_flag(args, "tree"))
        return describe_tree(path);
    kind is = kind_of(path, &preset);
    if (picture && is != FOREIGN && is != DATA)
        return gt_fail(
            GT_ERR_USAGE, "--picture draws data, and %s is none%s%s%s", path,
            is == PRESET ? "; data of that name are '" : "",
            is == PRESET ? path : "", is == PRESET ? "?seed=1'" : "");
    switch (is) {
    case FOREIGN:
        return describe_foreign(path, picture, json);
    case OURS:
        return describe_ours(path, json);
    case CONFIG:
        return describe_config(path, json);
    case PRESET:
        return describe_preset(preset, json);
    case DATA:
        break;
    }
    gt_status status = describe_source(path, picture, json);
    if (status == GT_OK || !there)
        return status;
    return gt_fail_in(status, "not an HDF5 file and not a run; as data");
}

const gt_command gt__command_inspect = {
    .name = "inspect",
    .operands = "FILE_OR_RUN_OR_DATA_OR_PRESET",
    .summary = "describe a checkpoint, a sample set, a run, a data source or a "
               "configuration",
    .details =
        "Of a run it tells the state first: finished, interrupted, running or "
        "cut off; steps done and asked for; the last and the best figures; its "
        "checkpoints. The newest of these is described then. A file is "
        "compared with its checksums first: a damaged one is refused. Of data "
        "it prints shape, labels with how often each occurs, and columns of "
        "conditions with their ranges. Of a configuration, a YAML file or a "
        "preset, it prints the networks: what "
        "each layer reads and makes, its parameters, the bytes of its output "
        "for a sample (\"-\": it takes the place of its input), and its "
        "products: multiplications by weights in a forward pass of a sample.",
    .examples = "gentrain inspect runs/dcgan28-1\n"
                "gentrain inspect path/to/mnist\n"
                "gentrain inspect shapes --picture shapes.png\n"
                "gentrain inspect mine.yaml\n"
                "gentrain inspect dcgan28\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
