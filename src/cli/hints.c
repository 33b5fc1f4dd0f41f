/* hints.c: somebody who mistypes knows the right word when it is seen. */
#include "cli/hints.h"

#include "base/nearest.h"
#include "model/preset.h"
#include "run/inspect.h"
#include "train/schema.h"

#include <dirent.h>
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

/* --- A run where data are asked for. */

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The last file of samples of a run, by name; "": there is none. */
static void find_samples(const char *run, char out[GT_PATH])
{
    char folder[GT_PATH], best[256] = "";
    *out = '\0';
    if (snprintf(folder, sizeof folder, "%s/samples", run) >= GT_PATH)
        return;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        size_t n = strlen(e->d_name);
        if (n > 3 && n < sizeof best && !strcmp(e->d_name + n - 3, ".h5") &&
            strcmp(e->d_name, best) > 0)
            strcpy(best, e->d_name);
    }
    if (dir)
        closedir(dir);
    if (*best && snprintf(out, GT_PATH, "%s/%s", folder, best) >= GT_PATH)
        *out = '\0';
}

/* The first run in a folder that has runs and no other folders; false: it is
 * none. */
static bool find_run(const char *path, char run[GT_PATH])
{
    bool runs_only = true;
    DIR *dir = opendir(path);
    *run = '\0';
    for (struct dirent *e; dir && runs_only && (e = readdir(dir));) {
        char inner[GT_PATH];
        bool named = *e->d_name != '.' && snprintf(inner, sizeof inner, "%s/%s",
                                                   path, e->d_name) < GT_PATH;
        if (!named || !is_folder(inner))
            continue;
        runs_only = gt_inspectable(inner);
        if (!*run || strcmp(inner, run) < 0)
            strcpy(run, inner);
    }
    if (dir)
        closedir(dir);
    return runs_only && *run;
}

gt_status gt_cli_refuse_run(const char *path)
{
    char uri[GT_PATH], run[GT_PATH] = "", samples[GT_PATH] = "";
    size_t n = strlen(path);
    if (n >= sizeof uri || !is_folder(path))
        return GT_OK;
    while (n > 1 && path[n - 1] == '/')
        n--;
    snprintf(uri, sizeof uri, "%.*s", (int)n, path);
    bool is_run = gt_inspectable(uri);
    if (!is_run && !find_run(uri, run))
        return GT_OK;
    find_samples(is_run ? uri : run, samples);
    const char *made = *samples ? "; samples that it made are data: " : "";
    if (is_run)
        return gt_fail(GT_ERR_CONFIG,
                       "%s is a run directory, no data; to go on with it: "
                       "gentrain train --resume %s%s%s",
                       uri, uri, made, samples);
    return gt_fail(GT_ERR_CONFIG,
                   "%s holds runs, no data; one of them is %s, of which "
                   "gentrain inspect %s tells%s%s",
                   uri, run, run, made, samples);
}
