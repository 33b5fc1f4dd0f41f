/* config.c: the keys that say which samples a model sees, and how. */
#include "data/config.h"

#include "core/number.h"
#include "data/augment.h"
#include "data/holdout.h"
#include "data/layout.h"
#include "data/picture/resize.h"
#include "data/transform_steps.h"

#include <string.h>

#define FIELD(name) offsetof(gt_data_config, name)

static const char *const range_names[] = {"symmetric", "unit", NULL};

static const char *const caches[] = {"auto", "node", "none", NULL};

static const char *const reactions[] = {"stop", "skip", NULL};

static const char *const nan_reactions[] = {"stop", "skip", "keep", NULL};

static const gt_option options[] = {
    {"uri", GT_OPTION_TEXT, FIELD(uri), NULL, 0, 0, NULL,
     "where images come from: glyphs, shapes, ring, grid, a file or a folder; "
     "see gentrain help data",
     .per_node = true}, /* data_agree.h */
    {"image", GT_OPTION_SHAPE, FIELD(image), NULL, 1, 4096, NULL,
     "shape of a sample: [height, width, channels]; of a volume [depth, "
     "height, "
     "width, channels]; n numbers: [1, 1, n]"},
    {"stack", GT_OPTION_INT, FIELD(stack), "1", 1, 16, NULL,
     "images of one channel that are drawn, by keyed random numbers, and "
     "stacked as the channels of one; its label has their labels as digits. 3 "
     "of MNIST, with image [28, 28, 3], is stacked MNIST with its 1000 "
     "classes. 1: images are as they are"},
    {"range", GT_OPTION_CHOICE, FIELD(range), "symmetric", 0, 0, range_names,
     "how pixels 0..255 are scaled: symmetric to [-1, 1], for networks that "
     "end with tanh, unit to [0, 1], for sigmoid and Bernoulli logits; points "
     "are not scaled"},
    {"transform", GT_OPTION_VARIANTS, FIELD(transform), NULL, 0, 0, NULL,
     "what values of the data go through on their way to the model, and "
     "samples on their way back: see gentrain help data. Without it, bytes and "
     "other "
     "values of a known range are brought to data.range, and all others are "
     "left as they are",
     .optional = true, .variants = &gt_transform_variants},
    {"classes", GT_OPTION_INT, FIELD(classes), "0", 0, GT_DATA_MOST_CLASSES,
     NULL,
     "classes whose labels the model is told, 0 .. classes - 1: its networks "
     "have an input label; 0: none"},
    {"conditions", GT_OPTION_WORDS, FIELD(conditions), NULL, 0, 0, NULL,
     "columns of the data that the model is told, by their names, in this "
     "order: its networks have an input condition; gentrain inspect DATA and "
     "gentrain help data list names",
     .optional = true},
    {"augment", GT_OPTION_VARIANTS, FIELD(augment), NULL, 0, 0, NULL,
     "how samples of training batches are varied at random, for example "
     "[hflip, crop: 4]; see gentrain help data. Without it, they are not",
     .optional = true, .variants = &gt_augment_variants},
    {"test", GT_OPTION_TEXT, FIELD(test), NULL, 0, 0, NULL,
     "where held-out images come from, written as uri is: all that are there; "
     "without it, those that data.uri holds out",
     .optional = true, .per_node = true},
    {"holdout", GT_OPTION_TEXT, FIELD(holdout), "0%", 0, 0, NULL,
     "part of the training images that is held out, as 10% or 2.5%, chosen by "
     "their numbers; 0%: none but those that the data hold out themselves"},
    {"labels", GT_OPTION_TEXT, FIELD(labels), NULL, 0, 0, NULL,
     "where labels are. Of pictures: a text file, here or beside them, with a "
     "line for each: its name, a comma, its label; without it, the folder that "
     "a picture is in tells its class. Of arrays: a NumPy file, here or beside "
     "the samples, or the name of one in an archive; without it, the one whose "
     "name fits. Of HDF5: the path of a data set, /y",
     .optional = true},
    {"fit", GT_OPTION_CHOICE, FIELD(fit), "crop", 0, 0, gt_fit_names,
     "pictures of other proportions than image. crop: what is too much on two "
     "sides is cut off. pad: black is added on two sides"},
    {"layout", GT_OPTION_CHOICE, FIELD(layout), "auto", 0, 0, gt_layout_names,
     "dimensions of an array of samples: n samples, h rows, w columns, c "
     "channels, v values. auto: what the array can be, if it can be one thing"},
    {"type", GT_OPTION_CHOICE, FIELD(type), "uint8", 0, 0, gt_number_names,
     "numbers of a raw file, raw:FILE; _be: big endian"},
    {"skip_bytes", GT_OPTION_INT, FIELD(skip_bytes), "0", 0, 1e15, NULL,
     "bytes of a raw file before its first sample"},
    {"on_error", GT_OPTION_CHOICE, FIELD(on_error), "stop", 0, 0, reactions,
     "a sample that cannot be read. stop: ends the run, with a checkpoint. "
     "skip: the sample of the next number takes its place, and is counted",
     .resumable = true},
    {"on_nan", GT_OPTION_CHOICE, FIELD(on_nan), "stop", 0, 0, nan_reactions,
     "a sample with numbers that are NaN or infinite. stop: ends the run, and "
     "says which. skip: the sample of the next number takes its place, and is "
     "counted. keep: it is taken as it is",
     .resumable = true},
    {"cache", GT_OPTION_CHOICE, FIELD(cache), "auto", 0, 0, caches,
     "samples that stay in memory, once a node, when they were read for the "
     "first time. auto: where they have to be unpacked, and all of them take "
     "at most 1 GiB. node: as many as half of the free memory holds. Results "
     "are the same",
     .per_node = true, .resumable = true},
    {0},
};

