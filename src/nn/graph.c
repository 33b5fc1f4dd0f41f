/* graph.c: names become numbers, once. A layer reads the layer before unless it
 * says otherwise, so a plain list of layers is a graph, too, and sorting leaves
 * it as it is. */
#include "nn/graph.h"

#include "base/nearest.h"
#include "base/steps_back.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char previous[] = "previous";
static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

typedef struct graph {
    const gt_network_input *inputs;
    int n_inputs;
    const gt_layer_spec *specs;
    int n;
    /* By spec: what it reads, as specs or inputs, and its node once it has one,
     * else -1. */
    int (*from)[GT_LAYER_MAX_INPUTS];
    int *node;
} graph;

static const char *name_of(const gt_layer_spec *spec)
{
    return spec->name && *spec->name ? spec->name : NULL;
}

static gt_status fail_at(const graph *g, int spec, const char *message)
{
    const char *name = name_of(&g->specs[spec]);
    return gt_fail(GT_ERR_CONFIG, "layer %d %s%s%s: %s", spec,
                   g->specs[spec].type->name, name ? " " : "", name ? name : "",
                   message);
}

/* --- Names. */

static int find_input(const graph *g, const char *name)
{
    for (int i = 0; i < g->n_inputs; i++)
        if (!strcmp(g->inputs[i].name, name))
            return i;
    return -1;
}

static int find_spec(const graph *g, const char *name)
{
    for (int i = 0; i < g->n; i++)
        if (name_of(&g->specs[i]) && !strcmp(g->specs[i].name, name))
            return i;
    return -1;
}

static gt_status check_name(const graph *g, int spec)
{
    const char *name = name_of(&g->specs[spec]);
    char text[160];
    if (!name)
        return GT_OK;
    if (name[strspn(name, letters)])
        snprintf(text, sizeof text, "a name is letters, digits, _ and -");
    else if (find_input(g, name) >= 0)
        snprintf(text, sizeof text,
                 "%.60s is the name of an input; choose another", name);
    else if (!strncmp(name, previous, sizeof previous - 1))
        snprintf(text, sizeof text,
                 "%s stands for the layer before; choose another name",
                 previous);
    else if (find_spec(g, name) != spec)
        snprintf(text, sizeof text, "layer %d has this name already",
                 find_spec(g, name));
    else
        return GT_OK;
    return fail_at(g, spec, text);
}

static gt_status fail_unknown(const graph *g, int spec, const char *name)
{
    const char *known[GT_NETWORK_MAX_LAYERS + GT_NETWORK_MAX_INPUTS + 1];
    char list[400] = "", suggestion[GT_SUGGESTION], text[700];
    int n = 0;
    for (int i = 0; i < g->n_inputs; i++)
        known[n++] = g->inputs[i].name;
    known[n++] = previous;
    for (int i = 0; i < g->n; i++)
        if (name_of(&g->specs[i]))
            known[n++] = g->specs[i].name;
    size_t used = 0;
    for (int i = 0; i < n && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.40s",
                                 i ? ", " : "", known[i]);
    snprintf(text, sizeof text, "from: nothing is called \"%.60s\"%s (%s)",
             name, gt_suggestion(name, known, n, suggestion), list);
    return fail_at(g, spec, text);
}

/* What stands `steps` in front of a layer; before the first there is the input.
 */
static int before(int spec, int steps)
{
    return spec >= steps ? spec - steps : gt_from_input(0);
}

static gt_status resolve(graph *g, int spec)
{
    const gt_layer_spec *s = &g->specs[spec];
    if (s->n_from > GT_LAYER_MAX_INPUTS) {
        char text[80];
        snprintf(text, sizeof text, "from: %d inputs; a layer takes at most %d",
                 s->n_from, GT_LAYER_MAX_INPUTS);
        return fail_at(g, spec, text);
    }
    g->from[spec][0] = before(spec, 1);
    for (int k = 0; k < s->n_from; k++) {
        int input = find_input(g, s->from[k]);
        int other = find_spec(g, s->from[k]);
        int steps = gt_steps_back(s->from[k]);
        if (steps > 0)
            g->from[spec][k] = before(spec, steps);
        else if (input >= 0)
            g->from[spec][k] = gt_from_input(input);
        else if (other >= 0)
            g->from[spec][k] = other;
        else
            return fail_unknown(g, spec, s->from[k]);
    }
    return GT_OK;
}

