// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A connection's read state: a read that is already requested is not requested again, which would
/// cost a walk through the channel each time.
package enum ReadStanding {
    /// The next read must be requested.
    case none
    /// A read was requested and nothing has come yet.
    case asked
    /// Something has come and is being processed; a read requested now would be lost.
    case underWay
}
