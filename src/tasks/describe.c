/* describe.c: a column is as wide as its widest text, but for names, which are
 * cut where a line would get too long. What a layer reads is said by numbers,
 * with which the lines of the table begin. */
#include "tasks/describe.h"

#include "base/json.h"
#include "base/plural.h"
#include "tasks/learner.h"

#include <stdlib.h>
#include <string.h>

enum { LAYER, READS, SHAPE, PARAMETERS, MEMORY, PRODUCTS, COLUMNS };
enum { TEXT = 96, LINE = 80, LEAST_NAME = 20 };

typedef char row[COLUMNS][TEXT];

/* Bytes of a sample in memory of its own; 0: it shares that of its input. */
static size_t bytes_of(const gt_network *net, int i)
{
    const gt__node_placement *node = &net->placement.node[i];
    bool shares = gt_layer_is_idle(&net->layers[i]);
    for (int k = 0; k < net->layers[i].n_inputs; k++)
        shares = shares || (node->x[k].where == node->y.where &&
                            node->x[k].offset == node->y.offset);
    return shares ? 0 : gt_shape_size(net->layers[i].out) * sizeof(gt_real);
}

/* "12345678" as "12,345,678"; "-" for 0. */
static void count_text(double n, char text[TEXT])
{
    char digits[TEXT];
    int size = snprintf(digits, sizeof digits, "%.0f", n), used = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    if (n == 0)
        snprintf(text, TEXT, "-");
}

/* A layer's name, or its label where it has none. */
static void name_text(const gt_network *net, int from, char text[TEXT])
{
    char label[GT_LAYER_LABEL];
    if (gt_is_input(from))
        snprintf(text, TEXT, "%s", net->input[gt_input_of(from)].name);
    else if (*net->layers[from].name)
        snprintf(text, TEXT, "%.90s", net->layers[from].name);
    else
        snprintf(text, TEXT, "%s", gt_layer_label(&net->layers[from], label));
}

static void fill_row(const gt_network *net, int i, row to)
{
    const gt_layer *layer = &net->layers[i];
    char label[GT_LAYER_LABEL], name[TEXT], shape[GT_SHAPE_TEXT];
    size_t used = 0;
    snprintf(to[LAYER], TEXT, "%s%s%.40s", gt_layer_label(layer, label),
             *layer->name ? " " : "", layer->name);
    bool plain = layer->n_inputs == 1 && layer->from[0] == i - 1;
    for (int k = 0; !plain && k < layer->n_inputs && used < TEXT; k++) {
        int from = layer->from[k];
        if (gt_is_input(from))
            name_text(net, from, name);
        else
            snprintf(name, sizeof name, "%02d", net->layers[from].index);
        used += (size_t)snprintf(to[READS] + used, TEXT - used, "%s%s",
                                 k ? ", " : "", name);
    }
    snprintf(to[SHAPE], TEXT, "%s", gt_shape_text(layer->out, shape));
    count_text((double)gt_layer_parameters(layer), to[PARAMETERS]);
    count_text((double)bytes_of(net, i), to[MEMORY]);
    count_text(layer->products, to[PRODUCTS]);
}

/* Widths at which no line is longer than LINE, if the names can be cut so far.
 */
static void find_widths(const row *rows, int n, int width[COLUMNS])
{
    int line = 0;
    for (int c = 0; c < COLUMNS; c++) {
        width[c] = 0;
        for (int i = 0; i < n; i++)
            if ((int)strlen(rows[i][c]) > width[c])
                width[c] = (int)strlen(rows[i][c]);
        line += 2 + width[c];
    }
    if (line > LINE && width[LAYER] > LEAST_NAME) {
        int left = width[LAYER] - (line - LINE);
        width[LAYER] = left > LEAST_NAME ? left : LEAST_NAME;
    }
}

