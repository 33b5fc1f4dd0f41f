/* pages.h: what the program says of itself, made from its tables: help of
 * commands and topics, the same as man pages and as Markdown. Local.
 */
#ifndef GT_CLI_PAGES_H
#define GT_CLI_PAGES_H

#include "base/page.h"
#include "cli/command.h"

/* A subject that is no command. */
typedef struct gt_topic {
    const char *name;    /* "config" */
    int section;         /* of its man page, gentrain-config; 0: it has none */
    const char *summary; /* in a few words */
    const char *also;    /* related man pages, or NULL */
    void (*print)(const gt_page *page);
} gt_topic;

extern const gt_topic gt__topics[]; /* ends with name NULL */

/* Pages of their own. Plain text is that of --help. */
void gt_page_overview(const gt_page *page);
void gt_page_command(const gt_page *page, const gt_command *command);
void gt_page_topic(const gt_page *page, const gt_topic *topic);

/* Write all man pages into DIR/man1, man5 and man7. */
gt_status gt_pages_write_man(const char *directory);

#endif
