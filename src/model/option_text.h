/* option_text.h: options and their values in words. Private to the model room.
 */
#ifndef GT_MODEL_OPTION_TEXT_H
#define GT_MODEL_OPTION_TEXT_H

#include "base/option.h"

/* What an option takes: "0 to 10", "any number", "sgd, adam", "list of layers";
 * "" where anything will do. Returns `text`. */
enum { GT__ALLOWED = 384 };
char *gt__allowed(const gt_option *option, char text[GT__ALLOWED]);

/* The value in `field` as somebody would write it, cut to fit; of a list of
 * variants, how many there are. Returns `text`. */
enum { GT__VALUE_TEXT = 256 };
char *gt__value_text(const gt_option *option, const void *field,
                     char text[GT__VALUE_TEXT]);

/* Numbers in the field of a SHAPE, PAIR or QUAD; 0 for any other kind. */
int gt__option_length(gt_option_kind kind);

#endif
