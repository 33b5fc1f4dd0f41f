/* config_changes.c: two resolved texts of the same keys have the same lines but
 * for the values, as config_text.c writes them: "section:", "  key: value". */
#include "model/config.h"

#include <stdio.h>
#include <string.h>

/* What a run may be resumed with and still be the same training: how long, what
 * is written, and what a checkpoint's origin tells anyway. */
static bool is_told_elsewhere(const char *section, const char *key)
{
    static const char *const names[] = {
        "output.",       "communication.",    "norm.",         "train.steps:",
        "train.epochs:", "train.watchdog_s:", "train.shards:",
    };
    char name[128];
    snprintf(name, sizeof name, "%s.%s", section, key);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strncmp(name, names[i], strlen(names[i])))
            return true;
    return false;
}

/* The line at *text, cut to fit, and behind it. */
static bool next_line(const char **text, char line[256])
{
    size_t n = strcspn(*text, "\n");
    snprintf(line, 256, "%.*s", (int)(n < 256 ? n : 255), *text);
    *text += n + ((*text)[n] == '\n');
    return n > 0;
}

static bool same_key(const char *a, const char *b)
{
    size_t n = strcspn(a, ":");
    return n == strcspn(b, ":") && !strncmp(a, b, n);
}

/* "value" of "  key: value", "layer: options" of "  - layer: options". */
static const char *value_of(const char *line)
{
    const char *colon = strstr(line, ": ");
    return !strncmp(line, "  - ", 4) ? line + 4 : colon ? colon + 2 : "";
}

void gt_config_changes(const gt_config *then, const gt_config *now, char *out,
                       size_t size)
{
    char old[256], new[256], section[64] = "", layers[64] = "";
    const char *a = then->text, *b = now->text;
    size_t used = 0;
    *out = '\0';
    while (next_line(&a, old) && next_line(&b, new) && used < size) {
        const char *key = new + strspn(new, " ");
        bool layer = !strncmp(key, "- ", 2);
        if (key == new)
            snprintf(section, sizeof section, "%.*s", (int)strcspn(key, ":"),
                     key);
        else if (!*value_of(new))
            snprintf(layers, sizeof layers, "%s", key);
        if (!strcmp(old, new) || is_told_elsewhere(section, key))
            continue;
        bool aligned = layer ? !strncmp(old, "  - ", 4) : same_key(old, new);
        const char *told = layer || !aligned ? layers : key;
        used += (size_t)snprintf(out + used, size - used, "%s%s.%.*s",
                                 used ? ", " : "", aligned ? section : "model",
                                 (int)strcspn(told, ":"), told);
        if (!aligned) /* from here on, lines do not match */
            return;
        if (used < size)
            used += (size_t)snprintf(out + used, size - used, " %s (%s before)",
                                     value_of(new), value_of(old));
    }
}
