/* page.h: pages for people in three styles: plain text of at most 80 columns,
 * roff for man pages, Markdown. Local.
 *
 * Text is written once, without markup; a page escapes what its style would
 * take for markup. Errors of the stream are the caller's to look for.
 */
#ifndef GT_BASE_PAGE_H
#define GT_BASE_PAGE_H

#include <stdbool.h>
#include <stdio.h>

typedef enum gt_page_style {
    GT_PAGE_PLAIN,
    GT_PAGE_ROFF,
    GT_PAGE_MARKDOWN,
} gt_page_style;

typedef struct gt_page {
    FILE *out; /* borrowed */
    gt_page_style style;
    int column; /* plain text: where the meaning of an entry begins; 0: 30 */
} gt_page;

/* Begin a page: "gentrain-train" of manual section 1, and what it is in a few
 * words. Of that, plain text and Markdown have the words as their title. */
void gt_page_title(const gt_page *page, const char *name, int section,
                   const char *summary);

/* The title of a part of the page, such as "Options", and of a part of that:
 * its name in the tables, what it is, and a note on that, which may be "". */
void gt_page_section(const gt_page *page, const char *name);
void gt_page_heading(const gt_page *page, const char *name, const char *help,
                     const char *note);

/* Paragraphs, with an empty line ("\n\n") between them. Lines are filled anew.
 */
void gt_page_paragraphs(const gt_page *page, const char *text);

/* Lines that stay as they are, such as commands to type. The last one ends with
 * a newline, too. */
void gt_page_lines(const gt_page *page, const char *text);

/* An entry of a list: what it is called, what its value is called (NULL: it has
 * none), and what it means. */
void gt_page_item(const gt_page *page, const char *name, const char *value,
                  const char *text);

/* Text within a line, escaped as the style needs it. */
void gt_page_text(const gt_page *page, const char *text);

/* Plain text: print words, broken before column 80; further lines begin at
 * `indent`. `column` is where the cursor stands. */
void gt_page_words(FILE *out, const char *text, int indent, int *column);

#endif
