// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#ifndef COUNTERSIGN_CZLIB_SHIM_H
#define COUNTERSIGN_CZLIB_SHIM_H

#include <stdlib.h>
#include <zlib.h>

// Begins a gzip stream (RFC 1952); NULL where there is no memory for it.
static inline z_stream *csz_open(void) {
    z_stream *stream = (z_stream *)calloc(1, sizeof(z_stream));
    if (stream == NULL) return NULL;
    // 16 more than the window's bits asks for gzip's framing.
    if (deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

static inline void csz_close(z_stream *stream) {
    deflateEnd(stream);
    free(stream);
}

// Gives the stream its next input, which has to live until csz_step has returned less than there was room for.
static inline void csz_give(z_stream *stream, const unsigned char *input, unsigned int count) {
    stream->next_in = (Bytef *)input;
    stream->avail_in = count;
}

// Writes what there is, ended so that whoever reads has all of it. Returns how many bytes were written, or -1.
static inline long csz_step(z_stream *stream, unsigned char *output, unsigned int room, int is_last) {
    stream->next_out = output;
    stream->avail_out = room;
    int result = deflate(stream, is_last ? Z_FINISH : Z_SYNC_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return -1;
    return (long)room - (long)stream->avail_out;
}

#endif
