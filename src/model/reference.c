/* reference.c: one pass over the tables for all styles of a page. */
#include "model/reference.h"

#include "model/option_text.h"

#include <stdint.h>
#include <string.h>

enum { MOST_ROWS = 64, NOTE = 320 };

typedef struct row {
    const char *key, *value, *help;
    bool required; /* then the value says so */
    char allowed[GT__ALLOWED];
} row;

/* Rows of one table; the widths may be those of wider tables around it. */
typedef struct table {
    row row[MOST_ROWS];
    int rows, key_width, value_width;
} table;

/* --- A table of keys in each style. */

/* Columns for keys, defaults and meaning. */
static void print_plain(const gt_page *page, const table *t)
{
    for (int i = 0; i < t->rows; i++) {
        const row *r = &t->row[i];
        char allowed[GT__ALLOWED + 2] = "";
        int column = 2 + t->key_width + 2 + t->value_width + 2;
        int indent = column;
        if (*r->allowed)
            snprintf(allowed, sizeof allowed, "(%s)", r->allowed);
        fprintf(page->out, "  %-*s  %-*s  ", t->key_width, r->key,
                t->value_width, r->value);
        gt_page_words(page->out, r->help, indent, &column);
        gt_page_words(page->out, allowed, indent, &column);
        fputc('\n', page->out);
    }
}

static void print_roff(const gt_page *page, const table *t)
{
    for (int i = 0; i < t->rows; i++) {
        const row *r = &t->row[i];
        fputs(".TP\n\\fB", page->out);
        gt_page_text(page, r->key);
        fputs("\\fR (", page->out);
        gt_page_text(page, r->value);
        fputs(")\n", page->out);
        gt_page_text(page, r->help);
        if (*r->allowed) {
            fputs(" (", page->out);
            gt_page_text(page, r->allowed);
            fputc(')', page->out);
        }
        fputc('\n', page->out);
    }
}

static void print_markdown(const gt_page *page, const table *t)
{
    if (t->rows > 0)
        fputs("\n| key | default | meaning | values |\n|---|---|---|---|\n",
              page->out);
    for (int i = 0; i < t->rows; i++) {
        const row *r = &t->row[i];
        const char *quote = r->required ? "" : "`";
        fprintf(page->out, "| `%s` | %s%s%s | ", r->key, quote, r->value,
                quote);
        gt_page_text(page, r->help);
        fputs(" | ", page->out);
        gt_page_text(page, r->allowed);
        fputs(" |\n", page->out);
    }
}

static void print_table(const gt_page *page, const table *t)
{
    if (page->style == GT_PAGE_ROFF)
        print_roff(page, t);
    else if (page->style == GT_PAGE_MARKDOWN)
        print_markdown(page, t);
    else
        print_plain(page, t);
}

/* --- The tables. */

static const char *default_of(const gt_option *option)
{
    return option->optional    ? "none"
           : option->otherwise ? option->otherwise
                               : "required";
}

static void widen(table *t, const gt_option *options)
{
    for (; options->key; options++) {
        int key = (int)strlen(options->key);
        int value = (int)strlen(default_of(options));
        t->key_width = key > t->key_width ? key : t->key_width;
        t->value_width = value > t->value_width ? value : t->value_width;
    }
}

static void add_rows(table *t, const gt_option *options)
{
    widen(t, options);
    for (; options->key && t->rows < MOST_ROWS; options++) {
        row *r = &t->row[t->rows++];
        r->key = options->key;
        r->value = default_of(options);
        r->required = !options->otherwise && !options->optional;
        r->help = options->help;
        gt__allowed(options, r->allowed);
    }
}

static void print_task(const gt_page *page, const gt__outline *outline)
{
    const gt_option options[] = {gt__task_option(outline), {0}};
    table t = {.rows = 0};
    add_rows(&t, options);
    gt_page_heading(page, "task", "at the top of the file", "");
    print_table(page, &t);
}

/* Who has the part, and where its values come from. */
static void note_of(const gt__outline *outline, int part, char note[NOTE])
{
    uint32_t tasks = outline->part[part].tasks;
    const gt_section *base = outline->part[part].section->inherits;
    char names[GT__TASKS_TEXT];
    int used = 0;
    note[0] = '\0';
    if (tasks != gt__all_tasks(outline))
        used =
            snprintf(note, NOTE, "(task %s only)%s",
                     gt__tasks_text(outline, tasks, names), base ? "; " : "");
    if (base)
        snprintf(note + used, (size_t)(NOTE - used),
                 "the keys are those of %s, from which come the values that "
                 "are not given here",
                 base->name);
}

/* Part `first` and those behind it that need no heading of their own. Returns
 * the next. */
static int print_parts(const gt_page *page, const gt__outline *outline,
                       int first)
{
    int begin = first, next = first;
    char note[NOTE];
    table t = {.rows = 0};
    while (!gt__outline_is_first(outline, begin))
        begin--;
    do {
        const gt_section *section = outline->part[next].section;
        if (!section->inherits)
            add_rows(&t, section->options);
        next++;
    } while (next < outline->n_parts && !gt__outline_is_first(outline, next) &&
             outline->part[next].tasks == outline->part[first].tasks);
    note_of(outline, first, note);
    gt_page_heading(page, outline->part[begin].section->name,
                    outline->part[begin].section->help, note);
    print_table(page, &t);
    return next;
}

/* The path of the first list's first item: "model.generator.0". */
static void example_path(const gt__outline *outline, char path[NOTE])
{
    snprintf(path, NOTE, "section.key.0");
    for (int i = 0; i < outline->n_parts; i++) {
        const gt_section *section = outline->part[i].section;
        for (const gt_option *o = section->options; o->key; o++)
            if (o->kind == GT_OPTION_VARIANTS) {
                snprintf(path, NOTE, "%s.%s.0", section->name, o->key);
                return;
            }
    }
}

void gt_config_print_reference(const gt_page *page, const gt_schema *schema)
{
    gt__outline outline;
    char path[NOTE], text[NOTE + 320];
    gt__outline_make(&outline, schema);
    example_path(&outline, path);
    snprintf(text, sizeof text,
             "A configuration is a YAML file of the sections below. Each key "
             "stands with its default, its meaning and the values it takes. "
             "--set section.key=value changes one from the command line; an "
             "item of a list is named by its place: %s is the first.",
             path);
    gt_page_paragraphs(page, text);
    print_task(page, &outline);
    for (int i = 0; i < outline.n_parts;)
        i = print_parts(page, &outline, i);
}

void gt_variants_print_reference(const gt_page *page,
                                 const gt_variants *variants)
{
    table t = {.rows = 0};
    gt_variant v;
    gt_page_paragraphs(page, variants->help);
    for (int i = 0; (v = variants->at(i)).name; i++)
        widen(&t, v.options);
    if (variants->common) {
        char heading[40];
        snprintf(heading, sizeof heading, "any %s", variants->noun);
        add_rows(&t, variants->common);
        gt_page_heading(page, heading, "what each of them may have", "");
        print_table(page, &t);
    }
    for (int i = 0; (v = variants->at(i)).name; i++) {
        t.rows = 0;
        add_rows(&t, v.options);
        gt_page_heading(page, v.name, v.help, "");
        print_table(page, &t);
    }
}
