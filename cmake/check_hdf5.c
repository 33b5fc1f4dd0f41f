/* check_hdf5.c: prints the MPI libraries that a program loads which is linked with
 * HDF5 and MPI, one a line. Two of them mean that each has an MPI of its own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <hdf5.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int MPI_Initialized(int *);
extern herr_t H5open(void);

static int look(struct dl_phdr_info *object, size_t size, void *unused)
{
    Dl_info found;
    const char *name = object->dlpi_name;
    void *library = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
    void *call = library ? dlsym(library, "MPI_Init") : NULL;
    (void)size;
    (void)unused;
    if (*name && call && dladdr(call, &found) && !strcmp(found.dli_fname, name)) {
        const char *slash = strrchr(name, '/');
        printf("%s\n", slash ? slash + 1 : name);
    }
    return 0;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1000000) { /* never: it is enough that they are linked */
        MPI_Initialized(&argc);
        H5open();
    }
    return dl_iterate_phdr(look, NULL);
}
