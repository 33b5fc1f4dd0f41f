/* file_list.c: a list of a million files takes 24 bytes for each and the bytes
 * of its name. What a directory says beside the names is enough for most of it:
 * on a network, a look at each file takes longer than all else. */
#include "data/picture/file_list.h"

#include "base/collective_tick.h"
#include "data/picture/picture_file.h"
#include "store/directory.h"
#include "store/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TICK = 1024, MOST_LOOKS = 256 };

static gt_status no_memory(const char *path)
{
    return gt_fail(GT_ERR_MEMORY, "%s: no memory for a list of its files",
                   path);
}

/* Room for one more item of `size` bytes. */
static bool grow(void **items, uint64_t count, uint64_t *room, size_t size)
{
    if (count < *room)
        return true;
    uint64_t more = *room ? 2 * *room : 256;
    void *moved = realloc(*items, more * size);
    if (!moved)
        return false;
    *items = moved;
    *room = more;
    return true;
}

static bool add_text(char **names, uint64_t *used, uint64_t *room,
                     const char *name, uint64_t *at)
{
    uint64_t size = strlen(name) + 1;
    while (*used + size > *room)
        if (!grow((void **)names, *room, room, 1))
            return false;
    *at = *used;
    memcpy(*names + *at, name, size);
    *used += size;
    return true;
}

static bool add_name(gt__file_list *list, const char *name, uint64_t *at)
{
    return add_text(&list->names, &list->names_size, &list->names_room, name,
                    at);
}

static bool add_folder(gt__file_list *list, const char *name)
{
    uint64_t room = list->folders_room;
    if (!grow((void **)&list->folders, list->n_folders, &room,
              sizeof *list->folders))
        return false;
    list->folders_room = (uint32_t)room;
    gt__file_folder folder = {.first = list->count};
    if (!add_name(list, name, &folder.name))
        return false;
    list->folders[list->n_folders++] = folder;
    return true;
}

static bool add_file(gt__file_list *list, const char *name)
{
    if (!grow((void **)&list->files, list->count, &list->room,
              sizeof *list->files))
        return false;
    uint32_t folder = list->n_folders - 1;
    gt__file file = {.folder = folder, .label = -1};
    if (!add_name(list, name, &file.name))
        return false;
    list->files[list->count++] = file;
    list->folders[folder].count++;
    return true;
}

/* --- Names of a folder, in their order. */

/* `first`: the first bytes of the name, as a number of the same order, for most
 * comparisons. */
typedef struct item {
    uint64_t first;
    uint64_t name;    /* where it begins in `names` */
    const char *text; /* there, when all names are known */
    gt_entry_kind kind;
} item;

typedef struct listing {
    char *names;
    item *items;
    uint64_t count, room, names_size, names_room;
    uint64_t most; /* of them are wanted; 0: all */
} listing;

static const char *name_of(const listing *l, uint64_t i)
{
    return l->names + l->items[i].name;
}

static gt_status add_item(listing *l, const char *name, gt_entry_kind kind)
{
    item new = {.kind = kind};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof new.first; i++)
        new.first = new.first << 8 | (i < length ? (uint8_t)name[i] : 0);
    if (!add_text(&l->names, &l->names_size, &l->names_room, name, &new.name) ||
        !grow((void **)&l->items, l->count, &l->room, sizeof *l->items))
        return gt_fail(GT_ERR_MEMORY, "no memory for a list of files");
    l->items[l->count++] = new;
    return GT_OK;
}

static gt_status visit(const gt_entry *entry, void *context)
{
    listing *l = context;
    if (*entry->name == '.')
        return GT_OK;
    if (l->most && l->count == l->most)
        return gt_fail(GT_ERR_IO, "these are enough");
    if (l->count % TICK == TICK - 1)
        gt_collective_tick();
    return add_item(l, entry->name, gt_entry_kind_of(entry));
}

static int by_bytes(const void *a, const void *b)
{
    const item *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return strcmp(x->text, y->text);
}

static gt_status list_names(const char *path, listing *l)
{
    gt_status status = gt_directory_visit(path, visit, l);
    for (uint64_t i = 0; i < l->count; i++)
        l->items[i].text = name_of(l, i);
    if (l->count > 1)
        qsort(l->items, l->count, sizeof *l->items, by_bytes);
    return status;
}

static void free_names(listing *l)
{
    free(l->items);
    free(l->names);
}

/* --- Pictures. */

static const char *const ours[] = {".png", ".jpg",  ".jpeg",
                                   ".jpe", ".jfif", NULL};
static const char *const not_ours[] = {".gif",  ".webp", ".bmp",  ".tif",
                                       ".tiff", ".heic", ".avif", ".ppm",
                                       ".pgm",  ".jp2",  ".tga",  NULL};

static bool ends_in(const char *name, const char *const *endings)
{
    const char *end = strrchr(name, '.');
    for (; end && *endings; endings++)
        if (!strcasecmp(end, *endings))
            return true;
    return false;
}

static bool begins_as_pictures_do(const char *path)
{
    uint8_t head[GT__PICTURE_HEAD];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    return n > 0 && gt__picture_is(head, (size_t)n);
}

typedef enum kind { NOTHING, PICTURE, FOLDER, OTHER } kind;

/* What a path is. A name that promises a picture is taken at its word, also
 * where it cannot be looked at: reading it will tell. */
