/* stroke.c: axes need text in two sizes and two directions that looks the same
 * on every machine. A library that draws text (cairo, plplot) brings fonts with
 * it, which differ between machines and so would the bytes of pictures; and
 * dozens of libraries that a cluster need not have. So letters are lines here,
 * as plotters drew them.
 *
 * A letter is a text of lines with a space between. A line is points of two
 * letters, its place across and its place up from a row below the base line
 * (BASE). A point after "~" is passed horizontally, one after "|" vertically:
 * between two of these the line is the quarter of an ellipse, as a cubic. */
#include "run/picture/stroke.h"

#include <math.h>
#include <stdbool.h>

enum {
    BASE = 4,     /* rows below the base line */
    CAPITAL = 14, /* rows above it */
    SPACE = 5,    /* between two letters */
    BLANK = 7,    /* columns of a space */
    POINTS = 96,  /* of a line, at most */
    PIECES = 6,   /* straight ones of a curve */
};

static const char *const letters[128] = {
    ['!'] = "asaj aeaf",
    ['"'] = "asao csco",
    ['#'] = "beds fehs ajij bnjn",
    ['%'] = "~cs|eq~co|aq~cs isae ~gi|ig~ge|eg~gi",
    ['\''] = "asao",
    ['('] = "ds|aldc",
    [')'] = "as|dlac",
    ['*'] = "dlds angr argn",
    ['+'] = "egeo akik",
    [','] = "bfbeac",
    ['-'] = "bkhk",
    ['.'] = "aeaf",
    ['/'] = "acgs",
    ['0'] = "~es|il~ee|al~es",
    ['1'] = "bpesee",
    ['2'] = "|ao~es|ioaeie",
    ['3'] = "ap~es|hp~dm|ii~ee|ah",
    ['4'] = "fefsaiii",
    ['5'] = "hsbsal~en|ii~eeag",
    ['6'] = "hq~es|ai~ee|ii~en|ai",
    ['7'] = "asisce",
    ['8'] = "~es|hp~em|bp~es ~em|ii~ee|ai~em",
    ['9'] = "ag~ee|io~es|ao~ej|io",
    [':'] = "aeaf aman",
    [';'] = "bfbeac bmbn",
    ['<'] = "ioakig",
    ['='] = "aiii amim",
    ['>'] = "aoikag",
    ['?'] = "|ap~ds|gpdkdi dedf",
    ['A'] = "aefske cjij",
    ['B'] = "aeas~es|hp~emam ~em|ii~eeae",
    ['C'] = "jp~fs|al~fejh",
    ['D'] = "aeas~es|jl~eeae",
    ['E'] = "isasaeie algl",
    ['F'] = "isasae algl",
    ['G'] = "jp~fs|al~fe|jijkfk",
    ['H'] = "asae isie alil",
    ['I'] = "asae",
    ['J'] = "gs|gh~de|ah",
    ['K'] = "asae isaj dmie",
    ['L'] = "asaehe",
    ['M'] = "aeasfgkske",
    ['N'] = "aeasieis",
    ['O'] = "~fs|kl~fe|al~fs",
    ['P'] = "aeas~es|io~ekak",
    ['Q'] = "~fs|kl~fe|al~fs gike",
    ['R'] = "aeas~es|io~ekak ekie",
    ['S'] = "iq~es|ap~el|ii~eeag",
    ['T'] = "asis esee",
    ['U'] = "as|ai~ee|iiis",
    ['V'] = "asfeks",
    ['W'] = "asdegpjems",
    ['X'] = "asie isae",
    ['Y'] = "aselis elee",
    ['Z'] = "asisaeie",
    ['['] = "csasaccc",
    ['\\'] = "asgc",
    [']'] = "ascsccac",
    ['^'] = "andsgn",
    ['_'] = "acic",
    ['a'] = "~eo|ij~ee|aj~eo ioie",
    ['b'] = "asae ~eo|ij~ee|aj~eo",
    ['c'] = "im~eo|aj~eeig",
    ['d'] = "isie ~eo|ij~ee|aj~eo",
    ['e'] = "ajij|ij~eo|aj~eeig",
    ['f'] = "~fs|cpce aofo",
    ['g'] = "~eo|ij~ee|aj~eo io|id~eaac",
    ['h'] = "asae ak~eo|ikie",
    ['i'] = "aoae aras",
    ['j'] = "co|cd~aa crcs",
    ['k'] = "asae hoah dkhe",
    ['l'] = "as|ag~ce",
    ['m'] = "aoae ak~do|gkge gk~jo|mkme",
    ['n'] = "aoae ak~eo|ikie",
    ['o'] = "~eo|ij~ee|aj~eo",
    ['p'] = "aoaa ~eo|ij~ee|aj~eo",
    ['q'] = "ioia ~eo|ij~ee|aj~eo",
    ['r'] = "aoae aj~eofo",
    ['s'] = "gm~do|al~dj|gh~deag",
    ['t'] = "cs|ch~fe aofo",
    ['u'] = "ao|ai~ee|iiio ioie",
    ['v'] = "aoeeio",
    ['w'] = "aodegnjemo",
    ['x'] = "aohe hoae",
    ['y'] = "aoee ioca",
    ['z'] = "aohoaehe",
    ['|'] = "asac",
    ['~'] = "aj~cl~gjil",
};
static const char unknown[] = "aeasisieae";

