/* static_file.c -- see static_file.h. Only names of the embedded table are ever served, also from a
 * folder, so that no path reaches the file system.
 * SPDX-License-Identifier: MIT */
#include "http/static_file.h"

#include <assets_data.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *folder; /* null: the binary; constant while loops run */
static Str *urls;          /* of assets_table, by index */
static pthread_once_t urls_once = PTHREAD_ONCE_INIT;

void static_file_use_folder(const char *path)
{
    folder = path;
}

static int by_path(const void *key, const void *asset)
{
    return strcmp(key, ((const struct asset *)asset)->path);
}

static const struct asset *find(const char *path)
{
    return bsearch(path, assets_table, assets_count, sizeof(assets_table[0]), by_path);
}

static void make_urls(void)
{
    static struct arena forever;
    urls = arena_new(&forever, Str, assets_count);
    for (size_t i = 0; i < assets_count; i++) {
        urls[i] = str_format(&forever, "/assets/%s/%s", assets_table[i].digest, assets_table[i].path);
    }
}

Str static_file_url(const char *path)
{
    const struct asset *asset = find(path);
    CHECK(asset != NULL);
    (void)pthread_once(&urls_once, make_urls);
    return urls[asset - assets_table];
}

/* --- what the client takes ---------------------------------------------------------------------------------- */

/* Whether a coding is named in Accept-Encoding and not refused by q=0. */
static bool accepts(Str field, Str coding)
{
    while (field.len > 0) {
        Str item;
        Str name;
        Str parameters;
        (void)str_cut(field, ',', &item, &field);
        (void)str_cut(item, ';', &name, &parameters);
        if (str_eq_nocase(str_trim(name, " \t"), coding)) {
            Str q = str_trim(parameters, " \t");
            return !(str_starts(q, S("q=0")) && str_trim(str_skip(q, 3), ".0").len == 0);
        }
    }
    return false;
}

/* One of the codings of an asset; different bytes have different tags. */
struct variant {
    const char *coding; /* null: as it is */
    Str bytes, etag;
};

static struct variant variant_of(struct http_exchange *exchange, const struct asset *asset)
{
    Str accepted = http_request_field(&exchange->request, S("Accept-Encoding"));
    struct variant variant = {.bytes = str_of(asset->data, asset->len)};
    if (asset->brotli != NULL && accepts(accepted, S("br"))) {
        variant = (struct variant){"br", str_of(asset->brotli, asset->brotli_len), {0}};
    } else if (asset->gzip != NULL && accepts(accepted, S("gzip"))) {
        variant = (struct variant){"gzip", str_of(asset->gzip, asset->gzip_len), {0}};
    }
    variant.etag = str_format(&exchange->arena, "\"%s%s%s\"", asset->digest,
                              variant.coding == NULL ? "" : "-",
                              variant.coding == NULL ? "" : variant.coding);
    return variant;
}

/* Whether the client has it: a list of tags, compared weakly, or "*". */
static bool has_already(Str field, Str etag)
{
    while (field.len > 0) {
        Str item;
        (void)str_cut(field, ',', &item, &field);
        item = str_trim(item, " \t");
        item = str_starts(item, S("W/")) ? str_skip(item, 2) : item;
        if (str_eq(item, etag) || str_eq(item, S("*"))) {
            return true;
        }
    }
    return false;
}

static void serve_embedded(struct http_exchange *exchange, const struct asset *asset)
{
    struct variant variant = variant_of(exchange, asset);
    Str etag = variant.etag;
    if (has_already(http_request_field(&exchange->request, S("If-None-Match")), etag)) {
        http_respond_status(exchange, 304);
    } else {
        http_respond_static(exchange, 200, str_from_z(asset->type), variant.bytes);
        if (variant.coding != NULL) {
            http_respond_field(exchange, S("Content-Encoding"), str_from_z(variant.coding));
        }
    }
    http_respond_field(exchange, S("ETag"), etag);
    http_respond_field(exchange, S("Vary"), S("Accept-Encoding"));
    http_respond_field(exchange, S("Cache-Control"), S("public, max-age=31536000, immutable"));
}

/* While developing: a blocking read on the loop is fine, and a missing file is a 404. */
static bool serve_from_folder(struct http_exchange *exchange, const struct asset *asset)
{
    char chunk[4096];
    size_t got;
    Str path = str_format(&exchange->arena, "%s/%s", folder, asset->path);
    FILE *file = fopen(path.data, "rbe");
    if (file == NULL) {
        return false;
    }
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        buf_put(&exchange->body.buf, chunk, got);
    }
    (void)fclose(file); /* opened for reading: nothing can be lost */
    http_respond_status(exchange, 200);
    http_respond_field(exchange, S("Content-Type"), str_from_z(asset->type));
    http_respond_field(exchange, S("Cache-Control"), S("no-cache"));
    return true;
}

static const struct asset *asset_of(struct http_exchange *exchange)
{
    Str digest;
    Str path;
    Str rest = str_skip(exchange->request.path, sizeof("/assets/") - 1);
    if (!str_cut(rest, '/', &digest, &path)) {
        return NULL;
    }
    const struct asset *asset = find(str_z(&exchange->arena, path));
    bool is_current = asset != NULL && str_eq(digest, str_from_z(asset->digest));
    return is_current || folder != NULL ? asset : NULL;
}

void static_file_serve(struct http_exchange *exchange)
{
    enum http_method method = exchange->request.method;
    const struct asset *asset =
        method == HTTP_GET || method == HTTP_HEAD ? asset_of(exchange) : NULL;
    /* The vendored files are copied by the build and are in no folder of ours. */
    bool is_served = asset != NULL && folder != NULL && serve_from_folder(exchange, asset);
    if (asset != NULL && !is_served) {
        serve_embedded(exchange, asset);
    } else if (asset == NULL) {
        http_respond_text(exchange, 404, S("text/plain; charset=utf-8"), S("No such asset.\n"));
    }
    http_exchange_send(exchange);
}
