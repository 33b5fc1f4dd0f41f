/* texts.c: nobody knows how long another rank's text is, so lengths go first.
 * Lengths are size_t here and int in MPI 3, so long texts go in pieces. */
#include "comm/texts.h"

#include "base/heartbeat.h"
#include "comm/handle.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 26 };

gt_status gt_comm_broadcast_text(gt_comm *c, char **text)
{
    uint64_t size = c->rank == 0 ? strlen(*text) + 1 : 0;
    gt_comm_broadcast(c, &size, sizeof size);
    gt_status status = GT_OK;
    if (c->rank != 0) {
        *text = malloc(size);
        if (!*text)
            status = gt_fail(GT_ERR_MEMORY, "cannot allocate %llu bytes",
                             (unsigned long long)size);
    }
    status = gt_comm_agree(c, status);
    if (status == GT_OK)
        gt_comm_broadcast(c, *text, size);
    return status;
}

/* Pieces arrive in the order in which they were sent. */
static void send_text(gt_comm *c, const char *text, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PIECE) {
        uint64_t n = size - done < PIECE ? size - done : PIECE;
        MPI_Send(text + done, (int)n, MPI_CHAR, 0, 0, c->handle->job);
    }
}

static char *receive_text(gt_comm *c, int from, char *to, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += PIECE) {
        uint64_t n = size - done < PIECE ? size - done : PIECE;
        MPI_Recv(to + done, (int)n, MPI_CHAR, from, 0, c->handle->job,
                 MPI_STATUS_IGNORE);
    }
    return to + size;
}

/* Allocate rank 0's *all for the texts of all ranks, whose sizes come back in
 * `sizes`. Collective. */
static gt_status allocate_for_all(gt_comm *c, uint64_t size, uint64_t *sizes,
                                  char **all)
{
    gt_comm_gather(c, &size, sizeof size, sizes);
    uint64_t total = 1;
    for (int r = 0; c->rank == 0 && r < c->size; r++)
        total += sizes[r];
    gt_status status = GT_OK;
    if (c->rank == 0 && !(*all = malloc(total)))
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %llu bytes",
                         (unsigned long long)total);
    return gt_comm_agree(c, status);
}

gt_status gt_comm_gather_text(gt_comm *c, const char *mine, char **all)
{
    uint64_t size = strlen(mine);
    uint64_t *sizes = calloc((size_t)c->size, sizeof *sizes);
    gt_status status = GT_OK;
    if (!sizes)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %d sizes", c->size);
    status = gt_comm_agree(c, status);
    *all = NULL;
    if (status == GT_OK)
        status = allocate_for_all(c, size, sizes, all);
    const char *before = gt_phase_enter(gt_phase_ranks);
    if (status == GT_OK && c->rank != 0) {
        send_text(c, mine, size);
    } else if (status == GT_OK) {
        memcpy(*all, mine, size);
        char *to = *all + size;
        for (int r = 1; r < c->size; r++)
            to = receive_text(c, r, to, sizes[r]);
        *to = '\0';
    }
    gt_phase_leave(before);
    free(sizes);
    return status;
}