/* --- Lines. */

static double distance_to(gt__point p, gt__point a, gt__point b)
{
    double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    double part =
        square > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / square : 0;
    part = fmin(fmax(part, 0), 1);
    return hypot(p.x - a.x - part * dx, p.y - a.y - part * dy);
}

static double distance_to_line(gt__point p, const gt__point *points, int n)
{
    double least = distance_to(p, points[0], points[0]);
    for (int i = 0; i + 1 < n; i++)
        least = fmin(least, distance_to(p, points[i], points[i + 1]));
    return least;
}

static void blend(const gt__canvas *c, int x, int y, double cover,
                  gt__rgb colour)
{
    uint8_t *to = gt__canvas_at(c, x, y);
    for (int k = 0; k < c->channels; k++)
        to[k] = (uint8_t)(to[k] + cover * (colour.v[k] - to[k]) + 0.5);
}

/* The part of 0 .. most - 1 that a line covers from low to high. */
static void cut(double low, double high, int most, int *from, int *to)
{
    *from = (int)fmax(floor(low), 0);
    *to = (int)fmin(ceil(high), most);
}

void gt__stroke(const gt__canvas *c, const gt__point *points, int n,
                double width, gt__rgb colour)
{
    gt__point low = points[0], high = points[0];
    double room = width / 2 + 1;
    int left, right, top, bottom;
    for (int i = 1; i < n; i++) {
        low.x = fmin(low.x, points[i].x);
        low.y = fmin(low.y, points[i].y);
        high.x = fmax(high.x, points[i].x);
        high.y = fmax(high.y, points[i].y);
    }
    cut(low.x - room, high.x + room, c->width, &left, &right);
    cut(low.y - room, high.y + room, c->height, &top, &bottom);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            gt__point p = {x + 0.5, y + 0.5};
            double cover = width / 2 + 0.5 - distance_to_line(p, points, n);
            if (cover > 0)
                blend(c, x, y, fmin(cover, 1), colour);
        }
}

void gt__stroke_circle(const gt__canvas *c, gt__point centre, double radius,
                       double width, gt__rgb colour)
{
    double room = radius + width / 2 + 1;
    int left, right, top, bottom;
    cut(centre.x - room, centre.x + room, c->width, &left, &right);
    cut(centre.y - room, centre.y + room, c->height, &top, &bottom);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            double distance = hypot(x + 0.5 - centre.x, y + 0.5 - centre.y);
            double cover = width / 2 + 0.5 - fabs(distance - radius);
            if (cover > 0)
                blend(c, x, y, fmin(cover, 1), colour);
        }
}

/* --- Letters. */

/* Where a letter's columns and rows are on the canvas. */
typedef struct nib {
    double x, y, unit; /* of its base line's beginning; pixels of a row */
    double lift;       /* rows that it stands above the base line */
    bool upwards;
} nib;

/* A point of a letter, and how the line passes it. */
typedef struct node {
    double x, y;
    char tangent; /* '~', '|', or 0: a corner */
} node;