static void print_row(FILE *out, row line, const int width[COLUMNS])
{
    if ((int)strlen(line[LAYER]) > width[LAYER])
        snprintf(line[LAYER] + width[LAYER] - 3, 4, "...");
    for (int c = 0; c < COLUMNS; c++)
        fprintf(out, "  %*s", c < PARAMETERS ? -width[c] : width[c], line[c]);
    fputc('\n', out);
}

static void print_sums(FILE *out, const gt_network *net)
{
    double products = 0;
    char parameters[TEXT], multiplications[TEXT];
    for (int i = 0; i < net->n_layers; i++)
        products += net->layers[i].products;
    count_text((double)gt_network_parameters(net), parameters);
    count_text(products, multiplications);
    fprintf(out,
            "  %s parameters, %s products a sample\n"
            "  for %d sample%s at once: activations %.3g MB, gradients %.3g "
            "MB\n",
            parameters, multiplications, net->max_n,
            gt_plural((unsigned long long)net->max_n),
            (double)net->placement.activations * sizeof(gt_real) / 1e6,
            (double)net->placement.gradients * sizeof(gt_real) / 1e6);
}

static void print_inputs(FILE *out, const gt_network *net)
{
    char shape[GT_SHAPE_TEXT];
    fprintf(out, "%s: ", net->name);
    for (int k = 0; k < net->n_inputs; k++)
        fprintf(out, "%s%s %s", k ? ", " : "", net->input[k].name,
                gt_shape_text(net->input[k].shape, shape));
    fprintf(out, " -> %s\n", gt_shape_text(net->out, shape));
}

static void print_table(FILE *out, const gt_network *net)
{
    row *rows = calloc((size_t)net->n_layers + 1, sizeof *rows);
    static const char *const titles[COLUMNS] = {
        "layer", "reads", "makes", "parameters", "bytes", "products"};
    int width[COLUMNS];
    print_inputs(out, net);
    for (int c = 0; rows && c < COLUMNS; c++)
        snprintf(rows[0][c], TEXT, "%s", titles[c]);
    for (int i = 0; rows && i < net->n_layers; i++)
        fill_row(net, i, rows[i + 1]);
    if (rows)
        find_widths(rows, net->n_layers + 1, width);
    for (int i = 0; rows && i <= net->n_layers; i++)
        print_row(out, rows[i], width);
    print_sums(out, net);
    free(rows);
}

/* --- JSON. */

static void print_json_layer(FILE *out, const gt_network *net, int i)
{
    const gt_layer *layer = &net->layers[i];
    char name[TEXT];
    fprintf(out, "{\"layer\": %d, \"type\": \"%s\", \"name\": ", layer->index,
            layer->type->name);
    gt_json_string(out, layer->name);
    fputs(", \"from\": [", out);
    for (int k = 0; k < layer->n_inputs; k++) {
        name_text(net, layer->from[k], name);
        fputs(k ? ", " : "", out);
        gt_json_string(out, name);
    }
    fprintf(out,
            "], \"shape\": [%d, %d, %d], \"parameters\": %zu, \"bytes\": "
            "%zu, \"multiplications\": %.0f}",
            layer->out.h, layer->out.w, layer->out.c,
            gt_layer_parameters(layer), bytes_of(net, i), layer->products);
}

static void print_json(FILE *out, const gt_network *net)
{
    fprintf(out, "{\"name\": \"%s\", \"parameters\": %zu, \"layers\": [",
            net->name, gt_network_parameters(net));
    for (int i = 0; i < net->n_layers; i++) {
        fputs(i ? ", " : "", out);
        print_json_layer(out, net, i);
    }
    fputs("]}", out);
}

void gt_task_describe(FILE *out, const gt_task *task, bool json)
{
    fputs(json ? "{\"networks\": [" : "", out);
    for (int i = 0; i < task->n_learners; i++) {
        if (i > 0)
            fputs(json ? ", " : "\n", out);
        if (json)
            print_json(out, task->learner[i]->net);
        else
            print_table(out, task->learner[i]->net);
    }
    fputs(json ? "]}\n" : "", out);
}
