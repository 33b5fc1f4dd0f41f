/* import.c: `gentrain import`. What is read is said as in a configuration, so
 * that all keys of data mean here what they mean in a training. */
#include "cli/common_options.h"
#include "cli/hints.h"

#include "base/log.h"
#include "data/source.h"
#include "import/import.h"
#include "model/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gt_cli_option options[] = {
    {"out", 'o', "FILE.h5", "write this file"},
    {"size", 0, "N|HxW",
     "height and width to which pictures and images of bytes are resized "
     "[as they are]"},
    {"channels", 0, "N", "1: grey, 3: colours, 4: with opacity [as they are]"},
    {"fit", 0, "crop|pad",
     "what becomes of pictures of other proportions (data.fit) [crop]"},
    {"test", 0, "URI", "where held-out samples come from (data.test)"},
    {"holdout", 0, "PART",
     "hold out that part of the training samples, as 10% (data.holdout) "
     "[0%: what the data hold out themselves]"},
    {"on-error", 0, "skip|stop",
     "a sample that cannot be read: skip leaves it out and lists it in "
     "FILE.h5.skipped.txt, stop ends the import [skip]"},
    {"compress", 'z', "0..9",
     "compress with gzip; 0 is read fastest, and 1 takes the least time of "
     "the others [0]"},
    {"set", 's', "data.x=y", "set another key of data; may be repeated"},
    {"force", 'f', NULL,
     "begin anew where there is an unfinished import of something else"},
    {0},
};

/* --- The configuration: a section of a training's. */

static const gt_section *const sections[] = {&gt_data_section, NULL};

static gt_schema_task no_task(int number)
{
    static const gt_section *const none[] = {NULL};
    return number ? (gt_schema_task){0} : (gt_schema_task){"import", none};
}

static const gt_schema schema = {.sections = sections, .task = no_task};

/* A shape that stands for the source's own; it is refused by nobody who asks
 * for it in earnest, as samples of one number have no other. */
#define ANY_SHAPE "[1, 1, 1]"

enum { SETS = GT_CLI_MAX_HITS + 1 };

typedef struct set_list {
    int n;
    char *text[SETS]; /* owned */
} set_list;

static gt_status add(set_list *sets, char *text)
{
    if (!text)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate an option");
    sets->text[sets->n++] = text;
    return GT_OK;
}

static gt_status collect(const gt_cli_args *args, set_list *sets)
{
    static const struct {
        const char *option, *key;
    } keys[] = {{"fit", "data.fit"},
                {"test", "data.test"},
                {"holdout", "data.holdout"}};
    gt_status status =
        add(sets, gt__setting_quoted("data.uri", args->operand[0]));
    for (int i = 0; i < args->n_hits && status == GT_OK; i++) {
        const char *name = args->hit[i].option->name;
        if (!strcmp(name, "set"))
            status = add(sets, strdup(args->hit[i].value));
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            if (!strcmp(name, keys[k].option) && status == GT_OK)
                status = add(
                    sets, gt__setting_quoted(keys[k].key, args->hit[i].value));
    }
    return status;
}

static gt_status parse(const gt_cli_args *args, gt_config **config)
{
    static const char text[] = "task: import\n"
                               "data: {uri: none, image: " ANY_SHAPE "}\n";
    set_list sets = {0};
    const char *all[SETS];
    gt_status status = collect(args, &sets);
    for (int i = 0; i < sets.n; i++)
        all[i] = sets.text[i];
    if (status == GT_OK)
        status = gt_config_parse(config, &schema, "the command line", text,
                                 sizeof text - 1, all, sets.n);
    for (int i = 0; i < sets.n; i++)
        free(sets.text[i]);
    return status;
}

/* --- The shape. */

static gt_status read_size(const char *text, int *h, int *w)
{
    char rest;
    int n = text ? sscanf(text, "%dx%d%c", h, w, &rest) : 0;
    if (n == 1 && text[strspn(text, "0123456789")] == '\0')
        *w = *h;
    else if (text && n != 2)
        return gt_fail(GT_ERR_USAGE,
                       "--size %s: write a number of pixels, as 64, or height "
                       "and width, as 48x64",
                       text);
    if (text && (*h < 1 || *w < 1 || *h > 4096 || *w > 4096))
        return gt_fail(GT_ERR_USAGE, "--size %s: sides are 1 to 4096", text);
    return GT_OK;
}

