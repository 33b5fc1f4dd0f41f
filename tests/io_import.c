/* An import's unfinished file: what is whole of it is read back and nothing
 * else, whatever became of it; and the figures of its numbers. */
#include "scratch.h"

#include "import/packed.h"
#include "import/statistics.h"
#include "store/h5encode.h"

#include <math.h>
#include <sys/file.h>
#include <zlib.h>

enum { FIRST = 64, RECORDS = 5, SAMPLES = 40 };
static const char facts[] = "these facts\tare so\n";

static const char *target(void)
{
    return in_scratch("x.h5");
}

/* Record i has a note of i + 1 and a chunk of 100 i bytes, all of them i. */
static void make(void)
{
    gt__partial p;
    char bytes[100 * RECORDS];
    assert_ok(gt__partial_open(&p, target(), facts, FIRST, false));
    assert_ok(gt__partial_ready(&p));
    for (int i = 0; i < RECORDS; i++) {
        memset(bytes, i, sizeof bytes);
        assert_ok(
            gt__partial_add(&p, bytes, (size_t)i + 1, bytes, 100 * (size_t)i));
    }
    gt__partial_close(&p);
}

/* How many records are read back; each is as it was. */
static int read_back(gt__partial *p)
{
    const char *note;
    size_t size;
    uint64_t chunk;
    int n = 0;
    assert_ok(gt__partial_open(p, target(), facts, FIRST, false));
    for (; gt__partial_read(p, &note, &size, &chunk); n++) {
        assert_int_equal(size, n + 1);
        assert_int_equal(chunk, 100 * n);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(note[i], n);
    }
    return n;
}

static int count(void)
{
    gt__partial p;
    int n = read_back(&p);
    gt__partial_close(&p);
    return n;
}

static void records_are_read_back(void **state)
{
    (void)state;
    make();
    assert_int_equal(count(), RECORDS);
}

static void damage_ends_what_is_read_back(void **state)
{
    (void)state;
    static const char *const names[] = {"x.h5.part", "x.h5.part.list"};
    make();
    for (int k = 0; k < 2; k++) {
        size_t size;
        uint8_t *bytes = load_bytes(names[k], &size);
        /* Facts are compared, not guarded. */
        size_t begin = k ? 18 + 8 + sizeof facts - 1 : FIRST;
        for (size_t i = begin; i < size; i += k ? 1 : 37) {
            bytes[i] ^= 0x10;
            store_bytes(names[k], bytes, size);
            assert_in_range(count(), 0, RECORDS - 1);
            bytes[i] ^= 0x10;
        }
        for (size_t i = begin; i < size; i += k ? 3 : 41) {
            store_bytes(names[k], bytes, i);
            assert_in_range(count(), 0, RECORDS - 1);
        }
        store_bytes(names[k], bytes, size);
        assert_int_equal(count(), RECORDS);
        free(bytes);
    }
}

static void records_follow_the_last_whole_one(void **state)
{
    (void)state;
    size_t size, now;
    gt__partial p;
    char chunk[300];
    make();
    uint8_t *bytes = load_bytes("x.h5.part", &size);
    bytes[size - 450] ^= 1; /* of record 3, which is followed by 400 bytes */
    store_bytes("x.h5.part", bytes, size);
    free(bytes);
    assert_int_equal(read_back(&p), 3);
    assert_ok(gt__partial_ready(&p));
    memset(chunk, 3, sizeof chunk);
    assert_ok(gt__partial_add(&p, chunk, 4, chunk, sizeof chunk));
    gt__partial_close(&p);
    assert_int_equal(count(), 4);
    free(load_bytes("x.h5.part", &now));
    assert_int_equal(now, FIRST + 100 + 200 + 300);
}

static void other_facts_and_other_files_are_left_alone(void **state)
{
    (void)state;
    gt__partial p;
    make();
    assert_fails(gt__partial_open(&p, target(), "other\tfacts\n", FIRST, false),
                 GT_ERR_MISMATCH, "other data or with other options");
    gt__partial_close(&p);
    assert_int_equal(count(), RECORDS);
    assert_ok(gt__partial_open(&p, target(), "other\tfacts\n", FIRST, true));
    gt__partial_close(&p);
    assert_int_equal(unlink(in_scratch("x.h5.part.list")), 0);
    store_text("x.h5.part", "mine");
    assert_fails(gt__partial_open(&p, target(), facts, FIRST, false),
                 GT_ERR_MISMATCH, "is in the way");
    gt__partial_close(&p);
    assert_text("x.h5.part", "mine");
}

