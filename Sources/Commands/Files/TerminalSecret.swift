// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Messages
import SystemPackage

/// Asks at the terminal for what must not be shown on it.
enum TerminalSecret {
    private static let most = 4096

    /// One line, without its end; nil where the process has no terminal.
    ///
    /// Keys are read one by one, so that an interruption is seen here and the terminal left as it was.
    static func ask(_ prompt: String) throws(CommandFailure) -> [UInt8]? {
        let terminal: FileDescriptor
        do {
            terminal = try FileDescriptor.open(
                FilePath("/dev/tty"), .readWrite, options: .closeOnExec)
        } catch {
            return nil
        }
        defer { _ = Result { try terminal.close() } }
        var before = termios()
        // Safe, here and below: the structure lives through the call.
        guard unsafe tcgetattr(terminal.rawValue, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard unsafe tcsetattr(terminal.rawValue, TCSAFLUSH, &silent) == 0 else { return nil }
        let line = Result { try read(terminal, prompt) }
        guard unsafe tcsetattr(terminal.rawValue, TCSAFLUSH, &before) == 0 else {
            throw CommandFailure(
                .failure, "the terminal cannot be set back; `stty sane` does it.")
        }
        switch line {
        case .success(let line?): return line
        case .success(nil): throw CommandFailure(.interrupted, "interrupted; nothing is changed.")
        case .failure(let error):
            throw CommandFailure(
                .failure, "the terminal cannot be read: \(describing: error).")
        }
    }

    /// - Returns: nil where it was interrupted.
    private static func read(
        _ terminal: FileDescriptor, _ prompt: String
    ) throws -> [UInt8]? {
        try terminal.writeAll(prompt.utf8)
        defer { _ = Result { try terminal.writeAll("\n".utf8) } }
        var line: [UInt8] = []
        var key: [UInt8] = [0]
        while line.count < most {
            let count = try unsafe key.withUnsafeMutableBytes { buffer in
                // Safe: the buffer lives through the call, which fills no more than it holds.
                try unsafe terminal.read(into: buffer)
            }
            guard count > 0 else { return nil }
            switch key[0] {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return line
            // Control-C, Control-D, Control-backslash.
            case 0x03, 0x04, 0x1C: return nil
            // Backspace takes a whole character of UTF-8 back; Control-U takes all.
            case 0x08, 0x7F:
                while let last = line.popLast(), last & 0xC0 == 0x80 {}
            case 0x15: line = []
            default: line.append(key[0])
            }
        }
        return line
    }
}
