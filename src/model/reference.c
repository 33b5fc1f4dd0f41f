/* reference.c: the tables as text for people. */
#include "model/config_check.h"

#include <string.h>

enum { WIDTH = 80 };

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

static const char *otherwise(const gt_option *option)
{
    return option->otherwise ? option->otherwise : "required";
}

static int widest(const gt_option *options, int least,
                  const char *(*text)(const gt_option *))
{
    for (; options->key; options++)
        if ((int)strlen(text(options)) > least)
            least = (int)strlen(text(options));
    return least;
}

static const char *key_text(const gt_option *option)
{
    return option->key;
}

/* A column each for keys, defaults and meaning. */
typedef struct columns {
    int key, value;
} columns;

static void print_row(FILE *out, columns width, const char *key,
                      const char *value, const char *help, const char *more)
{
    int column = 2 + width.key + 2 + width.value + 2, indent = column;
    fprintf(out, "  %-*s  %-*s  ", width.key, key, width.value, value);
    print_words(out, help, indent, &column);
    print_words(out, more, indent, &column);
    fputc('\n', out);
}

static void print_options(FILE *out, columns width, const gt_option *options)
{
    for (; options->key; options++) {
        char allowed[GT__ALLOWED], range[GT__ALLOWED + 2] = "";
        if (options->kind != GT_OPTION_TEXT)
            snprintf(range, sizeof range, "(%s)",
                     gt__allowed(options, allowed));
        print_row(out, width, options->key, otherwise(options), options->help,
                  range);
    }
}

static void print_heading(FILE *out, const char *name, const char *help,
                          const char *more)
{
    int column = fprintf(out, "\n%s", name);
    column--;
    print_words(out, "-", 2, &column);
    print_words(out, help, 2, &column);
    print_words(out, more, 2, &column);
    fputc('\n', out);
}

static void print_section(FILE *out, const gt_config_section *s)
{
    static const char *const only[] = {"(task gan only)", "(task vae only)"};
    const char *more = s->task == GT_TASK_ANY ? "" : only[s->task];
    if (s->inherits) {
        print_heading(out, s->name, s->help, more);
        fprintf(out, "  the keys of %s, from which come values not given\n",
                s->inherits);
        return;
    }
    print_heading(out, *s->name ? s->name : "task",
                  *s->name ? s->help : "at the top of the file", more);
    columns width = {widest(s->options, 0, key_text),
                     widest(s->options, 0, otherwise)};
    bool lists = !strcmp(s->name, "model") && s->task != GT_TASK_ANY;
    for (const gt_config_list *l = gt_config_lists; lists && l->key; l++)
        if ((int)l->task == s->task && (int)strlen(l->key) > width.key)
            width.key = (int)strlen(l->key);
    print_options(out, width, s->options);
    for (const gt_config_list *l = gt_config_lists; lists && l->key; l++)
        if ((int)l->task == s->task)
            print_row(out, width, l->key, "required", l->help,
                      "(list of layers)");
}

void gt_config_print_reference(FILE *out)
{
    int column = 0;
    print_words(out,
                "A configuration is a YAML file of the sections below. Each "
                "key stands with its default and, in parentheses, the values "
                "it takes. --set section.key=value changes one from the "
                "command line; places in lists are numbers, as in "
                "model.generator.0.dense.units=512.",
                0, &column);
    fputc('\n', out);
    for (const gt_config_section *s = gt_config_sections; s->name; s++)
        print_section(out, s);
}

void gt_layers_print_reference(FILE *out)
{
    int column = 0;
    columns width = {0, 0};
    print_words(out,
                "A layer is its name, or its name with options: \"relu\", "
                "\"dense: {units: 10}\". Each option stands with its default "
                "and, in parentheses, the values it takes. Shapes are [height, "
                "width, channels]; one number n is [1, 1, n]. Pairs are "
                "[vertical, horizontal], paddings [top, bottom, left, right]; "
                "one number stands for all.",
                0, &column);
    fputc('\n', out);
    for (int i = 0; i < gt_layer_type_count; i++) {
        const gt_option *options = gt_layer_types[i]->options;
        width.key = widest(options, width.key, key_text);
        width.value = widest(options, width.value, otherwise);
    }
    for (int i = 0; i < gt_layer_type_count; i++) {
        const gt_layer_type *type = gt_layer_types[i];
        print_heading(out, type->name, type->help, "");
        print_options(out, width, type->options);
    }
}
