/* keep_plugins.c: linked into the sanitizers' build, where it stands in for the
 * C library's dlclose(), which MPI calls at its end.
 *
 * The leak check names every function on the stack of what was not freed, to
 * see whether lsan.supp has it. For an address in a plug-in that is gone it
 * reads the process's map of memory anew: seconds for each process, and most of
 * the time of all tests. A plug-in that stays can be found. */
int dlclose(void *plugin);

int dlclose(void *plugin)
{
    (void)plugin;
    return 0;
}
