/* recipe.h: where a training's configuration comes from: a preset, a file, a
 * checkpoint. Private to the cli room. */
#ifndef GT_CLI_RECIPE_H
#define GT_CLI_RECIPE_H

#include "cli/args.h"
#include "run/run.h"

typedef struct gt__recipe {
    char name[64];      /* "dcgan28", for people */
    char *place;        /* what messages call the text; owned */
    char *text;         /* YAML, rank 0's on all ranks; owned */
    char *own;          /* what this rank sees under the same name, where that
                           is something else; NULL: nothing, or the same. Owned */
    bool of_checkpoint; /* that the training begins with, or of its run */
} gt__recipe;

void gt__recipe_free(gt__recipe *recipe);

/* The last part of a path, without its ending, as the name. Local. */
void gt__recipe_name(gt__recipe *recipe, const char *path);

/* The preset or the file that the command line asks for, as rank 0 sees it;
 * other ranks need not see it. GT_ERR_USAGE, GT_ERR_IO, GT_ERR_FORMAT,
 * GT_ERR_MEMORY. Collective; all ranks fail together. */
gt_status gt__recipe_share(gt_comm *comm, const gt_cli_args *args,
                           gt__recipe *recipe);

/* That of the checkpoint which a run goes on from, or of config.yaml where
 * there is none yet. GT_ERR_MEMORY. Collective; all ranks fail together. */
gt_status gt__recipe_of_run(gt_comm *comm, const gt_run *run,
                            gt__recipe *recipe);

#endif