/* What is not said stays as the source has it. All that there is to say is said
 * when the import opens it once more. */
static gt_status complete(gt_data_config *data, int h, int w, int c)
{
    gt_source *source = NULL;
    gt_shape shape = {h, w, c};
    if (!h || !c) {
        char aside[2] = "";
        gt_log_capture(aside, sizeof aside);
        gt_status status = gt_source_open(&source, data, GT_SPLIT_TRAIN);
        gt_log_capture(NULL, 0);
        if (status != GT_OK)
            return status;
        if (source)
            shape = (gt_shape){h ? h : source->shape.h, w ? w : source->shape.w,
                               c ? c : source->shape.c};
        gt_source_close(source);
    }
    data->image = shape;
    return GT_OK;
}

static gt_status choose_shape(gt_comm *comm, const gt_cli_args *args,
                              gt_data_config *data)
{
    const char *size = gt_cli_value(args, "size");
    int h = 0, w = 0;
    int64_t c = 0;
    if (gt_shape_equal(data->image, (gt_shape){1, 1, 1}))
        data->image = GT_SHAPE_OF_SOURCE;
    gt_status status = read_size(size, &h, &w);
    if (status == GT_OK)
        status = gt_cli_integer(args, "channels", 1, 4096, &c);
    status = gt_comm_agree(comm, status);
    if (status != GT_OK || (!h && !c))
        return status;
    gt_comm_work_begin(comm);
    if (comm->rank == 0)
        status = complete(data, h, w, (int)c);
    status = gt_comm_work_end(comm, status);
    gt_comm_broadcast(comm, &data->image, sizeof data->image);
    return status;
}

/* --- The command. */

static gt_status read_options(const gt_cli_args *args, gt_import_options *how)
{
    int64_t level = 0;
    const char *on_error = gt_cli_value(args, "on-error");
    how->out = gt_cli_value(args, "out");
    how->anew = gt_cli_flag(args, "force");
    how->skip = !on_error || !strcmp(on_error, "skip");
    if (!how->out)
        return gt_fail(GT_ERR_USAGE, "where to? Give --out FILE.h5");
    if (!how->skip && strcmp(on_error, "stop") != 0)
        return gt_fail(GT_ERR_USAGE, "--on-error %s: it must be skip or stop",
                       on_error);
    gt_status status = gt_cli_integer(args, "compress", 0, 9, &level);
    how->level = (int)level;
    return status;
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    gt_import_options how = {0};
    gt_config *config = NULL;
    gt_data_config data = {0};
    gt_status status = read_options(args, &how);
    if (status == GT_OK)
        status = gt_cli_refuse_run(args->operand[0]);
    if (status == GT_OK)
        status = parse(args, &config);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK) {
        data = *gt_data_config_of(config);
        how.settings = config->text;
        status = choose_shape(comm, args, &data);
    }
    if (status == GT_OK)
        status = gt_import(comm, &data, &how);
    gt_config_free(config);
    return status;
}

const gt_command gt__command_import = {
    .name = "import",
    .operands = "DATA -o FILE.h5 [OPTION ...]",
    .summary = "write the samples of any source into one HDF5 file, on all "
               "ranks",
    .details =
        "DATA is what --data is in a training: a file, a folder, or a source "
        "by its name; see gentrain help data. The file holds the samples, "
        "their labels and conditions, what is held out, figures of the values, "
        "and where all this came from. Train on it with --data FILE.h5. Its "
        "bytes are the same on any number of ranks, but for the date "
        "(SOURCE_DATE_EPOCH sets that).\n\n"
        "Pictures are read and resized once, by all ranks, instead of in every "
        "epoch. What cannot be read is left out, counted, and listed in "
        "FILE.h5.skipped.txt.\n\n"
        "Until it is complete, the file is FILE.h5.part. After a signal, a "
        "kill or a crash, the same command goes on with that. With other data "
        "or options it is refused, unless --force says to begin anew. An "
        "earlier import of the same name is replaced when the new one is "
        "complete; other files are left alone.",
    .examples = "mpirun -np 4 gentrain import photos/ -o photos.h5 --size 64 "
                "--channels 3 --holdout 10%\n"
                "gentrain import path/to/mnist -o mnist.h5\n"
                "gentrain train --preset dcgan64 --data photos.h5\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .parallel = true,
    .run = run,
};
