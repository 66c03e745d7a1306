/* mailbox.c -- a locked list and a wake-up; the list is swapped out whole by the loop.
 * SPDX-License-Identifier: MIT */
#include "net/mailbox.h"

#include "net/loop_private.h"

void mailbox_send(struct loop *loop, struct mail *mail)
{
    mail->next = NULL;
    pthread_mutex_lock(&loop->mail_lock);
    CHECK(!loop->has_ended);
    bool was_empty = loop->mail_first == NULL;
    if (was_empty) {
        loop->mail_first = mail;
    } else {
        loop->mail_last->next = mail;
    }
    loop->mail_last = mail;
    if (was_empty) {
        (void)uv_async_send(&loop->wake); /* cannot fail on an open handle */
    }
    pthread_mutex_unlock(&loop->mail_lock);
}
