/* import.h: the samples of any source in one HDF5 file.
 */
#ifndef GT_IMPORT_IMPORT_H
#define GT_IMPORT_IMPORT_H

#include "comm/comm.h"
#include "data/config.h"

typedef struct gt_import_options {
    const char *out;      /* the file; tables.h has its layout */
    const char *settings; /* of the data, a text that the file keeps */
    int level;            /* of gzip, 1 to 9; 0: none */
    bool skip;            /* samples that cannot be read are left out and listed
                             in OUT.skipped.txt; else they end the import */
    bool anew;            /* an unfinished file of the same name, or something
                             else in its place, does not count */
} gt_import_options;

/* Read all samples that the configuration names, on all ranks, and have rank 0
 * write them. The file's bytes are the same on any number of ranks, and also
 * when an import is gone on with that was cut off: what it has finished is kept
 * in OUT.part (partial.h). A signal ends it early: GT_ERR_IO, with a message
 * that says how to go on. Other errors are those of gt_source_open, of
 * gt_source_read without `skip`, GT_ERR_IO, GT_ERR_MEMORY, GT_ERR_MISMATCH
 * (ranks see other data, or the unfinished file is another one). Collective;
 * all ranks fail together. */
gt_status gt_import(gt_comm *comm, const gt_data_config *config,
                    const gt_import_options *options);

#endif
