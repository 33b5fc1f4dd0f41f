/* schema.h: all keys that a configuration may have. */
#ifndef GT_TRAIN_SCHEMA_H
#define GT_TRAIN_SCHEMA_H

#include "model/schema.h"

/* The sections of every module, and those of every task in the task table. */
extern const gt_schema gt_train_schema;

#endif
