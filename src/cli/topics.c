/* topics.c: keys, layers and sources come from the tables that the parsers
 * read. Files and signals have tables here; doc/run-directory.md is the longer
 * form. */
#include "cli/topics.h"

#include "base/status.h"
#include "data/augment.h"
#include "data/source.h"
#include "data/transform_steps.h"
#include "eval/metrics.h"
#include "model/reference.h"
#include "nn/layer_list.h"
#include "train/schema.h"

void gt_topic_layers(const gt_page *page)
{
    gt_variants_print_reference(page, &gt_layer_variants);
}

static void print_sources(const gt_page *page)
{
    for (int i = 0; i < gt_source_type_count; i++) {
        const gt_source_type *type = gt_source_types[i];
        gt_page_item(page, type->name, NULL, type->help);
        for (const gt_condition *c = type->conditions; c && c->name; c++) {
            char name[64];
            snprintf(name, sizeof name, "%s: %s", type->name, c->name);
            gt_page_item(page, name, NULL, c->help);
        }
    }
}

void gt_topic_data(const gt_page *page)
{
    print_sources(page);
    gt_page_section(page, "Steps of data.transform");
    gt_variants_print_reference(page, &gt_transform_variants);
    gt_page_section(page, "Augmentation");
    gt_variants_print_reference(page, &gt_augment_variants);
}

void gt_topic_config(const gt_page *page)
{
    bool whole = page->style != GT_PAGE_PLAIN;
    if (page->style == GT_PAGE_MARKDOWN)
        gt_page_paragraphs(page,
                           "This page is printed by the program: gentrain "
                           "help config --format markdown.");
    if (whole)
        gt_page_section(page, "Keys");
    gt_config_print_reference(page, &gt_train_schema);
    if (!whole)
        return;
    gt_page_section(page, "Layers");
    gt_topic_layers(page);
    gt_page_section(page, "Data sources");
    gt_topic_data(page);
}

/* --- Metrics. */

void gt_topic_metrics(const gt_page *page)
{
    for (int i = 0; gt_eval_metrics[i]; i++) {
        const gt_eval_metric *m = gt_eval_metrics[i];
        char name[64];
        snprintf(name, sizeof name, "%s%s", m->name,
                 m->costly ? " (where asked for)" : "");
        gt_page_item(page, name, NULL, m->help);
    }
    gt_page_paragraphs(
        page,
        "gentrain eval finds all of them that the model and the data allow, "
        "but for those that have to be asked for: --metrics NAME,NAME.\n\n"
        "A figure has a standard error where it is known; two models differ "
        "where their figures do by several of these. Distances look at "
        "features of a classifier of the same data (RUN/classifier), or at the "
        "samples' values where there is none. They are no FID, and compare "
        "only with figures of the same data, classifier and number of "
        "samples.");
}

/* --- A run. */

typedef struct entry {
    const char *name, *text; /* the last one's name is NULL */
} entry;

static const entry files[] = {
    {"config.yaml",
     "the resolved configuration: every key with the value that was used"},
    {"metrics.jsonl", "figures of the training, one JSON object a line; names "
                      "that begin with test_ are of held-out images"},
    {"metrics.jsonl.old", "those of a run that was cut off before its first "
                          "checkpoint and began again"},
    {"checkpoints/step-N.h5",
     "all that is needed to go on after step N: weights, statistics, the "
     "optimizer's state, the configuration"},
    {"checkpoints/step-N.h5.old",
     "a checkpoint newer than the one from which the run was resumed"},
    {"checkpoints/best.h5", "with output.best: that of the best step so far"},
    {"samples/step-N.h5", "samples of the same latents, every time"},
    {"samples/step-N.png", "the same as a picture"},
    {"samples/step-N-reconstructions.png",
     "of a VAE: images above, their reconstructions below"},
    {"eval.json", "figures of gentrain eval"},
    {"eval/", "its pictures"},
    {"classifier/", "the classifier that its figures look through: a run "
                    "directory of its own"},
    {"fence.N", "made by the N-th start or resume; only the job that made it "
                "may write into the directory"},
    {"INTERRUPTED", "there after a stop by a signal, until the run goes on"},
    {NULL, NULL},
};

static const entry signals[] = {
    {"SIGUSR1", "All ranks finish the step, save a checkpoint, write "
                "INTERRUPTED and leave with exit code 0. One rank that gets "
                "the signal is enough."},
    {"SIGINT", "The same. A second one (Ctrl-C twice) ends the process at "
               "once, without a checkpoint."},
    {"SIGTERM", "The same as SIGUSR1, and so are the next three."},
    {"SIGHUP", "The terminal has gone."},
    {"SIGXCPU", "The limit of CPU time is near."},
    {"SIGUSR2", "Some batch systems send it before they end a job."},
    {"SIGPIPE", "Never ends a training. Output that nobody reads any more is "
                "dropped; files of the run are whole; the exit code is 4."},
    {NULL, NULL},
};

static void print_entries(const gt_page *page, const entry *entries)
{
    for (; entries->name; entries++)
        gt_page_item(page, entries->name, NULL, entries->text);
}

void gt_topic_exit_codes(const gt_page *page)
{
    char code[12];
    gt_page narrow = {.out = page->out, .style = page->style, .column = 6};
    for (int i = 0; i < GT_STATUS_COUNT; i++) {
        const char *meaning = gt_exit_meaning((gt_status)i);
        if (!meaning)
            continue;
        snprintf(code, sizeof code, "%d", gt_exit_code((gt_status)i));
        gt_page_item(&narrow, code, NULL, meaning);
    }
}

void gt_topic_run(const gt_page *page)
{
    gt_page_section(page, "Files");
    print_entries(page, files);
    gt_page_paragraphs(
        page, "A file gets its name when it is whole and on the disk. Files "
              "that cannot be written are warned of, and the training goes on; "
              "at its end they are listed, and the exit code is 4.");
    gt_page_section(page, "Stop and go on");
    gt_page_paragraphs(
        page,
        "gentrain train --resume RUN goes on from the newest checkpoint that "
        "is not damaged, and --resume FILE from that one or not at all. The "
        "settings are those of the checkpoint and the options that are given "
        "now. On any number of ranks that divides the number of shards, the "
        "weights are the same bits as those of a run that was never "
        "stopped.\n\n"
        "gentrain train --from RUN --out NEW begins a new run with all that a "
        "checkpoint holds, or with --weights-only with its weights, at step 0. "
        "The other run stays as it is, and is not needed any more.");
    gt_page_section(page, "Signals");
    print_entries(page, signals);
    gt_page_paragraphs(
        page,
        "mpirun gets signals before its ranks do. It passes on SIGUSR1 at "
        "once. When it gets SIGINT or SIGTERM, Open MPI 4 ends its ranks: it "
        "sends them SIGTERM after one second, kills them after another, and "
        "exits with a code of its own. If a step and a checkpoint take longer "
        "than that, mpirun --mca odls_base_sigkill_timeout 5 makes 5 seconds "
        "of each. Open MPI 5 gives its ranks no time, so use SIGUSR1 there.\n\n"
        "A rank that makes no progress for train.watchdog_s seconds ends the "
        "job with exit code 9, and a line names it.");
    gt_page_section(page, "Exit codes");
    gt_topic_exit_codes(page);
}
