// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

#if CSHA256_X86

#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2")))
#define INLINED static inline __attribute__((always_inline))

/// Eight rows of eight words become eight columns.
WITH_AVX2 INLINED void transpose(__m256i rows[8]) {
    __m256i pairs[8], fours[8];
#pragma GCC unroll 4
    for (int n = 0; n < 4; n += 1) {
        pairs[2 * n] = _mm256_unpacklo_epi32(rows[2 * n], rows[2 * n + 1]);
        pairs[2 * n + 1] = _mm256_unpackhi_epi32(rows[2 * n], rows[2 * n + 1]);
    }
#pragma GCC unroll 2
    for (int n = 0; n < 2; n += 1) {
        fours[4 * n] = _mm256_unpacklo_epi64(pairs[4 * n], pairs[4 * n + 2]);
        fours[4 * n + 1] = _mm256_unpackhi_epi64(pairs[4 * n], pairs[4 * n + 2]);
        fours[4 * n + 2] = _mm256_unpacklo_epi64(pairs[4 * n + 1], pairs[4 * n + 3]);
        fours[4 * n + 3] = _mm256_unpackhi_epi64(pairs[4 * n + 1], pairs[4 * n + 3]);
    }
#pragma GCC unroll 4
    for (int n = 0; n < 4; n += 1) {
        rows[n] = _mm256_permute2x128_si256(fours[n], fours[n + 4], 0x20);
        rows[n + 4] = _mm256_permute2x128_si256(fours[n], fours[n + 4], 0x31);
    }
}

#define ADD(x, y) _mm256_add_epi32(x, y)
#define XOR(x, y) _mm256_xor_si256(x, y)
#define AND(x, y) _mm256_and_si256(x, y)
#define SHIFT(x, bits) _mm256_srli_epi32(x, bits)
// The two shifts of a rotation have no bit in common, so that XOR joins them like OR.
#define ROTATE(x, bits) XOR(_mm256_srli_epi32(x, bits), _mm256_slli_epi32(x, 32 - (bits)))
#define THREE(x, y, z) XOR(XOR(x, y), z)

/// One round in eight lanes. Of a and b only where they differ decides a majority: `differ` hands that on to the
/// next round, whose b and c they are.
WITH_AVX2 INLINED void eight_lane_round(
    __m256i s[8], __m256i *differ, int t, __m256i word) {
    __m256i *a = &s[-t & 7], *b = &s[(1 - t) & 7], *d = &s[(3 - t) & 7], *e = &s[(4 - t) & 7];
    __m256i *f = &s[(5 - t) & 7], *g = &s[(6 - t) & 7], *h = &s[(7 - t) & 7];
    __m256i constant = _mm256_set1_epi32((int)csha256_constants[t]);
    __m256i choice = XOR(*g, AND(*e, XOR(*f, *g)));
    __m256i sum = ADD(
        ADD(ADD(*h, ADD(word, constant)), choice),
        THREE(ROTATE(*e, 6), ROTATE(*e, 11), ROTATE(*e, 25)));
    __m256i now = XOR(*a, *b);
    __m256i majority = XOR(*b, AND(now, *differ));
    *differ = now;
    *d = ADD(*d, sum);
    *h = ADD(ADD(sum, majority), THREE(ROTATE(*a, 2), ROTATE(*a, 13), ROTATE(*a, 22)));
}

WITH_AVX2 void csha256_avx2_8(
    struct csha256_state *states, const uint8_t *const *blocks, size_t count) {
    const __m256i swap = _mm256_broadcastsi128_si256(
        _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203));
    __m256i s[8];
    for (int n = 0; n < 8; n += 1) s[n] = _mm256_loadu_si256((const __m256i *)&states[n]);
    transpose(s);
    for (size_t at = 0; at < count * block_bytes; at += block_bytes) {
        __m256i w[16], before[8];
        for (int n = 0; n < 8; n += 1) {
            w[n] = _mm256_loadu_si256((const __m256i *)(blocks[n] + at));
            w[n + 8] = _mm256_loadu_si256((const __m256i *)(blocks[n] + at + 32));
        }
        transpose(w);
        transpose(w + 8);
        for (int n = 0; n < 16; n += 1) w[n] = _mm256_shuffle_epi8(w[n], swap);
        for (int n = 0; n < 8; n += 1) before[n] = s[n];
        __m256i differ = XOR(s[1], s[2]);
#pragma GCC unroll 16
        for (int t = 0; t < 16; t += 1) eight_lane_round(s, &differ, t, w[t]);
#pragma GCC unroll 48
        for (int t = 16; t < 64; t += 1) {
            __m256i early = w[(t + 1) & 15], late = w[(t + 14) & 15];
            w[t & 15] = ADD(
                ADD(w[t & 15], w[(t + 9) & 15]),
                ADD(THREE(ROTATE(early, 7), ROTATE(early, 18), SHIFT(early, 3)),
                    THREE(ROTATE(late, 17), ROTATE(late, 19), SHIFT(late, 10))));
            eight_lane_round(s, &differ, t, w[t & 15]);
        }
        for (int n = 0; n < 8; n += 1) s[n] = ADD(s[n], before[n]);
    }
    transpose(s);
    for (int n = 0; n < 8; n += 1) _mm256_storeu_si256((__m256i *)&states[n], s[n]);
}

#endif
