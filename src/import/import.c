/* import.c: pieces of neighbouring samples are dealt to the ranks in waves.
 * Reading is what takes long: finding a file, unpacking a picture. Rank 0
 * gathers a wave and writes it, in the order of samples, while the others read
 * the next one. So the size of a piece, which depends on the number of ranks,
 * is not seen in the file.
 *
 * What a source reads whole when it is opened, rank 0 alone opens and reads:
 * there is nothing to unpack, and no second copy in memory. */
#include "import/import.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "comm/compare.h"
#include "core/hash.h"
#include "data/columns.h"
#include "data/source.h"
#include "import/balance.h"
#include "import/finish.h"
#include "import/splits.h"
#include "import/tables.h"
#include "store/disk_room.h"
#include "store/h5around.h"
#include "store/h5rehearse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SPLITS = 2, PIECE = 1 << 20, WAVE = 1 << 26 /* bytes */, FACTS = 4096 };

static const char interrupted[] =
    "\ngentrain: stopping; what is read is kept, and Ctrl-C again ends at "
    "once\n";

typedef struct importer {
    gt_comm *comm;
    gt_data_config config;
    const gt_import_options *options;
    int readers; /* ranks that read: all, or rank 0 */
    gt_source *source[SPLITS];
    gt__geometry is[SPLITS];
    uint64_t next[SPLITS]; /* sample to be read next */
    gt__portion piece;     /* this rank's */
    int first_length;      /* samples of rank 0 in this wave, */
    int next_length;       /* and in the next one, as rank 0 has it */
    gt__balance balance;   /* of this split */
    bool stopped;          /* by a signal */
    gt_progress progress;
    /* Of rank 0: */
    gt_failure failure; /* of writing the last wave */
    void *wave;         /* pieces of all ranks */
    gt__packed packed[SPLITS];
    gt__partial partial;
} importer;

static bool reads(const importer *m)
{
    return m->comm->rank < m->readers;
}

/* --- What there is to read. */

static void describe(const gt_source *source, const char *subject, char *text,
                     size_t size)
{
    char shape[GT_SHAPE_TEXT], columns[GT_COLUMNS_TEXT], digest[GT_HASH_TEXT];
    if (!source)
        snprintf(text, size, "%s\tno samples\n", subject);
    else
        snprintf(text, size,
                 "%s\t%llu samples of %s %s, %d classes, columns %s\n"
                 "%s contents of digest\t%s\n",
                 subject, (unsigned long long)source->count,
                 gt_shape_text(source->shape, shape),
                 source->element == GT_ELEMENT_BYTES ? "bytes" : "reals",
                 source->classes, gt_columns_text(source, columns), subject,
                 gt_hash_text(source->digest, digest));
}

/* What decides the bytes of chunks, and must be the same on all ranks. */
static void facts_of(const importer *m, char facts[FACTS])
{
    int used = snprintf(facts, FACTS, "gzip\tlevel %d\n", m->options->level);
    describe(m->source[0], "the data have", facts + used,
             FACTS / 2 - (size_t)used);
    used = (int)strlen(facts);
    describe(m->source[1], "the data hold out", facts + used,
             FACTS - (size_t)used);
}

static gt_status agree_on_data(importer *m)
{
    char facts[FACTS];
    gt_status status = GT_OK;
    char *copy = NULL;
    facts_of(m, facts);
    if (m->readers < m->comm->size) { /* the others have none */
        copy = strdup(facts);
        if (!copy)
            status = gt_fail(GT_ERR_MEMORY, "cannot compare data");
        status = gt_comm_agree(m->comm, status);
        if (status == GT_OK)
            status = gt_comm_broadcast_text(m->comm, &copy);
    }
    if (status == GT_OK)
        status = gt_comm_compare(m->comm, copy ? copy : facts,
                                 "give all nodes the same data: they see other "
                                 "files under this path");
    free(copy);
    for (int i = 0; i < SPLITS; i++)
        m->is[i] = gt__geometry_of(m->source[i]);
    gt_comm_broadcast(m->comm, m->is, sizeof m->is);
    return status;
}

static gt_status open_data(importer *m)
{
    int held = gt_source_memory(&m->config) > 0;
    gt_comm_broadcast(m->comm, &held, sizeof held);
    m->readers = held ? 1 : m->comm->size;
    gt_status status = GT_OK;
    gt_comm_work_begin(m->comm);
    if (reads(m))
        status = gt__splits_open(m->source, &m->config);
    status = gt_comm_work_end(m->comm, status);
    return status == GT_OK ? agree_on_data(m) : status;
}

/* --- The file. */

static bool is_import(const char *path)
{
    return gt_h5_around_is(path, gt__import_line);
}

static double bytes_of(const importer *m)
{
    double bytes = 0;
    for (int i = 0; i < SPLITS; i++)
        bytes +=
            (double)m->is[i].count * (double)gt__geometry_row(&m->is[i]) * 1.01;
    return bytes;
}

