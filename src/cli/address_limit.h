/* address_limit.h: what libraries take while they are loaded, where addresses
 * are limited (ulimit -v and -d). Local.
 */
#ifndef GT_CLI_ADDRESS_LIMIT_H
#define GT_CLI_ADDRESS_LIMIT_H

/* Have BLAS begin with one thread, and end the process with a message and the
 * exit code of GT_ERR_MEMORY where a limit does not allow even what that takes.
 * Nothing happens without a limit. Runs by itself before the constructors of
 * libraries where the system can do that; main calls it for the others. Takes
 * main's arguments; starts the program again if it has to. */
void gt_address_limit_respect(int argc, char **argv, char **variables);

#endif
