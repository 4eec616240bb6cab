// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// One fault of a policy file and its line, counted from one.
package struct TrustPolicyFault: Error, Hashable, Sendable {
    package enum Kind: Error, Hashable, Sendable {
        /// A byte that is not allowed: a control character other than tab and LF.
        case forbiddenByte
        /// The last line does not end in LF.
        case unfinishedLine
        /// The line begins with none of `log`, `witness`, `group`, `quorum`.
        case unknownKeyword
        case tooFewItems
        case tooManyItems
        case badKey(VerifierKeyFault)
        /// The key's type is not one that witnesses sign with.
        case notAWitnessKey
        /// The public key is already in another line of this kind.
        case duplicateKey
        case duplicateName
        /// `none` is predefined and cannot name a witness or a group.
        case reservedName
        /// The name is not defined on an earlier line.
        case undefinedName
        /// The name is already a member of a group.
        case alreadyAMember
        /// The threshold is not a number from 1 to the number of members.
        case badThreshold
        case secondQuorum
        case noQuorum
    }

    package let line: Int
    package let kind: Kind

    package init(line: Int, kind: Kind) {
        self.line = line
        self.kind = kind
    }
}

/// Every fault of a policy file, in the order of its lines; at least one.
package struct TrustPolicyFaults: Error, Hashable, Sendable {
    package let faults: [TrustPolicyFault]
}
