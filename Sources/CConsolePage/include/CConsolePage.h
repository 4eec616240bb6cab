// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

#ifndef COUNTERSIGN_CONSOLE_PAGE_H
#define COUNTERSIGN_CONSOLE_PAGE_H

/// A file of the console, as it stands in the folder `page`.
struct ccp_file {
    const char *name;
    const unsigned char *bytes;
    unsigned long length;
};

/// How many there are.
unsigned long ccp_file_count(void);

/// One of them, styles in the order in which they follow each other; of no place beyond their count.
struct ccp_file ccp_file_at(unsigned long place);

#endif
