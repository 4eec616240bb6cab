// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0
//
// Counts heap allocations of each thread of a program into which it is preloaded. The counts are in the file that
// ALLOCATION_COUNTS names: 256 slots of two 64-bit numbers, thread id and allocations, for another process to read.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SLOTS = 256 };

struct slot {
    uint64_t thread;
    uint64_t count;
};

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static struct slot *slots;
static unsigned taken;
static __thread struct slot *own __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ALLOCATION_COUNTS");
    if (!path) return;
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || ftruncate(file, SLOTS * sizeof(struct slot)) != 0) abort();
    void *memory = mmap(NULL, SLOTS * sizeof(struct slot), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) abort();
    close(file);
    slots = memory;
}

static void count(void) {
    if (!slots) return;
    if (!own) {
        unsigned place = __atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
        own = &slots[place < SLOTS ? place : SLOTS - 1];
        own->thread = (uint64_t)syscall(SYS_gettid);
    }
    own->count++;
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count();
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : 12;
}
