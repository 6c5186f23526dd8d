/* A disk that counts, and that is slow to sync when it is told to: loaded before the C library (LD_PRELOAD), it lets
 * every sync through, makes it last longer by what the file named by SLOW_DISK says, and keeps in the same file how
 * many there were and from when to when the log of writes was folded into a database. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* How many foldings are kept; the oldest make room. */
#define KEPT 65536

static struct {
    volatile uint64_t delay; /* microseconds */
    volatile uint64_t syncs;
    volatile uint64_t folds;
    struct { volatile uint64_t begin, end; } fold[KEPT]; /* nanoseconds since 1970 */
} *kept;

/* When this thread began its latest sync of a log: a folding begins with one and ends with the database's own. */
static __thread uint64_t log_begun;

__attribute__((constructor)) static void map(void) {
    const char *name = getenv("SLOW_DISK");
    int file = name ? open(name, O_RDWR) : -1;
    void *at;
    if (file < 0) return;
    at = mmap(NULL, sizeof *kept, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (at != MAP_FAILED) kept = at;
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int ends(const char *text, const char *end) {
    size_t length = strlen(text), of_end = strlen(end);
    return length >= of_end && strcmp(text + length - of_end, end) == 0;
}

static int synced(int file, int (*real)(int)) {
    char link[64], path[4096];
    uint64_t begun = now();
    int result = real(file);
    ssize_t length;
    if (!kept) return result;
    if (kept->delay) usleep((useconds_t)kept->delay);
    __atomic_add_fetch(&kept->syncs, 1, __ATOMIC_RELAXED);
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0) return result;
    path[length] = 0;
    if (ends(path, ".db-wal")) log_begun = begun;
    if (ends(path, ".db")) {
        uint64_t place = __atomic_fetch_add(&kept->folds, 1, __ATOMIC_RELAXED) % KEPT;
        kept->fold[place].begin = log_begun ? log_begun : begun;
        kept->fold[place].end = now();
    }
    return result;
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return synced(file, real);
}

int fdatasync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return synced(file, real);
}
