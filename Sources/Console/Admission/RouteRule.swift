// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Accounts

/// Part of the console that a configuration can leave open to whoever reaches the address.
package enum OpenPart: String, CaseIterable, Sendable {
    case status
    case metrics
    case log

    /// What it takes where the part is not open.
    package var right: Right {
        switch self {
        case .status, .metrics: .statusRead
        case .log: .logRead
        }
    }
}

/// Who may come to an endpoint. Every endpoint has one: there is no making it without.
package enum RouteRule: Hashable, Sendable {
    /// Whoever reaches the address: nothing there is of the log or of anybody.
    case everybody
    /// Whoever reaches the address, unless the configuration closes the part; then whoever has its right.
    case part(OpenPart)
    /// Whoever has a right, in a session or with a token.
    case right(Right)
    /// Whoever has an account, in a session or with a token.
    case account
    /// Whoever is logged in, for what is their own: no token will do.
    case session

    /// The roles that may; nil where none is asked for.
    func roles(open: Set<OpenPart>) -> [Role]? {
        switch self {
        case .everybody: nil
        case .part(let part) where open.contains(part): nil
        case .part(let part): Role.allCases.filter { $0.rights.contains(part.right) }
        case .right(let right): Role.allCases.filter { $0.rights.contains(right) }
        case .account, .session: Role.allCases
        }
    }
}
