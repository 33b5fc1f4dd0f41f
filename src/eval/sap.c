/* sap.c: with one latent a linear classifier is a list of thresholds. Those
 * between the means of neighbouring classes are the ones of linear discriminant
 * analysis with equal priors; they need no search, and so no tolerance. */
#include "eval/sap.h"

#include <math.h>
#include <stdlib.h>

typedef struct class_mean {
    double mean;
    int class;
    size_t n;
} class_mean;

typedef struct scratch {
    double *sorted;    /* [n] */
    int *level;        /* [n] */
    class_mean *class; /* [n] */
    size_t *right;     /* [n]: samples found, by class */
} scratch;

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

/* The squared correlation; 0 of a latent that is constant. */
static double regression_score(const double *z, const double *v, size_t n)
{
    double z_mean = mean_of(z, n), v_mean = mean_of(v, n);
    double zz = 0, vv = 0, zv = 0;
    for (size_t i = 0; i < n; i++) {
        double a = z[i] - z_mean, b = v[i] - v_mean;
        zz += a * a;
        vv += b * b;
        zv += a * b;
    }
    return zz > 0 ? zv * zv / (zz * vv) : 0;
}

/* By mean; the first of several classes with the same mean stays first. */
static int compare(const void *a, const void *b)
{
    const class_mean *x = a, *y = b;
    if (x->mean != y->mean)
        return x->mean > y->mean ? 1 : -1;
    return x->class - y->class;
}

/* The last class whose lower threshold is not above z. */
static int find_class(const class_mean *classes, int n, double z)
{
    int low = 0, high = n - 1;
    while (low < high) {
        int mid = (low + high + 1) / 2;
        if (z >= (classes[mid - 1].mean + classes[mid].mean) / 2)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

static double class_score(const scratch *s, const double *z, size_t n,
                          int levels)
{
    double score = 0;
    for (int c = 0; c < levels; c++)
        s->class[c] = (class_mean){.class = c};
    for (size_t i = 0; i < n; i++) {
        s->class[s->level[i]].mean += z[i];
        s->class[s->level[i]].n++;
    }
    for (int c = 0; c < levels; c++) {
        s->class[c].mean /= (double)s->class[c].n;
        s->right[c] = 0;
    }
    qsort(s->class, (size_t)levels, sizeof *s->class, compare);
    for (size_t i = 0; i < n; i++) {
        int found = s->class[find_class(s->class, levels, z[i])].class;
        s->right[found] += found == s->level[i];
    }
    for (int c = 0; c < levels; c++)
        score += (double)s->right[s->class[c].class] / (double)s->class[c].n /
                 levels;
    return score;
}

static double gap(const scratch *s, const gt__factors *f, int k)
{
    double first = 0, second = 0;
    int levels = 0;
    if (f->is_class[k])
        levels = gt__levels(gt__factor(f, k), f->n, s->sorted, s->level);
    for (int j = 0; j < f->latents; j++) {
        double score =
            f->is_class[k]
                ? class_score(s, gt__latent(f, j), f->n, levels)
                : regression_score(gt__latent(f, j), gt__factor(f, k), f->n);
        second = fmax(second, fmin(first, score));
        first = fmax(first, score);
    }
    return first - second;
}

gt_status gt__sap(const gt__factors *f, double *out)
{
    scratch s = {.sorted = malloc(f->n * sizeof *s.sorted),
                 .level = malloc(f->n * sizeof *s.level),
                 .class = malloc(f->n * sizeof *s.class),
                 .right = malloc(f->n * sizeof *s.right)};
    bool enough = s.sorted && s.level && s.class && s.right;
    *out = 0;
    for (int k = 0; enough && k < f->factors; k++)
        *out += gap(&s, f, k) / f->factors;
    free(s.sorted);
    free(s.level);
    free(s.class);
    free(s.right);
    return enough ? GT_OK : gt_fail(GT_ERR_MEMORY, "no memory for SAP");
}
