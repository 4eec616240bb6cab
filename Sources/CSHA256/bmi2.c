// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#if CSHA256_X86

#include <immintrin.h>

#define WITH_BMI2 __attribute__((target("avx2,bmi,bmi2")))
#define INLINED static inline __attribute__((always_inline))

/// Two words that follow by σ1 from two that stand twice each, `x x y y`: a shift of 64 bits of such a pair
/// is a rotation of 32. They are handed back at the places that `places` names, with zeros beside them.
WITH_BMI2 INLINED __m128i late_words(__m128i doubled, __m128i places) {
    __m128i mixed = _mm_xor_si128(
        _mm_xor_si128(_mm_srli_epi64(doubled, 17), _mm_srli_epi64(doubled, 19)),
        _mm_srli_epi32(doubled, 10));
    return _mm_shuffle_epi8(mixed, places);
}

/// The next four words of a schedule from the sixteen before them, four in each argument.
WITH_BMI2 INLINED __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    const __m128i lower = _mm_set_epi64x(-1, 0x0B0A090803020100);
    const __m128i upper = _mm_set_epi64x(0x0B0A090803020100, -1);
    __m128i early = _mm_alignr_epi8(w1, w0, 4);
    __m128i mixed = _mm_xor_si128(
        _mm_xor_si128(
            _mm_xor_si128(_mm_srli_epi32(early, 7), _mm_slli_epi32(early, 25)),
            _mm_xor_si128(_mm_srli_epi32(early, 18), _mm_slli_epi32(early, 14))),
        _mm_srli_epi32(early, 3));
    __m128i sum = _mm_add_epi32(_mm_add_epi32(w0, _mm_alignr_epi8(w3, w2, 4)), mixed);
    sum = _mm_add_epi32(sum, late_words(_mm_shuffle_epi32(w3, 0xFA), lower));
    return _mm_add_epi32(sum, late_words(_mm_shuffle_epi32(sum, 0x50), upper));
}

INLINED uint32_t rotated(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

/// One round; `sums` has words of the schedule with their constants added.
WITH_BMI2 INLINED void one_round(uint32_t s[8], uint32_t *differ, int t, const uint32_t *sums) {
    uint32_t a = s[-t & 7], b = s[(1 - t) & 7], *d = &s[(3 - t) & 7], e = s[(4 - t) & 7];
    uint32_t f = s[(5 - t) & 7], g = s[(6 - t) & 7], *h = &s[(7 - t) & 7];
    uint32_t sum = *h + sums[t] + ((e & f) + (~e & g))
        + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25));
    // Where a and b differ decides the majority; the next round's b and c are these.
    uint32_t now = a ^ b;
    *d += sum;
    *h = sum + (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + (b ^ (now & *differ));
    *differ = now;
}

WITH_BMI2 void csha256_bmi2(struct csha256_state *state, const uint8_t *blocks, size_t count) {
    const __m128i swap = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
    const __m128i *constants = (const __m128i *)csha256_constants;
    uint32_t s[8];
    for (int n = 0; n < 8; n += 1) s[n] = state->words[n];
    for (; count > 0; count -= 1, blocks += block_bytes) {
        _Alignas(16) uint32_t sums[64];
        __m128i w[4];
#pragma GCC unroll 4
        for (int n = 0; n < 4; n += 1) {
            w[n] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)blocks + n), swap);
            _mm_store_si128((__m128i *)sums + n, _mm_add_epi32(w[n], constants[n]));
        }
        uint32_t differ = s[1] ^ s[2];
        for (int first = 0; first < 64; first += 16) {
#pragma GCC unroll 4
            for (int n = 0; n < 4; n += 1) {
                // The words of the sixteen rounds after these, so that both can be done at once.
                if (first < 48) {
                    w[n] = next_words(w[n], w[(n + 1) & 3], w[(n + 2) & 3], w[(n + 3) & 3]);
                    _mm_store_si128(
                        (__m128i *)(sums + first + 16) + n,
                        _mm_add_epi32(w[n], constants[first / 4 + 4 + n]));
                }
#pragma GCC unroll 4
                for (int t = 4 * n; t < 4 * n + 4; t += 1) one_round(s, &differ, t, sums + first);
            }
        }
        for (int n = 0; n < 8; n += 1) s[n] = state->words[n] += s[n];
    }
}

#endif
