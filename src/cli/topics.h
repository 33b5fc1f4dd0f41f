/* topics.h: what the topics of `gentrain help` say. Local.
 */
#ifndef GT_CLI_TOPICS_H
#define GT_CLI_TOPICS_H

#include "base/page.h"

/* All keys; in styles other than plain text, layers and sources, too. */
void gt_topic_config(const gt_page *page);
void gt_topic_layers(const gt_page *page);
/* Sources, and the steps of data.transform. */
void gt_topic_data(const gt_page *page);

/* The metrics of `gentrain eval`. */
void gt_topic_metrics(const gt_page *page);

/* The files of a run directory, stopping and going on, signals, exit codes. */
void gt_topic_run(const gt_page *page);
void gt_topic_exit_codes(const gt_page *page);

#endif
