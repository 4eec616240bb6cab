// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// The `producer` of records, encoded once per start of the proxy.
package struct EncodedProducer: Sendable {
    /// The instance's name, not empty.
    package let uid: String
    /// New at each start.
    package let boot: UniqueID
    /// `"producer":{"boot":"…","uid":"…"},`
    let member: [UInt8]

    /// - Parameter uid: at most ``RecordLimits/stringBytes`` bytes; ensured by the configuration.
    package init(uid: String, boot: UniqueID) {
        let name = EncodedText(uid)
        precondition(!name.isTruncated, "ProducerIsNamed: the producer's name is too long")
        self.uid = uid
        self.boot = boot
        member =
            Array(#""producer":{"boot":"\#(boot.text)","uid":"#.utf8) + name.bytes
            + Array("},".utf8)
    }
}
