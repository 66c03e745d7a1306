/* cmocka_all.h -- cmocka with the headers that it wants before itself.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A test under a name of its own: one that proves cases of the list says which. */
#define NAMED_TEST(name, function) {(name), (function), NULL, NULL, NULL}
