/* fuzz_config.c: a configuration and what --set changes in it. What is accepted
 * is written and read again, as a run does when it is resumed, and its networks
 * are planned.
 *
 * Input: the text, and after it one --set for each NUL. */
#include "support.h"

#include "base/status.h"
#include "model/config.h"
#include "model/config_changes.h"
#include "tasks/task.h"
#include "train/schema.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 8 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    return 0;
}

/* The resolved text means the same configuration. */
static void read_again(const gt_config *config)
{
    gt_config *again = NULL;
    char changes[1024];
    must(gt_config_parse(&again, &gt_train_schema, "again.yaml", config->text,
                         strlen(config->text), NULL, 0) == GT_OK);
    must(!strcmp(config->text, again->text));
    gt_config_changes(config, again, changes, sizeof changes);
    must(!*changes);
    gt_config_free(again);
}

static void plan(const gt_config *config)
{
    gt_comm comm = gt_comm_solo();
    gt_task_setup setup = {.config = config, .comm = &comm, .max_n = 2};
    gt_task *task = NULL;
    if (gt_task_new(&task, &setup) == GT_OK)
        must(gt_task_parameters(task) < (size_t)1 << 40);
    gt_task_free(task);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data ? data : (const uint8_t *)"", 0, size);
    size_t text = end ? (size_t)(end - data) : size;
    char *sets[MOST_SETS];
    int n = 0;
    input in = {data + text, size - text};
    while (in.left > 0 && n < MOST_SETS) {
        take(&in);
        const uint8_t *next = memchr(in.at, 0, in.left);
        sets[n++] = take_text(&in, next ? (size_t)(next - in.at) : in.left);
    }
    /* On the heap and without a NUL, so that reading past it is found. */
    char *bytes = malloc(text ? text : 1);
    must(bytes);
    if (text > 0)
        memcpy(bytes, data, text);
    gt_config *config = NULL;
    if (gt_config_parse(&config, &gt_train_schema, "fuzz.yaml", bytes, text,
                        (const char *const *)sets, n) == GT_OK) {
        read_again(config);
        plan(config);
    } else {
        must(!config && *gt_message());
    }
    gt_config_free(config);
    free(bytes);
    for (int i = 0; i < n; i++)
        free(sets[i]);
    return 0;
}
