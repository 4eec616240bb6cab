// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "CSystemCalls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/timex.h>

int csc_reserve(int descriptor, off_t length, bool keep_size) {
    int result;
    do {
        result = fallocate(descriptor, keep_size ? FALLOC_FL_KEEP_SIZE : 0, 0, length);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

void csc_name_thread(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = 0;
    // A name that is refused costs nothing but the name.
    (void)pthread_setname_np(pthread_self(), cut);
}

int csc_read_clock_quality(struct csc_clock_quality *quality) {
    struct timex clock = {0};
    int state = adjtimex(&clock);
    if (state < 0) return errno;
    quality->offset_us = clock.status & STA_NANO ? clock.offset / 1000 : clock.offset;
    quality->error_us = clock.maxerror;
    quality->synchronised = state != TIME_ERROR && !(clock.status & STA_UNSYNC);
    return 0;
}
