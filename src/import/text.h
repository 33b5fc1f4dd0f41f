/* text.h: a text that grows. Local. */
#ifndef GT_IMPORT_TEXT_H
#define GT_IMPORT_TEXT_H

#include "base/status.h"

#include <stddef.h>

/* {0}: empty, without memory. */
typedef struct gt__text {
    char *bytes; /* owned; ends with NUL where it is not NULL */
    size_t size, capacity;
} gt__text;

/* Add n bytes. GT_ERR_MEMORY. */
gt_status gt__text_add(gt__text *text, const char *bytes, size_t n);

void gt__text_clear(gt__text *text);
void gt__text_free(gt__text *text);

#endif