static gt__point place(const nib *pen, double x, double y)
{
    double along = x * pen->unit, up = (y + pen->lift) * pen->unit;
    if (pen->upwards)
        return (gt__point){pen->x - up, pen->y - along};
    return (gt__point){pen->x + along, pen->y - up};
}

/* Read a point; returns what follows, NULL at the end of a line. */
static const char *read_node(const char *at, node *out)
{
    *out = (node){.tangent = 0};
    if (*at == '~' || *at == '|')
        out->tangent = *at++;
    if (*at < 'a' || !at[1])
        return NULL;
    out->x = at[0] - 'a';
    out->y = at[1] - 'a' - BASE;
    return at + 2;
}

/* The handle of a cubic at the end of a curve. */
static void handle_of(const node *n, const node *other, double *x, double *y)
{
    const double arc = 0.5523; /* of a quarter of a circle */
    *x = n->x + (n->tangent == '~' ? arc * (other->x - n->x) : 0);
    *y = n->y + (n->tangent == '|' ? arc * (other->y - n->y) : 0);
}

/* Add the line from a to b, without a. */
static int add_curve(const nib *pen, const node *a, const node *b,
                     gt__point *points, int n)
{
    double ax, ay, bx, by;
    int pieces = a->tangent || b->tangent ? PIECES : 1;
    handle_of(a, b, &ax, &ay);
    handle_of(b, a, &bx, &by);
    for (int i = 1; i <= pieces && n < POINTS; i++) {
        double t = (double)i / pieces, s = 1 - t;
        double k[] = {s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t};
        points[n++] =
            place(pen, k[0] * a->x + k[1] * ax + k[2] * bx + k[3] * b->x,
                  k[0] * a->y + k[1] * ay + k[2] * by + k[3] * b->y);
    }
    return n;
}

static const char *letter_of(char c)
{
    const char *found = (unsigned char)c < 128 ? letters[(int)c] : NULL;
    return found ? found : unknown;
}

static void draw_letter(const gt__canvas *c, const nib *pen, const char *lines,
                        double width, gt__rgb colour)
{
    gt__point points[POINTS];
    node last, next;
    while (*lines) {
        int n = 1;
        lines = read_node(lines, &last);
        points[0] = place(pen, last.x, last.y);
        while (*lines && *lines != ' ') {
            lines = read_node(lines, &next);
            n = add_curve(pen, &last, &next, points, n);
            last = next;
        }
        gt__stroke(c, points, n, width, colour);
        lines += *lines == ' ';
    }
}

static double columns_of(const char *lines)
{
    double most = 0;
    for (; *lines; lines++) {
        if (*lines == '~' || *lines == '|' || *lines == ' ')
            continue;
        most = fmax(most, *lines++ - 'a');
    }
    return most;
}

/* Draw a text, or only find its width in pixels, for c = NULL. */
static double set(const gt__canvas *c, nib pen, double size, const char *text,
                  gt__rgb colour)
{
    const double small = 0.7, stroke = 0.115;
    double along = 0, unit = size / CAPITAL;
    gt__point start = {pen.x, pen.y};
    pen.unit = unit;
    for (; *text; text++) {
        if (*text == '^') {
            pen.unit = unit * small;
            pen.lift = CAPITAL * (1 - small) / small + 2;
            continue;
        }
        if (*text == ' ') {
            pen.unit = unit;
            pen.lift = 0;
            along += BLANK * unit;
            continue;
        }
        const char *lines = letter_of(*text);
        pen.x = start.x + (pen.upwards ? 0 : along);
        pen.y = start.y - (pen.upwards ? along : 0);
        if (c)
            draw_letter(c, &pen, lines, fmax(1, stroke * size), colour);
        along += (columns_of(lines) + SPACE) * pen.unit;
    }
    return along > 0 ? along - SPACE * pen.unit : 0;
}

double gt__label_width(const char *text, double size)
{
    return set(NULL, (nib){0}, size, text, (gt__rgb){{0}});
}

void gt__label(const gt__canvas *c, double x, double y, double size,
               const char *text, gt__rgb colour)
{
    set(c, (nib){.x = x, .y = y}, size, text, colour);
}

void gt__label_upwards(const gt__canvas *c, double x, double y, double size,
                       const char *text, gt__rgb colour)
{
    set(c, (nib){.x = x, .y = y, .upwards = true}, size, text, colour);
}
