/* chart.c -- see chart.h.
 *
 * Every axis is a scale from data to pixels with its ticks: round numbers on a linear one, powers
 * of ten (and their doubles and halves, where there is room) on a logarithmic one.
 * SPDX-License-Identifier: MIT */
#include "chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"

enum { WIDTH = 860, HEIGHT = 440, LEFT = 76, RIGHT = 280, TOP = 64, BOTTOM = 60, TICKS_MAX = 24 };
enum { TICKS_WANTED = 5, LEGEND_STEP = 24, COLOURS = 8 };

struct axis {
    bool is_log, is_share;
    double least, most; /* as drawn: logarithms on a logarithmic one */
    double from_px, to_px;
    double ticks[TICKS_MAX];
    int tick_count;
};

/* One sheet for both schemes; the colours are far apart in lightness too, for whoever sees hues
 * alike. */
static const char style[] =
    "<style>\n"
    "svg{--ground:#fff;--ink:#1f2328;--soft:#59636e;--grid:#e4e7eb;--c0:#0b62c4;--c1:#c2410c;"
    "--c2:#15803d;--c3:#9333ea;--c4:#a16207;--c5:#be185d;--c6:#0e7490;--c7:#6b7280}\n"
    "@media (prefers-color-scheme:dark){svg{--ground:#14181d;--ink:#e6edf3;--soft:#9aa5b1;"
    "--grid:#2b323a;--c0:#6cb2ff;--c1:#ff9a62;--c2:#62d58a;--c3:#cda2ff;--c4:#e7c252;"
    "--c5:#ff8fbd;--c6:#5ad7e6;--c7:#b6c0cb}}\n"
    "text{font:13px system-ui,sans-serif;fill:var(--soft)}\n"
    ".title{font-size:17px;font-weight:600;fill:var(--ink)}\n"
    ".key{fill:var(--ink)}\n"
    ".grid{stroke:var(--grid)}.axis{stroke:var(--soft)}\n"
    ".line{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}\n"
    ".floor{stroke-dasharray:2 6}\n"
    "</style>\n";

/* --- data ------------------------------------------------------------------------------------- */

struct chart_line *chart_line(struct chart *chart, const char *name)
{
    for (int i = 0; i < chart->line_count; i++) {
        if (strcmp(chart->lines[i].name, name) == 0) {
            return &chart->lines[i];
        }
    }
    if (chart->line_count == LINES_MAX) {
        fail("too many lines in %s", chart->file);
    }
    struct chart_line *line = &chart->lines[chart->line_count++];
    *line = (struct chart_line){.name = name};
    return line;
}

void chart_point(struct chart_line *line, double x, double y)
{
    if (line->count == POINTS_MAX) {
        fail("too many points of %s", line->name);
    }
    line->x[line->count] = x;
    line->y[line->count++] = y;
}

/* --- axes ------------------------------------------------------------------------------------- */

static double scaled(const struct axis *axis, double value)
{
    return axis->is_log ? log10(value) : value;
}

static double pixel(const struct axis *axis, double value)
{
    double share = (scaled(axis, value) - axis->least) / (axis->most - axis->least);
    return axis->from_px + share * (axis->to_px - axis->from_px);
}

static void add_tick(struct axis *axis, double value)
{
    double at = scaled(axis, value);
    double slack = (axis->most - axis->least) * 1e-6;
    if (axis->tick_count < TICKS_MAX && at >= axis->least - slack && at <= axis->most + slack) {
        axis->ticks[axis->tick_count++] = value;
    }
}

/* The smallest of 1, 2, 5, 10, 20 … that is not below. */
static double round_step(double step)
{
    double power = pow(10, floor(log10(step)));
    double first = step / power;
    return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
}

static void place_linear_ticks(struct axis *axis)
{
    double step = round_step((axis->most - axis->least) / TICKS_WANTED);
    axis->most = ceil(axis->most / step - 1e-9) * step;
    for (double at = 0; at <= axis->most + step / 2; at += step) {
        add_tick(axis, at);
    }
}

static void place_log_ticks(struct axis *axis)
{
    bool is_narrow = axis->most - axis->least < 2.2;
    for (int power = (int)floor(axis->least); power <= (int)ceil(axis->most); power++) {
        add_tick(axis, pow(10, power));
        if (is_narrow && !axis->is_share) {
            add_tick(axis, 2 * pow(10, power));
            add_tick(axis, 5 * pow(10, power));
        }
    }
    if (axis->is_share) {
        add_tick(axis, 2); /* the half */
    }
}

static void axis_fit(struct axis *axis, const struct chart *chart, bool is_x)
{
    double least = INFINITY;
    double most = -INFINITY;
    for (int i = 0; i < chart->line_count; i++) {
        const struct chart_line *line = &chart->lines[i];
        for (int k = 0; k < line->count; k++) {
            double value = is_x ? line->x[k] : line->y[k];
            if (isfinite(value) && (!axis->is_log || value > 0)) {
                least = fmin(least, value);
                most = fmax(most, value);
            }
        }
    }
    if (!(most >= least)) { /* no point at all */
        least = 1;
        most = 10;
    }
    if (!axis->is_log) {
        axis->least = 0; /* a line that does not begin at nothing exaggerates */
        axis->most = most > 0 ? most : 1;
        place_linear_ticks(axis);
        return;
    }
    double room = is_x ? 0 : 0.12;
    axis->least = log10(least) - room;
    axis->most = log10(most) + room;
    if (axis->most - axis->least < 0.5) {
        axis->least -= 0.35;
        axis->most += 0.35;
    }
    place_log_ticks(axis);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '&':
            (void)fputs("&amp;", out);
            break;
        default:
            (void)fputc(*text, out);
        }
    }
}

