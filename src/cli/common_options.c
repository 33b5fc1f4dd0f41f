/* common_options.c: options that mean the same in several commands are read in
 * one place, so that they take the same words. */
#include "cli/common_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gt_status gt__weights_read(const gt_cli_args *args,
                           gt_generate_weights *weights)
{
    const char *text = gt_cli_value(args, "weights");
    *weights = !text                  ? GT_GENERATE_BEST
               : !strcmp(text, "ema") ? GT_GENERATE_EMA
                                      : GT_GENERATE_LAST;
    if (*weights == GT_GENERATE_LAST && strcmp(text, "last") != 0)
        return gt_fail(GT_ERR_USAGE, "--weights %s: it must be ema or last",
                       text);
    return GT_OK;
}

char *gt__setting_quoted(const char *key, const char *value)
{
    size_t size = strlen(key) + 2 * strlen(value) + sizeof "=''";
    char *text = malloc(size);
    if (!text)
        return NULL;
    char *to = text + snprintf(text, size, "%s='", key);
    for (; *value; value++) {
        if (*value == '\'')
            *to++ = '\'';
        *to++ = *value;
    }
    memcpy(to, "'", 2);
    return text;
}
