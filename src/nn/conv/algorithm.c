/* algorithm.c: an image is handed to the epilogue as soon as it is complete,
 * because it is then still in the cache. */
#include "nn/conv/algorithm.h"

#include "nn/epilogue.h"

void gt__conv_epilogue_run(const gt__conv_epilogue *epilogue,
                           const gt__grid *grid, const gt__block *block,
                           gt_real *images, size_t positions)
{
    if (!epilogue || block->line + block->n_lines < grid->lines)
        return;
    size_t channels = (size_t)epilogue->layer->out.c;
    gt__epilogue_forward(epilogue->layer, epilogue->pass,
                         images + (size_t)block->image * positions * channels,
                         (size_t)block->n_images * positions);
}
