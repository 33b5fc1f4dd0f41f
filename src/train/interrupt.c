/* interrupt.c: a signal handler may do very little, so it sets a flag. The next
 * reduction of the training carries the flag to all ranks. */
#include "train/interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};
enum { SIGNALS = sizeof signals / sizeof *signals };
static volatile sig_atomic_t asked;

static void remember(int number)
{
    if (number == SIGINT && asked) {
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
    }
    asked = 1;
}

void gt_interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    asked = 0;
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, NULL);
}

bool gt_interrupted(void)
{
    return asked;
}
