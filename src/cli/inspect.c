/* inspect.c: `gentrain inspect`: HDF5 files are described by run/inspect.h,
 * runs by train/run_status.h, configurations by train/networks.h; everything
 * else is tried as a data source (inspect_data.h). */
#include "cli/hints.h"
#include "cli/inspect_data.h"

#include "base/log.h"
#include "base/utf8.h"
#include "data/sources.h"
#include "model/preset.h"
#include "run/inspect.h"
#include "store/files.h"
#include "store/foreign/h5list.h"
#include "store/h5file.h"
#include "train/networks.h"
#include "train/run_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const gt_cli_option options[] = {
    {"json", 0, NULL, "print one JSON object"},
    {"picture", 0, "FILE.png",
     "of data, also draw samples that are spread over the training part"},
    {"set", 's', "data.a=b",
     "read data as key data.a of a configuration says, such as data.layout; "
     "may "
     "be repeated"},
    {"tree", 0, NULL,
     "of an HDF5 file, list the data sets, with their types and how they are "
     "stored; no numbers are read"},
    {0},
};

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

/* Data. Where what to read is still to be chosen, the list to choose from;
 * where a choice or a picture was asked for and fails, that is an error. */
static gt_status describe_foreign(const char *path, const gt_cli_args *args)
{
    bool plain = !gt_cli_flag(args, "json") && !gt_cli_value(args, "set") &&
                 !gt_cli_value(args, "picture");
    gt_status status = gt__inspect_data(path, args);
    if (status == GT_ERR_MISMATCH && plain) {
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
    if (gt_cli_value(args, "set") && is != FOREIGN && is != DATA)
        return gt_fail(GT_ERR_USAGE,
                       "--set says how to read data, and %s is none", path);
    switch (is) {
    case FOREIGN:
        return describe_foreign(path, args);
    case OURS:
        return describe_ours(path, json);
    case CONFIG:
        return describe_config(path, json);
    case PRESET:
        return describe_preset(preset, json);
    case DATA:
        break;
    }
    gt_status status = gt_cli_refuse_run(path);
    return status == GT_OK ? gt__inspect_data(path, args) : status;
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
        "it prints shape, the range of values, labels with how often each "
        "occurs, columns of conditions with their ranges, and the command that "
        "trains on them. Of a configuration, a YAML file or a "
        "preset, it prints the networks: what "
        "each layer reads and makes, its parameters, the bytes of its output "
        "for a sample (\"-\": it takes the place of its input), and its "
        "products: multiplications by weights in a forward pass of a sample.",
    .examples = "gentrain inspect runs/dcgan28-1\n"
                "gentrain inspect path/to/mnist\n"
                "gentrain inspect x_train.npy --set data.layout=nchw\n"
                "gentrain inspect shapes --picture shapes.png\n"
                "gentrain inspect mine.yaml\n"
                "gentrain inspect dcgan28\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
