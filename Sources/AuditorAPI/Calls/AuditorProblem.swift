// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Console
package import HTTPTypes

/// Why a call is not answered as asked: what programs tell problems by. A code never changes its meaning.
package enum AuditorProblem: String, CaseIterable, Sendable {
    case unknownParameter = "unknown_parameter"
    case badParameter = "bad_parameter"
    case badQuery = "bad_query"
    case badCursor = "bad_cursor"
    case badRange = "bad_range"
    /// A query that names persons, paths or addresses stands in a URL, which is kept in many places.
    case personalByPost = "personal_by_post"
    case purposeMissing = "purpose_missing"
    case rightMissing = "right_missing"
    case notFound = "not_found"
    case tooManyQueries = "too_many_queries"
    case tooManyTails = "too_many_tails"
    case tooManyExports = "too_many_exports"
    /// Another order came with the same key.
    case keyUsed = "key_used"
    case notReady = "not_ready"
    case exportFailed = "export_failed"
    case erased
    case accountRemoved = "account_removed"
    case rangeNotSatisfiable = "range_not_satisfiable"
    case exportsUnavailable = "exports_unavailable"
    /// Something about personal values must not be done as things are.
    case privacyRefused = "privacy_refused"
    /// It is recorded, and not done to its end.
    case unfinished
    case timedOut = "timed_out"
    case catalogRebuilding = "catalog_rebuilding"
    case logUnreadable = "log_unreadable"
    case unrecorded = "unrecorded"

    package var status: HTTPResponse.Status {
        switch self {
        case .unknownParameter, .badParameter, .badQuery, .badCursor, .badRange, .personalByPost,
            .purposeMissing:
            .badRequest
        case .rightMissing: .forbidden
        case .notFound: .notFound
        case .notReady, .exportFailed, .privacyRefused: .conflict
        case .erased, .accountRemoved: .gone
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .keyUsed: .unprocessableContent
        case .tooManyQueries, .tooManyTails, .tooManyExports: .tooManyRequests
        case .timedOut, .catalogRebuilding, .logUnreadable, .unrecorded, .exportsUnavailable,
            .unfinished:
            .serviceUnavailable
        }
    }

    /// The problem as it is answered.
    ///
    /// - Parameters:
    ///   - detail: a sentence about what is wrong.
    ///   - remedy: a sentence about what to do.
    ///   - position: where in a text, in bytes of UTF-8.
    ///   - retryAfter: in how many seconds it may be otherwise.
    package func problem(
        _ detail: String, remedy: String, position: Range<Int>? = nil, retryAfter: Int? = nil,
        _ others: [JSONMember] = []
    ) -> ConsoleProblem {
        var members = others
        if let position {
            members.append(
                JSONMember(
                    "position",
                    .object([
                        JSONMember("from", .integer(Int64(position.lowerBound))),
                        JSONMember("to", .integer(Int64(position.upperBound))),
                    ])))
        }
        members.append(JSONMember("remedy", .string(remedy)))
        var fields: HTTPFields = retryAfter.map { [.retryAfter: "\($0)"] } ?? [:]
        if self == .tooManyQueries {
            fields[.rateLimitPolicy] = "\"searches\";q=\(SearchSlots.mostOfOne)"
            fields[.rateLimit] = "\"searches\";r=0;t=\(retryAfter ?? 1)"
        }
        return ConsoleProblem(
            status, detail, code: rawValue, fields: fields, members: members)
    }
}
