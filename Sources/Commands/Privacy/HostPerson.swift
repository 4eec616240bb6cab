// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Server

/// Who runs a command, as a person: a service's user, or root, is none.
enum HostPerson {
    /// The number that the session was logged in under, which neither `su` nor `sudo` changes; where the system does not
    /// keep that, who called `sudo`; otherwise the user.
    static func current(_ context: CommandContext) -> UInt32 {
        let login = Result { try LocalFile.read("/proc/self/loginuid", most: 32) ?? [] }
        if case .success(let bytes) = login,
            let number = UInt32(String(decoding: bytes, as: UTF8.self).trimmed), number != .max
        {
            return number
        }
        if getuid() == 0, let caller = context.variable("SUDO_UID").flatMap({ UInt32($0) }) {
            return caller
        }
        return getuid()
    }
}

extension String {
    /// Without the line's end.
    fileprivate var trimmed: Substring { self.prefix { $0.isNumber } }
}
