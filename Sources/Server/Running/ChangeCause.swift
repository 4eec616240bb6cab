// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages

/// How far a changed configuration came, and so why it was refused: `event.detail` of `config.rejected`.
///
/// It names files and keys, and quotes no value from any file: nobody can take that out of the log again.
enum ChangeCause {
    /// The configuration was read.
    case reading
    /// It was compared with the one in force; these keys take a restart.
    case takingRestart([String])
    /// The files that it names were read, and everything built from them.
    case assembling(DecidingFiles)
    /// Listeners and services were set up.
    case applying

    /// - Parameter failure: what came of it.
    func detail(_ failure: CommandFailure) -> String {
        if let fault = failure.firstFault { return fault }
        return switch self {
        case .reading: "the configuration cannot be read"
        case .takingRestart(let keys): "a restart is needed for \(keys.joined(separator: ", "))"
        case .assembling(let files):
            files.inHand.map { "\($0.path) (\($0.purpose.rawValue)) \($0.standing.rawValue)" }
                ?? "the files do not fit together"
        case .applying: "a listener or a service cannot be set up"
        }
    }
}

extension CommandFailure {
    /// The first mistake in a file of settings: its kind and place.
    fileprivate var firstFault: String? {
        guard let faults = details.first(where: { $0.name == "faults" })?.value.array,
            let fault = faults.first, let code = fault["code"]?.string,
            let file = fault["file"]?.string, let line = fault["line"]?.integer,
            let column = fault["column"]?.integer
        else { return nil }
        var path = fault["path"]?.string ?? ""
        // The last name of such a path is whatever stands in the file.
        if code == "unknown_key" {
            path = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
        }
        let more = faults.count > 1 ? ", and \(faults.count - 1) more" : ""
        return "\(code) at \(file):\(line):\(column)\(path.isEmpty ? "" : ", \(path)")\(more)"
    }
}
