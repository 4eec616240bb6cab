// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension BlockFault.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .torn: "the bytes end within a block"
        case .badMagic: "no block begins here"
        case .badLength: "the lengths contradict one another"
        case .unknownGroup: "the group is not known"
        case .badSubject: "the subject cannot be read"
        case .badPeriod: "the period cannot be read"
        case .empty: "nothing is disclosed"
        case .wrongKey: "the keys are of another subject or period"
        case .notAuthentic: "it was changed, or sealed with another key"
        case .badContent: "its content is not what was committed to"
        }
    }
}
