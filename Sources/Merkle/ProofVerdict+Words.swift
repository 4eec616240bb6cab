// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension ProofVerdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .holds: "it holds"
        case .vacuous: "it is of an empty log, which shows nothing"
        case .outsideTree: "there is no such place in a log of that size"
        case .wrongLength: "it has not as many hashes as it must have"
        case .rootMismatch: "its hashes lead to another root"
        }
    }
}
