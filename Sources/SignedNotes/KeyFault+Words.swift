// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension VerifierKeyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notThreeParts: "it has not the three parts name+id+key"
        case .badName: "its name is none"
        case .badKeyID: "its id is not eight hexadecimal digits"
        case .badKey: "its key cannot be read"
        case .weakKey: "its key is one under which anybody can sign"
        case .keyIDOfAnotherKey: "its id is not that of name and key: one of them was changed"
        }
    }
}

extension SignerKeyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAPrivateKey: "it does not begin with PRIVATE+KEY"
        case .badName: "its name is none, or not that of the other key"
        case .badKeyID: "its id is not eight hexadecimal digits"
        case .badKey: "its key cannot be read"
        case .unsupportedType: "its key is of a kind that is not signed with here"
        case .keyIDOfAnotherKey: "its id is not that of name and key: one of them was changed"
        }
    }
}

extension TrustPolicyFault.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .forbiddenByte: "it holds a control character"
        case .unfinishedLine: "the last line has no line end"
        case .unknownKeyword: "the line begins with none of log, witness, group and quorum"
        case .tooFewItems: "something is missing in the line"
        case .tooManyItems: "the line has too much in it"
        case .badKey(let fault): "the key cannot be used: \(fault)"
        case .notAWitnessKey: "the key is of a kind that witnesses do not sign with"
        case .duplicateKey: "the key is in another line already"
        case .duplicateName: "the name is taken already"
        case .reservedName: "`none` cannot be a name"
        case .undefinedName: "the name is not defined above"
        case .alreadyAMember: "it is a member of a group already"
        case .badThreshold: "the threshold is no number from 1 to that of the members"
        case .secondQuorum: "there is a quorum already"
        case .noQuorum: "there is no quorum"
        }
    }
}
