// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// One demand of a framework, and what a log can say of it.
package struct ReportControl: Sendable {
    /// As the framework numbers it.
    package let id: String
    /// What it asks, in our words.
    package let asks: String
    /// Nothing where a log cannot show it.
    package let evidence: [ReportEvidence]
    /// What the evidence leaves open.
    package let leaves: String

    init(_ id: String, _ asks: String, _ evidence: [ReportEvidence], leaves: String) {
        self.id = id
        self.asks = asks
        self.evidence = evidence
        self.leaves = leaves
    }
}

/// What can be said of a control. Never more than this, and never a percentage.
package enum ReportWord: String, CaseIterable, Sendable {
    case evidence
    case gap
    case none = "no evidence in this log"
    case cannot = "cannot be shown by a log"
}
