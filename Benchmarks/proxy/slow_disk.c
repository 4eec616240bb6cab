// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0
//
// Makes the disk slower for a program into which it is preloaded: fdatasync and fsync return later than they
// would. The file that SLOW_DISK names says by how much, and may be changed while the program runs; it also tells how
// long each fdatasync took, for another process to read. A file that is not there yet is made, without a delay.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 65536 };

struct shared {
    uint64_t delay_nanoseconds;
    uint64_t count;
    // Of the newest fdatasyncs, by their number modulo SLOTS.
    uint32_t microseconds[SLOTS];
};

static struct shared *shared;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SLOW_DISK");
    if (!path) return;
    int file = open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, sizeof(struct shared)) != 0) abort();
    void *memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) abort();
    close(file);
    shared = memory;
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void delay(void) {
    uint64_t length = __atomic_load_n(&shared->delay_nanoseconds, __ATOMIC_RELAXED);
    if (length == 0) return;
    struct timespec left = {(time_t)(length / 1000000000), (long)(length % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {}
}

int fdatasync(int file) {
    if (!shared) return (int)syscall(SYS_fdatasync, file);
    uint64_t start = now();
    int result = (int)syscall(SYS_fdatasync, file);
    int error = errno;
    delay();
    uint64_t place = __atomic_fetch_add(&shared->count, 1, __ATOMIC_RELAXED) % SLOTS;
    __atomic_store_n(&shared->microseconds[place], (uint32_t)((now() - start) / 1000), __ATOMIC_RELAXED);
    errno = error;
    return result;
}

int fsync(int file) {
    int result = (int)syscall(SYS_fsync, file);
    int error = errno;
    if (shared) delay();
    errno = error;
    return result;
}
