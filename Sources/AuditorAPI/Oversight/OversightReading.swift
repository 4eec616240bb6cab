// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Console
import Crypto
import HTTPTypes
import Hummingbird

extension AuditorDesk {
    /// Answers with what was read about the log as a whole, once its record is durable. Blocks.
    ///
    /// - Parameters:
    ///   - words: what was asked for, of which the record has a digest.
    ///   - rows: how many of what was asked for are given out.
    ///   - range: the indices that they are about.
    func answer(
        _ members: [JSONMember], to call: AuditorCall, about words: [String], rows: Int,
        range: String
    ) throws -> Response {
        let recorded = try record(
            AuditorReading(
                .query,
                QueryFacts(
                    hash: Self.hash(of: words), rows: UInt64(rows), range: range,
                    purpose: call["purpose"])), by: call.reader)
        return .json(
            .object(members + [JSONMember("recorded", .string(recorded.uid.text))]))
    }

    /// The digest under which a record names what was asked for, where that is no query.
    static func hash(of words: [String]) -> String {
        let text = (["countersign/api/v1"] + words).joined(separator: "\n")
        return "sha256:" + Hex.encode(SHA256.hash(data: Array(text.utf8)))
    }
}
