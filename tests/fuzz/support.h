/* support.h: what the fuzzing harnesses share: an input that is taken apart, a
 * folder for the files that are made of it, and silence. */
#ifndef GT_TESTS_FUZZ_SUPPORT_H
#define GT_TESTS_FUZZ_SUPPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The entry points that libFuzzer, and replay.c, call. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of an input. */
typedef struct input {
    const uint8_t *at;
    size_t left;
} input;

/* The next byte; 0 at the end. */
uint8_t take(input *in);
/* At most n bytes more; *size is how many there are. */
const uint8_t *take_bytes(input *in, size_t n, size_t *size);
/* The next at most n bytes as a text, up to the first NUL, malloc'ed. */
char *take_text(input *in, size_t n);

/* Make a folder for files and keep the program from printing. Once. */
void begin_fuzzing(void);
/* A path in that folder. Four are kept. */
const char *in_folder(const char *name);
void store(const char *name, const void *bytes, size_t size);
void drop(const char *name);

/* Where the program prints to. */
extern FILE *sink;

/* End the process with a report if `fact` does not hold. */
#define must(fact)                                                             \
    do {                                                                       \
        if (!(fact))                                                           \
            broken(#fact, __FILE__, __LINE__);                                 \
    } while (0)
_Noreturn void broken(const char *fact, const char *file, int line);

#endif
