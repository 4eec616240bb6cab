// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#include <stdatomic.h>

#if CSHA256_X86

#include <cpuid.h>

/// Which registers the system saves when it changes threads (XCR0): bits 1 and 2 are those of AVX, 5 to 7 what
/// AVX-512 adds.
static unsigned saved_registers(void) {
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static int has_all(unsigned bits, unsigned wanted) { return (bits & wanted) == wanted; }

/// The paths that the processor has, one bit each (Intel SDM volume 2, CPUID leaves 1 and 7).
static int asked_paths(void) {
    int paths = 1 << CSHA256_PORTABLE;
    unsigned eax, ebx, ecx, edx, basic;
    if (!__get_cpuid(1, &eax, &ebx, &basic, &edx)) return paths;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return paths;
    const unsigned saved = has_all(basic, bit_OSXSAVE) ? saved_registers() : 0;
    if (has_all(ebx, 1u << 29) && has_all(basic, bit_SSSE3 | bit_SSE4_1)) paths |= 1 << CSHA256_INSTRUCTIONS;
    if (has_all(ebx, bit_AVX2 | bit_BMI | bit_BMI2) && has_all(saved, 0x06)) paths |= 1 << CSHA256_AVX2;
    if (has_all(ebx, bit_AVX512F | bit_AVX512BW) && has_all(saved, 0xE6)
        && paths >> CSHA256_INSTRUCTIONS & 1) {
        paths |= 1 << CSHA256_AVX512;
    }
    return paths;
}

#elif CSHA256_ARM && defined(__linux__)

#include <asm/hwcap.h>
#include <sys/auxv.h>

static int asked_paths(void) {
    int paths = 1 << CSHA256_PORTABLE;
    if (getauxval(AT_HWCAP) & HWCAP_SHA2) paths |= 1 << CSHA256_INSTRUCTIONS;
    return paths;
}

#elif CSHA256_ARM && defined(__APPLE__)

/// Every 64-bit processor of Apple has them.
static int asked_paths(void) { return 1 << CSHA256_PORTABLE | 1 << CSHA256_INSTRUCTIONS; }

#else

static int asked_paths(void) { return 1 << CSHA256_PORTABLE; }

#endif

/// Asked once: a virtual machine leaves itself for every CPUID. Two threads that ask at once hear the same.
static int known_paths(void) {
    static _Atomic int known = 0;
    int paths = atomic_load_explicit(&known, memory_order_relaxed);
    if (paths == 0) {
        paths = asked_paths();
        atomic_store_explicit(&known, paths, memory_order_relaxed);
    }
    return paths;
}

int csha256_has_path(enum csha256_path path) { return known_paths() >> path & 1; }

enum csha256_path csha256_best_path(void) {
    int path = CSHA256_AVX512;
    while (path > CSHA256_PORTABLE && !csha256_has_path((enum csha256_path)path)) path -= 1;
    return (enum csha256_path)path;
}
