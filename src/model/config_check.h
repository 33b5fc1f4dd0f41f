/* config_check.h: what the parser's steps share. Private to the model room. */
#ifndef GT_MODEL_CONFIG_CHECK_H
#define GT_MODEL_CONFIG_CHECK_H

#include "model/config.h"
#include "model/config_tree.h"

/* Check the tree against the tables and bring it into its resolved form:
 * shorthands written out, defaults filled in, keys in the tables' order. */
gt_status gt__config_check(gt__tree *tree, gt_task_kind *task);

/* Check one value and bring it into its resolved form; *node may be replaced.
 * `path` is for messages: "train.batch". */
gt_status gt__value_check(gt__tree *tree, const gt_option *option,
                          const char *path, int *node);

/* What a number may be: "0 to 10" or "any number". Returns `text`. */
enum { GT__ALLOWED = 128 };
char *gt__allowed(const gt_option *option, char text[GT__ALLOWED]);

/* The struct of a checked tree, which is used up. The configuration's text is
 * left to the caller. */
gt_status gt__config_bind(gt__tree *tree, gt_task_kind task, gt_config **out);

/* Does a section or list belong to the task? */
static inline bool gt__has_task(int task, gt_task_kind asked)
{
    return task == GT_TASK_ANY || task == (int)asked;
}

#endif
