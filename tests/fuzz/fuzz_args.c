/* fuzz_args.c: command lines, through the program's own main(). The linker puts
 * functions of this file in the place of those that train, generate, or read
 * and write where the command line says (--wrap, CMakeLists.txt).
 *
 * Input: the arguments, with a NUL between them. */
#include "support.h"

#include "base/log.h"
#include "cli/pages.h"
#include "model/config.h"
#include "run/run.h"
#include "store/files.h"
#include "train/generate.h"
#include "train/trainer.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 40 };

int gentrain_main(int argc, char **argv);

static const char recipe[] =
    "task: vae\n"
    "data: {uri: glyphs, image: [8, 8, 1], range: unit}\n"
    "model: {latent: 2, encoder: [flatten, dense: {units: 4}],\n"
    "  decoder: [dense: {units: 64}, reshape: {shape: [8, 8, 1]}]}\n"
    "train: {batch: 8, steps: 3}\n";

#define WRAP(type, name, ...)                                                  \
    type __wrap_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__)

/* Fails to link where the program has no such function any more. */
#define REAL(type, name, ...) type __real_##name(__VA_ARGS__);

REAL(void, gt_log_setup, bool, gt_log_level)
REAL(gt_status, gt_comm_init, gt_comm **, int *, char ***)
REAL(void, gt_comm_finalize, gt_comm *)
REAL(gt_status, gt_train, gt_comm *, const gt_config *, gt_run *,
     const gt_train_options *)
REAL(gt_status, gt_generate, gt_comm *, const gt_config *, gt_checkpoint *,
     const gt_generate_options *)
REAL(gt_status, gt_run_resume, gt_comm *, const char *,
     gt_status (*)(gt_run *, void *), void *)
REAL(gt_status, gt_checkpoint_choose_shared, gt_comm *, gt_checkpoint *,
     const char *)
REAL(gt_status, gt_checkpoint_choose_file, gt_h5 **, const char *,
     char[GT_PATH])
REAL(gt_status, gt_file_read, const char *, char **, size_t *)
REAL(gt_status, gt_pages_write_man, const char *)

typedef void (*function)(void);
extern const function wrapped[];
const function wrapped[] = {
    (function)__real_gt_log_setup,
    (function)__real_gt_comm_init,
    (function)__real_gt_comm_finalize,
    (function)__real_gt_train,
    (function)__real_gt_generate,
    (function)__real_gt_run_resume,
    (function)__real_gt_checkpoint_choose_shared,
    (function)__real_gt_checkpoint_choose_file,
    (function)__real_gt_file_read,
    (function)__real_gt_pages_write_man,
};

WRAP(void, gt_log_setup, bool speaker, gt_log_level level)
{
    (void)speaker, (void)level;
    __real_gt_log_setup(false, GT_LOG_QUIET);
}

WRAP(gt_status, gt_comm_init, gt_comm **out, int *argc, char ***argv)
{
    static gt_comm solo;
    (void)argc, (void)argv;
    solo = gt_comm_solo();
    *out = &solo;
    return GT_OK;
}

WRAP(void, gt_comm_finalize, gt_comm *comm)
{
    (void)comm;
}

WRAP(gt_status, gt_train, gt_comm *comm, const gt_config *config, gt_run *run,
     const gt_train_options *how)
{
    must(comm && config && config->text && run && how->name);
    must(how->threads >= 1 && how->threads <= 1024);
    must(how->trace_steps >= 1 && how->trace_steps <= 1000000000);
    return GT_OK;
}

WRAP(gt_status, gt_generate, gt_comm *comm, const gt_config *config,
     gt_checkpoint *from, const gt_generate_options *how)
{
    must(comm && config && from && (how->out || how->grid));
    must(how->count >= 1 && how->threads >= 1 && how->threads <= 1024);
    return GT_OK;
}

static void give_checkpoint(gt_checkpoint *c)
{
    *c = (gt_checkpoint){.path = "a.h5", .info = {.task = "vae", .step = 3}};
    c->info.config = strdup(recipe);
}

WRAP(gt_status, gt_run_resume, gt_comm *comm, const char *asked,
     gt_status (*begin)(gt_run *run, void *context), void *context)
{
    gt_run run = {0};
    must(comm);
    snprintf(run.path, sizeof run.path, "%s", asked);
    give_checkpoint(&run.resumed);
    gt_status status = begin(&run, context);
    gt_run_close(&run);
    return status;
}

WRAP(gt_status, gt_checkpoint_choose_shared, gt_comm *comm, gt_checkpoint *c,
     const char *path)
{
    must(comm && path);
    give_checkpoint(c);
    return GT_OK;
}

WRAP(gt_status, gt_checkpoint_choose_file, gt_h5 **file, const char *path,
     char found[GT_PATH])
{
    *file = NULL;
    snprintf(found, GT_PATH, "%s", path);
    return gt_fail(GT_ERR_IO, "%s is not looked at", path);
}

WRAP(gt_status, gt_file_read, const char *path, char **data, size_t *size)
{
    must(path);
    *data = strdup(recipe);
    *size = strlen(recipe);
    return GT_OK;
}

WRAP(gt_status, gt_pages_write_man, const char *directory)
{
    must(directory);
    return GT_OK;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    must(chdir(in_folder("")) == 0);
    must(freopen("/dev/null", "w", stdout));
    return 0;
}

/* getopt() is made for one command line in a process: between two of them it
 * would remember the first. */
static void forget_arguments(void)
{
    char *none[] = {(char *)"", NULL};
    optind = 0;
    getopt(1, none, "");
    optind = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *argv[MOST_ARGUMENTS + 2] = {strdup("gentrain")};
    char *owned[MOST_ARGUMENTS + 1] = {argv[0]}; /* getopt reorders */
    int n = 1;
    input in = {data, size};
    while (in.left > 0 && n <= MOST_ARGUMENTS) {
        const uint8_t *end = memchr(in.at, 0, in.left);
        owned[n] = argv[n] =
            take_text(&in, end ? (size_t)(end - in.at) : in.left);
        take(&in);
        n++;
    }
    forget_arguments();
    int code = gentrain_main(n, argv);
    must(code >= 0 && code < 20);
    for (int i = 0; i < n; i++)
        free(owned[i]);
    return 0;
}
