/* backend_mpi.c: the backend in MPI. Sizes are size_t here and int in MPI 3, so
 * long transfers go in pieces. */
#include "comm/mpi/backend_mpi.h"

#include "comm/mpi/handle.h"
#include "comm/mpi/ranks.h"
#include "comm/mpi/transports.h"

enum { PIECE = 1 << 26 };

static int piece_of(size_t bytes, size_t done)
{
    return (int)(bytes - done < PIECE ? bytes - done : PIECE);
}

static void broadcast(gt_comm *c, int from, void *data, size_t bytes)
{
    char *p = data;
    for (size_t done = 0; done < bytes; done += PIECE)
        MPI_Bcast(p + done, piece_of(bytes, done), MPI_BYTE, from, c->mpi->job);
}

static void reduce(gt_comm *c, double *values, int n, gt__operation operation)
{
    MPI_Op op = operation == GT__MIN   ? MPI_MIN
                : operation == GT__MAX ? MPI_MAX
                                       : MPI_SUM;
    MPI_Allreduce(MPI_IN_PLACE, values, n, MPI_DOUBLE, op, c->mpi->job);
}

/* A piece of every rank, which lie `stride` bytes apart on rank 0. */
static void gather_piece(gt_comm *c, const char *mine, int bytes, size_t stride,
                         char *all)
{
    MPI_Datatype piece, strided;
    MPI_Type_contiguous(bytes, MPI_BYTE, &piece);
    MPI_Type_create_resized(piece, 0, (MPI_Aint)stride, &strided);
    MPI_Type_commit(&strided);
    MPI_Gather(mine, bytes, MPI_BYTE, all, 1, strided, 0, c->mpi->job);
    MPI_Type_free(&strided);
    MPI_Type_free(&piece);
}

static void gather(gt_comm *c, const void *mine, size_t bytes, void *all)
{
    const char *from = mine;
    char *to = all;
    for (size_t done = 0; done < bytes; done += PIECE)
        gather_piece(c, from + done, piece_of(bytes, done), bytes,
                     to ? to + done : NULL);
}

static void barrier(gt_comm *c)
{
    MPI_Barrier(c->mpi->job);
}

static void send(gt_comm *c, int to, int tag, const void *data, size_t bytes)
{
    const char *p = data;
    for (size_t done = 0; done < bytes; done += PIECE)
        MPI_Send(p + done, piece_of(bytes, done), MPI_BYTE, to, tag,
                 c->mpi->job);
}

static void receive(gt_comm *c, int from, int tag, void *data, size_t bytes)
{
    char *p = data;
    for (size_t done = 0; done < bytes; done += PIECE)
        MPI_Recv(p + done, piece_of(bytes, done), MPI_BYTE, from, tag,
                 c->mpi->job, MPI_STATUS_IGNORE);
}

static void swap(gt_comm *c, int other, int tag, const double *out, double *in,
                 int n)
{
    MPI_Sendrecv(out, n, MPI_DOUBLE, other, tag, in, n, MPI_DOUBLE, other, tag,
                 c->mpi->job, MPI_STATUS_IGNORE);
}

static void allgather(gt_comm *c, bool whole_job, double *all,
                      const int *counts, const int *offsets)
{
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, counts, offsets,
                   MPI_DOUBLE, whole_job ? c->mpi->job : c->mpi->peers);
}

const gt__backend gt__backend_mpi = {.broadcast = broadcast,
                                     .reduce = reduce,
                                     .gather = gather,
                                     .barrier = barrier,
                                     .send = send,
                                     .receive = receive,
                                     .swap = swap,
                                     .allgather = allgather,
                                     .part_make = gt__ranks_part,
                                     .part_release = gt__ranks_release,
                                     .size = sizeof(gt__mpi),
                                     .tree = &gt__transport_tree,
                                     .any_order = &gt__transport_mpi,
                                     .bf16 = &gt__transport_bf16};
