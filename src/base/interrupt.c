/* interrupt.c: a signal handler may do very little, so it sets a flag. The next
 * reduction carries the flag to all ranks.
 *
 * A shell has a script's background jobs ignore Ctrl-C, and nohup has a job
 * ignore that its terminal is gone: what was ignored at the start stays so.
 * Libraries change that: UCX, which Open MPI 5 is linked with, takes SIGHUP for
 * itself while it is loaded. So it is looked up before any library runs. */
#include "base/interrupt.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGINT,  SIGTERM, SIGHUP,
                              SIGXCPU, SIGUSR1, SIGUSR2};
enum { SIGNALS = sizeof signals / sizeof *signals };
static volatile sig_atomic_t asked;
static bool noted, ignored[SIGNALS]; /* when the process started */
static const char *reply;            /* to the first SIGINT */

static void tell(void)
{
    int error = errno;
    struct pollfd output = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&output, 1, 0) > 0 &&
        write(STDERR_FILENO, reply, strlen(reply)) < 0)
        reply = NULL; /* nobody listens */
    errno = error;
}

static void remember(int number)
{
    if (number == SIGINT && asked) {
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
    }
    asked = 1;
    gt_log_hurry();
    if (number == SIGINT && reply)
        tell();
}

static bool is_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void note(void)
{
    noted = true;
    for (int i = 0; i < SIGNALS; i++)
        ignored[i] = is_ignored(signals[i]);
}

#ifdef __ELF__
/* Runs before the constructors of libraries. */
__attribute__((section(".preinit_array"),
               used)) static void (*at_start)(void) = note;
#endif

void gt_interrupt_restore(void)
{
    if (!noted)
        note();
    for (int i = 0; i < SIGNALS; i++)
        signal(signals[i], ignored[i] ? SIG_IGN : SIG_DFL);
}

void gt_interrupt_watch(const char *text)
{
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    asked = 0;
    reply = text;
    for (int i = 0; i < SIGNALS; i++)
        if (ignored[i])
            signal(signals[i], SIG_IGN);
        else
            sigaction(signals[i], &action, NULL);
}

bool gt_interrupted(void)
{
    return asked;
}
