/* page.c: help, man pages and the documents that are made from tables have the
 * same words. So whoever has the words says what they are, a paragraph or an
 * entry of a list, and the style decides what that looks like. */
#include "base/page.h"

#include "base/version.h"

#include <ctype.h>
#include <string.h>

enum { WIDTH = 80, INDENT = 2, COLUMN = 30 };

void gt_page_words(FILE *out, const char *text, int indent, int *column)
{
    while (*text) {
        int n = (int)strcspn(text, " \n");
        if (*column > indent && *column + 1 + n > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            *column = indent;
        } else if (*column > indent) {
            fputc(' ', out);
            ++*column;
        }
        fprintf(out, "%.*s", n, text);
        *column += n;
        text += n + (text[n] != '\0');
    }
}

/* Roff takes a minus sign for a hyphen, and a dot or quote at the beginning of
 * a line for a command. */
static void print_roff(FILE *out, const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        start = *text == '\n';
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
    }
}

static void print_markdown(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_[]<>|", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

void gt_page_text(const gt_page *page, const char *text)
{
    if (page->style == GT_PAGE_ROFF)
        print_roff(page->out, text);
    else if (page->style == GT_PAGE_MARKDOWN)
        print_markdown(page->out, text);
    else
        fputs(text, page->out);
}

static void print_upper(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(toupper((unsigned char)*text), out);
}

void gt_page_title(const gt_page *page, const char *name, int section,
                   const char *summary)
{
    FILE *out = page->out;
    if (page->style != GT_PAGE_ROFF) {
        fputs(page->style == GT_PAGE_PLAIN ? "" : "# ", out);
        fputc(toupper((unsigned char)*summary), out);
        gt_page_text(page, summary + 1);
        fputc('\n', out);
    } else {
        fputs(".TH ", out);
        print_upper(out, name);
        fprintf(out,
                " %d \"\" \"gentrain %s\" \"gentrain\"\n"
                ".nh\n.ad l\n.SH NAME\n",
                section, GT_VERSION);
        print_roff(out, name);
        fputs(" \\- ", out);
        print_roff(out, summary);
        fputc('\n', out);
    }
}

void gt_page_section(const gt_page *page, const char *name)
{
    FILE *out = page->out;
    if (page->style == GT_PAGE_MARKDOWN) {
        fprintf(out, "\n## %s\n", name);
    } else if (page->style == GT_PAGE_ROFF) {
        fputs(".SH ", out);
        print_upper(out, name);
        fputc('\n', out);
    } else {
        fprintf(out, "\n%s:\n", name);
    }
}

void gt_page_heading(const gt_page *page, const char *name, const char *help,
                     const char *note)
{
    FILE *out = page->out;
    if (page->style == GT_PAGE_PLAIN) {
        int column = fprintf(out, "\n%s", name) - 1;
        gt_page_words(out, "-", INDENT, &column);
        gt_page_words(out, help, INDENT, &column);
        gt_page_words(out, note, INDENT, &column);
        fputc('\n', out);
        return;
    }
    if (page->style == GT_PAGE_MARKDOWN) {
        fprintf(out, "\n### `%s`\n\n", name);
    } else {
        fputs(".SS ", out);
        print_roff(out, name);
        fputc('\n', out);
    }
    gt_page_text(page, help);
    fputs(*note ? " " : "", out);
    gt_page_text(page, note);
    fputc('\n', out);
}

static void print_paragraph(const gt_page *page, const char *text)
{
    FILE *out = page->out;
    int column = 0;
    if (page->style == GT_PAGE_PLAIN) {
        fputc('\n', out);
        gt_page_words(out, text, 0, &column);
    } else {
        fputs(page->style == GT_PAGE_ROFF ? ".PP\n" : "\n", out);
        gt_page_text(page, text);
    }
    fputc('\n', out);
}

void gt_page_paragraphs(const gt_page *page, const char *text)
{
    char paragraph[2048];
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t n = end ? (size_t)(end - text) : strlen(text);
        snprintf(paragraph, sizeof paragraph, "%.*s", (int)n, text);
        print_paragraph(page, paragraph);
        text += n + (end ? 2 : 0);
    }
}

void gt_page_lines(const gt_page *page, const char *text)
{
    FILE *out = page->out;
    bool start = true;
    if (page->style == GT_PAGE_ROFF) {
        fputs(".PP\n.nf\n", out);
        print_roff(out, text);
        fputs(".fi\n", out);
        return;
    }
    if (page->style == GT_PAGE_MARKDOWN)
        fputc('\n', out);
    for (; *text; text++) {
        if (start)
            fputs(page->style == GT_PAGE_MARKDOWN ? "    " : "  ", out);
        start = *text == '\n';
        fputc(*text, out);
    }
}

static void item_plain(const gt_page *page, const char *name, const char *value,
                       const char *text)
{
    FILE *out = page->out;
    int indent = page->column > 0 ? page->column : COLUMN;
    int column = fprintf(out, "%*s%s%s%s", INDENT, "", name, value ? " " : "",
                         value ? value : "");
    if (column > indent - 2) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", indent - column, "");
    column = indent;
    gt_page_words(out, text, indent, &column);
    fputc('\n', out);
}

static void item_roff(FILE *out, const char *name, const char *value,
                      const char *text)
{
    fputs(".TP\n\\fB", out);
    print_roff(out, name);
    fputs("\\fR", out);
    if (value) {
        fputs(" \\fI", out);
        print_roff(out, value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    print_roff(out, text);
    fputc('\n', out);
}

void gt_page_item(const gt_page *page, const char *name, const char *value,
                  const char *text)
{
    FILE *out = page->out;
    if (page->style == GT_PAGE_PLAIN) {
        item_plain(page, name, value, text);
    } else if (page->style == GT_PAGE_ROFF) {
        item_roff(out, name, value, text);
    } else {
        fprintf(out, "\n- `%s%s%s`: ", name, value ? " " : "",
                value ? value : "");
        print_markdown(out, text);
        fputc('\n', out);
    }
}
