// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#include "lanes.h"

const uint32_t csha256_constants[64] __attribute__((aligned(64))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotated(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

static inline uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// One round (FIPS 180-4 §6.2.2, step 3). The names of the eight words move on instead of the words.
#define ROUND(a, b, c, d, e, f, g, h, t)                                                            \
    do {                                                                                            \
        uint32_t sum = (h) + csha256_constants[t] + schedule[(t) & 15] + ((g) ^ ((e) & ((f) ^ (g))))  \
            + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25));                                    \
        (d) += sum;                                                                                 \
        (h) = sum + (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22))                               \
            + (((a) & (b)) | ((c) & ((a) | (b))));                                                  \
    } while (0)

#define EIGHT_ROUNDS(t)                   \
    ROUND(a, b, c, d, e, f, g, h, t);     \
    ROUND(h, a, b, c, d, e, f, g, t + 1); \
    ROUND(g, h, a, b, c, d, e, f, t + 2); \
    ROUND(f, g, h, a, b, c, d, e, t + 3); \
    ROUND(e, f, g, h, a, b, c, d, t + 4); \
    ROUND(d, e, f, g, h, a, b, c, t + 5); \
    ROUND(c, d, e, f, g, h, a, b, t + 6); \
    ROUND(b, c, d, e, f, g, h, a, t + 7)

void csha256_portable(struct csha256_state *state, const uint8_t *blocks, size_t count) {
    uint32_t *words = state->words;
    for (; count > 0; count -= 1, blocks += block_bytes) {
        uint32_t schedule[16];
        for (int t = 0; t < 16; t += 1) schedule[t] = big_endian(blocks + 4 * t);
        uint32_t a = words[0], b = words[1], c = words[2], d = words[3];
        uint32_t e = words[4], f = words[5], g = words[6], h = words[7];
        EIGHT_ROUNDS(0);
        EIGHT_ROUNDS(8);
        for (int first = 16; first < 64; first += 16) {
            // The next 16 words of the schedule stand in the places of those that they follow from.
            for (int t = 0; t < 16; t += 1) {
                uint32_t early = schedule[(t + 1) & 15], late = schedule[(t + 14) & 15];
                schedule[t] += schedule[(t + 9) & 15]
                    + (rotated(early, 7) ^ rotated(early, 18) ^ early >> 3)
                    + (rotated(late, 17) ^ rotated(late, 19) ^ late >> 10);
            }
            EIGHT_ROUNDS(first);
            EIGHT_ROUNDS(first + 8);
        }
        words[0] += a, words[1] += b, words[2] += c, words[3] += d;
        words[4] += e, words[5] += f, words[6] += g, words[7] += h;
    }
}
