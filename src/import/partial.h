/* partial.h: a file that is not complete, and a list of what is in it, so that
 * it is gone on with after its process has ended in whatever way. Local.
 *
 *     TARGET.part       room for the first bytes of the file, then chunks, one
 *                       after the other
 *     TARGET.part.list  facts that decide what the chunks hold, then a record
 *                       for each chunk, with a note of its owner's
 *
 *            add (chunk, then record)
 *              +----+
 *              v    |
 *     none -> partial -> finished: TARGET.part is flushed, renamed to TARGET,
 *      open    |    ^    and the list is removed
 *              v    |
 *            process ends, open
 *
 * 1. A record is read back only if it is whole and its chunk has the hash that
 *    it says. So nothing depends on the order in which bytes reach the disk.
 *    (io_import: damage_ends_what_is_read_back)
 * 2. What is behind the last such record and its chunk is cut off before
 *    anything is added. (io_import: records_follow_the_last_whole_one,
 *    chunks_do_not_depend_on_pieces_or_stops)
 * 3. TARGET appears whole or not at all: nothing is renamed that was not
 *    flushed. (cli_import.sh: whatever call fails, or is the last one)
 * 4. A list that says other facts is left alone, and so is a file that has no
 *    list. (io_import: other_facts_and_other_files_are_left_alone)
 * 5. One process at a time, where the file system has locks. (io_import:
 *    one_process_at_a_time_makes_a_file)
 */
#ifndef GT_IMPORT_PARTIAL_H
#define GT_IMPORT_PARTIAL_H

#include "store/files.h"

#include <stdint.h>

typedef struct gt__partial {
    char target[GT_PATH], part[GT_PATH], list[GT_PATH];
    int fd, list_fd;    /* -1: not open */
    uint64_t end;       /* of the chunks, in `part` */
    uint64_t list_end;  /* of the records */
    uint64_t list_size; /* of the list as it was found */
    uint64_t unflushed; /* bytes of chunks */
    char *note;         /* the last one that was read back; owned */
} gt__partial;

/* Go on with the unfinished file of `target`, or begin one, with `first` bytes
 * before the chunks. `facts` are lines that decide its contents. `anew`: what
 * is there does not count. GT_ERR_MISMATCH: it is one of other facts, or
 * something else; GT_ERR_BUSY: another process is at it; GT_ERR_IO,
 * GT_ERR_MEMORY. Ticks. */
gt_status gt__partial_open(gt__partial *partial, const char *target,
                           const char *facts, uint64_t first, bool anew);
void gt__partial_close(gt__partial *partial);

/* The next record that was found, in order: its note, valid until the next
 * call, and the bytes of its chunk. False: there are no more that are good.
 * Ticks. */
bool gt__partial_read(gt__partial *partial, const char **note,
                      size_t *note_size, uint64_t *chunk_size);

/* The record that was read last does not count after all, nor do those after
 * it. */
void gt__partial_drop(gt__partial *partial, size_t note_size,
                      uint64_t chunk_size);

/* No more is read, and what is behind is cut off. GT_ERR_IO. */
gt_status gt__partial_ready(gt__partial *partial);

/* Add a chunk, which may be empty, and its note. GT_ERR_IO, GT_ERR_MEMORY.
 * Ticks. */
gt_status gt__partial_add(gt__partial *partial, const void *note,
                          size_t note_size, const void *chunk,
                          size_t chunk_size);

/* The file is whole: flush it, give it its name, remove the list. GT_ERR_IO.
 * Ticks. */
gt_status gt__partial_finish(gt__partial *partial);

#endif
