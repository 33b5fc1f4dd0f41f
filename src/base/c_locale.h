/* c_locale.h: numbers with a point. A program that never calls setlocale has
 * the C locale; a library is in the locale of its caller, where strtod may want
 * 0,5 and printf write it. */
#ifndef GT_BASE_C_LOCALE_H
#define GT_BASE_C_LOCALE_H

#include <locale.h>

/* Put this thread into the C locale; other threads keep theirs. Returns what it
 * was in, for gt_c_locale_leave. Local. */
locale_t gt_c_locale_enter(void);
void gt_c_locale_leave(locale_t before);

#endif
