// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension NoteFault: CustomStringConvertible {
    package var description: String { "\(kind) at byte \(offset)" }
}

extension NoteFault.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong: "more bytes than a note has"
        case .controlCharacter: "a control character"
        case .notUTF8: "no UTF-8"
        case .unfinishedLine: "a line without its end"
        case .noSignatures: "no signature"
        case .badSignatureLine: "a line that is no signature"
        case .tooManySignatures: "more signatures than are read"
        }
    }
}

extension CheckpointFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notUTF8: "no UTF-8"
        case .missingLine: "fewer than the three lines of a checkpoint"
        case .badOrigin: "its first line is no log's name"
        case .badSize: "its second line is no size"
        case .badRoot: "its third line is no root"
        case .emptyExtension: "an empty line"
        case .rootOfEmptyTree: "a root that an empty log does not have"
        }
    }
}

extension CheckpointReadFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .note(let fault): "\(fault)"
        case .checkpoint(let fault): "\(fault)"
        }
    }
}

extension TlogProofFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notATlogProof: "its first line is not that of a proof"
        case .badExtra: "its extra data cannot be read"
        case .badIndex: "its index is none"
        case .badHash: "a line of it is no hash"
        case .badCheckpoint(let fault): "its checkpoint cannot be read: \(fault)"
        }
    }
}
