/* nginx.c -- see nginx.h.
 * SPDX-License-Identifier: MIT */
#include "nginx.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "place.h"

enum { START_MS = 10000 };

static const char program[] = "/usr/sbin/nginx";

/* What is set is for speed: no log, descriptors kept open, connections without end. */
static const char configuration[] =
    "daemon off; master_process off; worker_processes 1; error_log stderr crit; pid nginx.pid;\n"
    "events { worker_connections 4096; }\n"
    "http {\n"
    "  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;\n"
    "  open_file_cache max=16; open_file_cache_valid 3600s; default_type text/html;\n"
    "  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u;\n"
    "  scgi_temp_path s;\n"
    "  server { listen 127.0.0.1:%d; root .; location / { } }\n"
    "}\n";

static void write_file(const char *folder, const char *name, const void *bytes, size_t len)
{
    char path[FOLDER_LEN + 32];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (file == NULL || fwrite(bytes, 1, len, file) != len || fclose(file) != 0) {
        fail_sys("%s", path);
    }
}

static int bound_socket(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || (port == 0 ? bind(fd, (struct sockaddr *)&address, sizeof(address))
                             : connect(fd, (struct sockaddr *)&address, sizeof(address))) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* A port that was free a moment ago: nginx cannot pick one and say which. */
static int free_port(void)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    int fd = bound_socket(0);
    if (fd < 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        fail_sys("looking for a port");
    }
    (void)close(fd);
    return ntohs(address.sin_port);
}

static void await_listening(const struct nginx *nginx)
{
    Nanos deadline = usage_now() + START_MS * (Nanos)1000000;
    int fd;
    while ((fd = bound_socket(nginx->port)) < 0) {
        if (usage_now() > deadline || waitpid(nginx->pid, NULL, WNOHANG) != 0) {
            fail("nginx does not listen");
        }
        (void)usleep(10000);
    }
    (void)close(fd);
}

bool nginx_start(struct nginx *nginx, const struct cores *cores, const char *base, const char *page,
                 size_t len)
{
    char text[sizeof(configuration) + 16];
    char whole[4096];
    if (access(program, X_OK) != 0) {
        return false;
    }
    nginx->port = free_port();
    (void)snprintf(nginx->folder, FOLDER_LEN, "%s/nginx", base);
    if (mkdir(nginx->folder, 0755) != 0 || realpath(nginx->folder, whole) == NULL) {
        fail_sys("%s", nginx->folder);
    }
    int text_len = snprintf(text, sizeof(text), configuration, nginx->port);
    write_file(nginx->folder, "nginx.conf", text, (size_t)text_len);
    write_file(nginx->folder, "page", page, len);
    nginx->pid = fork();
    if (nginx->pid < 0) {
        fail_sys("fork");
    }
    if (nginx->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail with a valid signal */
        cores_pin(cores, cores->server);
        (void)execl(program, "nginx", "-p", whole, "-c", "nginx.conf", (char *)NULL);
        fail_sys("%s", program);
    }
    await_listening(nginx);
    return true;
}

void nginx_stop(struct nginx *nginx)
{
    static const char *const folders[] = {"b", "p", "f", "u", "s"};
    (void)kill(nginx->pid, SIGTERM);
    (void)waitpid(nginx->pid, NULL, 0); /* how it ends is no concern of ours */
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char path[FOLDER_LEN + 8];
        (void)snprintf(path, sizeof(path), "%s/%s", nginx->folder, folders[i]);
        (void)rmdir(path);
    }
    place_drop(nginx->folder);
}
