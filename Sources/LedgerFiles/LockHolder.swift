// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// Which process holds a lock that this one did not get, if the kernel says.
struct LockHolder: CustomStringConvertible {
    /// Nil if the kernel does not say, or the process is not visible from here.
    private let process: Int?

    /// - Parameter files: at least one of these is locked by another process.
    init(of files: [FileDescriptor]) {
        let identities = files.compactMap { FileIdentity($0) }
        process =
            Self.kernelLocks.split(separator: "\n").lazy
            .compactMap { Self.holder(in: $0, of: identities) }.first
    }

    var description: String { process.map { "Process \($0)" } ?? "Another process" }

    /// The table `/proc/locks`; empty on systems without it, as it serves a message only.
    private static var kernelLocks: String {
        let read = Result {
            let file = try FileDescriptor.open(
                FilePath("/proc/locks"), .readOnly, options: .closeOnExec)
            return try file.closeAfter {
                var text: [UInt8] = []
                var block = [UInt8](repeating: 0, count: 65_536)
                while text.count < 1 << 20 {
                    let count = try unsafe block.withUnsafeMutableBytes {
                        // Safe: the buffer lives through the call, which fills no more than it holds.
                        try unsafe file.read(into: $0)
                    }
                    guard count > 0 else { break }
                    text += block[..<count]
                }
                return String(decoding: text, as: UTF8.self)
            }
        }
        // A name that cannot be read is left out of the message.
        return switch read {
        case .success(let text): text
        case .failure: ""
        }
    }

    /// `1: FLOCK  ADVISORY  WRITE 5930 fe:00:16236706 0 EOF` (proc_locks(5)).
    private static func holder(in line: Substring, of files: [FileIdentity]) -> Int? {
        let words = line.split(separator: " ")
        guard words.count >= 6, words[1] == "FLOCK", let process = Int(words[4]), process > 0
        else { return nil }
        let place = words[5].split(separator: ":")
        guard place.count == 3, let major = UInt64(place[0], radix: 16),
            let minor = UInt64(place[1], radix: 16), let number = UInt64(place[2])
        else { return nil }
        let isOne = files.contains {
            $0.number == number && $0.deviceNumbers == (major, minor)
        }
        return isOne ? process : nil
    }
}

extension FileIdentity {
    /// The two numbers of a device, as the kernel writes them (makedev(3)).
    fileprivate var deviceNumbers: (major: UInt64, minor: UInt64) {
        (
            device >> 8 & 0xFFF | device >> 32 & ~0xFFF,
            device & 0xFF | device >> 12 & ~0xFF
        )
    }
}
