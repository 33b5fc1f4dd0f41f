/* layers.h: the layer types, for the table in layer.c and nobody else. */
#ifndef GT_NN_LAYERS_H
#define GT_NN_LAYERS_H

#include "gentrain/layer.h"

#endif
