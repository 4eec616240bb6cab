// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#if CSHA256_X86

#include <immintrin.h>

#define WITH_AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINED static inline __attribute__((always_inline))

/// Sixteen rows of sixteen words become sixteen columns. Of four neighbouring rows their fours of words are
/// transposed first, and then the fours themselves.
WITH_AVX512 INLINED void transpose(__m512i rows[16]) {
    __m512i fours[16];
#pragma GCC unroll 4
    for (int n = 0; n < 16; n += 4) {
        __m512i low = _mm512_unpacklo_epi32(rows[n], rows[n + 1]);
        __m512i high = _mm512_unpackhi_epi32(rows[n], rows[n + 1]);
        __m512i next_low = _mm512_unpacklo_epi32(rows[n + 2], rows[n + 3]);
        __m512i next_high = _mm512_unpackhi_epi32(rows[n + 2], rows[n + 3]);
        fours[n] = _mm512_unpacklo_epi64(low, next_low);
        fours[n + 1] = _mm512_unpackhi_epi64(low, next_low);
        fours[n + 2] = _mm512_unpacklo_epi64(high, next_high);
        fours[n + 3] = _mm512_unpackhi_epi64(high, next_high);
    }
#pragma GCC unroll 4
    for (int n = 0; n < 4; n += 1) {
        __m512i even = _mm512_shuffle_i32x4(fours[n], fours[n + 4], 0x88);
        __m512i odd = _mm512_shuffle_i32x4(fours[n], fours[n + 4], 0xDD);
        __m512i next_even = _mm512_shuffle_i32x4(fours[n + 8], fours[n + 12], 0x88);
        __m512i next_odd = _mm512_shuffle_i32x4(fours[n + 8], fours[n + 12], 0xDD);
        rows[n] = _mm512_shuffle_i32x4(even, next_even, 0x88);
        rows[n + 4] = _mm512_shuffle_i32x4(odd, next_odd, 0x88);
        rows[n + 8] = _mm512_shuffle_i32x4(even, next_even, 0xDD);
        rows[n + 12] = _mm512_shuffle_i32x4(odd, next_odd, 0xDD);
    }
}

#define ADD(x, y) _mm512_add_epi32(x, y)
#define ROTATE(x, bits) _mm512_ror_epi32(x, bits)
#define SHIFT(x, bits) _mm512_srli_epi32(x, bits)
// Truth tables: bit 4x + 2y + z of the number is the function's value.
#define THREE(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define CHOICE(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xCA)
#define MAJORITY(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xE8)

/// One round in sixteen lanes; `t` counts within the sixteen rounds whose constants are given.
WITH_AVX512 INLINED void sixteen_lane_round(
    __m512i s[8], int t, __m512i word, const uint32_t *constants) {
    __m512i a = s[-t & 7], b = s[(1 - t) & 7], c = s[(2 - t) & 7], *d = &s[(3 - t) & 7];
    __m512i e = s[(4 - t) & 7], f = s[(5 - t) & 7], g = s[(6 - t) & 7], *h = &s[(7 - t) & 7];
    __m512i sum = ADD(ADD(*h, CHOICE(e, f, g)), ADD(word, _mm512_set1_epi32((int)constants[t])));
    sum = ADD(sum, THREE(ROTATE(e, 6), ROTATE(e, 11), ROTATE(e, 25)));
    *d = ADD(*d, sum);
    *h = ADD(
        ADD(sum, MAJORITY(a, b, c)), THREE(ROTATE(a, 2), ROTATE(a, 13), ROTATE(a, 22)));
}

WITH_AVX512 void csha256_avx512_16(
    struct csha256_state *states, const uint8_t *const *blocks, size_t count) {
    const __m512i swap = _mm512_broadcast_i32x4(
        _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203));
    // A state is half a row: the lower eight of sixteen columns are what is used.
    __m512i s[16];
    for (int n = 0; n < 16; n += 1) {
        s[n] = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)&states[n]));
    }
    transpose(s);
    for (size_t at = 0; at < count * block_bytes; at += block_bytes) {
        __m512i w[16], before[8];
#pragma GCC unroll 16
        for (int n = 0; n < 16; n += 1) w[n] = _mm512_loadu_si512(blocks[n] + at);
        transpose(w);
#pragma GCC unroll 16
        for (int n = 0; n < 16; n += 1) w[n] = _mm512_shuffle_epi8(w[n], swap);
#pragma GCC unroll 8
        for (int n = 0; n < 8; n += 1) before[n] = s[n];
#pragma GCC unroll 16
        for (int t = 0; t < 16; t += 1) sixteen_lane_round(s, t, w[t], csha256_constants);
        for (int first = 16; first < 64; first += 16) {
#pragma GCC unroll 16
            for (int t = 0; t < 16; t += 1) {
                __m512i early = w[(t + 1) & 15], late = w[(t + 14) & 15];
                w[t] = ADD(
                    ADD(w[t], w[(t + 9) & 15]),
                    ADD(THREE(ROTATE(early, 7), ROTATE(early, 18), SHIFT(early, 3)),
                        THREE(ROTATE(late, 17), ROTATE(late, 19), SHIFT(late, 10))));
                sixteen_lane_round(s, t, w[t], csha256_constants + first);
            }
        }
#pragma GCC unroll 8
        for (int n = 0; n < 8; n += 1) s[n] = ADD(s[n], before[n]);
    }
    transpose(s);
    for (int n = 0; n < 16; n += 1) {
        _mm256_storeu_si256((__m256i *)&states[n], _mm512_castsi512_si256(s[n]));
    }
}

#endif
