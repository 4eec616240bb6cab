// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Crypto

/// What records call a question by: it tells one question from others, and does not say what was asked.
///
/// A name, an address or a path can be guessed. So that nobody who reads the log can try one, the hash of a question with
/// such terms has a salt, to which only a key of the log leads. It depends on the question, so that whoever is given it
/// with one, in an evidence pack, learns nothing of others.
package struct QuestionHash: Hashable, Sendable {
    /// How many bytes a salt has.
    package static let saltBytes = 16

    /// `sha256:` and hex.
    package let text: String
    /// Nil where the question names nobody.
    package let salt: [UInt8]?

    /// - Parameter question: the canonical text of a query.
    package init(of question: String, salt: [UInt8]? = nil) {
        precondition(
            salt.map { $0.count == Self.saltBytes } ?? true,
            "SaltsHave16Bytes: the salt of a question has another length")
        self.salt = salt
        let bytes = (salt ?? []) + Array(("countersign/query/v1\n" + question).utf8)
        text = "sha256:" + Hex.encode(SHA256.hash(data: bytes))
    }

    /// The salted hash of a question with personal terms.
    ///
    /// - Parameters:
    ///   - key: once it is destroyed, nobody can confirm any more what the question was.
    ///   - reader: who asks, where the hash must not be that of others with the same question.
    package init(of question: String, under key: SymmetricKey, askedBy reader: String? = nil) {
        // Canonical texts have no line ends.
        let info = "countersign/query/salt/v1\n" + question + (reader.map { "\n" + $0 } ?? "")
        let salt = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array(info.utf8), outputByteCount: Self.saltBytes)
        var bytes: [UInt8] = []
        salt.append(to: &bytes)
        self.init(of: question, salt: bytes)
    }

    /// The same under the key of whom the question is about, so that its meaning goes with them.
    package init(of question: String, about subject: SubjectKey) {
        self.init(of: question, under: subject.key)
    }
}
