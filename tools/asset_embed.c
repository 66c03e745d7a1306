/* asset_embed.c -- the assets as C: bytes, digest, type, and gzip and brotli where they are smaller.
 *
 *   asset_embed OUT_DIR FOLDER=PREFIX ...   writes OUT_DIR/assets_data.h, .c and one .bin a variant
 *
 * A file FOLDER/name becomes the asset PREFIX/name. The bytes come into the program by .incbin.
 * SPDX-License-Identifier: MIT */
#include <brotli/encode.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "embed.h"

enum { ASSETS_MAX = 512 };

struct asset {
    char path[256];
    char digest[17];
    const char *type;
    size_t len, gzip_len, brotli_len; /* 0: no such variant */
};

static struct asset assets[ASSETS_MAX];
static size_t asset_count;
static const char *out_dir;

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},           {".png", "image/png"},
        {".ico", "image/x-icon"},            {".webmanifest", "application/manifest+json"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    embed_fail("%s: no content type for this ending", path);
}

static struct text gzip(const struct text *plain)
{
    struct text out = {0};
    z_stream stream = {0};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        embed_fail("deflateInit2 failed");
    }
    size_t bound = deflateBound(&stream, plain->len);
    char *buffer = malloc(bound);
    stream.next_in = (unsigned char *)plain->data;
    stream.avail_in = (unsigned)plain->len;
    stream.next_out = (unsigned char *)buffer;
    stream.avail_out = (unsigned)bound;
    if (buffer == NULL || deflate(&stream, Z_FINISH) != Z_STREAM_END) {
        embed_fail("deflate failed");
    }
    text_put(&out, buffer, stream.total_out);
    (void)deflateEnd(&stream);
    free(buffer);
    return out;
}

static struct text brotli(const struct text *plain)
{
    struct text out = {0};
    size_t len = BrotliEncoderMaxCompressedSize(plain->len) + 1024;
    unsigned char *buffer = malloc(len);
    if (buffer == NULL ||
        !BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT,
                               plain->len, (unsigned char *)plain->data, &len, buffer)) {
        embed_fail("brotli failed");
    }
    text_put(&out, buffer, len);
    free(buffer);
    return out;
}

static void write_variant(size_t index, const char *variant, const struct text *bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/asset_%zu_%s.bin", out_dir, index, variant);
    embed_write(path, bytes);
}

static void add(const char *file, const char *asset_path)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    struct text plain = embed_read(file);
    if (asset_count == ASSETS_MAX) {
        embed_fail("too many assets");
    }
    struct asset *asset = &assets[asset_count];
    (void)snprintf(asset->path, sizeof(asset->path), "%s", asset_path);
    asset->type = type_of(asset_path);
    asset->len = plain.len;
    SHA256((unsigned char *)plain.data, plain.len, hash);
    for (int i = 0; i < 8; i++) {
        (void)snprintf(asset->digest + 2 * i, 3, "%02x", hash[i]);
    }
    struct text gz = gzip(&plain);
    struct text br = brotli(&plain);
    asset->gzip_len = gz.len < plain.len ? gz.len : 0;
    asset->brotli_len = br.len < plain.len ? br.len : 0;
    write_variant(asset_count, "plain", &plain);
    write_variant(asset_count, "gzip", &gz);
    write_variant(asset_count, "brotli", &br);
    asset_count++;
    free(plain.data);
    free(gz.data);
    free(br.data);
}

static void add_folder(const char *argument)
{
    char folder[1024];
    char file[4096];
    char path[256];
    size_t count;
    (void)snprintf(folder, sizeof(folder), "%s", argument);
    char *equals = strchr(folder, '=');
    if (equals == NULL) {
        embed_fail("%s: expected FOLDER=PREFIX", argument);
    }
    *equals = '\0';
    char **names = embed_list(folder, "", &count);
    for (size_t i = 0; i < count; i++) {
        if (names[i][0] == '.') {
            continue;
        }
        (void)snprintf(file, sizeof(file), "%s/%s", folder, names[i]);
        (void)snprintf(path, sizeof(path), "%s/%s", equals + 1, names[i]);
        add(file, path);
    }
}

