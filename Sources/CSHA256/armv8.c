// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#if CSHA256_ARM

#include <arm_neon.h>

#if defined(__clang__)
#define WITH_SHA __attribute__((target("sha2")))
#else
#define WITH_SHA __attribute__((target("+crypto")))
#endif
#define INLINED static inline __attribute__((always_inline))

/// A state as the instructions take it: the words a to d and e to h, the first one lowest.
struct halves {
    uint32x4_t abcd, efgh;
};

WITH_SHA INLINED struct halves halves_of(const struct csha256_state *state) {
    return (struct halves){vld1q_u32(&state->words[0]), vld1q_u32(&state->words[4])};
}

WITH_SHA INLINED void store_halves(struct halves halves, struct csha256_state *state) {
    vst1q_u32(&state->words[0], halves.abcd);
    vst1q_u32(&state->words[4], halves.efgh);
}

/// Words 4n to 4n + 3 of a block, the first one lowest.
WITH_SHA INLINED uint32x4_t four_words(const uint8_t *block, int n) {
    return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * n)));
}

/// The next four words of a schedule from the sixteen before them, four in each argument.
WITH_SHA INLINED uint32x4_t next_words(
    uint32x4_t w0, uint32x4_t w1, uint32x4_t w2, uint32x4_t w3) {
    return vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3);
}

/// Four rounds with the words that begin at 4n.
WITH_SHA INLINED void four_rounds(struct halves *halves, uint32x4_t words, int n) {
    uint32x4_t sum = vaddq_u32(words, vld1q_u32(csha256_constants + 4 * n));
    uint32x4_t abcd = halves->abcd;
    halves->abcd = vsha256hq_u32(abcd, halves->efgh, sum);
    halves->efgh = vsha256h2q_u32(halves->efgh, abcd, sum);
}

WITH_SHA INLINED struct halves halves_sum(struct halves one, struct halves other) {
    return (struct halves){vaddq_u32(one.abcd, other.abcd), vaddq_u32(one.efgh, other.efgh)};
}

WITH_SHA void csha256_instructions(
    struct csha256_state *state, const uint8_t *blocks, size_t count) {
    struct halves halves = halves_of(state);
    for (; count > 0; count -= 1, blocks += block_bytes) {
        const struct halves before = halves;
        uint32x4_t w[4];
#pragma GCC unroll 4
        for (int n = 0; n < 4; n += 1) {
            w[n] = four_words(blocks, n);
            four_rounds(&halves, w[n], n);
        }
#pragma GCC unroll 12
        for (int n = 4; n < 16; n += 1) {
            w[n & 3] = next_words(w[n & 3], w[(n + 1) & 3], w[(n + 2) & 3], w[(n + 3) & 3]);
            four_rounds(&halves, w[n & 3], n);
        }
        halves = halves_sum(halves, before);
    }
    store_halves(halves, state);
}

WITH_SHA void csha256_instructions_2(
    struct csha256_state *state, const uint8_t *ones, struct csha256_state *other_state,
    const uint8_t *others, size_t count) {
    struct halves one = halves_of(state), other = halves_of(other_state);
    for (; count > 0; count -= 1, ones += block_bytes, others += block_bytes) {
        const struct halves one_before = one, other_before = other;
        uint32x4_t w[4], v[4];
#pragma GCC unroll 4
        for (int n = 0; n < 4; n += 1) {
            w[n] = four_words(ones, n);
            v[n] = four_words(others, n);
            four_rounds(&one, w[n], n);
            four_rounds(&other, v[n], n);
        }
#pragma GCC unroll 12
        for (int n = 4; n < 16; n += 1) {
            w[n & 3] = next_words(w[n & 3], w[(n + 1) & 3], w[(n + 2) & 3], w[(n + 3) & 3]);
            v[n & 3] = next_words(v[n & 3], v[(n + 1) & 3], v[(n + 2) & 3], v[(n + 3) & 3]);
            four_rounds(&one, w[n & 3], n);
            four_rounds(&other, v[n & 3], n);
        }
        one = halves_sum(one, one_before);
        other = halves_sum(other, other_before);
    }
    store_halves(one, state);
    store_halves(other, other_state);
}

#endif