static gt_status check_holdout(const gt_data_config *data, gt_config_place *at)
{
    int permille;
    at->key = "holdout";
    gt_status status = gt_holdout_parse(data->holdout, &permille);
    if (status == GT_OK && permille > 0 && data->test)
        return gt_fail(GT_ERR_CONFIG,
                       "data.test names samples that are held out already; "
                       "keep one of both");
    return status;
}

gt_shape gt_data_single_image(const gt_data_config *data)
{
    gt_shape image = data->image;
    if (data->stack > 1 && image.c > 0) /* 0 x 0 x 0: whatever there is */
        image.c = 1;
    return image;
}

static gt_status check_stack(const gt_data_config *data, gt_config_place *at)
{
    char text[GT_SHAPE_TEXT];
    at->key = "stack";
    if (data->stack == 1 || (!gt_shape_is_volume(data->image) &&
                             (int64_t)data->image.c == data->stack))
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "%lld images are stacked as so many channels, and "
                   "data.image is %s",
                   (long long)data->stack, gt_shape_text(data->image, text));
}

static gt_status check(const gt_config *config, gt_config_place *at)
{
    const gt_data_config *data = gt_data_config_of(config);
    const gt_word_list *list = &data->conditions;
    if (check_stack(data, at) != GT_OK)
        return GT_ERR_CONFIG;
    at->key = "augment";
    if (gt_augment_check(&data->augment, data->image) != GT_OK)
        return GT_ERR_CONFIG;
    for (int i = 1; i < list->count; i++)
        for (int j = 0; j < i; j++)
            if (!strcmp(list->words[i], list->words[j])) {
                at->key = "conditions";
                return gt_fail(GT_ERR_CONFIG, "'%s' is given twice",
                               list->words[i]);
            }
    gt_status status = check_holdout(gt_data_config_of(config), at);
    if (status != GT_OK)
        return status;
    at->key = "transform";
    return gt_transform_check(&gt_data_config_of(config)->transform, list);
}

const gt_section gt_data_section = {.name = "data",
                                    .help = "the images",
                                    .options = options,
                                    .size = sizeof(gt_data_config),
                                    .check = check};
