/* h5lock.h: one thread at a time in HDF5, which is not thread-safe. Local.
 *
 * The writer's thread builds files while the loader's thread may have HDF5
 * unpack data. So every function of this room that calls the library holds the
 * lock until it returns; no function holds it while it waits for a disk or for
 * another process. It may be taken again by the thread that has it, and by a
 * child that this thread forks.
 */
#ifndef GT_STORE_H5LOCK_H
#define GT_STORE_H5LOCK_H

int gt__h5_lock(void); /* 0 */
void gt__h5_unlock(int *unused);

/* As a declaration: the lock is held from here to the end of the block. */
#define GT__H5_LOCKED                                                          \
    __attribute__((cleanup(gt__h5_unlock), unused)) int gt__h5_locked =        \
        gt__h5_lock()

#endif
