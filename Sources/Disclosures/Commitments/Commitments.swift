// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What one record commits to: at most one disclosure of each group. No heap object.
package struct Commitments: Sendable {
    package private(set) var who: Disclosure?
    package private(set) var `where`: Disclosure?
    package private(set) var what: Disclosure?
    package private(set) var payload: Disclosure?

    /// Each argument belongs to the group that its label names.
    package init(
        who: Disclosure? = nil, where: Disclosure? = nil, what: Disclosure? = nil,
        payload: Disclosure? = nil
    ) {
        precondition(
            who?.group ?? .who == .who && `where`?.group ?? .where == .where
                && what?.group ?? .what == .what && payload?.group ?? .payload == .payload,
            "CommitmentsNameTheirGroup: a disclosure stands in the place of another group")
        self.who = who
        self.where = `where`
        self.what = what
        self.payload = payload
    }

    /// Nothing personal is known.
    package static let none = Commitments()

    /// Calls `body` with every disclosure, in the order of the group's names.
    package func forEach(_ body: (Disclosure) -> Void) {
        if let payload { body(payload) }
        if let what { body(what) }
        if let `where` { body(`where`) }
        if let who { body(who) }
    }

    /// Whether no value had to be cut.
    package var isUncut: Bool {
        payload?.truncated.isEmpty ?? true && what?.truncated.isEmpty ?? true
            && `where`?.truncated.isEmpty ?? true && who?.truncated.isEmpty ?? true
    }
}
