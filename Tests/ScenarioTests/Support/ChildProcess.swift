// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A process that this test started; it ends with the test at the latest.
final class ChildProcess: Sendable {
    /// How a process ended.
    struct Ending: Sendable {
        /// The exit code, or the negative number of the signal that ended it.
        var status: Int32
        var output: [UInt8]
        var messages: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    enum Stream: Int, CaseIterable {
        case output
        case messages
    }

    private struct State {
        var bytes: [[UInt8]] = [[], []]
        var openStreams = 2
        var status: Int32?
    }

    let pid: pid_t
    private let name: String
    private let state: Monitor<State>

    /// - Parameters:
    ///   - path: of the program.
    ///   - folder: where it runs.
    ///   - environment: all of it.
    init(
        _ path: String, _ arguments: [String], in folder: String,
        environment: [String: String] = [:]
    ) throws {
        var streams: [(own: Int32, child: Int32)] = []
        defer { for stream in streams { close(stream.child) } }
        for _ in Stream.allCases {
            // Unlike pipe(2), which Swift can call only without the flag, no process that another test starts
            // at this moment inherits them.
            var ends: [Int32] = [0, 0]
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
                throw ScenarioFault("socketpair: \(errno)")
            }
            streams.append((own: ends[0], child: ends[1]))
        }
        do {
            pid = try Self.spawn(
                path, arguments, in: folder, environment, streams: streams.map(\.child))
        } catch {
            for stream in streams { close(stream.own) }
            throw error
        }
        name = ([URL(filePath: path).lastPathComponent] + arguments).joined(separator: " ")
        let state = Monitor(State())
        self.state = state
        for stream in Stream.allCases {
            let descriptor = streams[stream.rawValue].own
            Thread.detachNewThread { Self.read(descriptor, into: state, stream) }
        }
        let pid = pid
        Thread.detachNewThread { Self.await(pid, state) }
    }

    deinit { signal(SIGKILL) }

    /// Sends a signal, if the process has not ended.
    func signal(_ number: Int32) {
        state.with { state in
            // Nobody reaps the process while this is locked, so that its number is still its own.
            if state.status == nil { kill(pid, number) }
        }
    }

    /// Returns after so long a time, during which the process must not end by itself.
    func stays(for time: Duration) throws {
        let status = state.wait(upTo: time) { $0.status }
        guard let status else { return }
        throw ScenarioFault("\(name) ended by itself with \(status): \(try ending().messages)")
    }

    /// Waits for a whole line that begins so.
    func line(_ stream: Stream, beginning start: String, count: Int = 1) throws -> String {
        let found = state.wait(upTo: patience) { state -> Result<String, ScenarioFault>? in
            let text = String(decoding: state.bytes[stream.rawValue], as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            let matching = lines.filter { $0.hasPrefix(start) }
            if matching.count >= count { return .success(String(matching[count - 1])) }
            guard state.status != nil, state.openStreams == 0 else { return nil }
            return .failure(ScenarioFault("\(name) ended without “\(start)”: \(text)"))
        }
        guard let found else { throw late("for “\(start)”") }
        return try found.get()
    }

    /// Waits for the end, so long where the work itself is long.
    func ending(within time: Duration = patience) throws -> Ending {
        let ending = state.wait(upTo: time) { state -> Ending? in
            guard let status = state.status, state.openStreams == 0 else { return nil }
            return Ending(
                status: status, output: state.bytes[0],
                messages: String(decoding: state.bytes[1], as: UTF8.self))
        }
        guard let ending else {
            let fault = late("to end")
            signal(SIGKILL)
            throw fault
        }
        return ending
    }

    private func late(_ what: String) -> ScenarioFault {
        let said = state.with { state in
            state.bytes.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        }
        return ScenarioFault("\(name): waited in vain \(what): \(said)")
    }

    // MARK: Threads

    private static func read(_ descriptor: Int32, into state: Monitor<State>, _ stream: Stream) {
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.with { $0.bytes[stream.rawValue] += block[..<count] }
        }
        close(descriptor)
        state.with { $0.openStreams -= 1 }
    }

    private static func await(_ pid: pid_t, _ state: Monitor<State>) {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.with { state in
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            let signal = status & 0x7F
            state.status = signal == 0 ? (status >> 8) & 0xFF : -signal
        }
    }

    private static func spawn(
        _ path: String, _ arguments: [String], in folder: String,
        _ environment: [String: String], streams: [Int32]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, streams[0], 1)
        posix_spawn_file_actions_adddup2(&actions, streams[1], 2)
        // Whatever the test runner does with signals is not the program's concern.
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // env(1) changes the folder and becomes the program, with the same number.
        let launcher = "/usr/bin/env"
        var words = ([launcher, "-C", folder, path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, launcher, &actions, &attributes, &words, &variables)
        guard failure == 0 else { throw ScenarioFault("\(launcher): error \(failure)") }
        return pid
    }
}