static gt_status check_disk(const importer *m)
{
    const char *out = m->options->out;
    char part[GT_PATH];
    struct stat info;
    double need = bytes_of(m), room = gt_disk_room(out);
    if (snprintf(part, sizeof part, "%s.part", out) < GT_PATH &&
        stat(part, &info) == 0)
        need -= (double)info.st_blocks * 512;
    if (need <= room)
        return GT_OK;
    if (m->options->level == 0)
        return gt_fail(GT_ERR_IO,
                       "%s: %.0f MB more are needed, but its disk has %.0f MB "
                       "left; give another place, or --compress 1",
                       out, need / 1e6, room / 1e6);
    gt_warn("%s: %.0f MB before compression, and its disk has %.0f MB left",
            out, need / 1e6, room / 1e6);
    return GT_OK;
}

/* A source may be the file that an import is about to replace. */
static gt_status check_target(const importer *m)
{
    struct stat out, in;
    const char *of[] = {m->config.uri, m->config.test};
    for (int i = 0; i < 2; i++) {
        const char *colon = of[i] ? strchr(of[i], ':') : NULL;
        const char *paths[] = {of[i], colon ? colon + 1 : NULL};
        for (int k = 0; k < 2; k++)
            if (paths[k] && stat(paths[k], &in) == 0 &&
                stat(m->options->out, &out) == 0 && in.st_dev == out.st_dev &&
                in.st_ino == out.st_ino)
                return gt_fail(GT_ERR_USAGE,
                               "%s is what is read; give another name",
                               m->options->out);
    }
    return gt_file_check_kind(m->options->out, is_import, "an import");
}

static gt_status begin_file(importer *m)
{
    char facts[FACTS];
    gt_status status = GT_OK;
    for (int i = 0; i < SPLITS && status == GT_OK; i++)
        status = gt__packed_new(&m->packed[i], &m->is[i], i, m->options->level);
    facts_of(m, facts);
    if (status == GT_OK)
        status = check_disk(m);
    if (status == GT_OK)
        status = gt__partial_open(&m->partial, m->options->out, facts,
                                  GT_H5_AROUND, m->options->anew);
    if (status == GT_OK)
        status = gt__packed_resume(m->packed, &m->partial);
    if (status == GT_OK)
        status = gt_h5_rehearse();
    uint64_t done = m->packed[0].next + m->packed[1].next;
    if (status == GT_OK && done > 0)
        gt_info("going on with %s, which has %llu of %llu samples",
                m->partial.part, (unsigned long long)done,
                (unsigned long long)m->is[0].count + m->is[1].count);
    for (int i = 0; i < SPLITS; i++)
        m->next[i] = m->packed[i].next;
    return status;
}

/* --- Samples. */

/* Samples of a piece of that split. */
static int piece_length(const importer *m, int split)
{
    size_t bytes = WAVE / (size_t)m->comm->size;
    bytes = bytes < PIECE ? bytes : PIECE;
    size_t n = bytes / gt__geometry_row(&m->is[split]);
    return n > 0 ? (int)n : 1;
}

/* Of the rank's samples of a wave that begins at `first`: where they begin;
 * returns how many they are. */
static int share_of(const importer *m, int split, int rank, uint64_t first,
                    uint64_t *begin)
{
    uint64_t count = m->is[split].count;
    uint64_t own = (uint64_t)m->first_length, most = (uint64_t)m->piece.most;
    uint64_t length = rank ? most : own;
    *begin = first + (rank ? own + (uint64_t)(rank - 1) * most : 0);
    if (rank >= m->readers || *begin >= count)
        return 0;
    return (int)(count - *begin < length ? count - *begin : length);
}

static gt_status take_wave(importer *m, int split, uint64_t first,
                           const char *reasons)
{
    gt_status status = GT_OK;
    for (int rank = 0; rank < m->comm->size && status == GT_OK; rank++) {
        uint64_t begin;
        gt__portion piece;
        int n = share_of(m, split, rank, first, &begin);
        gt__portion_view(&piece, &m->is[split], m->piece.most,
                         (char *)m->wave + (size_t)rank * m->piece.size);
        if (n > 0)
            status = gt__packed_add(&m->packed[split], &m->partial, &piece,
                                    begin, n, &reasons);
    }
    return status;
}

static void tell_progress(importer *m)
{
    uint64_t done = m->next[0] + m->next[1];
    bool last = done == m->progress.last; /* who is done at once says no more */
    if ((!last || m->progress.shown > 0) && gt_progress_due(&m->progress, done))
        gt_progress_show(&m->progress,
                         &(gt_progress_place){.done = done, .units = done});
}

/* What ranks tell each other in every wave: sums over them. */
enum { SKIPPED, SIGNALS, FIRST_LENGTH, SUMS };

/* Of a wave that was read. What fails in writing is said at the next
 * agreement. */
