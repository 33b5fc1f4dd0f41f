/* What counts as a heartbeat, what ticks are passed on, and what is silence.
 *
 * ctest: threads */
#include "train/watchdog.h"

#include "base/collective_tick.h"
#include "base/heartbeat.h"
#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void silence_grows_until_there_is_a_heartbeat(void **state)
{
    (void)state;
    gt_silence s = {.period = 1, .looked = 50, .heartbeats = 7};
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

static void count(void *context)
{
    ++*(int *)context;
}

static void a_heartbeat_is_local_and_a_tick_is_passed_on(void **state)
{
    (void)state;
    int ticks = 0;
    uint64_t before = gt_heartbeat_count();
    gt_collective_tick_set(count, &ticks);
    gt_heartbeat();
    assert_int_equal(ticks, 0);
    gt_collective_tick();
    assert_int_equal(ticks, 1);
    gt_collective_tick_set(NULL, NULL);
    gt_collective_tick();
    assert_int_equal(ticks, 1);
    assert_int_equal(gt_heartbeat_count() - before, 3);
}

typedef struct helper {
    gt_thread thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ticked, go_on; /* under `lock` */
} helper;

static void *tick_and_wait(void *argument)
{
    helper *h = argument;
    gt_collective_tick();
    pthread_mutex_lock(&h->lock);
    h->ticked = true;
    pthread_cond_broadcast(&h->changed);
    while (!h->go_on)
        pthread_cond_wait(&h->changed, &h->lock);
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* The other thread's tick is no heartbeat of the process, and is not passed on,
 * until the thread that trains waits for it. */
static void another_thread_s_ticks_count_for_who_waits_for_it(void **state)
{
    (void)state;
    helper h = {.lock = PTHREAD_MUTEX_INITIALIZER};
    int ticks = 0;
    gt_collective_tick_set(count, &ticks);
    gt_condition_init(&h.changed);
    uint64_t before = gt_heartbeat_count();
    assert_int_equal(gt_thread_start(&h.thread, tick_and_wait, &h, "ticks"),
                     GT_OK);
    pthread_mutex_lock(&h.lock);
    while (!h.ticked)
        pthread_cond_wait(&h.changed, &h.lock);
    assert_int_equal(gt_heartbeat_count(), before);
    assert_int_equal(ticks, 0);
    gt_thread_await(&h.thread, &h.changed, &h.lock);
    assert_int_equal(gt_heartbeat_count(), before + 1);
    assert_int_equal(ticks, 1);
    gt_thread_await(&h.thread, &h.changed, &h.lock); /* it hangs */
    assert_int_equal(gt_heartbeat_count(), before + 1);
    assert_int_equal(ticks, 1);
    h.go_on = true;
    pthread_cond_broadcast(&h.changed);
    pthread_mutex_unlock(&h.lock);
    gt_thread_join(&h.thread);
    pthread_cond_destroy(&h.changed);
    gt_collective_tick_set(NULL, NULL);
}

/* A thread that beats, as writers do, and asks for the phase, as watchdogs do
 * of those who hang. */
static void *work(void *argument)
{
    atomic_bool *stop = argument;
    while (!atomic_load(stop)) {
        gt_heartbeat();
        gt_phase();
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return NULL;
}

/* It looks ten times a second, at heartbeats of two threads. */
static void a_watchdog_leaves_those_who_work_alone(void **state)
{
    (void)state;
    gt_comm comm = gt_comm_solo();
    for (int i = 0; i < 3; i++) {
        gt_watchdog *watchdog;
        gt_thread thread;
        atomic_bool stop = false;
        assert_int_equal(gt_watchdog_start(&watchdog, &comm, 4), GT_OK);
        assert_non_null(watchdog);
        assert_int_equal(gt_thread_start(&thread, work, &stop, "works"), GT_OK);
        for (int k = 0; k < 300 * i; k++) {
            const char *before = gt_phase_enter(gt_phase_ranks);
            gt_heartbeat();
            gt_phase_leave(before);
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
        atomic_store(&stop, true);
        gt_thread_join(&thread);
        gt_watchdog_stop(watchdog);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_grows_until_there_is_a_heartbeat),
        cmocka_unit_test(while_a_process_is_suspended_it_is_not_silent),
        cmocka_unit_test(a_heartbeat_is_local_and_a_tick_is_passed_on),
        cmocka_unit_test(another_thread_s_ticks_count_for_who_waits_for_it),
        cmocka_unit_test(a_watchdog_leaves_those_who_work_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
