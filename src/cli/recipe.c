/* recipe.c: files are read by rank 0 alone and broadcast, so it is enough that
 * it sees them. But a node that sees another file under the same path is no
 * good sign, so such a file is kept to be compared. */
#include "cli/recipe.h"

#include "cli/hints.h"

#include "base/utf8.h"
#include "model/preset.h"
#include "store/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void gt__recipe_free(gt__recipe *r)
{
    free(r->place);
    free(r->text);
    free(r->own);
}

void gt__recipe_name(gt__recipe *r, const char *path)
{
    size_t end = strlen(path), start;
    while (end > 1 && path[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path[start - 1] != '/';)
        start--;
    size_t length = end - start, most = sizeof r->name - 1;
    snprintf(r->name, sizeof r->name, "%.*s",
             (int)gt_utf8_cut(path + start, length < most ? length : most),
             path + start);
    char *dot = strrchr(r->name, '.');
    if (dot && dot != r->name)
        *dot = '\0';
}

static gt_status read_preset(const char *name, gt__recipe *r)
{
    const gt_preset *preset;
    gt_status status = gt_preset_find(name, &preset);
    if (status != GT_OK)
        return status;
    snprintf(r->name, sizeof r->name, "%s", name);
    r->place = malloc(strlen(name) + 8);
    r->text = strdup(preset->text);
    if (!r->place || !r->text)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a preset");
    sprintf(r->place, "preset %s", name);
    return GT_OK;
}

static gt_status read_config(const char *path, gt__recipe *r)
{
    size_t size;
    gt_status status = gt_file_read(path, &r->text, &size);
    if (status != GT_OK)
        return gt_cli_refuse_config(path, status);
    if (strlen(r->text) != size)
        return gt_fail(GT_ERR_FORMAT, "%s: not a text file", path);
    gt__recipe_name(r, path);
    r->place = strdup(path);
    return r->place ? GT_OK : gt_fail(GT_ERR_MEMORY, "cannot allocate a path");
}

/* What this rank sees under the same name. A file need not be there, and what
 * is no file, such as /dev/stdin, is rank 0's alone. */
static void look_at_own(const gt_cli_args *args, gt__recipe *r)
{
    const char *name = gt_cli_value(args, "preset");
    const gt_preset *preset;
    struct stat info;
    size_t size;
    if (name && gt_preset_find(name, &preset) == GT_OK)
        r->own = strdup(preset->text);
    else if (!name && stat(args->operand[0], &info) == 0 &&
             S_ISREG(info.st_mode) &&
             gt_file_read(args->operand[0], &r->own, &size) != GT_OK)
        r->own = NULL;
    if (r->own && !strcmp(r->own, r->text)) {
        free(r->own);
        r->own = NULL;
    }
}

gt_status gt__recipe_share(gt_comm *comm, const gt_cli_args *args,
                           gt__recipe *r)
{
    const char *preset = gt_cli_value(args, "preset");
    gt_status status = GT_OK;
    if (comm->rank == 0)
        status =
            preset ? read_preset(preset, r) : read_config(args->operand[0], r);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_comm_broadcast_text(comm, &r->place);
    if (status == GT_OK)
        status = gt_comm_broadcast_text(comm, &r->text);
    gt_comm_broadcast(comm, r->name, sizeof r->name);
    if (status == GT_OK && comm->rank > 0)
        look_at_own(args, r);
    return status;
}

gt_status gt__recipe_of_run(gt_comm *comm, const gt_run *run, gt__recipe *r)
{
    char place[GT_PATH + 16];
    snprintf(place, sizeof place, "%s/config.yaml", run->path);
    r->place = strdup(run->begun ? place : run->resumed.path);
    r->text = strdup(run->begun ? run->begun : run->resumed.info.config);
    r->of_checkpoint = true;
    gt_status status = GT_OK;
    if (!r->place || !r->text)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate a recipe");
    return gt_comm_agree(comm, status);
}