static void put_label(FILE *out, const struct axis *axis, double value)
{
    if (axis->is_share) {
        (void)fprintf(out, "%.6g %%", 100 - 100 / value);
    } else if (fabs(value) >= 1e6) {
        (void)fprintf(out, "%.4g M", value / 1e6);
    } else if (fabs(value) >= 1e3) {
        (void)fprintf(out, "%.4g k", value / 1e3);
    } else {
        (void)fprintf(out, "%.4g", value);
    }
}

static void draw_x_axis(FILE *out, const struct axis *axis, const char *label)
{
    int bottom = HEIGHT - BOTTOM;
    for (int i = 0; i < axis->tick_count; i++) {
        double x = pixel(axis, axis->ticks[i]);
        (void)fprintf(out,
                      "<path class=\"grid\" d=\"M%.1f %d V%d\"/>"
                      "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
                      x, TOP, bottom, x, bottom + 20);
        put_label(out, axis, axis->ticks[i]);
        (void)fprintf(out, "</text>\n");
    }
    (void)fprintf(out,
                  "<path class=\"axis\" d=\"M%d %d H%d\"/>"
                  "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
                  LEFT, bottom, WIDTH - RIGHT, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16);
    put_text(out, label);
    (void)fprintf(out, "</text>\n");
}

static void draw_y_axis(FILE *out, const struct axis *axis, const char *label)
{
    for (int i = 0; i < axis->tick_count; i++) {
        double y = pixel(axis, axis->ticks[i]);
        (void)fprintf(out,
                      "<path class=\"grid\" d=\"M%d %.1f H%d\"/>"
                      "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                      LEFT, y, WIDTH - RIGHT, LEFT - 10, y + 4.5);
        put_label(out, axis, axis->ticks[i]);
        (void)fprintf(out, "</text>\n");
    }
    (void)fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"start\">", 16, TOP - 14);
    put_text(out, label);
    (void)fprintf(out, "</text>\n");
}

static void draw_line(FILE *out, const struct chart_line *line, int index, const struct axis *x,
                      const struct axis *y)
{
    int colour = index % COLOURS;
    char command = 'M';
    (void)fprintf(out, "<path class=\"line%s\" stroke=\"var(--c%d)\" d=\"",
                  line->is_floor ? " floor" : "", colour);
    for (int i = 0; i < line->count; i++) {
        if (isfinite(line->x[i]) && isfinite(line->y[i])) {
            (void)fprintf(out, "%c%.1f %.1f", command, pixel(x, line->x[i]), pixel(y, line->y[i]));
            command = 'L';
        }
    }
    (void)fprintf(out, "\"/>\n");
    for (int i = 0; i < line->count && !line->is_floor; i++) {
        if (isfinite(line->x[i]) && isfinite(line->y[i])) {
            (void)fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"var(--c%d)\"/>\n",
                          pixel(x, line->x[i]), pixel(y, line->y[i]), colour);
        }
    }
}

static void draw_key(FILE *out, const struct chart_line *line, int index)
{
    int x = WIDTH - RIGHT + 20;
    int y = TOP + 8 + index * LEGEND_STEP;
    (void)fprintf(out,
                  "<path class=\"line%s\" stroke=\"var(--c%d)\" d=\"M%d %d h24\"/>"
                  "<text class=\"key\" x=\"%d\" y=\"%d\">",
                  line->is_floor ? " floor" : "", index % COLOURS, x, y, x + 34, y + 4);
    put_text(out, line->name);
    (void)fprintf(out, "</text>\n");
}

static void draw(FILE *out, const struct chart *chart)
{
    struct axis x = {.is_log = chart->x_is_log,
                     .is_share = chart->x_is_share,
                     .from_px = LEFT,
                     .to_px = WIDTH - RIGHT};
    struct axis y = {.is_log = chart->y_is_log, .from_px = HEIGHT - BOTTOM, .to_px = TOP};
    axis_fit(&x, chart, true);
    axis_fit(&y, chart, false);
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
                  "aria-labelledby=\"t\">\n<title id=\"t\">",
                  WIDTH, HEIGHT);
    put_text(out, chart->title);
    (void)fprintf(out,
                  "</title>\n%s"
                  "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"var(--ground)\"/>\n"
                  "<text class=\"title\" x=\"16\" y=\"28\">",
                  style, WIDTH, HEIGHT);
    put_text(out, chart->title);
    (void)fprintf(out, "</text>\n");
    draw_x_axis(out, &x, chart->x_label);
    draw_y_axis(out, &y, chart->y_label);
    for (int i = 0; i < chart->line_count; i++) {
        draw_line(out, &chart->lines[i], i, &x, &y);
        draw_key(out, &chart->lines[i], i);
    }
    (void)fprintf(out, "</svg>\n");
}

void chart_write(const struct chart *chart, const char *folder)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s.svg", folder, chart->file);
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        fail_sys("%s", path);
    }
    draw(out, chart);
    if (fclose(out) != 0) {
        fail_sys("%s", path);
    }
}
