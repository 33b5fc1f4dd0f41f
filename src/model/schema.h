/* schema.h: which sections a configuration has, and whose they are. Local.
 *
 * The parser knows no section and no task by name. It is handed a schema: the
 * sections that every task has, and for each task those that only it has, as
 * its own file lists them. Whether a section belongs to a task is one bit of a
 * set, so what two tasks list is shared by them and refused for a third.
 */
#ifndef GT_MODEL_SCHEMA_H
#define GT_MODEL_SCHEMA_H

#include "base/section.h"

#include <stdint.h>

typedef struct gt_schema_task {
    const char *name;                  /* as after "task:"; NULL: no such */
    const gt_section *const *sections; /* ends with NULL */
} gt_schema_task;

/* The order of sections in a resolved text is: those of every task, then those
 * of the tasks. But parts of one section stand together, and a section that
 * inherits stands behind the one it inherits from. */
typedef struct gt_schema {
    const gt_section *const *sections; /* of every task; ends with NULL */
    gt_schema_task (*task)(int number);
} gt_schema;

/* The whole name of the key that is called `word` in some section, as in
 * "optimizer.lr" for "lr"; with `near`, also of the one that is most like it.
 * NULL: there is none. Returns `text`. */
enum { GT_SCHEMA_KEY = 128 };
char *gt_schema_find_key(const gt_schema *schema, const char *word, bool near,
                         char text[GT_SCHEMA_KEY]);

/* --- Within the room: the outline of a schema, in the order of the text. */

enum { GT__MOST_TASKS = 32, GT__MOST_PARTS = 64 };

typedef struct gt__part {
    const gt_section *section;
    uint32_t tasks; /* bit i: task number i has it */
} gt__part;

typedef struct gt__outline {
    int n_tasks, n_parts;
    const char *task[GT__MOST_TASKS + 1]; /* names; ends with NULL */
    gt__part part[GT__MOST_PARTS];
} gt__outline;

void gt__outline_make(gt__outline *outline, const gt_schema *schema);

static inline uint32_t gt__all_tasks(const gt__outline *outline)
{
    return (uint32_t)(((uint64_t)1 << outline->n_tasks) - 1);
}

/* As gt_schema_find_key, among the sections of some of `tasks`. */
char *gt__outline_find_key(const gt__outline *outline, uint32_t tasks,
                           const char *word, bool near,
                           char text[GT_SCHEMA_KEY]);

/* Is part i the first of its section? */
bool gt__outline_is_first(const gt__outline *outline, int i);

/* "gan or vae" in `text`; returns it. */
enum { GT__TASKS_TEXT = 160 };
char *gt__tasks_text(const gt__outline *outline, uint32_t tasks,
                     char text[GT__TASKS_TEXT]);

/* The key "task" at the top of the file, whose choices are in `outline`. */
gt_option gt__task_option(const gt__outline *outline);

#endif
