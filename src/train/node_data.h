/* node_data.h: the data of a run, held once a node.
 */
#ifndef GT_TRAIN_NODE_DATA_H
#define GT_TRAIN_NODE_DATA_H

#include "comm/comm.h"
#include "data/source.h"

/* Open both splits of the data (gt_source_open). Of the ranks of a node the
 * first one reads files, and the others attach what it has read; where they
 * cannot see its memory, they read for themselves. *test is NULL where nothing
 * is held out; close it before *train. GT_ERR_MEMORY before anything is read,
 * if it does not fit. Collective; all ranks fail together, and then hold
 * nothing. */
gt_status gt_node_data_open(gt_comm *comm, const gt_data_config *config,
                            gt_source **train, gt_source **test);

#endif
