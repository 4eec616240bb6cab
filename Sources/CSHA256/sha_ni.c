// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#if CSHA256_X86

#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
#define INLINED static inline __attribute__((always_inline))

/// A state as `sha256rnds2` takes it: the words a, b, e, f and c, d, g, h, the first one uppermost.
struct halves {
    __m128i abef, cdgh;
};

WITH_SHA INLINED struct halves halves_of(const struct csha256_state *state) {
    __m128i abcd = _mm_loadu_si128((const __m128i *)&state->words[0]);
    __m128i efgh = _mm_loadu_si128((const __m128i *)&state->words[4]);
    abcd = _mm_shuffle_epi32(abcd, 0x1B);
    efgh = _mm_shuffle_epi32(efgh, 0x1B);
    return (struct halves){_mm_unpackhi_epi64(efgh, abcd), _mm_unpacklo_epi64(efgh, abcd)};
}

WITH_SHA INLINED void store_halves(struct halves halves, struct csha256_state *state) {
    __m128i abcd = _mm_unpackhi_epi64(halves.cdgh, halves.abef);
    __m128i efgh = _mm_unpacklo_epi64(halves.cdgh, halves.abef);
    _mm_storeu_si128((__m128i *)&state->words[0], _mm_shuffle_epi32(abcd, 0x1B));
    _mm_storeu_si128((__m128i *)&state->words[4], _mm_shuffle_epi32(efgh, 0x1B));
}

/// Words 4n to 4n + 3 of a block, the first one lowest.
WITH_SHA INLINED __m128i four_words(const uint8_t *block, int n) {
    const __m128i swap = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + n), swap);
}

/// The next four words of a schedule from the sixteen before them, four in each argument.
WITH_SHA INLINED __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/// Four rounds with the words that begin at 4n.
WITH_SHA INLINED void four_rounds(struct halves *halves, __m128i words, int n) {
    __m128i sum = _mm_add_epi32(words, _mm_load_si128((const __m128i *)csha256_constants + n));
    halves->cdgh = _mm_sha256rnds2_epu32(halves->cdgh, halves->abef, sum);
    halves->abef = _mm_sha256rnds2_epu32(halves->abef, halves->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

WITH_SHA INLINED struct halves halves_sum(struct halves one, struct halves other) {
    return (struct halves){
        _mm_add_epi32(one.abef, other.abef), _mm_add_epi32(one.cdgh, other.cdgh)};
}

WITH_SHA void csha256_instructions(struct csha256_state *state, const uint8_t *blocks, size_t count) {
    struct halves halves = halves_of(state);
    for (; count > 0; count -= 1, blocks += block_bytes) {
        const struct halves before = halves;
        __m128i w[4];
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
        __m128i w[4], v[4];
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
