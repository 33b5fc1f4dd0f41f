/* subject.h: what is evaluated, and the samples that its figures look at, each
 * set made when the first figure wants it.
 */
#ifndef GT_EVAL_SUBJECT_H
#define GT_EVAL_SUBJECT_H

#include "eval/sample_set.h"

/* Sets of samples. */
typedef enum gt_subject_set {
    GT_SET_MODEL,    /* that the model makes */
    GT_SET_TEST,     /* held-out data */
    GT_SET_TRAINING, /* training data */
    GT_SETS,
} gt_subject_set;

/* A figure of the data alone, the same for every model. */
typedef struct gt_subject_floor {
    const char *key; /* borrowed */
    gt_estimate estimate;
} gt_subject_floor;

enum { GT_SUBJECT_FLOORS = 16 };

typedef struct gt_subject {
    gt_comm *comm;
    gt_task *task; /* in evaluation (average.h) */
    gt_reader *training;
    gt_reader *test;             /* NULL: nothing is held out */
    const gt_features *features; /* all borrowed */
    uint64_t samples;            /* most of each set */
    uint64_t seed;
    int draws;            /* importance samples of a likelihood */
    bool progress;        /* rank 0 shows how far long work is */
    gt_sample_cache made; /* keeps the model's samples where it has room */
    bool given; /* gt_subject_give was called: there are points alone */
    /* Private: */
    gt_sample_set set[GT_SETS];
    int n_floors; /* figures of data alone, which are found once: */
    gt_subject_floor floor[GT_SUBJECT_FLOORS];
} gt_subject;

/* From here on figures look at points that were found elsewhere: these are a
 * set's, which the subject frees. What is not given is not there; data are
 * GT_SET_TEST. Local. */
void gt_subject_give(gt_subject *subject, gt_subject_set which,
                     gt_points points);

/* Whether there are training data beside those that the model's samples are
 * compared with. Pure. */
bool gt_subject_has_floor(const gt_subject *subject);

/* One of the sets, with as many samples as there are, at most `samples`; it
 * stays the subject's. As gt_sample_set_read. Collective; all ranks fail
 * together. */
gt_status gt_subject_get(gt_subject *subject, gt_subject_set which,
                         const gt_sample_set **set);

/* The same samples themselves, a block at a time; `stream` is to be freed. As
 * gt_sample_stream_new. Local. */
gt_status gt_subject_stream(gt_subject *subject, gt_subject_set which,
                            gt_sample_stream *stream);

/* The data that a model's samples are compared with: held-out ones where there
 * are some. Pure. */
gt_subject_set gt_subject_reference(const gt_subject *subject);
gt_reader *gt_subject_reference_reader(const gt_subject *subject);

/* The data that a model's samples are compared with, and these. As
 * gt_subject_get. Collective. */
gt_status gt_subject_get_pair(gt_subject *subject, const gt_sample_set **data,
                              const gt_sample_set **made);

/* A figure of the data alone that was found before; NULL: it was not. Pure. */
const gt_estimate *gt_subject_floor_of(const gt_subject *subject,
                                       const char *key);

/* Remember one that was found, if there is room; the key stays borrowed. Local.
 */
void gt_subject_keep_floor(gt_subject *subject, const char *key,
                           gt_estimate estimate);

/* The model is about to change: its samples are forgotten. Local. */
void gt_subject_forget(gt_subject *subject);

/* Free the sets. */
void gt_subject_free(gt_subject *subject);

#endif
