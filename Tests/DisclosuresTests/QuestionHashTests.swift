// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import Merkle
import Testing

@Suite struct `What records call a question` {
    private static let question = "actor:bob@example.com"

    private static func subject(_ byte: UInt8) -> SubjectKey {
        SubjectKey(
            id: .tenant, lookup: .zero,
            key: SymmetricKey(data: [UInt8](repeating: byte, count: SubjectKey.byteCount)))
    }

    // Computed by other software: HKDF of RFC 5869 by Python's hmac.
    @Test func `is a digest of the text, or of a salt of the person's and the text`() {
        #expect(
            QuestionHash(of: Self.question).text
                == "sha256:49538bd689d8169bc1ce60327e009c25d434890382c577359e6a19c645b79a02")
        let salted = QuestionHash(of: Self.question, about: Self.subject(0x11))
        #expect(salted.salt.map { Base64.encode($0) } == "wM4R3akaZEQOp+a1H5WtqA==")
        #expect(
            salted.text
                == "sha256:62122209c0ed7042e33bb3d37ad121dee52606490224b6b8bcc4e9ea28a0b469")
        #expect(QuestionHash(of: Self.question, salt: salted.salt) == salted)
    }

    @Test func `has a salt of its own for each question and each key`() {
        let one = QuestionHash(of: Self.question, about: Self.subject(0x11))
        #expect(QuestionHash(of: Self.question, about: Self.subject(0x11)) == one)
        #expect(QuestionHash(of: "actor:bob", about: Self.subject(0x11)).salt != one.salt)
        #expect(QuestionHash(of: Self.question, about: Self.subject(0x12)).salt != one.salt)
    }
}
