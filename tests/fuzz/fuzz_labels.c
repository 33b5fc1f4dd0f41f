/* fuzz_labels.c: the text file that labels the pictures of a folder.
 *
 * Input: the text. The folder has three pictures, one of a name with a comma,
 * which nobody decodes: what opens has a label for each. */
#include "support.h"

#include "data/picture/file_list.h"
#include "data/picture/label_file.h"

static gt__file_list list;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    begin_fuzzing();
    const char *const names[] = {"a.png", "b.png", "c,d.png"};
    for (int i = 0; i < 3; i++)
        store(names[i], "", 0);
    must(gt__file_list_read(&list, in_folder("")) == GT_OK && list.count == 3);
    return 0;
}

static void is_class(int label, int classes)
{
    must(label >= 0 && label < classes);
}

static void use(gt__label_file *labels)
{
    must(labels->count > 0);
    for (size_t i = 0; i < labels->count; i++)
        is_class(labels->rows[i].number, labels->classes);
    for (uint64_t i = 0; i < list.count; i++)
        list.files[i].label = -1;
    if (gt__label_file_apply(labels, &list, "", "") == GT_OK)
        for (uint64_t i = 0; i < list.count; i++)
            is_class(list.files[i].label, labels->classes);
    must(gt__label_file_renumber(labels, labels) == GT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gt__label_file labels;
    store("labels.csv", data, size);
    if (gt__label_file_read(&labels, in_folder("labels.csv")) == GT_OK)
        use(&labels);
    gt__label_file_free(&labels);
    drop("labels.csv");
    return 0;
}
