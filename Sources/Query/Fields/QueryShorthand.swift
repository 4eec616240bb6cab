// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Names that stand before a colon like fields, and are written out when a query is read.
package enum QueryShorthand: String, CaseIterable, Sendable {
    case `is`
    case since
    case until

    /// A term as people write it.
    package var example: String {
        switch self {
        case .is: "is:denied"
        case .since: "since:2h"
        case .until: "until:2026-11-30"
        }
    }

    /// A sentence on what it stands for.
    package var meaning: String {
        switch self {
        case .is: "One of the words below."
        case .since: "Accepted from then on: `created:>=…`."
        case .until:
            "Accepted before that moment, or up to the end of that day: `created:<…`, `created:<=…`."
        }
    }

    /// The words of `is:`, each with what it stands for.
    package enum Word: String, CaseIterable, Sendable {
        case admin
        case anonymous
        case breakglass
        case denied
        case erased
        case open

        /// The same in fields: alternatives of one field.
        package var terms: [QueryTerm] {
            switch self {
            case .admin: [QueryTerm(.named(.category), .text("admin"))]
            case .anonymous: [QueryTerm(.named(.actor), .text("anonymous"))]
            case .breakglass: [QueryTerm(.named(.action), .prefix("breakglass."))]
            case .denied:
                ["challenge", "deny", "limit"].map { QueryTerm(.named(.decision), .text($0)) }
            case .erased: [QueryTerm(.named(.erased), .any)]
            case .open: [QueryTerm(.named(.stage), .text("started"))]
            }
        }

        /// A sentence on what it means.
        package var meaning: String {
            switch self {
            case .admin: "Somebody changed the proxy or the log."
            case .anonymous: "No credential was accepted."
            case .breakglass: "An emergency access was begun, used or ended."
            case .denied:
                "The access was refused, by a rule, for want of a credential, or by a limit."
            case .erased: "Personal values were erased."
            case .open: "The access has not ended yet."
            }
        }
    }
}
