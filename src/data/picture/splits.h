/* splits.h: whether a folder of pictures holds training and held-out ones
 * apart. For src/data. Local. */
#ifndef GT_DATA_PICTURE_SPLITS_H
#define GT_DATA_PICTURE_SPLITS_H

/* Names of the folders; "": the pictures are not apart, or there are no
 * held-out ones. */
typedef struct gt__splits {
    const char *train, *test;
} gt__splits;

/* They are apart where there are folders "train" and one of "test", "val",
 * "valid" and "validation", of which the first is taken, or "train" and no
 * other folder. */
gt__splits gt__splits_of(const char *path);

#endif
