/* disk_room.h: how much a disk takes.
 */
#ifndef GT_TRAIN_DISK_ROOM_H
#define GT_TRAIN_DISK_ROOM_H

/* Bytes free in the folder of `path`; infinite where that is unknown. Local. */
double gt_disk_room(const char *path);

#endif
