/* parametrization.c: the list of parametrizations. */
#include "nn/parametrization.h"

#define LIST(X) X(weight_norm)

#define NAME(name) #name,
const char gt__parametrization_help[] =
    "how the weight follows from what is trained; weight_norm: g v / |v| for "
    "each output";
const char *const gt__parametrization_names[] = {"none", LIST(NAME) NULL};

#define ENTRY(name) &gt__##name,
static const gt_parametrization *const table[] = {NULL, LIST(ENTRY)};

gt_status gt__parametrize(gt_layer *layer, int option)
{
    const gt_parametrization *p = table[option];
    if (!p)
        return GT_OK;
    layer->parametrization = p;
    layer->param[0].name = p->stored;
    return p->plan(layer);
}
