/* train_line.c: a preset fits data if it works at their shape and is told
 * nothing that the data may lack. GANs come first, as the quickstart is one. */
#include "cli/train_line.h"

#include "data/config.h"
#include "model/config.h"
#include "model/preset.h"
#include "train/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_set(const gt_cli_args *args, const char *key)
{
    size_t n = strlen(key);
    for (int i = 0; i < args->n_hits; i++)
        if (!strcmp(args->hit[i].option->name, "set") &&
            !strncmp(args->hit[i].value, key, n) &&
            args->hit[i].value[n] == '=')
            return true;
    return false;
}

static bool fits(const gt_preset *preset, const char *task, gt_shape shape)
{
    gt_config *config = NULL;
    if (gt_config_parse(&config, &gt_train_schema, preset->name, preset->text,
                        preset->size, NULL, 0) != GT_OK)
        return false;
    const gt_data_config *data = gt_data_config_of(config);
    bool is = gt_shape_equal(data->image, shape) && !data->classes &&
              !data->conditions.count && !strcmp(config->task_name, task);
    gt_config_free(config);
    return is;
}

/* Pictures become what a model asks for, unless a shape was given. */
static const gt_preset *find_resizing(const gt_source *source,
                                      const gt_cli_args *args)
{
    const gt_preset *preset = NULL;
    bool resizes = !strcmp(source->type->name, "pictures");
    if (!resizes || is_set(args, "data.image") ||
        gt_preset_find("dcgan64", &preset) != GT_OK)
        return NULL;
    return preset;
}

static const gt_preset *find_for(gt_shape shape)
{
    static const char *const tasks[] = {"gan", "vae"};
    for (int t = 0; t < 2; t++)
        for (const gt_preset *p = gt_presets; p->name; p++)
            if (fits(p, tasks[t], shape))
                return p;
    return NULL;
}

static const gt_preset *find_preset(const gt_source *source,
                                    const gt_cli_args *args)
{
    const gt_preset *preset = find_for(source->shape);
    return preset ? preset : find_resizing(source, args);
}

/* --- Where no preset works. */

static bool is_resized(const gt_source *source)
{
    return source->type->default_count > 0 ||
           !strcmp(source->type->name, "pictures");
}

/* A shape like it at which a preset works, and what makes it. */
static void print_near(const gt_source *source, gt_shape shape,
                       const char *option, int value)
{
    char text[GT_SHAPE_TEXT], list[GT_SHAPE_TEXT];
    const gt_preset *preset = find_for(shape);
    if (!preset || gt_shape_equal(shape, source->shape))
        return;
    if (is_resized(source))
        printf("Preset %s works at %s: --set 'data.image=%s' makes these.\n",
               preset->name, gt_shape_text(shape, text),
               gt_shape_list(shape, list));
    else if (source->element == GT_ELEMENT_BYTES)
        printf("Preset %s works at %s: gentrain import %s %d makes these.\n",
               preset->name, gt_shape_text(shape, text), option, value);
}

/* Channels and sizes that presets have. */
static void print_all_near(const gt_source *source)
{
    static const int channels[] = {3, 1}, sizes[] = {28, 32, 64};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        gt_shape shape = source->shape;
        shape.c = channels[i];
        print_near(source, shape, "--channels", shape.c);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        gt_shape shape = source->shape;
        shape.h = shape.w = sizes[i];
        print_near(source, shape, "--size", shape.h);
    }
}

static void print_no_preset(const gt_source *source)
{
    char text[GT_SHAPE_TEXT], list[GT_SHAPE_TEXT];
    bool image =
        !gt_shape_is_flat(source->shape) && !gt_shape_is_volume(source->shape);
    printf("No preset works at %s.\n", gt_shape_of_data(source->shape, text));
    if (image)
        print_all_near(source);
    printf("To train on it as it is, write a configuration with data.image: "
           "%s,\nas gentrain presets show %s prints one, and run it:\n",
           gt_shape_list(source->shape, list), image ? "dcgan64" : "mlp-vae");
}

/* --- The line. */

/* As a shell takes it: in quotes where it has other than plain characters. */
static void print_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=+,%@";
    if (*word && strspn(word, plain) == strlen(word)) {
        printf("%s", word);
        return;
    }
    putchar('\'');
    for (; *word; word++)
        if (*word == '\'')
            printf("'\\''");
        else
            putchar(*word);
    putchar('\'');
}

/* Numbers have to be brought to the range of a model. Presets end with a layer
 * that has one, so they are given a range; a logarithm first where values go
 * over decades, with something added that is far less than most of them. */
static void print_transform(const gt__extent *v, bool preset)
{
    bool log_first = gt__extent_spans(v) && v->least >= 0;
    double more = pow(10, floor(log10(gt__extent_usual(v))) - 2);
    printf(" --set 'data.transform=[");
    if (log_first)
        printf("{log: %g}, ", more);
    if (gt__extent_spans(v) && !preset)
        printf("standardize");
    else if (log_first)
        printf("{range: [%.4g, %.4g]}", log(v->least + more),
               log(v->most + more));
    else
        printf("{range: [%.6g, %.6g]}", v->least, v->most);
    printf("]'");
}

static void print_sets(const gt_source *source, const gt__data_figures *figures,
                       const gt_cli_args *args, bool preset)
{
    const gt__extent *v = &figures->values;
    for (int i = 0; i < args->n_hits; i++)
        if (!strcmp(args->hit[i].option->name, "set")) {
            printf(" --set ");
            print_word(args->hit[i].value);
        }
    if (v->not_finite && !is_set(args, "data.on_nan"))
        printf(" --set data.on_nan=skip");
    if (figures->unreadable && !is_set(args, "data.on_error"))
        printf(" --set data.on_error=skip");
    bool scaled =
        source->element == GT_ELEMENT_BYTES || source->high > source->low ||
        gt_shape_is_point(source->shape) || is_set(args, "data.transform");
    if (!scaled && v->count && v->most > v->least)
        print_transform(v, preset);
}

void gt__train_line(const gt_source *source, const gt__data_figures *figures,
                    const gt_cli_args *args)
{
    const gt_preset *preset = find_preset(source, args);
    if (!preset)
        print_no_preset(source);
    else
        printf("To train on it:\n");
    printf("  gentrain train %s%s --data ", preset ? "--preset " : "mine.yaml",
           preset ? preset->name : "");
    print_word(source->uri);
    print_sets(source, figures, args, preset != NULL);
    printf("\n");
}
