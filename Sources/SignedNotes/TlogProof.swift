// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Merkle

/// A proof of one leaf that needs no log to check: a `.tlog-proof` file (C2SP tlog-proof).
package struct TlogProof: Hashable, Sendable {
    /// Bytes that the signature does not cover; applications put here what helps to find the leaf.
    package let extra: [UInt8]?
    package let index: LeafIndex
    /// The leaf's sibling first, a child of the root last.
    package let path: [NodeHash]
    /// The checkpoint with all its signature lines.
    package let checkpoint: UnverifiedCheckpoint

    package init(
        extra: [UInt8]?, inclusion: InclusionProof, checkpoint: UnverifiedCheckpoint
    ) {
        precondition(
            inclusion.size == checkpoint.claim.size,
            "ProofsMatchTheirCheckpoint: the path leads to the checkpoint's root")
        self.extra = extra
        index = inclusion.index
        path = inclusion.path
        self.checkpoint = checkpoint
    }

    /// The proof's path in the tree of its checkpoint.
    package var inclusion: InclusionProof {
        InclusionProof(index: index, size: checkpoint.claim.size, path: path)
    }

    /// Checks the checkpoint against the policy, and that the leaf is in its tree.
    package func verify(_ leaf: LeafHash, with policy: TrustPolicy) -> TlogProofVerdict {
        switch checkpoint.verify(with: policy) {
        case .refused(let refusal): return .checkpointRefused(refusal)
        case .verified(let checkpoint):
            let verdict = inclusion.check(leaf, in: checkpoint.root)
            return verdict == .holds ? .proven(checkpoint) : .notIncluded(verdict)
        }
    }
}

/// The result of checking a ``TlogProof``.
package enum TlogProofVerdict: Hashable, Sendable {
    /// The leaf is at the proof's index of the log that signed this checkpoint.
    case proven(VerifiedCheckpoint)
    case checkpointRefused(CheckpointRefusal)
    /// The checkpoint is valid, but the leaf is not in its tree at that index.
    case notIncluded(ProofVerdict)
}

extension TlogProof {
    private static let header = "c2sp.org/tlog-proof@v1"

    /// The file.
    package func encode() -> [UInt8] {
        var text = Self.header + "\n"
        if let extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(index.value)\n"
        for hash in path { text += hash.hash.base64 + "\n" }
        return Array(text.utf8) + [UInt8(ascii: "\n")] + checkpoint.note.encode()
    }

    /// Reads a file; what it accepts, ``encode()`` gives back byte for byte.
    package init(_ file: [UInt8]) throws(TlogProofFault) {
        var lines = NoteLines(file)
        guard lines.next() == Self.header else { throw .notATlogProof }
        var line = lines.next()
        if let text = line, text.hasPrefix("extra ") {
            guard let bytes = Base64.decode(text.dropFirst(6)) else { throw .badExtra }
            extra = bytes
            line = lines.next()
        } else {
            extra = nil
        }
        guard let text = line, text.hasPrefix("index "),
            let number = Decimal64.parse(text.dropFirst(6))
        else { throw .badIndex }
        index = LeafIndex(number)
        var path: [NodeHash] = []
        while let text = lines.next(), !text.isEmpty {
            guard path.count < 64, let hash = Hash256(base64: text) else { throw .badHash }
            path.append(NodeHash(hash))
        }
        self.path = path
        do {
            checkpoint = try UnverifiedCheckpoint(lines.rest)
        } catch {
            throw .badCheckpoint(error)
        }
    }
}

/// Why bytes are not a `.tlog-proof` file.
package enum TlogProofFault: Error, Hashable, Sendable {
    case notATlogProof
    case badExtra
    case badIndex
    case badHash
    case badCheckpoint(CheckpointReadFault)
}
