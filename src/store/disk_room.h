/* disk_room.h: whether there is room for a file, before long work. Local. */
#ifndef GT_STORE_DISK_ROOM_H
#define GT_STORE_DISK_ROOM_H

/* Bytes free in the folder of `path`; infinite where that is unknown. */
double gt_disk_room(const char *path);

#endif
