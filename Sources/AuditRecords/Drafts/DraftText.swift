// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Merkle

/// The text of drafts that are written one after another and handed over together, in one piece of
/// memory.
///
/// What they commit to (`what`: path and query) is hashed at the end, side by side, at a third of what each costs alone.
package struct DraftText: Sendable {
    /// Text with every commitment in place. Only ``DraftText/finish()`` makes one.
    package struct Finished: Sendable {
        fileprivate(set) var bytes: [UInt8] = []
    }

    private var bytes: [UInt8] = []
    /// What is hashed, without the byte that every preimage begins with.
    private var preimages: [UInt8] = []
    private var messages = MessageRanges()
    /// Their disclosures, and where in the text each commitment belongs.
    private var due: [(disclosure: Disclosure, hole: Int)] = []

    package init() {}

    package var isEmpty: Bool { bytes.isEmpty }

    /// Writes a record by its template; nil if the template does not fit.
    package mutating func draft(
        by template: RecordTemplate, _ values: TemplateValues, actor: EncodedActor,
        host: Span<UInt8>
    ) -> RecordDraft? {
        let start = bytes.count
        guard let hole = template.write(values, actor: actor, host: host, to: &bytes) else {
            return nil
        }
        if let offset = hole.offset, let what = values.commitments.what {
            add(what, at: start + offset)
        }
        return RecordDraft(
            uid: values.uid, stage: template.stage, commitments: values.commitments,
            at: start..<bytes.count)
    }

    private mutating func add(_ what: Disclosure, at hole: Int) {
        let preimage = what.hashedText.span
        let start = preimages.count
        unsafe preimage.extracting(droppingFirst: 1).withUnsafeBufferPointer { bytes in
            // Safe: the buffer is read only during the call.
            unsafe preimages.append(contentsOf: bytes)
        }
        messages.append(start..<preimages.count)
        due.append((what, hole))
    }

    /// Computes what is due, and starts over.
    package mutating func finish() -> Finished {
        if !due.isEmpty {
            let hashes = messages.digests(in: preimages.span, after: Disclosure.firstHashedByte)
            for (number, hash) in hashes.enumerated() {
                due[number].disclosure.settle(hash)
                due[number].disclosure.hashed().text.store(at: due[number].hole, of: &bytes)
            }
        }
        let finished = Finished(bytes: bytes)
        let count = bytes.count
        removeAll()
        // As long as the last one, so that the next grows without being copied.
        bytes.reserveCapacity(count)
        return finished
    }

    /// Starts over; drafts whose text was not finished have none.
    package mutating func removeAll() {
        bytes = []
        preimages.removeAll(keepingCapacity: true)
        messages.removeAll()
        due.removeAll(keepingCapacity: true)
    }
}
