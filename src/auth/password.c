/* password.c -- libsodium's argon2id with our parameters.
 * SPDX-License-Identifier: MIT */
#include "auth/password.h"

#include <sodium.h>
#include <string.h>

#include "auth/password_common.h"
#include "base/limits.h"
#include "base/metrics.h"

/* OWASP's floor for argon2id; one lane is what libsodium always uses. */
enum { MEMORY = 19456 * 1024, PASSES = 2 };

/* A hash of the same cost that nobody has the password of: its salt and tag are zeros. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
                             "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static int64_t code_points(Str text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

int64_t password_missing(Str password, int64_t least)
{
    return MAX((int64_t)0, least - code_points(password));
}

bool password_check_rules(Str password, Str handle, int64_t least, struct err *err)
{
    if (password.len > LIMIT_PASSWORD) {
        return err_set(err, ERR_INPUT, "the password is longer than %d bytes", LIMIT_PASSWORD);
    }
    if (!str_is_utf8(password) || str_find(password, '\0') >= 0) {
        return err_set(err, ERR_INPUT, "the password is not text in UTF-8");
    }
    if (password_missing(password, least) > 0) {
        return err_set(err, ERR_INPUT, "the password has fewer than %lld characters", (long long)least);
    }
    if (str_eq_nocase(password, handle)) {
        return err_set(err, ERR_INPUT, "the password is the handle");
    }
    if (password_is_common(password, handle)) {
        return err_set(err, ERR_INPUT, "the password is one of those that everybody tries first");
    }
    return true;
}

bool password_hash(struct arena *arena, Str password, Str *ret_hash, struct err *err)
{
    char hash[crypto_pwhash_STRBYTES];
    metrics_add(password_hashes_total, 1);
    if (crypto_pwhash_str_alg(hash, password.data, password.len, PASSES, MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return err_sys(err, "cannot hash a password");
    }
    *ret_hash = str_dup(arena, str_from_z(hash));
    return true;
}

bool password_verify(Str hash, Str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    bool is_real = hash.len > 0 && hash.len < sizeof(text);
    if (password.len > LIMIT_PASSWORD) {
        return false; /* no stored one is: the work would be the sender's gain */
    }
    if (is_real) {
        memcpy(text, hash.data, hash.len);
    } else {
        memcpy(text, nobody, sizeof(nobody));
    }
    metrics_add(password_hashes_total, 1);
    const char *tried = password.len > 0 ? password.data : ""; /* a form may have no such field */
    return crypto_pwhash_str_verify(text, tried, password.len) == 0 && is_real;
}
