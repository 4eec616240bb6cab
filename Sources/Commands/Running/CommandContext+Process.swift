// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Glibc
import Messages
import Server
import SystemPackage

extension CommandContext {
    /// The process's own streams, variables and clock.
    package static let process = {
        var context = CommandContext(
            output: .descriptor(.standardOutput), messages: .descriptor(.standardError),
            input: { most in
                guard isatty(STDIN_FILENO) == 0 else { return nil }
                return try LocalFile.readAll(.standardInput, most: most)
            },
            secret: { try TerminalSecret.ask($0) },
            environment: ownEnvironment(), now: { .now })
        context.interruption = .process
        return context
    }()
}

extension OutputSink {
    fileprivate static func descriptor(_ descriptor: FileDescriptor) -> OutputSink {
        let isTerminal = isatty(descriptor.rawValue) != 0
        return OutputSink(
            isTerminal: isTerminal, columns: isTerminal ? columns(of: descriptor) : nil
        ) { bytes throws(OutputClosed) in
            do { try descriptor.writeAll(bytes) } catch {
                // A reader that left is one thing, a full disk another.
                let cause = error as? Errno ?? .ioError
                throw cause == .brokenPipe ? OutputClosed() : OutputClosed(cause: "\(cause)")
            }
        }
    }

    private static func columns(of descriptor: FileDescriptor) -> Int? {
        var size = winsize()
        // Safe: the structure lives through the call, which fills it in.
        guard unsafe ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
        else { return nil }
        return Int(size.ws_col)
    }
}

/// The variables of this process.
private func ownEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    // Safe: the list ends with a null pointer, its strings with a zero byte, and nobody changes them: this
    // runs once, before any command.
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
        let line = unsafe String(cString: text)
        if let sign = line.firstIndex(of: "=") {
            variables[String(line[..<sign])] = String(line[line.index(after: sign)...])
        }
        unsafe entry += 1
    }
    return variables
}
