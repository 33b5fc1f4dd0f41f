/* A training step allocates nothing: memory is planned before the first step.
 * The allocator is replaced by one that counts the calls which come from this
 * program's own code while somebody counts; what MPI and BLAS do inside is
 * theirs. */
#include "base/sanitizers.h"
#include "task_fixture.h"

#include <stdatomic.h>

static atomic_bool counting;
static atomic_int calls;

#if defined(__GLIBC__) && !defined(GT_ADDRESS_SANITIZER)
enum { CAN_COUNT = true };

extern char __executable_start, etext;
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t),
    *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

static void count(const char *caller)
{
    if (atomic_load(&counting) && caller >= &__executable_start &&
        caller < &etext)
        atomic_fetch_add(&calls, 1);
}

__attribute__((noinline)) void *malloc(size_t size)
{
    count(__builtin_return_address(0));
    return __libc_malloc(size);
}

__attribute__((noinline)) void *calloc(size_t n, size_t size)
{
    count(__builtin_return_address(0));
    return __libc_calloc(n, size);
}

__attribute__((noinline)) void *realloc(void *old, size_t size)
{
    count(__builtin_return_address(0));
    return __libc_realloc(old, size);
}

__attribute__((noinline)) void *aligned_alloc(size_t alignment, size_t size)
{
    count(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

__attribute__((noinline)) int posix_memalign(void **out, size_t alignment,
                                             size_t size)
{
    count(__builtin_return_address(0));
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : 12;
}
#else
enum { CAN_COUNT = false };
#endif

static gt_comm *comm;

static const char *const gan =
    "task: gan\n"
    "data: {uri: \"glyphs?count=100\", image: [12, 12, 1], range: symmetric}\n"
    "model:\n"
    "  latent: 8\n"
    "  generator:\n"
    "    - dense: {units: 72}\n"
    "    - reshape: {shape: [3, 3, 8]}\n"
    "    - batch_norm\n"
    "    - relu\n"
    "    - conv2d_transpose: {filters: 8, kernel: 4, stride: 2, padding: 1}\n"
    "    - leaky_relu\n"
    "    - upsample\n"
    "    - conv2d: {filters: 1, kernel: 3, padding: same}\n"
    "    - tanh\n"
    "  discriminator:\n"
    "    - conv2d: {filters: 8, kernel: 4, stride: 2, padding: 1}\n"
    "    - leaky_relu\n"
    "    - dropout\n"
    "    - avg_pool\n"
    "    - flatten\n"
    "    - dense: {units: 1, parametrization: weight_norm}\n"
    "train: {batch: 24, shards: 12, steps: 100}\n";

static const char *const vae =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100\", image: [12, 12, 1], range: unit,\n"
    "  augment: [hflip, crop: 2, turns]}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder: [flatten, dense: {units: 16}, batch_norm, elu,\n"
    "    dense: {units: 8}]\n"
    "  decoder: [dense: {units: 16}, silu, dense: {units: 144},\n"
    "    reshape: {shape: [12, 12, 1]}]\n"
    "  likelihood: bernoulli\n"
    "optimizer: {clip_norm: 1, ema: 0.9}\n"
    "train: {batch: 24, shards: 12, steps: 100}\n";

static const char *const told =
    "task: gan\n"
    "data: {uri: \"glyphs?count=100\", image: [12, 12, 1], classes: 10,\n"
    "  conditions: [slant]}\n"
    "model:\n"
    "  latent: 8\n"
    "  generator: [dense: {units: 144, from: [z, label, condition]},\n"
    "    batch_norm, reshape: {shape: [12, 12, 1]}]\n"
    "  discriminator: [conv2d: {filters: 4, kernel: 3, from: [x, label]},\n"
    "    flatten, dense: {units: 1}]\n"
    "train: {batch: 24, shards: 12, steps: 100}\n";

static const char *const classifier =
    "task: classifier\n"
    "data: {uri: \"glyphs?count=100\", image: [12, 12, 1], classes: 10,\n"
    "  conditions: [slant]}\n"
    "model:\n"
    "  classifier: [flatten: {from: x}, dense: {units: 12, from: [previous,\n"
    "    condition]}, batch_norm, relu, dense: {units: 10}]\n"
    "train: {batch: 24, shards: 12, steps: 100}\n";

static int allocations_of(const char *text, const char *set)
{
    fixture f;
    fixture_open(&f, comm, text, SETS(set));
    fixture_step(&f, 2);
    atomic_store(&calls, 0);
    atomic_store(&counting, true);
    fixture_step(&f, 8);
    atomic_store(&counting, false);
    fixture_close(&f);
    return atomic_load(&calls);
}

static void the_count_is_true(void **state)
{
    (void)state;
    if (!CAN_COUNT)
        skip();
    atomic_store(&calls, 0);
    atomic_store(&counting, true);
    char *volatile taken = malloc(100);
    free(taken);
    gt_real *volatile reals = gt_real_alloc(100);
    free(reals);
    atomic_store(&counting, false);
    assert_int_equal(atomic_load(&calls), 2);
}

static void a_gan_s_step_allocates_nothing(void **state)
{
    (void)state;
    if (!CAN_COUNT)
        skip();
    assert_int_equal(allocations_of(gan, "norm.sync=false"), 0);
    assert_int_equal(allocations_of(gan, "norm.sync=true"), 0);
}

static void a_conditional_gan_s_step_allocates_nothing(void **state)
{
    (void)state;
    if (!CAN_COUNT)
        skip();
    assert_int_equal(allocations_of(told, "norm.sync=false"), 0);
    assert_int_equal(allocations_of(told, "norm.sync=true"), 0);
    assert_int_equal(allocations_of(told, "train.accumulate=2"), 0);
}

static void a_vae_s_step_allocates_nothing(void **state)
{
    (void)state;
    if (!CAN_COUNT)
        skip();
    assert_int_equal(allocations_of(vae, "norm.sync=false"), 0);
    assert_int_equal(allocations_of(vae, "norm.sync=true"), 0);
}

static void a_classifier_s_step_allocates_nothing(void **state)
{
    (void)state;
    if (!CAN_COUNT)
        skip();
    assert_int_equal(allocations_of(classifier, "norm.sync=false"), 0);
    assert_int_equal(allocations_of(classifier, "norm.sync=true"), 0);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_count_is_true),
        cmocka_unit_test(a_gan_s_step_allocates_nothing),
        cmocka_unit_test(a_conditional_gan_s_step_allocates_nothing),
        cmocka_unit_test(a_vae_s_step_allocates_nothing),
        cmocka_unit_test(a_classifier_s_step_allocates_nothing),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
