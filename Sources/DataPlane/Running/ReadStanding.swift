// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where a connection stands with reading: a read that was asked for is not asked for again, which would
/// cost a walk through the channel each time.
enum ReadStanding {
    /// The next read has to be asked for.
    case none
    /// A read was asked for and nothing has come yet.
    case asked
    /// Something has come and is being told; reads on from here would be lost.
    case underWay
}
