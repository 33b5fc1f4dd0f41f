/* schema.c: the sections of all owners in one order, with the tasks of each. */
#include "model/schema.h"

#include "base/nearest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool is_base_of(const gt_section *base, const gt_section *section)
{
    return section->inherits &&
           (base == section->inherits || base->inherits == section->inherits);
}

/* Behind the last part of its section, else behind the last one that is, or
 * follows, what it inherits from, else at the end. */
static int place_of(const gt__outline *outline, const gt_section *section)
{
    int same = 0, base = 0;
    for (int i = 0; i < outline->n_parts; i++) {
        const gt_section *other = outline->part[i].section;
        if (!strcmp(other->name, section->name))
            same = i + 1;
        if (is_base_of(other, section))
            base = i + 1;
    }
    assert(base || !section->inherits);
    return same ? same : base ? base : outline->n_parts;
}

static void add_section(gt__outline *outline, const gt_section *section,
                        uint32_t tasks)
{
    for (int i = 0; i < outline->n_parts; i++)
        if (outline->part[i].section == section) {
            outline->part[i].tasks |= tasks;
            return;
        }
    assert(outline->n_parts < GT__MOST_PARTS);
    int at = place_of(outline, section);
    for (int i = outline->n_parts++; i > at; i--)
        outline->part[i] = outline->part[i - 1];
    outline->part[at] = (gt__part){section, tasks};
}

void gt__outline_make(gt__outline *outline, const gt_schema *schema)
{
    *outline = (gt__outline){0};
    for (const char *name; (name = schema->task(outline->n_tasks).name);) {
        assert(outline->n_tasks < GT__MOST_TASKS);
        outline->task[outline->n_tasks++] = name;
    }
    for (const gt_section *const *s = schema->sections; *s; s++)
        add_section(outline, *s, gt__all_tasks(outline));
    for (int i = 0; i < outline->n_tasks; i++)
        for (const gt_section *const *s = schema->task(i).sections; *s; s++)
            add_section(outline, *s, (uint32_t)1 << i);
}

bool gt__outline_is_first(const gt__outline *outline, int i)
{
    return i == 0 || strcmp(outline->part[i - 1].section->name,
                            outline->part[i].section->name) != 0;
}

char *gt__tasks_text(const gt__outline *outline, uint32_t tasks,
                     char text[GT__TASKS_TEXT])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < outline->n_tasks; i++) {
        bool has = tasks >> i & 1, more = tasks >> i >> 1;
        if (has && used < GT__TASKS_TEXT)
            used += (size_t)snprintf(text + used, GT__TASKS_TEXT - used, "%s%s",
                                     !used  ? ""
                                     : more ? ", "
                                            : " or ",
                                     outline->task[i]);
    }
    return text;
}

gt_option gt__task_option(const gt__outline *outline)
{
    return (gt_option){.key = "task",
                       .kind = GT_OPTION_CHOICE,
                       .choices = outline->task,
                       .help = "what is trained"};
}

enum { MOST_KEYS = 256 };

char *gt__outline_find_key(const gt__outline *outline, uint32_t tasks,
                           const char *word, bool near,
                           char text[GT_SCHEMA_KEY])
{
    const char *names[MOST_KEYS] = {0}, *sections[MOST_KEYS];
    int n = 0, found = -1;
    for (int i = 0; i < outline->n_parts; i++) {
        const gt_section *section = outline->part[i].section;
        if (!(outline->part[i].tasks & tasks))
            continue;
        for (const gt_option *o = section->options; o->key && n < MOST_KEYS;
             o++) {
            names[n] = o->key;
            sections[n++] = section->name;
        }
    }
    for (int i = n; i-- > 0;)
        if (!strcmp(names[i], word))
            found = i;
    const char *like = found < 0 && near ? gt_nearest(word, names, n) : NULL;
    for (int i = n; like && i-- > 0;)
        if (names[i] == like)
            found = i;
    if (found < 0)
        return NULL;
    snprintf(text, GT_SCHEMA_KEY, "%s.%s", sections[found], names[found]);
    return text;
}

char *gt_schema_find_key(const gt_schema *schema, const char *word, bool near,
                         char text[GT_SCHEMA_KEY])
{
    gt__outline outline;
    gt__outline_make(&outline, schema);
    return gt__outline_find_key(&outline, gt__all_tasks(&outline), word, near,
                                text);
}
