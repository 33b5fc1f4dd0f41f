/* label_file.h: labels of pictures, from a text file with a line for each: the
 * picture's path, a comma, its label. For src/data. Local. */
#ifndef GT_DATA_PICTURE_LABEL_FILE_H
#define GT_DATA_PICTURE_LABEL_FILE_H

#include "data/picture/file_list.h"

typedef struct gt__label_row {
    const char *file, *label; /* in `text` */
    int line;
    int number;
} gt__label_row;

typedef struct gt__label_file {
    char *path;
    char *text; /* of the file, cut into fields */
    gt__label_row *rows;
    size_t count, room;
    const char **names; /* of the classes, in order; NULL: labels are numbers */
    int classes;        /* labels are 0 .. classes - 1 */
} gt__label_file;

/* Read a file. Fields may stand in quotation marks, as spreadsheets write them;
 * a first line that names no picture is a heading. Labels are whole numbers, or
 * they are names, which have the numbers of their order, byte by byte. To be
 * freed also after a failure: GT_ERR_IO, GT_ERR_FORMAT (the message has the
 * line), GT_ERR_MEMORY. */
gt_status gt__label_file_read(gt__label_file *labels, const char *path);
void gt__label_file_free(gt__label_file *labels);

/* Give labels the numbers that they have in another file, whose names are then
 * borrowed. GT_ERR_FORMAT: one does not occur there. */
gt_status gt__label_file_renumber(gt__label_file *labels,
                                  const gt__label_file *as);

/* Label all pictures of a list. Paths of the file that begin with the folder
 * `mine` ("" for none) mean the list's; those of the folder `not_mine` are left
 * alone. GT_ERR_FORMAT: a label for a picture that is not there, two for one
 * picture, or none. */
gt_status gt__label_file_apply(const gt__label_file *labels,
                               gt__file_list *list, const char *mine,
                               const char *not_mine);

#endif
