/* array_names.c: words are what stands between characters that are no letters,
 * so that "x_train" has a word "x" and "max" has none. */
#include "data/array/array_names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_letter(char c)
{
    return isalpha((unsigned char)c);
}

/* Where the last word that equals `word` begins; NULL: there is none. */
static const char *last_word(const char *name, const char *word)
{
    size_t n = strlen(word);
    const char *found = NULL;
    for (const char *at = name; *at; at++)
        if (strncasecmp(at, word, n) == 0 && !is_letter(at[n]) &&
            (at == name || !is_letter(at[-1])))
            found = at;
    return found;
}

/* `to` in the case of the word `from`: "Train", "TRAIN" or "train". */
static void follow_case(const char *from, bool single, char *to, size_t n)
{
    bool first = isupper((unsigned char)from[0]);
    bool all = first && !single && isupper((unsigned char)from[1]);
    for (size_t i = 0; i < n; i++)
        if (all || (first && i == 0))
            to[i] = (char)toupper((unsigned char)to[i]);
}

static bool replace(const char *name, const char *at, size_t old,
                    const char *word, char *out, size_t size)
{
    size_t before = (size_t)(at - name);
    int n = snprintf(out, size, "%.*s%s%s", (int)before, name, word, at + old);
    if (n < 0 || (size_t)n >= size)
        return false;
    follow_case(at, old == 1, out + before, strlen(word));
    return true;
}

static bool replace_word(const char *name, const char *word,
                         const char *instead, char *out, size_t size)
{
    const char *at = last_word(name, word);
    return at && replace(name, at, strlen(word), instead, out, size);
}

bool gt__name_of_test(const char *name, char *out, size_t size)
{
    return replace_word(name, "train", "test", out, size) ||
           replace_word(name, "training", "test", out, size);
}

bool gt__name_of_train(const char *name, char *out, size_t size)
{
    return replace_word(name, "test", "train", out, size);
}

bool gt__name_of_labels(const char *name, int i, char *out, size_t size)
{
    static const char *const words[][2] = {
        {"x", "y"},          {"images", "labels"}, {"image", "label"},
        {"imgs", "labels"},  {"data", "labels"},   {"samples", "labels"},
        {"images", "label"}, {"x", "labels"},
    };
    enum { WORDS = sizeof words / sizeof *words };
    for (int w = 0; w < WORDS; w++)
        if (last_word(name, words[w][0]) && i-- == 0)
            return replace_word(name, words[w][0], words[w][1], out, size);
    return false;
}
