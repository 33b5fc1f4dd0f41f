/* sample.c: samples from a trained model, by libgentrain.
 *
 *     cc sample.c $(pkg-config --cflags --libs gentrain) -o sample
 *     ./sample runs/digits 7 16 >digits.pgm
 *     ./sample runs/digits 7 16 3 >threes.pgm
 *
 * prints on stderr what the model is, and on stdout samples 0 .. 15 of seed 7:
 * images as one picture, below each other, or points, vectors and volumes as
 * lines of numbers, one for each sample.
 * The second line is for a model with labels: all samples are of class 3.
 */
#include <gentrain.h>

#include <stdio.h>
#include <stdlib.h>

static void describe(const gentrain_model *model)
{
    int64_t sample[GENTRAIN_MAX_RANK], latent[GENTRAIN_MAX_RANK];
    int sample_rank = gentrain_shape(model, GENTRAIN_SAMPLE, sample);
    int latent_rank = gentrain_shape(model, GENTRAIN_LATENT, latent);

    fprintf(stderr, "%s: %s after %lld steps\n", gentrain_path(model),
            gentrain_task(model), (long long)gentrain_step(model));
    if (*gentrain_warning(model))
        fprintf(stderr, "warning: %s\n", gentrain_warning(model));
    fprintf(stderr, "sample:");
    for (int i = 0; i < sample_rank; i++)
        fprintf(stderr, " %lld", (long long)sample[i]);
    fprintf(stderr, "\nlatent:");
    for (int i = 0; i < latent_rank; i++)
        fprintf(stderr, " %lld", (long long)latent[i]);
    fprintf(stderr, "\n");
    if (gentrain_classes(model) > 0)
        fprintf(stderr, "classes: %lld\n", (long long)gentrain_classes(model));
    for (int64_t i = 0; i < gentrain_conditions(model); i++)
        fprintf(stderr, "condition: %s\n", gentrain_condition_name(model, i));
}

/* Samples of a class, as bytes. All are asked for at once, as one by one they
 * would cost a block each. */
static gentrain_status of_class(gentrain_model *model, int64_t seed, int64_t n,
                                int32_t label, uint8_t *bytes)
{
    size_t values = (size_t)(n * gentrain_values(model, GENTRAIN_SAMPLE));
    float *samples = (float *)malloc(values * sizeof *samples);
    int32_t *labels = (int32_t *)malloc((size_t)n * sizeof *labels);
    gentrain_status status = GENTRAIN_ERR_MEMORY;
    if (samples && labels) {
        for (int64_t i = 0; i < n; i++)
            labels[i] = label;
        status =
            gentrain_sample_given(model, seed, 0, n, labels, NULL, samples);
        if (status == GENTRAIN_OK)
            status = gentrain_to_bytes(model, samples, n, bytes);
    }
    free(samples);
    free(labels);
    return status;
}

/* Images below each other are one tall image, and that is how they lie in
 * memory. PGM holds one channel, PPM three. */
static int print_images(gentrain_model *model, int64_t seed, int64_t n,
                        const char *label)
{
    int64_t shape[GENTRAIN_MAX_RANK]; /* height, width, channels */
    gentrain_shape(model, GENTRAIN_SAMPLE, shape);
    if (shape[2] != 1 && shape[2] != 3) {
        fprintf(stderr, "images of %lld channels are not drawn\n",
                (long long)shape[2]);
        return 1;
    }

    size_t size = (size_t)(n * gentrain_values(model, GENTRAIN_SAMPLE));
    uint8_t *bytes = (uint8_t *)malloc(size);
    if (!bytes) {
        fprintf(stderr, "out of memory\n");
        return 1;
    }
    int bad = 0;
    gentrain_status status =
        label ? of_class(model, seed, n, (int32_t)atoi(label), bytes)
              : gentrain_sample_bytes(model, seed, 0, n, bytes);
    if (status != GENTRAIN_OK) {
        fprintf(stderr, "%s\n",
                status == GENTRAIN_ERR_MEMORY ? "out of memory"
                                              : gentrain_message());
        bad = 1;
    } else {
        printf("P%d\n%lld %lld\n255\n", shape[2] == 1 ? 5 : 6,
               (long long)shape[1], (long long)(n * shape[0]));
        bad = fwrite(bytes, 1, size, stdout) != size;
    }
    free(bytes);
    return bad;
}

/* There is no need to ask for all at once. */
static int print_numbers(gentrain_model *model, int64_t seed, int64_t n)
{
    int64_t values = gentrain_values(model, GENTRAIN_SAMPLE);
    float *sample = (float *)malloc((size_t)values * sizeof *sample);
    int bad = !sample;
    if (bad)
        fprintf(stderr, "out of memory\n");
    for (int64_t i = 0; i < n && !bad; i++) {
        bad = gentrain_sample(model, seed, i, 1, sample) != GENTRAIN_OK;
        if (bad)
            fprintf(stderr, "%s\n", gentrain_message());
        for (int64_t k = 0; k < values && !bad; k++)
            printf("%.9g%c", sample[k], k + 1 < values ? ' ' : '\n');
    }
    free(sample);
    return bad;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s RUN_OR_CHECKPOINT SEED COUNT [LABEL]\n",
                argv[0]);
        return 2;
    }
    int64_t seed = atoll(argv[2]), n = atoll(argv[3]);
    if (n < 1 || n > 1000) {
        fprintf(stderr, "COUNT must be 1 to 1000\n");
        return 2;
    }

    gentrain_model *model;
    gentrain_status status = gentrain_open(&model, argv[1]);
    if (status != GENTRAIN_OK) {
        fprintf(stderr, "%s\n", gentrain_message());
        return status;
    }
    describe(model);
    int bad = gentrain_sample_kind(model) == GENTRAIN_IMAGES
                  ? print_images(model, seed, n, argv[4])
                  : print_numbers(model, seed, n);
    gentrain_close(model);
    return bad || fflush(stdout) != 0;
}
