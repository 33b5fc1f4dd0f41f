/* sanitizers.h: which sanitizers this is compiled with. gcc says it with a
 * macro, clang with __has_feature. */
#ifndef GT_BASE_SANITIZERS_H
#define GT_BASE_SANITIZERS_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GT_ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define GT_THREAD_SANITIZER 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#define GT_ADDRESS_SANITIZER 1
#endif
#ifdef __SANITIZE_THREAD__
#define GT_THREAD_SANITIZER 1
#endif

#endif
