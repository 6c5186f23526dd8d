/* A disk that fails when it is told to: loaded before the C library (LD_PRELOAD), it answers calls that write
 * a database file with the error that the file named by BAD_DISK orders, such as `write 28`. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The error that is ordered for this call; 0 for none. */
static int ordered(const char *call) {
    const char *orders = getenv("BAD_DISK");
    char text[64] = {0}, name[16] = {0};
    int found = 0, file;
    if (!orders || access(orders, F_OK) != 0) return 0;
    file = open(orders, O_RDONLY);
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) > 0) sscanf(text, "%15s %d", name, &found);
    close(file);
    return strcmp(name, call) == 0 ? found : 0;
}

static int is_database_file(int file) {
    char link[64], path[4096];
    ssize_t length;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "tradefloor.db") != NULL;
}

#define FAIL_WHEN_ORDERED(call, condition)                                                                           \
    do {                                                                                                             \
        int error = ordered(call);                                                                                   \
        if (error && (condition)) {                                                                                  \
            errno = error;                                                                                           \
            return -1;                                                                                               \
        }                                                                                                            \
    } while (0)

#define REAL(name, ...)                                                                                              \
    static __typeof__(&name) real;                                                                                   \
    if (!real) real = dlsym(RTLD_NEXT, #name);                                                                       \
    return real(__VA_ARGS__)

ssize_t write(int file, const void *bytes, size_t count) {
    FAIL_WHEN_ORDERED("write", is_database_file(file));
    REAL(write, file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    FAIL_WHEN_ORDERED("write", is_database_file(file));
    REAL(pwrite, file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    FAIL_WHEN_ORDERED("write", is_database_file(file));
    REAL(pwrite64, file, bytes, count, at);
}

int fsync(int file) {
    FAIL_WHEN_ORDERED("sync", is_database_file(file));
    REAL(fsync, file);
}

int fdatasync(int file) {
    FAIL_WHEN_ORDERED("sync", is_database_file(file));
    REAL(fdatasync, file);
}
