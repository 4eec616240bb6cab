// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#ifndef CSHA256_LANES_H
#define CSHA256_LANES_H

#include "CSHA256.h"

#if defined(__x86_64__)
#define CSHA256_X86 1
#elif defined(__aarch64__)
#define CSHA256_ARM 1
#endif

/// Bytes of a block.
enum { block_bytes = 64 };

/// The most messages that any path takes at once.
enum { most_lanes = 16 };

/// The round constants: the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2).
extern const uint32_t csha256_constants[64];

/// Compresses `count` blocks that lie one behind the other into a state.
void csha256_portable(struct csha256_state *state, const uint8_t *blocks, size_t count);

#if CSHA256_X86 || CSHA256_ARM
/// The same with SHA instructions.
void csha256_instructions(struct csha256_state *state, const uint8_t *blocks, size_t count);

/// Two messages at once, `count` blocks of each.
void csha256_instructions_2(
    struct csha256_state *state, const uint8_t *ones, struct csha256_state *other_state,
    const uint8_t *others, size_t count);
#endif

#if CSHA256_X86
/// One message with the rotations of BMI2 and a schedule four words at a time.
void csha256_bmi2(struct csha256_state *state, const uint8_t *blocks, size_t count);

/// Eight messages at once, `count` blocks of each.
void csha256_avx2_8(struct csha256_state *states, const uint8_t *const *blocks, size_t count);

/// Sixteen messages at once, `count` blocks of each.
void csha256_avx512_16(struct csha256_state *states, const uint8_t *const *blocks, size_t count);
#endif

#endif
