/* pages.c: one table of commands and one of topics are all there is to know of
 * the program, so no page can be forgotten and none can be out of date. */
#include "cli/pages.h"

#include "base/version.h"
#include "cli/topics.h"
#include "store/files.h"

#include <stdlib.h>
#include <string.h>

static const char summary[] =
    "trains generative models of images data-parallel on CPU clusters";

const gt_topic gt__topics[] = {
    {"config", 5, "configuration of a training", "gentrain-train(1)",
     gt_topic_config},
    {"layers", 0, "layers of a network", NULL, gt_topic_layers},
    {"data", 0, "sources of images", NULL, gt_topic_data},
    {"metrics", 7, "metrics of an evaluation", "gentrain-eval(1)",
     gt_topic_metrics},
    {"run", 7, "files of a run, signals and exit codes", "gentrain-train(1)",
     gt_topic_run},
    {0},
};

static void see_also(const gt_page *page, const char *also)
{
    if (page->style != GT_PAGE_ROFF || !also)
        return;
    gt_page_section(page, "See also");
    gt_page_paragraphs(page, also);
}

/* --- The program. */

static void overview_plain(const gt_page *page)
{
    fprintf(page->out,
            "gentrain %s: %s\n\nusage: [mpirun -np N] gentrain COMMAND ...\n",
            GT_VERSION, summary);
}

static void overview_man(const gt_page *page)
{
    gt_page_title(page, "gentrain", 1, summary);
    gt_page_section(page, "Synopsis");
    gt_page_lines(page, "[mpirun -np N] gentrain COMMAND ...\n"
                        "gentrain --version\n");
    gt_page_section(page, "Description");
    gt_page_paragraphs(
        page,
        "Each rank holds a copy of the networks and computes its part of every "
        "batch. The ranks add their gradients over MPI at every step, in an "
        "order that does not depend on their number, so weights are the same "
        "bits on any number of ranks. Rank 0 writes checkpoints and samples "
        "into the run directory. A run that was stopped, by whatever, goes on "
        "from its newest checkpoint.\n\n"
        "--version prints the version, and a hash of the sources that numbers "
        "come from: builds with the same hash compute the same.");
}

void gt_page_overview(const gt_page *page)
{
    char name[64];
    if (page->style == GT_PAGE_PLAIN)
        overview_plain(page);
    else
        overview_man(page);
    gt_page_section(page, "Commands");
    gt_page narrow = {.out = page->out, .style = page->style, .column = 16};
    for (const gt_command *const *c = gt__commands; *c; c++)
        gt_page_item(&narrow, (*c)->name, NULL, (*c)->summary);
    gt_page_section(page, "Topics");
    for (const gt_topic *t = gt__topics; t->name; t++) {
        snprintf(name, sizeof name, "help %s", t->name);
        gt_page_item(&narrow, name, NULL, t->summary);
    }
    if (page->style == GT_PAGE_PLAIN)
        gt_page_paragraphs(page, "gentrain COMMAND --help tells more.");
    gt_page_section(page, "Exit codes");
    gt_topic_exit_codes(page);
    see_also(page, "gentrain-train(1), gentrain-sample(1), gentrain-config(5), "
                   "gentrain-run(7), mpirun(1)");
}

/* --- A command. */

static void print_option(const gt_page *page, const gt_cli_option *o)
{
    char name[64], letter[8] = "";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    else if (page->style == GT_PAGE_PLAIN)
        snprintf(letter, sizeof letter, "    ");
    snprintf(name, sizeof name, "%s--%s", letter, o->name);
    gt_page_item(page, name, o->argument, o->help);
}

static void print_options(const gt_page *page, const gt_command *command)
{
    if (!command->options || !command->options->name)
        return;
    gt_page_section(page, "Options");
    for (const gt_cli_option *o = command->options; o->name; o++)
        print_option(page, o);
}

static void print_examples(const gt_page *page, const gt_command *command)
{
    if (!command->examples)
        return;
    gt_page_section(page, "Examples");
    gt_page_lines(page, command->examples);
}

/* On a terminal options come first, as they are looked up most often. */
static void command_plain(const gt_page *page, const gt_command *command,
                          const char *name)
{
    fprintf(page->out, "gentrain %s %s\n\n", command->name, command->operands);
    gt_page_title(page, name, 1, command->summary);
    print_options(page, command);
    if (command->details)
        gt_page_paragraphs(page, command->details);
    print_examples(page, command);
}

void gt_page_command(const gt_page *page, const gt_command *command)
{
    char synopsis[256], name[64];
    snprintf(name, sizeof name, "gentrain-%s", command->name);
    if (page->style == GT_PAGE_PLAIN) {
        command_plain(page, command, name);
        return;
    }
    snprintf(synopsis, sizeof synopsis, "%sgentrain %s %s\n",
             command->parallel ? "[mpirun -np N] " : "", command->name,
             command->operands);
    gt_page_title(page, name, 1, command->summary);
    gt_page_section(page, "Synopsis");
    gt_page_lines(page, synopsis);
    if (command->details) {
        gt_page_section(page, "Description");
        gt_page_paragraphs(page, command->details);
    }
    print_options(page, command);
    print_examples(page, command);
    see_also(page, "gentrain(1), gentrain-config(5), gentrain-run(7)");
}

/* --- A topic. */

void gt_page_topic(const gt_page *page, const gt_topic *topic)
{
    char name[64];
    snprintf(name, sizeof name, "gentrain-%s", topic->name);
    gt_page_title(page, name, topic->section, topic->summary);
    topic->print(page);
    see_also(page, topic->also);
}

/* --- Man pages. */

/* What a page is of; the rest is NULL. */
typedef struct subject {
    const gt_command *command;
    const gt_topic *topic;
} subject;

static void print_subject(const gt_page *page, const subject *of)
{
    if (of->command)
        gt_page_command(page, of->command);
    else if (of->topic)
        gt_page_topic(page, of->topic);
    else
        gt_page_overview(page);
}

static gt_status write_page(const char *directory, const subject *of)
{
    char path[4096];
    char *text = NULL;
    size_t size = 0;
    int section = of->topic ? of->topic->section : 1;
    const char *name = of->topic     ? of->topic->name
                       : of->command ? of->command->name
                                     : NULL;
    gt_page page = {.out = open_memstream(&text, &size), .style = GT_PAGE_ROFF};
    if (!page.out)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a man page");
    print_subject(&page, of);
    gt_status status = GT_OK;
    if (fclose(page.out) != 0)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate a man page");
    snprintf(path, sizeof path, "%s/man%d", directory, section);
    if (status == GT_OK)
        status = gt_directory_make(path);
    snprintf(path, sizeof path, "%s/man%d/gentrain%s%s.%d", directory, section,
             name ? "-" : "", name ? name : "", section);
    if (status == GT_OK)
        status = gt_file_replace(path, text, size);
    free(text);
    return status;
}

gt_status gt_pages_write_man(const char *directory)
{
    gt_status status = write_page(directory, &(subject){0});
    for (const gt_command *const *c = gt__commands; *c && status == GT_OK; c++)
        status = write_page(directory, &(subject){.command = *c});
    for (const gt_topic *t = gt__topics; t->name && status == GT_OK; t++)
        if (t->section > 0)
            status = write_page(directory, &(subject){.topic = t});
    return status;
}