static void one_process_at_a_time_makes_a_file(void **state)
{
    (void)state;
    gt__partial first, second;
    assert_ok(gt__partial_open(&first, target(), facts, FIRST, false));
    assert_fails(gt__partial_open(&second, target(), facts, FIRST, true),
                 GT_ERR_BUSY, "another process");
    gt__partial_close(&second);
    gt__partial_close(&first);
}

static void a_finished_file_has_its_name_alone(void **state)
{
    (void)state;
    gt__partial p;
    make();
    assert_int_equal(read_back(&p), RECORDS);
    assert_ok(gt__partial_ready(&p));
    assert_ok(gt__partial_finish(&p));
    gt__partial_close(&p);
    assert_true(exists("x.h5"));
    assert_int_equal(names_in(""), 1);
}

/* --- Samples. */

static gt__geometry points(void)
{
    return (gt__geometry){.count = SAMPLES,
                          .shape = {1, 1, 2},
                          .element = GT_ELEMENT_REALS,
                          .classes = 3,
                          .columns = 1};
}

/* Samples first .. first + n - 1 without those that 7 divides. */
static void fill(gt__portion *piece, int first, int n)
{
    *piece->kept = 0;
    gt__text_clear(&piece->skipped);
    for (int i = 0; i < n; i++) {
        char line[32];
        int number = first + i, at = (int)*piece->kept;
        if (number % 7 == 0) {
            snprintf(line, sizeof line, "%d: seven\n", number);
            assert_ok(gt__text_add(&piece->skipped, line, strlen(line)));
            continue;
        }
        piece->places[at] = i;
        piece->labels[at] = number % 3;
        piece->columns[at] = (gt_real)number;
        ((gt_real *)piece->samples)[2 * at] = (gt_real)number;
        ((gt_real *)piece->samples)[2 * at + 1] = (gt_real)-number;
        ++*piece->kept;
    }
}

static void take(gt__packed packed[2], gt__partial *p, int length, int rows)
{
    gt__geometry g = points(), none = {0};
    gt__portion piece;
    assert_ok(gt__portion_new(&piece, &g, length));
    assert_ok(gt__packed_new(&packed[0], &g, 0, 0));
    assert_ok(gt__packed_new(&packed[1], &none, 1, 0));
    packed[0].rows = (size_t)rows;
    free(packed[0].stored);
    packed[0].stored = calloc(SAMPLES, sizeof *packed[0].stored);
    assert_ok(gt__packed_resume(packed, p));
    for (int first = (int)packed[0].next; first < SAMPLES; first += length) {
        int n = SAMPLES - first < length ? SAMPLES - first : length;
        fill(&piece, first, n);
        const char *reasons = piece.skipped.bytes;
        assert_ok(gt__packed_add(&packed[0], p, &piece, (uint64_t)first, n,
                                 &reasons));
    }
    assert_ok(gt__packed_end(&packed[0], p));
    gt__portion_free(&piece);
}

static void check_taken(const gt__packed *packed)
{
    uint64_t at = 0;
    for (int i = 0; i < SAMPLES; i++) {
        if (i % 7 == 0)
            continue;
        assert_int_equal(packed->labels[at], i % 3);
        assert_float_equal(packed->conditions[at], i, 0);
        at++;
    }
    assert_int_equal(packed->kept, at);
    assert_int_equal(packed->skipped, SAMPLES - at);
    assert_int_equal(packed->next, SAMPLES);
    assert_float_equal(packed->figures.count, 2 * (double)at, 0);
    assert_float_equal(packed->figures.most, SAMPLES - 1, 0);
    assert_float_equal(packed->figures.least, 1 - SAMPLES, 0);
    assert_string_equal(packed->reasons.bytes,
                        "0: seven\n7: seven\n14: seven\n21: seven\n28: seven\n"
                        "35: seven\n");
}

