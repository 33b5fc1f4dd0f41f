/* help.c: the command tables as text and as a man page. */
#include "cli/cli.h"

#include "base/nearest.h"
#include "base/version.h"
#include "data/source.h"
#include "model/reference.h"
#include "nn/layer_list.h"
#include "train/schema.h"

#include <string.h>

enum { COLUMN = 24 };

static const char *const exit_codes =
    "0 success, also when a signal ended the training early (the run "
    "directory\n"
    "then holds a file INTERRUPTED); 2 usage, 3 configuration, 4 input or\n"
    "output, 5 a file's contents, 6 data, checkpoint and model do not fit "
    "each\n"
    "other, 7 memory, 8 NaN or infinity in training, 9 MPI.\n";

static void print_option(FILE *out, const gt_cli_option *o)
{
    char left[80], letter[8] = "    ";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    int n = snprintf(left, sizeof left, "  %s--%s%s%s", letter, o->name,
                     o->argument ? " " : "", o->argument ? o->argument : "");
    if (n < COLUMN + 4)
        fprintf(out, "%-*s  %s\n", COLUMN + 4, left, o->help);
    else
        fprintf(out, "%s\n%*s%s\n", left, COLUMN + 6, "", o->help);
}

void gt_cli_print_help(FILE *out, const gt_command *command)
{
    fprintf(out, "gentrain %s %s\n\n%s\n", command->name, command->operands,
            command->summary);
    if (command->options && command->options[0].name) {
        fputs("\nOptions:\n", out);
        for (const gt_cli_option *o = command->options; o->name; o++)
            print_option(out, o);
    }
    if (command->details)
        fprintf(out, "\n%s", command->details);
}

void gt_cli_print_overview(FILE *out)
{
    fprintf(
        out,
        "gentrain %s: trains GANs and VAEs data-parallel on CPU clusters\n\n"
        "usage: [mpirun -np N] gentrain COMMAND ...\n\nCommands:\n",
        GT_VERSION);
    for (const gt_command *const *c = gt__commands; *c; c++)
        fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
    fprintf(out, "\ngentrain COMMAND --help tells more.\n\nExit codes: %s",
            exit_codes);
}

/* roff wants minus signs escaped and no dot at the start of a line. */
static void print_roff(FILE *out, const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '-' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
        start = *text == '\n';
    }
}

static void man_command(FILE *out, const gt_command *command)
{
    fprintf(out, ".SS gentrain ");
    print_roff(out, command->name);
    fputc(' ', out);
    print_roff(out, command->operands);
    fputc('\n', out);
    print_roff(out, command->summary);
    fputc('\n', out);
    for (const gt_cli_option *o = command->options; o && o->name; o++) {
        fputs(".TP\n\\fB\\-\\-", out);
        print_roff(out, o->name);
        fputs("\\fR", out);
        if (o->letter)
            fprintf(out, ", \\fB\\-%c\\fR", o->letter);
        if (o->argument)
            fprintf(out, " \\fI%s\\fR", o->argument);
        fputc('\n', out);
        print_roff(out, o->help);
        fputc('\n', out);
    }
    if (command->details) {
        fputs(".PP\n.nf\n", out);
        print_roff(out, command->details);
        fputs(".fi\n", out);
    }
}

void gt_cli_print_man(FILE *out)
{
    fprintf(out,
            ".TH GENTRAIN 1 \"\" \"gentrain %s\" \"User Commands\"\n"
            ".SH NAME\ngentrain \\- trains GANs and VAEs data\\-parallel on "
            "CPU clusters\n.SH SYNOPSIS\n"
            "[\\fBmpirun\\fR \\-np N] \\fBgentrain\\fR COMMAND ...\n"
            ".SH COMMANDS\n",
            GT_VERSION);
    for (const gt_command *const *c = gt__commands; *c; c++)
        man_command(out, *c);
    fputs(".SH CONFIGURATION\n", out);
    gt_config_print_reference(out, GT_REFERENCE_ROFF, &gt_train_schema);
    fputs(".SH EXIT STATUS\n", out);
    print_roff(out, exit_codes);
}

static void print_sources(FILE *out)
{
    for (int i = 0; i < gt_source_type_count; i++)
        fprintf(out, "%-8s %s\n", gt_source_types[i]->name,
                gt_source_types[i]->help);
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    (void)comm;
    static const char *const topics[] = {"config", "layers", "data", "man"};
    static const int n_topics = sizeof topics / sizeof *topics;
    if (args->n_operands == 0) {
        gt_cli_print_overview(stdout);
        return GT_OK;
    }
    const char *topic = args->operand[0];
    for (const gt_command *const *c = gt__commands; *c; c++)
        if (!strcmp(topic, (*c)->name)) {
            gt_cli_print_help(stdout, *c);
            return GT_OK;
        }
    if (!strcmp(topic, "config"))
        gt_config_print_reference(stdout, GT_REFERENCE_PLAIN, &gt_train_schema);
    else if (!strcmp(topic, "layers"))
        gt_variants_print_reference(stdout, GT_REFERENCE_PLAIN,
                                    &gt_layer_variants);
    else if (!strcmp(topic, "data"))
        print_sources(stdout);
    else if (!strcmp(topic, "man"))
        gt_cli_print_man(stdout);
    else {
        const char *near = gt_nearest(topic, topics, n_topics);
        return gt_fail(GT_ERR_USAGE,
                       "no help on \"%s\"; %s%s%stopics are the commands, "
                       "config, layers, data and man",
                       topic, near ? "did you mean " : "", near ? near : "",
                       near ? "? The " : "");
    }
    return GT_OK;
}

const gt_command gt__command_help = {
    .name = "help",
    .operands = "[COMMAND | config | layers | data | man]",
    .summary = "Explain a command, the configuration, layers or data sources",
    .max_operands = 1,
    .run = run,
};
