/* computing.h: how BLAS computes for this library; for src/api alone. */
#ifndef GT_API_COMPUTING_H
#define GT_API_COMPUTING_H

/* BLAS has one thread in this process until the last caller that computes, or
 * plans how to, is done: the bits of samples depend on it. */
void gt__computing_begin(void);
void gt__computing_end(void);

#endif
