/* reference.c: one pass over the tables, printed in three styles. A style
 * prints paragraphs, headings and tables of keys, and knows nothing of what is
 * in them. */
#include "model/reference.h"

#include "model/option_text.h"

#include <stdint.h>
#include <string.h>

enum { WIDTH = 80, MOST_ROWS = 64, NOTE = 320 };

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

typedef struct markup {
    void (*paragraph)(FILE *out, const char *text);
    /* `note` may be "". */
    void (*heading)(FILE *out, const char *name, const char *help,
                    const char *note);
    void (*table)(FILE *out, const table *t);
} markup;

/* --- Plain text. */

/* Print words, broken before column WIDTH; further lines start at `indent`.
 * `column` is where the cursor stands. */
static void print_words(FILE *out, const char *text, int indent, int *column)
{
    while (*text) {
        int n = (int)strcspn(text, " ");
        if (*column > indent && *column + 1 + n > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            *column = indent;
        } else if (*column > indent) {
            fputc(' ', out);
            ++*column;
        }
        fprintf(out, "%.*s", n, text);
        *column += n;
        text += n + (text[n] == ' ');
    }
}

static void plain_paragraph(FILE *out, const char *text)
{
    int column = 0;
    print_words(out, text, 0, &column);
    fputc('\n', out);
}

static void plain_heading(FILE *out, const char *name, const char *help,
                          const char *note)
{
    int column = fprintf(out, "\n%s", name) - 1;
    print_words(out, "-", 2, &column);
    print_words(out, help, 2, &column);
    print_words(out, note, 2, &column);
    fputc('\n', out);
}

static void plain_table(FILE *out, const table *t)
{
    for (int i = 0; i < t->rows; i++) {
        const row *r = &t->row[i];
        char allowed[GT__ALLOWED + 2] = "";
        int column = 2 + t->key_width + 2 + t->value_width + 2;
        int indent = column;
        if (*r->allowed)
            snprintf(allowed, sizeof allowed, "(%s)", r->allowed);
        fprintf(out, "  %-*s  %-*s  ", t->key_width, r->key, t->value_width,
                r->value);
        print_words(out, r->help, indent, &column);
        print_words(out, allowed, indent, &column);
        fputc('\n', out);
    }
}

/* --- Roff: minus signs are escaped, and no line begins with a dot. */

static void roff_text(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
    }
}

static void roff_paragraph(FILE *out, const char *text)
{
    fputs(".PP\n", out);
    roff_text(out, text);
    fputc('\n', out);
}

static void roff_heading(FILE *out, const char *name, const char *help,
                         const char *note)
{
    fputs(".SS ", out);
    roff_text(out, name);
    fputc('\n', out);
    roff_text(out, help);
    if (*note)
        fputc(' ', out);
    roff_text(out, note);
    fputs("\n", out);
}

static void roff_table(FILE *out, const table *t)
{
    for (int i = 0; i < t->rows; i++) {
        const row *r = &t->row[i];
        fputs(".TP\n\\fB", out);
        roff_text(out, r->key);
        fputs("\\fR (", out);
        roff_text(out, r->value);
        fputs(")\n", out);
        roff_text(out, r->help);
        if (*r->allowed) {
            fputs(" (", out);
            roff_text(out, r->allowed);
            fputc(')', out);
        }
        fputc('\n', out);
    }
}

/* --- Markdown: in running text, what would be markup is escaped. */

static void markdown_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_[]<>|", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void markdown_paragraph(FILE *out, const char *text)
{
    markdown_text(out, text);
    fputc('\n', out);
}

static void markdown_heading(FILE *out, const char *name, const char *help,
                             const char *note)
{
    fprintf(out, "\n### `%s`\n\n", name);
    markdown_text(out, help);
    if (*note)
        fputc(' ', out);
    markdown_text(out, note);
    fputs("\n", out);
}

static void markdown_table(FILE *out, const table *t)
{
    if (t->rows > 0)
        fputs("\n| key | default | meaning | values |\n|---|---|---|---|\n",
              out);
    for (int i = 0; i < t->rows; i++) {
        const row *r = &t->row[i];
        const char *quote = r->required ? "" : "`";
        fprintf(out, "| `%s` | %s%s%s | ", r->key, quote, r->value, quote);
        markdown_text(out, r->help);
        fputs(" | ", out);
        markdown_text(out, r->allowed);
        fputs(" |\n", out);
    }
}

