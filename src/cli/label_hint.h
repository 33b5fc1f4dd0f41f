/* label_hint.h: labels that nobody has asked for. Private to the cli room. */
#ifndef GT_CLI_LABEL_HINT_H
#define GT_CLI_LABEL_HINT_H

#include "data/source.h"

/* Of pictures without labels, print a line if there is a file beside them that
 * may hold some, with the key that has it read. Local. */
void gt__label_hint(const gt_source *source, const gt_data_config *config);

#endif
