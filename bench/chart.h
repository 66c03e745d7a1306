/* chart.h -- lines over two axes, drawn as an SVG picture that stands for itself.
 *
 * Light or dark follows the reader's setting by a media query inside the picture. Nothing is
 * loaded and nothing runs.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

enum { LINES_MAX = 12, POINTS_MAX = 64 };

struct chart_line {
    const char *name;
    double x[POINTS_MAX], y[POINTS_MAX];
    int count;
    bool is_floor; /* dashed and without marks */
};

struct chart {
    const char *file; /* without an ending */
    const char *title, *x_label, *y_label;
    bool x_is_log, y_is_log;
    bool x_is_share; /* x is 1 / (1 - share): 100 is drawn as 99 % */
    struct chart_line lines[LINES_MAX];
    int line_count;
};

/* Makes the line, or finds the one of this name. */
struct chart_line *chart_line(struct chart *chart, const char *name);
void chart_point(struct chart_line *line, double x, double y);
/* FOLDER/FILE.svg */
void chart_write(const struct chart *chart, const char *folder);