static const markup markups[] = {
    [GT_REFERENCE_PLAIN] = {plain_paragraph, plain_heading, plain_table},
    [GT_REFERENCE_ROFF] = {roff_paragraph, roff_heading, roff_table},
    [GT_REFERENCE_MARKDOWN] = {markdown_paragraph, markdown_heading,
                               markdown_table},
};

/* --- The tables. */

static const char *default_of(const gt_option *option)
{
    return option->otherwise ? option->otherwise : "required";
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
        r->required = !options->otherwise;
        r->help = options->help;
        gt__allowed(options, r->allowed);
    }
}

static void print_task(FILE *out, const markup *m, const gt__layout *layout)
{
    const gt_option options[] = {gt__task_option(layout), {0}};
    table t = {.rows = 0};
    add_rows(&t, options);
    m->heading(out, "task", "at the top of the file", "");
    m->table(out, &t);
}

/* Who has the part, and where its values come from. */
static void note_of(const gt__layout *layout, int part, char note[NOTE])
{
    uint32_t tasks = layout->part[part].tasks;
    const gt_section *base = layout->part[part].section->inherits;
    char names[GT__TASKS_TEXT];
    int used = 0;
    note[0] = '\0';
    if (tasks != gt__all_tasks(layout))
        used = snprintf(note, NOTE, "(task %s only)%s",
                        gt__tasks_text(layout, tasks, names), base ? "; " : "");
    if (base)
        snprintf(note + used, (size_t)(NOTE - used),
                 "the keys are those of %s, from which come the values that "
                 "are not given here",
                 base->name);
}

/* Part `first` and those behind it that need no heading of their own. Returns
 * the next. */
static int print_parts(FILE *out, const markup *m, const gt__layout *layout,
                       int first)
{
    int begin = first, next = first;
    char note[NOTE];
    table t = {.rows = 0};
    while (!gt__layout_is_first(layout, begin))
        begin--;
    do {
        const gt_section *section = layout->part[next].section;
        if (!section->inherits)
            add_rows(&t, section->options);
        next++;
    } while (next < layout->n_parts && !gt__layout_is_first(layout, next) &&
             layout->part[next].tasks == layout->part[first].tasks);
    note_of(layout, first, note);
    m->heading(out, layout->part[begin].section->name,
               layout->part[begin].section->help, note);
    m->table(out, &t);
    return next;
}

/* The path of the first list's first item: "model.generator.0". */
static void example_path(const gt__layout *layout, char path[NOTE])
{
    snprintf(path, NOTE, "section.key.0");
    for (int i = 0; i < layout->n_parts; i++) {
        const gt_section *section = layout->part[i].section;
        for (const gt_option *o = section->options; o->key; o++)
            if (o->kind == GT_OPTION_VARIANTS) {
                snprintf(path, NOTE, "%s.%s.0", section->name, o->key);
                return;
            }
    }
}

void gt_config_print_reference(FILE *out, gt_reference_style style,
                               const gt_schema *schema)
{
    const markup *m = &markups[style];
    gt__layout layout;
    char path[NOTE], text[NOTE + 320];
    gt__layout_make(&layout, schema);
    example_path(&layout, path);
    snprintf(text, sizeof text,
             "A configuration is a YAML file of the sections below. Each key "
             "stands with its default, its meaning and the values it takes. "
             "--set section.key=value changes one from the command line; an "
             "item of a list is named by its place: %s is the first.",
             path);
    m->paragraph(out, text);
    print_task(out, m, &layout);
    for (int i = 0; i < layout.n_parts;)
        i = print_parts(out, m, &layout, i);
}

void gt_variants_print_reference(FILE *out, gt_reference_style style,
                                 const gt_variants *variants)
{
    table t = {.rows = 0};
    gt_variant v;
    const markup *m = &markups[style];
    m->paragraph(out, variants->help);
    for (int i = 0; (v = variants->at(i)).name; i++)
        widen(&t, v.options);
    for (int i = 0; (v = variants->at(i)).name; i++) {
        t.rows = 0;
        add_rows(&t, v.options);
        m->heading(out, v.name, v.help, "");
        m->table(out, &t);
    }
}
