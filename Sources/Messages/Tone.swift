// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a piece of text means, apart from its words; shown as colour where there is any.
package enum Tone: Sendable {
    case plain
    case good
    case bad
    case caution
    case faint
    case strong

    /// SGR parameters of ECMA-48; nil for none.
    package var code: String? {
        switch self {
        case .plain: nil
        case .good: "32"
        case .bad: "1;31"
        case .caution: "33"
        case .faint: "2"
        case .strong: "1"
        }
    }
}
