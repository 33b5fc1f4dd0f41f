/* text.c: room doubles, so that many short pieces take linear time. */
#include "import/text.h"

#include <stdlib.h>
#include <string.h>

gt_status gt__text_add(gt__text *text, const char *bytes, size_t n)
{
    if (text->size + n + 1 > text->capacity) {
        size_t capacity = 2 * (text->size + n) + 64;
        char *larger = realloc(text->bytes, capacity);
        if (!larger)
            return gt_fail(GT_ERR_MEMORY, "cannot allocate a list of what was "
                                          "skipped");
        text->bytes = larger;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->size, bytes, n);
    text->size += n;
    text->bytes[text->size] = '\0';
    return GT_OK;
}

void gt__text_clear(gt__text *text)
{
    text->size = 0;
    if (text->bytes)
        *text->bytes = '\0';
}

void gt__text_free(gt__text *text)
{
    free(text->bytes);
    *text = (gt__text){0};
}
