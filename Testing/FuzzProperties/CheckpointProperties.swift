// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SignedNotes

/// A checkpoint is written as it was read, and only the one that the log signed is accepted.
enum CheckpointProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        let text = read(input)
        if let checkpoint = text {
            try require(checkpoint.encode() == input, "a checkpoint is written as it was read")
        }
        let signed: UnverifiedCheckpoint
        do {
            signed = try UnverifiedCheckpoint(input)
        } catch {
            return text != nil
        }
        try require(
            signed.note.encode() == input && signed.claim.encode() == signed.note.text,
            "a signed checkpoint is written as it was read")
        guard case .verified(let verified) = signed.verify(with: FuzzLog.shared.policy) else {
            return true
        }
        try require(
            verified.checkpoint == FuzzLog.shared.checkpoint,
            "only the checkpoint that was signed is believed")
        return true
    }

    private static func read(_ text: [UInt8]) -> Checkpoint? {
        do {
            return try Checkpoint(text: text)
        } catch {
            return nil
        }
    }
}