static gt_status share_wave(importer *m, int split)
{
    uint64_t first = m->next[split];
    double sums[SUMS] = {[SKIPPED] = m->piece.skipped.size > 0,
                         [SIGNALS] = gt_interrupted(),
                         [FIRST_LENGTH] = m->comm->rank ? 0 : m->next_length};
    char *reasons = NULL;
    gt_comm_sum(m->comm, sums, SUMS);
    m->stopped = sums[SIGNALS] > 0;
    gt_status status = GT_OK;
    if (sums[SKIPPED] > 0)
        status = gt_comm_gather_text(
            m->comm, m->piece.skipped.size ? m->piece.skipped.bytes : "",
            &reasons);
    if (status != GT_OK)
        return status;
    gt_comm_gather(m->comm, m->piece.block, m->piece.size, m->wave);
    double start = gt_seconds();
    if (m->comm->rank == 0)
        gt_failure_keep(&m->failure, take_wave(m, split, first, reasons));
    m->balance.writing += gt_seconds() - start;
    m->balance.waves++;
    if (m->readers > 1)
        m->next_length = gt__balance_length(&m->balance, m->piece.most);
    free(reasons);
    uint64_t left = m->is[split].count - first;
    uint64_t wave = (uint64_t)m->first_length +
                    (uint64_t)m->piece.most * (uint64_t)(m->readers - 1);
    m->next[split] += wave < left ? wave : left;
    m->first_length = (int)sums[FIRST_LENGTH];
    return GT_OK;
}

static gt_status read_wave(importer *m, int split)
{
    uint64_t begin;
    int n = share_of(m, split, m->comm->rank, m->next[split], &begin);
    double start = gt_seconds();
    gt_status status = gt_failure_tell(&m->failure);
    if (status == GT_OK)
        status = gt__portion_read(&m->piece, m->source[split], begin, n,
                                  m->options->skip);
    m->balance.reading += gt_seconds() - start;
    m->balance.samples += (uint64_t)n;
    status = gt_comm_agree(m->comm, status);
    if (status == GT_OK)
        status = share_wave(m, split);
    if (status == GT_OK)
        tell_progress(m);
    return status;
}

static gt_status allocate(importer *m, int split)
{
    gt_status status =
        gt__portion_new(&m->piece, &m->is[split], piece_length(m, split));
    m->first_length = m->next_length = m->piece.most;
    m->balance = (gt__balance){0};
    size_t size = m->piece.size * (size_t)m->comm->size;
    if (status == GT_OK && m->comm->rank == 0 && !(m->wave = malloc(size)))
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %.0f MB for samples",
                         (double)size / 1e6);
    return gt_comm_agree(m->comm, status);
}

static gt_status read_split(importer *m, int split)
{
    if (m->next[split] == m->is[split].count)
        return GT_OK;
    gt_status status = allocate(m, split);
    while (status == GT_OK && !m->stopped &&
           m->next[split] < m->is[split].count)
        status = read_wave(m, split);
    if (status == GT_OK && m->comm->rank == 0) {
        status = gt_failure_tell(&m->failure);
        if (status == GT_OK && !m->stopped)
            status = gt__packed_end(&m->packed[split], &m->partial);
    }
    gt__portion_free(&m->piece);
    free(m->wave);
    m->wave = NULL;
    return gt_comm_agree(m->comm, status);
}

static gt_status tell_stop(const importer *m)
{
    uint64_t done = m->next[0] + m->next[1];
    return gt_fail(GT_ERR_IO,
                   "stopped by a signal after %llu of %llu samples; the same "
                   "command goes on",
                   (unsigned long long)done,
                   (unsigned long long)m->is[0].count + m->is[1].count);
}

static gt_status run(importer *m)
{
    bool speaks = m->comm->rank == 0;
    gt_status status = gt_comm_agree(m->comm, speaks ? check_target(m) : GT_OK);
    if (status == GT_OK)
        status = open_data(m);
    if (status != GT_OK)
        return status;
    gt_comm_work_begin(m->comm);
    if (speaks)
        status = begin_file(m);
    status = gt_comm_work_end(m->comm, status);
    if (status != GT_OK)
        return status;
    gt_comm_broadcast(m->comm, m->next, sizeof m->next);
    uint64_t done = m->next[0] + m->next[1];
    gt_progress_start(&m->progress, speaks, "sample", done,
                      m->is[0].count + m->is[1].count, "samples", done);
    for (int i = 0; i < SPLITS && status == GT_OK && !m->stopped; i++)
        status = read_split(m, i);
    gt_progress_stop(&m->progress);
    if (status == GT_OK && m->stopped)
        return tell_stop(m);
    gt_comm_work_begin(m->comm);
    if (status == GT_OK && speaks)
        status = gt__finish(m->options->out, m->options->settings, m->source,
                            m->packed, &m->partial);
    return gt_comm_work_end(m->comm, status);
}

gt_status gt_import(gt_comm *comm, const gt_data_config *config,
                    const gt_import_options *options)
{
    importer m = {.comm = comm,
                  .config = *config,
                  .options = options,
                  .partial = {.fd = -1, .list_fd = -1}};
    m.config.cache = GT_DATA_CACHE_NONE; /* each sample is read once */
    gt_interrupt_watch(comm->rank == 0 ? interrupted : NULL);
    gt_status status = run(&m);
    gt__partial_close(&m.partial);
    for (int i = SPLITS - 1; i >= 0; i--) {
        gt__packed_free(&m.packed[i]);
        gt_source_close(m.source[i]);
    }
    return status;
}