static int inputs_of(const graph *g, int spec)
{
    return g->specs[spec].n_from ? g->specs[spec].n_from : 1;
}

/* The last layer makes the output. */
static gt_status check_readers(const graph *g)
{
    bool is_read[GT_NETWORK_MAX_LAYERS] = {false};
    for (int i = 0; i < g->n; i++)
        for (int k = 0; k < inputs_of(g, i); k++)
            if (!gt_is_input(g->from[i][k]))
                is_read[g->from[i][k]] = true;
    for (int i = 0; i < g->n - 1; i++)
        if (!is_read[i])
            return fail_at(g, i,
                           "no layer reads what it makes; name it in the "
                           "\"from\" of another, or leave it out");
    if (is_read[g->n - 1])
        return fail_at(g, g->n - 1,
                       "the last layer makes the network's output, but another "
                       "one reads it; put that one behind it");
    return GT_OK;
}

/* --- Order. */

static bool is_ready(const graph *g, int spec)
{
    for (int k = 0; k < inputs_of(g, spec); k++)
        if (!gt_is_input(g->from[spec][k]) && g->node[g->from[spec][k]] < 0)
            return false;
    return true;
}

static int node_of(const graph *g, int from)
{
    return gt_is_input(from) ? from : g->node[from];
}

/* The node of a layer, and one that joins its inputs if it takes only one. */
static void add(graph *g, int spec, gt__node *nodes, int *count)
{
    gt__node node = {.spec = spec,
                     .type = g->specs[spec].type,
                     .n_from = inputs_of(g, spec)};
    for (int k = 0; k < node.n_from; k++)
        node.from[k] = node_of(g, g->from[spec][k]);
    if (node.n_from > 1 && !node.type->joins) {
        nodes[*count] = node;
        nodes[*count].type = &gt__concat;
        node.n_from = 1;
        node.from[0] = (*count)++;
    }
    nodes[*count] = node;
    g->node[spec] = (*count)++;
}

static gt_status sort(graph *g, gt__node *nodes, int *count)
{
    *count = 0;
    for (int done = 0; done < g->n; done++) {
        int next = 0, waits = -1;
        for (; next < g->n; next++) {
            if (g->node[next] >= 0)
                continue;
            if (is_ready(g, next))
                break;
            waits = waits < 0 ? next : waits;
        }
        if (next == g->n)
            return fail_at(g, waits,
                           "it reads what follows from its own "
                           "output; a network has no circles");
        add(g, next, nodes, count);
    }
    return GT_OK;
}

gt_status gt__graph_sort(const gt_network_input *inputs, int n_inputs,
                         const gt_layer_spec *specs, int n, gt__node *nodes,
                         int *count)
{
    graph g = {.inputs = inputs, .n_inputs = n_inputs, .specs = specs, .n = n};
    gt_status status = GT_OK;
    g.from = calloc((size_t)n, sizeof *g.from);
    g.node = malloc((size_t)n * sizeof *g.node);
    if (!g.from || !g.node)
        status = gt_fail(GT_ERR_MEMORY, "cannot allocate %d layers", n);
    for (int i = 0; i < n && status == GT_OK; i++) {
        g.node[i] = -1;
        status = check_name(&g, i);
        if (status == GT_OK)
            status = resolve(&g, i);
    }
    if (status == GT_OK)
        status = check_readers(&g);
    if (status == GT_OK)
        status = sort(&g, nodes, count);
    free(g.from);
    free(g.node);
    return status;
}
