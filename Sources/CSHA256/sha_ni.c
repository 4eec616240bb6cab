// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#if CSHA256_X86

#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
#define INLINED static inline __attribute__((always_inline))

/// Four words of a block or of a schedule.
typedef __m128i words;

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
WITH_SHA INLINED words four_words(const uint8_t *block, int n) {
    const __m128i swap = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + n), swap);
}

/// The next four words of a schedule from the sixteen before them, four in each argument.
WITH_SHA INLINED words next_words(words w0, words w1, words w2, words w3) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/// Four rounds with the words that begin at 4n.
WITH_SHA INLINED void four_rounds(struct halves *halves, words w, int n) {
    __m128i sum = _mm_add_epi32(w, _mm_load_si128((const __m128i *)csha256_constants + n));
    halves->cdgh = _mm_sha256rnds2_epu32(halves->cdgh, halves->abef, sum);
    halves->abef = _mm_sha256rnds2_epu32(halves->abef, halves->cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

WITH_SHA INLINED struct halves halves_sum(struct halves one, struct halves other) {
    return (struct halves){
        _mm_add_epi32(one.abef, other.abef), _mm_add_epi32(one.cdgh, other.cdgh)};
}

#include "instructions.h"

#endif
