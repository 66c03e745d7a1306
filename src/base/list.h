/* list.h -- intrusive doubly linked list with a sentinel; the elements embed struct list_node.
 *
 * Owns nothing. A node that is in no list has null links, so list_is_linked and a second
 * list_remove are safe. Thread: that of the list's owner.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/check.h"

struct list_node {
    struct list_node *prev, *next;
};

struct list {
    struct list_node root; /* circular; root.next is the first */
};

static inline void list_init(struct list *list)
{
    list->root.prev = list->root.next = &list->root;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->root.next == &list->root;
}

static inline bool list_is_linked(const struct list_node *node)
{
    return node->next != NULL;
}

static inline void list_insert_before(struct list_node *at, struct list_node *node)
{
    CHECK(!list_is_linked(node));
    node->prev = at->prev;
    node->next = at;
    at->prev->next = node;
    at->prev = node;
}

static inline void list_push_back(struct list *list, struct list_node *node)
{
    list_insert_before(&list->root, node);
}

static inline void list_push_front(struct list *list, struct list_node *node)
{
    list_insert_before(list->root.next, node);
}

static inline void list_remove(struct list_node *node)
{
    if (!list_is_linked(node)) {
        return;
    }
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->prev = node->next = NULL;
}

/* First node, or null. */
static inline struct list_node *list_first(const struct list *list)
{
    return list_is_empty(list) ? NULL : list->root.next;
}

/* Safe against removal of `it` inside the loop; `next_` is a helper variable. */
#define LIST_EACH(it, next_, list)                                                                 \
    for (struct list_node *it = (list)->root.next, *next_ = it->next; it != &(list)->root;         \
         it = next_, next_ = it->next)
