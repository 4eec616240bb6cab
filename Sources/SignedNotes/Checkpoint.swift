// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Merkle

/// What a log says about itself at one size: the text that it signs (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    package let origin: LogOrigin
    package let size: TreeSize
    package let root: RootHash
    /// Further lines, none empty. Ours have none; those of other logs are kept, because they are signed too.
    package let extensions: [String]

    /// A checkpoint without extension lines, as our logs sign it.
    package init(origin: LogOrigin, size: TreeSize, root: RootHash) {
        self.origin = origin
        self.size = size
        self.root = root
        extensions = []
    }

    /// The note text: `origin LF size LF base64(root) LF` and the extension lines.
    package func encode() -> [UInt8] {
        var text = Array(origin.text.utf8)
        text.append(UInt8(ascii: "\n"))
        text.append(contentsOf: String(size.count).utf8)
        text.append(UInt8(ascii: "\n"))
        Base64.append(root.hash.bytes, to: &text)
        text.append(UInt8(ascii: "\n"))
        for line in extensions {
            text.append(contentsOf: line.utf8)
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// Reads a note text; what it accepts, ``encode()`` gives back byte for byte.
    package init(text: [UInt8]) throws(CheckpointFault) {
        guard let string = String(validating: text, as: UTF8.self) else { throw .notUTF8 }
        var lines = string.unicodeScalars.split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { String($0) }
        guard lines.count >= 4, lines.removeLast().isEmpty else { throw .missingLine }
        guard let origin = LogOrigin(lines[0]) else { throw .badOrigin }
        guard let count = Decimal64.parse(lines[1]) else { throw .badSize }
        guard let hash = Hash256(base64: lines[2]) else { throw .badRoot }
        let extensions = Array(lines.dropFirst(3))
        guard !extensions.contains(where: \.isEmpty) else { throw .emptyExtension }
        guard count > 0 || RootHash(hash) == .empty else { throw .rootOfEmptyTree }
        self.origin = origin
        size = TreeSize(count)
        root = RootHash(hash)
        self.extensions = extensions
    }

    /// Signs the checkpoint with every signer in turn.
    ///
    /// At least one signer is given. `SizeNeverShrinks`: the caller has made sure that the tree extends
    /// every tree that was signed before.
    package func signed(by signers: [NoteSigner]) throws(SigningFault) -> SignedNote {
        let text = encode()
        var signatures: [NoteSignature] = []
        for signer in signers { signatures.append(try signer.sign(text)) }
        return SignedNote(text: text, signatures: signatures)
    }
}

extension Checkpoint {
    /// The greatest length in bytes of a checkpoint of this log signed by these signers.
    package static func mostBytes(origin: LogOrigin, signers: [NoteSigner]) -> Int {
        // Origin, size, root, each with its line end, and the empty line; for each signer dash, name and signature.
        let text = origin.text.utf8.count + 1 + 20 + 1 + 44 + 1 + 1
        let line = "\u{2014}".utf8.count + 1 + 1 + 92 + 1
        return signers.reduce(text) { $0 + line + $1.name.text.utf8.count }
    }
}

/// Why a text is not a checkpoint.
package enum CheckpointFault: Error, Hashable, Sendable {
    case notUTF8
    case missingLine
    case badOrigin
    case badSize
    case badRoot
    case emptyExtension
    /// The size is 0, but the root is not that of the empty tree.
    case rootOfEmptyTree
}
