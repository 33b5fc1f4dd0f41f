/* args.c: getopt_long does the parsing; we turn our table into its form and its
 * refusals into sentences. */
#include "cli/args.h"

#include "base/utf8.h"
#include "cli/hints.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP = 1000, FIRST = 2000 };

static int count_options(const gt_command *command)
{
    int n = 0;
    while (command->options && command->options[n].name)
        n++;
    return n;
}

/* Our table as getopt wants it. */
static void translate(const gt_command *command, struct option *longs,
                      char *shorts)
{
    int n = count_options(command);
    *shorts++ = ':';
    *shorts++ = 'h';
    for (int i = 0; i < n; i++) {
        const gt_cli_option *o = &command->options[i];
        longs[i] = (struct option){
            o->name, o->argument ? required_argument : no_argument, NULL,
            FIRST + i};
        if (o->letter) {
            *shorts++ = o->letter;
            if (o->argument)
                *shorts++ = ':';
        }
    }
    *shorts = '\0';
    longs[n] = (struct option){"help", no_argument, NULL, HELP};
    longs[n + 1] = (struct option){0};
}

static const gt_cli_option *by_code(const gt_command *command, int code)
{
    if (code >= FIRST)
        return &command->options[code - FIRST];
    for (int i = 0; i < count_options(command); i++)
        if (command->options[i].letter == code)
            return &command->options[i];
    return NULL;
}

/* Arguments become names of files, settings and messages, and so go into files
 * that hold UTF-8 only. A setting may be of several lines. */
static gt_status check_characters(const char *what, const char *text,
                                  const char *allowed)
{
    const char *flaw = gt_utf8_flaw(text, allowed);
    if (!flaw)
        return GT_OK;
    char shown[512];
    return gt_fail(GT_ERR_USAGE,
                   "%s \"%s\" %s, so it cannot be written into "
                   "configurations, metrics and HDF5 files; use another name",
                   what, gt_utf8_show(text, "", shown, sizeof shown), flaw);
}

static gt_status check_all_characters(const gt_cli_args *args)
{
    gt_status status = GT_OK;
    for (int i = 0; i < args->n_hits && status == GT_OK; i++) {
        const char *name = args->hit[i].option->name;
        char what[40];
        snprintf(what, sizeof what, "--%s", name);
        if (args->hit[i].value)
            status = check_characters(what, args->hit[i].value,
                                      strcmp(name, "set") ? "" : "\t\n");
    }
    for (int i = 0; i < args->n_operands && status == GT_OK; i++)
        status = check_characters("the argument", args->operand[i], "");
    return status;
}

/* Most often a shell has made files of a pattern. */
static gt_status fail_extra(const gt_command *command, const char *extra)
{
    size_t n = strlen(extra);
    bool file = n > 3 && !strcmp(extra + n - 3, ".h5");
    return gt_fail(GT_ERR_USAGE,
                   "unexpected argument \"%s\"%s; usage: gentrain %s %s", extra,
                   file ? " (a pattern stands in quotes: 'hdf5:run-*.h5')" : "",
                   command->name, command->operands);
}

gt_status gt_cli_parse(const gt_command *command, int argc, char **argv,
                       gt_cli_args *args, bool *help)
{
    struct option longs[GT_CLI_MAX_OPTIONS + 2];
    char shorts[2 * GT_CLI_MAX_OPTIONS + 4];
    translate(command, longs, shorts);
    *args = (gt_cli_args){.command = command};
    *help = false;
    for (int i = 1; i < argc; i++) {
        gt_status status = gt_cli_check_dashes(command, argv[i]);
        if (status != GT_OK)
            return status;
    }
    opterr = 0;
    optind = 1;
    for (int code;
         (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        if (code == 'h' || code == HELP) {
            *help = true;
            return GT_OK;
        }
        char letter[3] = {'-', (char)optopt};
        if (code == '?' || code == ':')
            return gt_cli_refuse_option(command,
                                        optopt > 0 && optopt < FIRST &&
                                                optopt != HELP
                                            ? letter
                                            : argv[optind - 1],
                                        code == ':');
        if (args->n_hits == GT_CLI_MAX_HITS)
            return gt_fail(GT_ERR_USAGE,
                           "more than %d options; put them into "
                           "a configuration file",
                           GT_CLI_MAX_HITS);
        args->hit[args->n_hits].option = by_code(command, code);
        args->hit[args->n_hits].value = optarg;
        args->n_hits++;
    }
    args->operand = argv + optind;
    args->n_operands = argc - optind;
    if (args->n_operands < command->min_operands)
        return gt_fail(GT_ERR_USAGE, "usage: gentrain %s %s", command->name,
                       command->operands);
    if (args->n_operands > command->max_operands)
        return fail_extra(command, args->operand[command->max_operands]);
    return check_all_characters(args);
}

const char *gt_cli_value(const gt_cli_args *args, const char *name)
{
    for (int i = args->n_hits - 1; i >= 0; i--)
        if (!strcmp(args->hit[i].option->name, name))
            return args->hit[i].value;
    return NULL;
}

bool gt_cli_flag(const gt_cli_args *args, const char *name)
{
    for (int i = 0; i < args->n_hits; i++)
        if (!strcmp(args->hit[i].option->name, name))
            return true;
    return false;
}

gt_status gt_cli_integer(const gt_cli_args *args, const char *name, int64_t min,
                         int64_t max, int64_t *out)
{
    const char *text = gt_cli_value(args, name);
    if (!text)
        return GT_OK;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end || errno || value < min || value > max)
        return gt_fail(GT_ERR_USAGE,
                       "--%s: \"%s\" is not a whole number from %lld to %lld",
                       name, text, (long long)min, (long long)max);
    *out = value;
    return GT_OK;
}