static kind kind_of(const char *path, const char *name, gt_entry_kind entry)
{
    bool named = ends_in(name, ours);
    switch (entry) {
    case GT_ENTRY_FOLDER:
        return FOLDER;
    case GT_ENTRY_FILE:
        return named || begins_as_pictures_do(path) ? PICTURE : OTHER;
    case GT_ENTRY_UNKNOWN:
        return named ? PICTURE : OTHER;
    default:
        return OTHER;
    }
}

static bool join(const char *folder, const char *name, char path[GT_PATH])
{
    return snprintf(path, GT_PATH, "%s/%s", folder, name) < GT_PATH;
}

static gt_status count_other(gt__file_list *list, const char *path)
{
    if (!ends_in(path, not_ours))
        return GT_OK;
    if (!list->others++ && !(list->first_other = strdup(path)))
        return no_memory(path);
    return GT_OK;
}

/* Add the pictures of one folder; folders in it are kept in `inner` where that
 * is wanted. */
static gt_status add_pictures(gt__file_list *list, const char *path,
                              listing *inner)
{
    listing l = {0};
    gt_status status = list_names(path, &l);
    for (uint64_t i = 0; i < l.count && status == GT_OK; i++) {
        char file[GT_PATH];
        const char *name = name_of(&l, i);
        if (!join(path, name, file)) {
            status = gt_fail(GT_ERR_IO, "%s: the path of %s is too long", path,
                             name);
            break;
        }
        kind what = kind_of(file, name, l.items[i].kind);
        if (what == FOLDER && inner)
            status = add_item(inner, name, GT_ENTRY_FOLDER);
        else if (what == PICTURE && !add_file(list, name))
            status = no_memory(path);
        else if (what == OTHER)
            status = count_other(list, file);
        if (i % TICK == 0)
            gt_collective_tick();
    }
    free_names(&l);
    return status;
}

/* A folder without pictures is none of the list's. */
static gt_status add_inner(gt__file_list *list, const char *name)
{
    char path[GT_PATH];
    if (!join(list->root, name, path))
        return gt_fail(GT_ERR_IO, "%s: the path of %s is too long", list->root,
                       name);
    if (!add_folder(list, name))
        return no_memory(path);
    gt_status status = add_pictures(list, path, NULL);
    gt__file_folder *last = &list->folders[list->n_folders - 1];
    if (status == GT_OK && !last->count) {
        list->names_size = last->name;
        list->n_folders--;
    }
    return status;
}

/* Of those that are spread over the list. */
static void note_sizes(gt__file_list *list)
{
    uint64_t n = list->count < GT__SIZED ? list->count : GT__SIZED;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t file = n == list->count ? i : i * (list->count - 1) / (n - 1);
        char path[GT_PATH];
        struct stat info;
        gt__file_list_path(list, file, true, path, sizeof path);
        if (stat(path, &info) == 0 && S_ISREG(info.st_mode))
            list->files[file].size = (uint64_t)info.st_size;
        gt_collective_tick();
    }
}

gt_status gt__file_list_read(gt__file_list *list, const char *root)
{
    listing inner = {0};
    *list = (gt__file_list){.root = strdup(root)};
    if (!list->root || !add_folder(list, ""))
        return no_memory(root);
    gt_status status = add_pictures(list, root, &inner);
    for (uint64_t i = 0; i < inner.count && status == GT_OK; i++)
        status = add_inner(list, name_of(&inner, i));
    free_names(&inner);
    if (status == GT_OK)
        note_sizes(list);
    return status;
}

void gt__file_list_free(gt__file_list *list)
{
    free(list->root);
    free(list->names);
    free(list->files);
    free(list->folders);
    free(list->first_other);
    *list = (gt__file_list){0};
}

char *gt__file_list_path(const gt__file_list *list, uint64_t file, bool whole,
                         char *path, size_t room)
{
    const gt__file *f = &list->files[file];
    const char *folder =
        gt__file_list_name(list, list->folders[f->folder].name);
    snprintf(path, room, "%s%s%s%s%s", whole ? list->root : "",
             whole ? "/" : "", folder, *folder ? "/" : "",
             gt__file_list_name(list, f->name));
    return path;
}

int64_t gt__file_list_folder(const gt__file_list *list, const char *name)
{
    int64_t low = 0, high = list->n_folders;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int order =
            strcmp(gt__file_list_name(list, list->folders[middle].name), name);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int64_t gt__file_list_find(const gt__file_list *list, const char *path)
{
    char folder[GT_PATH];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (name - path >= GT_PATH)
        return -1;
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0,
             path);
    int64_t f = gt__file_list_folder(list, folder);
    if (f < 0)
        return -1;
    uint64_t low = list->folders[f].first, high = low + list->folders[f].count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        int order =
            strcmp(gt__file_list_name(list, list->files[middle].name), name);
        if (order == 0)
            return (int64_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* --- A look. */

static bool looks_for_pictures(const char *path, int depth, int *looks)
{
    listing l = {.most = MOST_LOOKS};
    bool found = false;
    (void)list_names(path, &l); /* some of them will do */
    for (uint64_t i = 0; i < l.count && !found; i++) {
        char file[GT_PATH];
        const char *name = name_of(&l, i);
        if (++*looks > MOST_LOOKS || !join(path, name, file))
            break;
        kind what = kind_of(file, name, l.items[i].kind);
        found = what == PICTURE || (what == FOLDER && depth > 0 &&
                                    looks_for_pictures(file, depth - 1, looks));
    }
    free_names(&l);
    return found;
}

bool gt__folder_has_pictures(const char *path)
{
    int looks = 0;
    return looks_for_pictures(path, 2, &looks);
}
