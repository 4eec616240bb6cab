// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import LogReading
package import SignedNotes
package import SystemPackage

/// Why a verification could not begin; says nothing about any log.
package enum VerificationFault: Error {
    case unreadable(LogReadFailure)
    case badProof(FilePath, TlogProofFault)
    case badRecord(FilePath, EnvelopeFault)
    case badCheckpoint(FilePath, CheckpointReadFault)
    /// The given text is neither a key nor a file with keys.
    case badKey(String, VerifierKeyFault)
    case clashingKeys
    case badPolicy(FilePath, TrustPolicyFaults)
    case cannotRemember(FilePath, Errno?)
    /// An evidence pack, which is judged by itself.
    case isPack(FilePath)
    /// Nothing is there, or neither a folder nor an archive.
    case noPack(FilePath)

    /// What happened and what to do about it.
    package var message: String {
        switch self {
        case .unreadable(let failure): failure.message
        case .badProof(let path, let fault):
            "\(path) is no proof file (\(fault)). Give a log directory, a tlog-tiles directory, a .tlog-proof "
                + "file or a record as `log get --proof --json` prints it."
        case .badRecord(let path, let fault):
            "\(path) is no record (\(fault)). Give a file as `log get --proof --json` prints it."
        case .badCheckpoint(let path, let fault):
            "\(path) is no checkpoint (\(fault)). Give a file with one signed checkpoint."
        case .badKey(let text, let fault):
            "`\(text.displayable)` is neither a public key nor a file with one (\(fault)). Give the one line of `key export-public`, or a file with it."
        case .clashingKeys:
            "Two different keys share name and key id. Give only the one that you trust."
        case .badPolicy(let path, let faults):
            faults.faults.map { "\(path):\($0.line): \($0.kind)" }.joined(separator: "\n")
                + "\nCorrect these lines; the form is that of c2sp.org/tlog-policy."
        case .noPack(let path):
            "\(path) is no pack: there is neither a folder nor an archive. Name what `log export --format pack` wrote."
        case .isPack(let path):
            "\(path) is an evidence pack. Check it with `countersign-verify pack` or `countersign verify pack`."
        case .cannotRemember(let path, let cause):
            "The checkpoint cannot be remembered in \(path) (\(cause.map { "\($0)" } ?? "unknown cause")). "
                + "Give --state a file that you may write."
        }
    }

    /// 2 for bad input, 4 for what may not be read, 1 for what else the system refuses.
    package var exitCode: Int32 {
        switch self {
        case .unreadable(let failure) where failure.isForbidden: 4
        case .unreadable, .cannotRemember: 1
        case .badProof, .badRecord, .badCheckpoint, .badKey, .clashingKeys, .badPolicy, .isPack,
            .noPack:
            2
        }
    }
}
