// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

extension HTTPField.Name {
    /// The size of the signed log that an answer is complete to.
    static let completeTo = named("Countersign-Complete-To")
    /// How many of these records were read beside the catalog.
    static let catalogLag = named("Countersign-Catalog-Lag")
    /// How many newer records are signed that an answer leaves out.
    static let behind = named("Countersign-Behind")

    /// How many are allowed, and are left (draft-ietf-httpapi-ratelimit-headers).
    static let rateLimitPolicy = named("RateLimit-Policy")
    static let rateLimit = named("RateLimit")

    /// By which a call that is sent again is known (draft-ietf-httpapi-idempotency-key-header).
    static let idempotencyKey = named("Idempotency-Key")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("FieldNamesAreTokens: a name that stands here is none")
        }
        return name
    }
}
