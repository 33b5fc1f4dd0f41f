/* hints.c: somebody who mistypes knows the right word when it is seen. */
#include "cli/hints.h"

#include "base/nearest.h"
#include "model/preset.h"
#include "run/inspect.h"
#include "train/schema.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { WORD = 64 };

static int names_of(const gt_command *command,
                    const char *names[GT_CLI_MAX_OPTIONS])
{
    int n = 0;
    for (; command->options && command->options[n].name; n++)
        names[n] = command->options[n].name;
    return n;
}

static bool has_option(const gt_command *command, const char *name)
{
    const char *names[GT_CLI_MAX_OPTIONS];
    int n = names_of(command, names);
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* The key that was written as an option: --lr, --d-steps or --optimizer.lr. */
static char *find_key(const gt_command *command, const char *name,
                      char key[GT_SCHEMA_KEY])
{
    char word[WORD];
    const char *dot = strrchr(name, '.');
    if (!has_option(command, "set"))
        return NULL;
    snprintf(word, sizeof word, "%s", dot ? dot + 1 : name);
    for (char *c = word; *c; c++)
        if (*c == '-')
            *c = '_';
    if (!gt_schema_find_key(&gt_train_schema, word, false, key))
        return NULL;
    return dot && strncmp(name, key, (size_t)(dot - name)) != 0 ? NULL : key;
}

gt_status gt_cli_refuse_option(const gt_command *command, const char *word,
                               bool needs_value)
{
    const char *names[GT_CLI_MAX_OPTIONS];
    char name[WORD] = "", key[GT_SCHEMA_KEY];
    int n = names_of(command, names);
    size_t length = strcspn(word, "=");
    if (needs_value)
        return gt_fail(GT_ERR_USAGE, "%s needs a value; see gentrain %s --help",
                       word, command->name);
    if (!strncmp(word, "--", 2))
        snprintf(name, sizeof name, "%.*s", (int)length - 2, word + 2);
    if (word[length] == '=' && has_option(command, name))
        return gt_fail(GT_ERR_USAGE, "--%s takes no value; write --%s alone",
                       name, name);
    if (find_key(command, name, key))
        return gt_fail(GT_ERR_USAGE,
                       "unknown option --%s; did you mean --set %s=VALUE?",
                       name, key);
    const char *near = gt_nearest(name, names, n);
    if (near)
        return gt_fail(GT_ERR_USAGE,
                       "unknown option %.*s; did you mean --%s? See gentrain "
                       "%s --help",
                       (int)length, word, near, command->name);
    return gt_fail(GT_ERR_USAGE, "unknown option %.*s; see gentrain %s --help",
                   (int)length, word, command->name);
}

gt_status gt_cli_check_dashes(const gt_command *command, const char *word)
{
    char name[WORD];
    if (word[0] != '-' || word[1] == '-' || strlen(word) < 4)
        return GT_OK;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 1, "="), word + 1);
    if (!has_option(command, name))
        return GT_OK;
    return gt_fail(GT_ERR_USAGE, "-%s: write two dashes, --%s", name, name);
}

gt_status gt_cli_refuse_config(const char *path, gt_status status)
{
    const char *names[WORD];
    struct stat info;
    int n = 0;
    bool there = stat(path, &info) == 0;
    if (there && S_ISDIR(info.st_mode) && gt_inspectable(path))
        return gt_fail(status,
                       "%s is a run, no configuration; to go on with it: "
                       "gentrain train --resume %s",
                       path, path);
    for (const gt_preset *p = gt_presets; p->name && n < WORD; p++)
        names[n++] = p->name;
    const char *near = there ? NULL : gt_nearest(path, names, n);
    if (!near)
        return status;
    return gt_fail(status,
                   "there is no file %s; did you mean the preset, --preset %s?",
                   path, near);
}
