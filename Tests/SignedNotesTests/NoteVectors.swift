// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Foundation
import Merkle
import SignedNotes
import Testing

/// Reads the files beside these tests.
enum NoteVectors {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Resources/\(name)")))
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try bytes(name), as: .strict, deepest: 8)
    }
}

/// Keys made from one byte, so that a failure can be looked at twice.
enum TestKeys {
    static func key(_ seed: UInt8) throws -> Curve25519.Signing.PrivateKey {
        try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static func name(_ text: String) throws -> KeyName { try #require(KeyName(text)) }

    static func signer(_ text: String, _ seed: UInt8) throws -> NoteSigner {
        NoteSigner(name: try name(text), key: try key(seed))
    }

    static func cosigner(_ text: String, _ seed: UInt8) throws -> CosignatureSigner {
        CosignatureSigner(name: try name(text), key: try key(seed))
    }

    static func known(_ keys: NoteVerifierKey...) throws -> KnownKeys {
        try #require(KnownKeys(keys))
    }
}
