// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Identity

/// The link by which the first account is made: 128 random bits, for 15 minutes, once.
struct SetUpLink {
    static let lifetime = Duration.seconds(15 * 60)

    /// What a text is.
    enum Standing: Equatable {
        case good
        /// It was one: used, too old, or not needed any more.
        case gone
        /// It never was one.
        case unknown
    }

    private let digest: APIKeyDigest
    private let expires: UTCInstant
    private var isUsed = false

    /// - Parameter random: a cryptographically secure source; 16 bytes are drawn from it.
    static func make(
        now: UTCInstant, random: inout some RandomNumberGenerator
    ) -> (text: String, link: SetUpLink) {
        let text = Base64URL.encode(
            (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        let bytes = Array(text.utf8)
        return (
            text,
            SetUpLink(
                digest: APIKeyDigest(of: bytes.span), expires: now.advanced(by: lifetime))
        )
    }

    private init(digest: APIKeyDigest, expires: UTCInstant) {
        self.digest = digest
        self.expires = expires
    }

    func standing(of text: String, isFirst: Bool, now: UTCInstant) -> Standing {
        let bytes = Array(text.utf8)
        guard APIKeyDigest(of: bytes.span) == digest else { return .unknown }
        return isUsed || !isFirst || now >= expires ? .gone : .good
    }

    /// It has made an account.
    mutating func used() { isUsed = true }
}
