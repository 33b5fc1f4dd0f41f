/* subject.c: most figures compare the same two sets, so these are made once. */
#include "eval/subject.h"

#include "base/heartbeat.h"

#include <string.h>

static uint64_t at_most(uint64_t n, uint64_t most)
{
    return n < most ? n : most;
}

gt_subject_set gt_subject_reference(const gt_subject *subject)
{
    return subject->test || subject->given ? GT_SET_TEST : GT_SET_TRAINING;
}

gt_reader *gt_subject_reference_reader(const gt_subject *subject)
{
    return subject->test ? subject->test : subject->training;
}

void gt_subject_give(gt_subject *subject, gt_subject_set which,
                     gt_points points)
{
    gt_sample_set_free(&subject->set[which]);
    subject->set[which].points = points;
    subject->given = true;
}

bool gt_subject_has_floor(const gt_subject *subject)
{
    return subject->given ? subject->set[GT_SET_TRAINING].points.x != NULL
                          : subject->test != NULL;
}

gt_status gt_subject_stream(gt_subject *s, gt_subject_set which,
                            gt_sample_stream *stream)
{
    int block = s->features->max_n;
    gt_reader *reader = which == GT_SET_TEST ? s->test : s->training;
    if (which != GT_SET_MODEL)
        return gt_sample_stream_new(stream, reader, NULL, 0,
                                    at_most(reader->source->count, s->samples),
                                    block);
    gt_status status =
        gt_sample_stream_new(stream, gt_subject_reference_reader(s), s->task,
                             s->seed, s->samples, block);
    stream->made = &s->made;
    return status;
}

static gt_status fill(gt_subject *s, gt_subject_set which, gt_sample_set *set)
{
    gt_sample_stream stream;
    gt_status status =
        gt_comm_agree(s->comm, gt_subject_stream(s, which, &stream));
    if (status == GT_OK)
        status = gt_sample_set_collect(set, s->comm, s->features, &stream);
    gt_sample_stream_free(&stream);
    return status;
}

gt_status gt_subject_get(gt_subject *s, gt_subject_set which,
                         const gt_sample_set **out)
{
    static const char *const phases[] = {"making samples",
                                         "reading held-out samples",
                                         "reading training samples"};
    gt_sample_set *set = &s->set[which];
    gt_status status = GT_OK;
    if (!set->points.x) {
        const char *before = gt_phase_enter(phases[which]);
        status = fill(s, which, set);
        gt_phase_leave(before);
    }
    *out = set;
    return status;
}

gt_status gt_subject_get_pair(gt_subject *s, const gt_sample_set **data,
                              const gt_sample_set **made)
{
    gt_status status = gt_subject_get(s, gt_subject_reference(s), data);
    return status == GT_OK ? gt_subject_get(s, GT_SET_MODEL, made) : status;
}

const gt_estimate *gt_subject_floor_of(const gt_subject *s, const char *key)
{
    for (int i = 0; i < s->n_floors; i++)
        if (!strcmp(s->floor[i].key, key))
            return &s->floor[i].estimate;
    return NULL;
}

void gt_subject_keep_floor(gt_subject *s, const char *key, gt_estimate estimate)
{
    if (s->n_floors < GT_SUBJECT_FLOORS)
        s->floor[s->n_floors++] = (gt_subject_floor){key, estimate};
}

void gt_subject_forget(gt_subject *subject)
{
    gt_sample_cache_clear(&subject->made);
    if (!subject->given)
        gt_sample_set_free(&subject->set[GT_SET_MODEL]);
}

void gt_subject_free(gt_subject *subject)
{
    gt_sample_cache_clear(&subject->made);
    for (int i = 0; i < GT_SETS; i++)
        gt_sample_set_free(&subject->set[i]);
}
