/* likelihood.h: how likely held-out samples are under a model with codes
 * (gt_task_codes): the bound that it was trained on, and by importance sampling
 * the likelihood itself.
 *
 * Of each sample x, K draws z_k of q(z|x) have the weights
 *
 *     w_k = p(x|z_k) p(z_k) / q(z_k|x)
 *
 * and NLL = -log(1/K sum w_k), the L_K of Burda et al. 2015, eq. 8, which falls
 * towards -log p(x) as K grows. The bound is -ELBO = recon + KL, where recon is
 * the mean of -log p(x|z_k) over the same draws and KL is in closed form; NLL
 * is below it but for the noise of draws. Draw 0 of the run's own seed is the
 * draw of validation, so that with K = 1 the bound is test_loss.
 *
 * Bits per dimension are of the data, not of what the model sees. Where p(x|z)
 * is a probability (binary data) they are NLL / (D log 2), D being the values
 * of a sample. Where it is a density of numbers that data.transform has made of
 * the data, the density of the data follows by the change of variables:
 *
 *     (NLL - log |det dx/d data|) / (D log 2)
 *
 * Bytes that come as x = byte / 127.5 - 1 have dx/d byte = 1 / 127.5, so the
 * density of the byte is that of x divided by 127.5 for each value: NLL + D log
 * 127.5 (of byte / 255: + D log 255). With a step `dequantize` of width 1 among
 * data.transform this bounds from above what a code for the bytes takes (Theis
 * et al. 2016, eq. 2); without it the density of a value that is always a whole
 * number has no bound, and the figure compares only models of the same data
 * and transform.
 */
#ifndef GT_EVAL_LIKELIHOOD_H
#define GT_EVAL_LIKELIHOOD_H

#include "data/reader.h"
#include "eval/points.h"
#include "tasks/task.h"

enum { GT_LIKELIHOOD_MOST_DRAWS = 1000000 };

typedef struct gt_likelihood_options {
    int draws; /* K, 1 .. GT_LIKELIHOOD_MOST_DRAWS */
    uint64_t seed;
    bool progress; /* rank 0 shows how far it is */
    double *each;  /* [count]: becomes the NLL of every sample, on every rank;
                      borrowed. NULL: not asked for */
} gt_likelihood_options;

/* Means over the samples, with the standard errors that samples of so many have
 * (not those of the draws). In nats per sample, where nothing else is said. */
typedef struct gt_likelihood_figures {
    gt_estimate elbo, recon, kl; /* elbo = -(recon + kl) */
    gt_estimate nll;
    gt_estimate bits;  /* per dimension; NAN: the data have no density, as
                          data.transform cannot be undone, or likelihood is
                          false */
    gt_estimate error; /* squared error per value of reconstructions from mu, in
                          the data's units */
    int active;        /* latents with Var_x(E[z]) > 0.01 (Burda et al. 2015) */
    int latents;
    bool likelihood; /* p(x|z) can be one of these samples: false of grey values
                        under a Bernoulli decoder; then recon, and what is made
                        of it, is a loss and should be called so */
} gt_likelihood_figures;

/* Evaluate `count` samples of a reader (sample_blocks.h), at least one, with
 * the weights that the task has now. Passes have task->setup.max_n samples at
 * one draw each, a last block that is shorter is filled up; so memory does not
 * grow with K or count, and figures have the same bits on any number of ranks.
 * GT_ERR_MISMATCH: the task has no codes; GT_ERR_NUMERIC: a figure is not
 * finite; GT_ERR_MEMORY; what gt_reader_read returns. Collective; all ranks
 * fail together. */
gt_status gt_likelihood_evaluate(gt_task *task, gt_reader *reader,
                                 uint64_t count,
                                 const gt_likelihood_options *options,
                                 gt_likelihood_figures *out);

#endif
