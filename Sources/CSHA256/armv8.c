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

/// Four words of a block or of a schedule.
typedef uint32x4_t words;

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
WITH_SHA INLINED words four_words(const uint8_t *block, int n) {
    return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * n)));
}

/// The next four words of a schedule from the sixteen before them, four in each argument.
WITH_SHA INLINED words next_words(words w0, words w1, words w2, words w3) {
    return vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3);
}

/// Four rounds with the words that begin at 4n.
WITH_SHA INLINED void four_rounds(struct halves *halves, words w, int n) {
    uint32x4_t sum = vaddq_u32(w, vld1q_u32(csha256_constants + 4 * n));
    uint32x4_t abcd = halves->abcd;
    halves->abcd = vsha256hq_u32(abcd, halves->efgh, sum);
    halves->efgh = vsha256h2q_u32(halves->efgh, abcd, sum);
}

WITH_SHA INLINED struct halves halves_sum(struct halves one, struct halves other) {
    return (struct halves){vaddq_u32(one.abcd, other.abcd), vaddq_u32(one.efgh, other.efgh)};
}

#include "instructions.h"

#endif
