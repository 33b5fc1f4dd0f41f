/* configs.h: what the tests of the configuration share: a small GAN and a small
 * VAE, and parsing with checks. */
#ifndef GT_TESTS_CONFIGS_H
#define GT_TESTS_CONFIGS_H

#include "model/config.h"
#include "train/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The lines are numbered in messages: line 1 is "task: gan". */
static const char *const gan_text =
    "task: gan\n"                                                   /* 1 */
    "data: {uri: glyphs, image: [28, 28, 1]}\n"                     /* 2 */
    "model:\n"                                                      /* 3 */
    "  init: dcgan\n"                                               /* 4 */
    "  latent: 100\n"                                               /* 5 */
    "  generator:\n"                                                /* 6 */
    "    - dense: {units: 6272, bias: false}\n"                     /* 7 */
    "    - reshape: {shape: [7, 7, 128]}\n"                         /* 8 */
    "    - batch_norm\n"                                            /* 9 */
    "    - relu\n"                                                  /* 10 */
    "    - conv2d_transpose: {filters: 64, kernel: 4, stride: 2,\n" /* 11 */
    "        padding: 1, bias: false}\n"                            /* 12 */
    "    - conv2d: {filters: 1, kernel: [3, 5], padding: same}\n"   /* 13 */
    "    - upsample\n"                                              /* 14 */
    "    - tanh\n"                                                  /* 15 */
    "  discriminator:\n"                                            /* 16 */
    "    - conv2d: {filters: 8, kernel: 4, padding: [0, 1, 2, 3]}\n"
    "    - leaky_relu: {slope: 0.1}\n" /* 18 */
    "    - flatten\n"                  /* 19 */
    "    - dense: {units: 1}\n"        /* 20 */
    "optimizer:\n"                     /* 21 */
    "  kind: adam\n"                   /* 22 */
    "  lr: 2.0e-4\n"                   /* 23 */
    "  beta1: 0.5\n"                   /* 24 */
    "optimizer_discriminator:\n"       /* 25 */
    "  lr: 4e-4\n"                     /* 26 */
    "train:\n"                         /* 27 */
    "  batch: 64\n"                    /* 28 */
    "  epochs: 5\n"                    /* 29 */
    "output:\n"                        /* 30 */
    "  log_every: 10\n";               /* 31 */

static const char *const vae_text =
    "task: vae\n"                                                     /* 1 */
    "data: {uri: \"a b: c\", image: [28, 28, 1], range: unit}\n"      /* 2 */
    "model:\n"                                                        /* 3 */
    "  latent: 2\n"                                                   /* 4 */
    "  likelihood: bernoulli\n"                                       /* 5 */
    "  encoder: [flatten, dense: {units: 4}]\n"                       /* 6 */
    "  decoder: [dense: {units: 784}, reshape: {shape: [28, 28, 1]}]" /* 7 */
    "\n"
    "train: {steps: 3}\n"; /* 8 */

/* Parse with up to one --set; fails the test if that does not succeed. */
static inline gt_config *parsed(const char *text, const char *set)
{
    gt_config *config;
    gt_status status = gt_config_parse(&config, &gt_train_schema, "my.yaml",
                                       text, strlen(text), &set, !!set);
    if (status != GT_OK)
        print_error("%s\n", gt_message());
    assert_int_equal(status, GT_OK);
    return config;
}

#endif
