/* help.c: `gentrain help`: finds the page that is asked for. */
#include "cli/args.h"

#include "base/nearest.h"
#include "cli/pages.h"

#include <string.h>

static const gt_cli_option options[] = {
    {"format", 'f', "FORMAT", "text, man or markdown [text]"},
    {"man-pages", 0, "DIR", "write all man pages into DIR/man1, man5 and man7"},
    {0},
};

static const char *const formats[] = {[GT_PAGE_PLAIN] = "text",
                                      [GT_PAGE_ROFF] = "man",
                                      [GT_PAGE_MARKDOWN] = "markdown"};

static gt_status find_format(const char *name, gt_page_style *style)
{
    for (int i = 0; name && i < (int)(sizeof formats / sizeof *formats); i++)
        if (!strcmp(name, formats[i])) {
            *style = (gt_page_style)i;
            return GT_OK;
        }
    if (!name)
        return GT_OK;
    char suggestion[GT_SUGGESTION];
    return gt_fail(
        GT_ERR_USAGE, "--format: \"%s\" is not text, man or markdown%s", name,
        gt_suggestion(name, formats, (int)(sizeof formats / sizeof *formats),
                      suggestion));
}

static gt_status no_such_topic(const char *name)
{
    const char *names[32];
    int n = 0;
    for (const gt_command *const *c = gt__commands; *c; c++)
        names[n++] = (*c)->name;
    for (const gt_topic *t = gt__topics; t->name; t++)
        names[n++] = t->name;
    char suggestion[GT_SUGGESTION];
    return gt_fail(GT_ERR_USAGE,
                   "there is no help on \"%s\" (gentrain help lists commands "
                   "and topics)%s",
                   name, gt_suggestion(name, names, n, suggestion));
}

static gt_status print_page(const gt_page *page, const char *name)
{
    for (const gt_command *const *c = gt__commands; *c; c++)
        if (!strcmp(name, (*c)->name)) {
            gt_page_command(page, *c);
            return GT_OK;
        }
    for (const gt_topic *t = gt__topics; t->name; t++)
        if (!strcmp(name, t->name)) {
            gt_page_topic(page, t);
            return GT_OK;
        }
    return no_such_topic(name);
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    (void)comm;
    const char *directory = gt_cli_value(args, "man-pages");
    gt_page page = {.out = stdout, .style = GT_PAGE_PLAIN};
    gt_status status = find_format(gt_cli_value(args, "format"), &page.style);
    if (status != GT_OK)
        return status;
    if (directory)
        return gt_pages_write_man(directory);
    if (args->n_operands > 0)
        return print_page(&page, args->operand[0]);
    gt_page_overview(&page);
    return GT_OK;
}

const gt_command gt__command_help = {
    .name = "help",
    .operands = "[COMMAND | TOPIC]",
    .summary = "explain a command or a topic",
    .details =
        "Topics are config, layers, data, metrics and run. Without any, all "
        "commands and topics are listed.",
    .examples = "gentrain help train\n"
                "gentrain help config\n"
                "gentrain help config --format man | man -l -\n",
    .options = options,
    .max_operands = 1,
    .run = run,
};
