/* cgroup.h: where the limits of this process's control groups are, of version 1
 * and 2. Local.
 */
#ifndef GT_BASE_CGROUP_H
#define GT_BASE_CGROUP_H

#include <stdbool.h>

/* Call `visit` with the folder of the process's control group and of each above
 * it, in every hierarchy that limits what `controller` stands for ("cpu",
 * "memory"); v2: the folder has the files of version 2. Files are looked for
 * below `root`, which is "" but for tests. No call where the system has no
 * control groups. */
void gt_cgroup_visit(const char *root, const char *controller,
                     void (*visit)(const char *folder, bool v2, void *context),
                     void *context);

/* Read the first number, or two, of FOLDER/NAME; false if there are not as many
 * (as with "max"). `second` may be NULL. */
bool gt_cgroup_numbers(const char *folder, const char *name, double *first,
                       double *second);

#endif
