// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Something in a log that helps to show how a control was met.
package struct ReportEvidence: Hashable, Sendable {
    /// What is looked at.
    package enum Source: Hashable, Sendable {
        /// How many accesses a query finds; what the proxy did itself counts as one, too.
        case count(String)
        /// Whether anything was changed.
        case integrity
        /// Whether anything is missing.
        case completeness
        /// Whether the log goes back so many months.
        case retention(months: Int)
    }

    /// What a number has to be.
    package enum Expectation: Hashable, Sendable {
        /// Any is evidence; zero is none in this log.
        case some
        /// Any is a gap.
        case none
        /// Zero is a gap: it has to happen in every period.
        case each
    }

    package let source: Source
    package let expectation: Expectation
    /// What it is, before a number or by itself.
    package let words: String

    private init(_ source: Source, _ words: String) { self.init(source, .some, words) }

    private init(_ source: Source, _ expectation: Expectation, _ words: String) {
        self.source = source
        self.expectation = expectation
        self.words = words
    }

    /// The query that is counted; nil where nothing is.
    package var query: String? { if case .count(let query) = source { query } else { nil } }

    static let identified = Self(
        .count("category:access -is:anonymous"), "Accesses of somebody who is identified")
    static let allowed = Self(
        .count("category:access decision:allow"), "Accesses that a rule allowed")
    static let refused = Self(
        .count("category:access is:denied"), "Accesses that were refused, each with its reason")
    static let unidentified = Self(
        .count("category:access decision:challenge"),
        "Accesses refused for want of a good credential")
    static let limited = Self(
        .count("category:access decision:limit"), "Accesses refused by a rate limit")
    static let changes = Self(
        .count("category:access method:(POST OR PUT OR PATCH OR DELETE)"),
        "Accesses that may have changed something")
    static let tagged = Self(
        .count("category:access tag:*"), "Accesses under a rule that names a kind of data")
    static let failedLogins = Self(
        .count("action:auth.logon outcome:failure"), "Failed logins of those who look at the log")
    static let logins = Self(.count("action:auth.logon"), "Logins of those who look at the log")
    static let deniedRights = Self(
        .count("action:auth.denied"), "Requests of account holders without the right for them")
    static let accounts = Self(
        .count("action:(account.* OR token.*)"),
        "Changes to accounts and tokens of those who look at the log")
    static let configurations = Self(
        .count("action:config.loaded"), "Changes of rules, keys or settings that took effect")
    static let rejected = Self(
        .count("action:config.rejected"), "Changes that were refused, and did not take effect")
    static let starts = Self(
        .count("action:(log.start OR log.stop)"), "Starts and stops of the proxy and its log")
    static let heartbeats = Self(
        .count("action:audit.heartbeat"), "Heartbeats, with counters and the state of the clock")
    static let gaps = Self(
        .count("action:audit.gap"), .none, "Gaps that the log admits")
    static let adoptions = Self(
        .count("action:log.adopt"), .none, "Times that somebody took a loss upon themselves")
    static let readings = Self(
        .count("action:(log.query OR log.export OR log.tail)"),
        "Times that somebody read the log")
    static let exports = Self(.count("action:log.export"), "Times that records were handed over")
    static let reviews = Self(
        .count("action:review.signoff"), .each, "Sign-offs of a review")
    static let signingKeys = Self(
        .count("action:(key.rotate OR key.retire)"), "Changes of the keys that sign the log")
    static let requests = Self(
        .count("action:privacy.request"), "Requests to erase or release")
    static let erasures = Self(
        .count("action:(privacy.erase OR privacy.expire)"),
        "Erasures, each by two persons")
    static let integrity = Self(.integrity, "Whether anything was changed")
    static let completeness = Self(.completeness, "Whether anything is missing")

    static func retention(_ months: Int) -> Self {
        Self(.retention(months: months), "How far the log goes back")
    }
}
