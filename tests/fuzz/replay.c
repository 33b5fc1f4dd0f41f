/* replay.c: runs a harness once on each file of the folders that are named, in
 * builds without libFuzzer: what was found once stays mended. */
#include "support.h"

#include <dirent.h>
#include <stdlib.h>

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    must(file);
    must(fseek(file, 0, SEEK_END) == 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(size ? size : 1);
    must(bytes && fread(bytes, 1, size, file) == size);
    fclose(file);
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
}

static int run_folder(const char *folder)
{
    int files = 0;
    DIR *dir = opendir(folder);
    must(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        char path[4096];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        run_file(path);
        files++;
    }
    closedir(dir);
    return files;
}

int main(int argc, char **argv)
{
    int files = 0;
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++)
        files += run_folder(argv[i]);
    printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
