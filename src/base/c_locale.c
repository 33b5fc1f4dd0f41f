/* c_locale.c: the locale is made once and stays, as another thread may be in
 * it.
 */
#include "base/c_locale.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t c_locale; /* 0 where there is no memory: then nothing changes */

static void make(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

locale_t gt_c_locale_enter(void)
{
    pthread_once(&once, make);
    return uselocale(c_locale);
}

void gt_c_locale_leave(locale_t before)
{
    uselocale(before);
}
