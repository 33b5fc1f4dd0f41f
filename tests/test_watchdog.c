/* What counts as a sign of life, and what as silence. */
#include "train/watchdog.h"

#include "base/heartbeat.h"
#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void silence_grows_until_there_is_a_sign_of_life(void **state)
{
    (void)state;
    gt_silence s = {.period = 1, .looked = 50, .beats = 7};
    assert_true(gt_silence_look(&s, 51, 7) == 1);
    assert_true(gt_silence_look(&s, 52.5, 7) == 2.5);
    assert_true(gt_silence_look(&s, 53, 9) == 0);
    assert_true(gt_silence_look(&s, 54, 9) == 1);
}

static void while_a_process_is_suspended_it_is_not_silent(void **state)
{
    (void)state;
    gt_silence s = {.period = 1, .looked = 50};
    assert_true(gt_silence_look(&s, 51, 0) == 1);
    assert_true(gt_silence_look(&s, 100000, 0) == 3);
    assert_true(gt_silence_look(&s, 100001, 0) == 4);
    assert_true(gt_silence_look(&s, 200000, 1) == 0);
}

static void hear(void *context)
{
    ++*(int *)context;
}

static void who_listens_hears_of_every_sign_of_life(void **state)
{
    (void)state;
    int heard = 0;
    uint64_t before = gt_heartbeat_count();
    gt_heartbeat_listen(hear, &heard);
    gt_heartbeat();
    gt_heartbeat();
    gt_heartbeat_listen(NULL, NULL);
    gt_heartbeat();
    assert_int_equal(heard, 2);
    assert_int_equal(gt_heartbeat_count() - before, 3);
}

typedef struct helper {
    gt_thread thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool beaten, go_on; /* under `lock` */
} helper;

static void *beat_and_wait(void *argument)
{
    helper *h = argument;
    gt_heartbeat();
    pthread_mutex_lock(&h->lock);
    h->beaten = true;
    pthread_cond_broadcast(&h->changed);
    while (!h->go_on)
        pthread_cond_wait(&h->changed, &h->lock);
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

static void what_another_thread_does_counts_for_who_waits_for_it(void **state)
{
    (void)state;
    helper h = {.lock = PTHREAD_MUTEX_INITIALIZER};
    int heard = 0;
    gt_heartbeat_listen(hear, &heard);
    gt_condition_init(&h.changed);
    uint64_t before = gt_heartbeat_count();
    assert_int_equal(gt_thread_start(&h.thread, beat_and_wait, &h, "beats"),
                     GT_OK);
    pthread_mutex_lock(&h.lock);
    while (!h.beaten)
        pthread_cond_wait(&h.changed, &h.lock);
    assert_int_equal(gt_heartbeat_count(), before);
    gt_thread_await(&h.thread, &h.changed, &h.lock);
    assert_int_equal(gt_heartbeat_count(), before + 1);
    gt_thread_await(&h.thread, &h.changed, &h.lock); /* it hangs */
    assert_int_equal(gt_heartbeat_count(), before + 1);
    assert_int_equal(heard, 1);
    h.go_on = true;
    pthread_cond_broadcast(&h.changed);
    pthread_mutex_unlock(&h.lock);
    gt_thread_join(&h.thread);
    pthread_cond_destroy(&h.changed);
    gt_heartbeat_listen(NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_grows_until_there_is_a_sign_of_life),
        cmocka_unit_test(while_a_process_is_suspended_it_is_not_silent),
        cmocka_unit_test(who_listens_hears_of_every_sign_of_life),
        cmocka_unit_test(what_another_thread_does_counts_for_who_waits_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