/* By path, so that the program can search by halves; bytes keep the number that they were written as. */
static int by_path(const void *a, const void *b)
{
    return strcmp(assets[*(const size_t *)a].path, assets[*(const size_t *)b].path);
}

static void emit_bytes(struct text *out, size_t index, const char *variant, size_t len)
{
    if (len > 0) {
        text_printf(out,
                    "extern const unsigned char asset_%zu_%s[];\n"
                    "__asm__(\".section .rodata\\nasset_%zu_%s:\\n.incbin \\\"%s/asset_%zu_%s.bin\\\"\\n"
                    ".byte 0\\n.previous\\n\");\n",
                    index, variant, index, variant, out_dir, index, variant);
    }
}

static void emit_reference(struct text *out, size_t index, const char *variant, size_t len)
{
    if (len > 0) {
        text_printf(out, "asset_%zu_%s, ", index, variant);
    } else {
        text_printf(out, "NULL, ");
    }
}

static void emit_source(const size_t *order)
{
    struct text out = {0};
    char path[4096];
    text_printf(&out, "/* Generated from assets/ by tools/asset_embed.c. */\n"
                      "#include \"assets_data.h\"\n\n");
    for (size_t i = 0; i < asset_count; i++) {
        emit_bytes(&out, i, "plain", assets[i].len);
        emit_bytes(&out, i, "gzip", assets[i].gzip_len);
        emit_bytes(&out, i, "brotli", assets[i].brotli_len);
    }
    text_printf(&out, "\nconst struct asset assets_table[] = {\n");
    for (size_t i = 0; i < asset_count; i++) {
        const struct asset *asset = &assets[order[i]];
        text_printf(&out, "    {\"%s\", \"%s\", \"%s\", ", asset->path, asset->digest, asset->type);
        emit_reference(&out, order[i], "plain", asset->len);
        emit_reference(&out, order[i], "gzip", asset->gzip_len);
        emit_reference(&out, order[i], "brotli", asset->brotli_len);
        text_printf(&out, "%zu, %zu, %zu},\n", asset->len, asset->gzip_len, asset->brotli_len);
    }
    text_printf(&out, "};\nconst size_t assets_count = %zu;\n", asset_count);
    (void)snprintf(path, sizeof(path), "%s/assets_data.c", out_dir);
    embed_write(path, &out);
}

int main(int argc, char **argv)
{
    struct text header = {0};
    char path[4096];
    size_t order[ASSETS_MAX];
    if (argc < 3) {
        embed_fail("usage: asset_embed OUT_DIR FOLDER=PREFIX ...");
    }
    out_dir = argv[1];
    for (int i = 2; i < argc; i++) {
        add_folder(argv[i]);
    }
    for (size_t i = 0; i < asset_count; i++) {
        order[i] = i;
    }
    qsort(order, asset_count, sizeof(order[0]), by_path);
    emit_source(order);
    text_printf(&header, "/* Generated by tools/asset_embed.c: the files of assets/, sorted by path. */\n"
                         "#pragma once\n\n#include <stddef.h>\n\nstruct asset {\n"
                         "    const char *path;   /* \"css/tokens.css\" */\n"
                         "    const char *digest; /* first 16 hex digits of the SHA-256 */\n"
                         "    const char *type;\n"
                         "    const unsigned char *data, *gzip, *brotli; /* null: no such variant */\n"
                         "    size_t len, gzip_len, brotli_len;\n};\n"
                         "extern const struct asset assets_table[];\n"
                         "extern const size_t assets_count;\n");
    (void)snprintf(path, sizeof(path), "%s/assets_data.h", out_dir);
    embed_write(path, &header);
    return 0;
}