/* Whatever the pieces, and wherever it is cut off and gone on with. */
static void chunks_do_not_depend_on_pieces_or_stops(void **state)
{
    (void)state;
    static const char *const names[] = {"x.h5.part", "x.h5.part.list"};
    gt__partial p;
    gt__packed packed[2];
    uint8_t *whole[2] = {NULL};
    size_t size[2], now;
    for (int length = 1; length <= SAMPLES; length += 6) {
        assert_ok(gt__partial_open(&p, target(), facts, FIRST, true));
        take(packed, &p, length, 5);
        check_taken(&packed[0]);
        gt__partial_close(&p);
        gt__packed_free(&packed[0]);
        for (int k = 0; k < 2; k++) {
            uint8_t *bytes = load_bytes(names[k], &now);
            if (!whole[k]) {
                whole[k] = bytes;
                size[k] = now;
                continue;
            }
            assert_int_equal(now, size[k]);
            assert_memory_equal(bytes, whole[k], now);
            free(bytes);
        }
    }
    for (size_t cut = 45; cut < size[1]; cut += 11) {
        store_bytes(names[0], whole[0], size[0]);
        store_bytes(names[1], whole[1], cut);
        assert_ok(gt__partial_open(&p, target(), facts, FIRST, false));
        take(packed, &p, 4, 5);
        check_taken(&packed[0]);
        gt__partial_close(&p);
        gt__packed_free(&packed[0]);
        uint8_t *bytes = load_bytes(names[1], &now);
        assert_int_equal(now, size[1]);
        assert_memory_equal(bytes, whole[1], now);
        free(bytes);
    }
    free(whole[0]);
    free(whole[1]);
}

/* --- Figures. */

static void figures_of_parts_are_those_of_the_whole(void **state)
{
    (void)state;
    enum { N = 1000 };
    gt_real values[N];
    uint8_t bytes[N];
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        bytes[i] = (uint8_t)(i * 7 % 251);
        values[i] = (gt_real)bytes[i];
        sum += bytes[i];
    }
    for (int i = 0; i < N; i++)
        squares += pow(bytes[i] - sum / N, 2);
    for (int cut = 0; cut <= N; cut += 125) {
        size_t n = (size_t)cut;
        gt__statistics a = gt__statistics_of_reals(values, n);
        gt__statistics b = gt__statistics_of_bytes(bytes + n, N - n);
        gt__statistics_merge(&a, &b);
        assert_float_equal(a.count, N, 0);
        assert_float_equal(a.least, 0, 0);
        assert_float_equal(a.most, 250, 0);
        assert_float_equal(a.mean, sum / N, 1e-9);
        assert_float_equal(gt__statistics_deviation(&a), sqrt(squares / N),
                           1e-9);
    }
}

static void what_is_not_finite_is_counted_apart(void **state)
{
    (void)state;
    const gt_real values[] = {1, NAN, 3, INFINITY, -INFINITY, 5};
    gt__statistics s = gt__statistics_of_reals(values, 6);
    assert_float_equal(s.count, 3, 0);
    assert_float_equal(s.nonfinite, 3, 0);
    assert_float_equal(s.mean, 3, 0);
    assert_float_equal(s.least, 1, 0);
    assert_float_equal(s.most, 5, 0);
    gt__statistics none = gt__statistics_of_reals(values + 1, 1);
    gt__statistics_merge(&none, &s);
    assert_float_equal(none.nonfinite, 4, 0);
    assert_float_equal(none.mean, 3, 0);
}

static void packed_numbers_are_shuffled_and_deflated(void **state)
{
    (void)state;
    enum { N = 64 };
    uint32_t numbers[N];
    uint8_t out[1024], plain[4 * N];
    size_t packed;
    uLongf n = sizeof plain;
    for (uint32_t i = 0; i < N; i++)
        numbers[i] = 0x01020300 + i;
    assert_true(gt_h5_encoded_most(sizeof numbers) <= sizeof out);
    assert_ok(gt_h5_encode(numbers, sizeof numbers, 4, 1, out, &packed));
    assert_true(packed < sizeof numbers);
    assert_int_equal(uncompress(plain, &n, out, packed), Z_OK);
    assert_int_equal(n, sizeof plain);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 4; k++)
            assert_int_equal(plain[k * N + i],
                             ((const uint8_t *)&numbers[i])[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(records_are_read_back),
        each(damage_ends_what_is_read_back),
        each(records_follow_the_last_whole_one),
        each(other_facts_and_other_files_are_left_alone),
        each(one_process_at_a_time_makes_a_file),
        each(a_finished_file_has_its_name_alone),
        each(chunks_do_not_depend_on_pieces_or_stops),
        cmocka_unit_test(figures_of_parts_are_those_of_the_whole),
        cmocka_unit_test(what_is_not_finite_is_counted_apart),
        cmocka_unit_test(packed_numbers_are_shuffled_and_deflated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
