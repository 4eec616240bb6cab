// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// A disk of a few megabytes over one folder: a tmpfs in a mount namespace of its own, which the programs of
/// one test enter and nobody else sees. It goes with the process that holds the namespace.
final class SmallDisk: Sendable {
    /// Why there is none, where ``isPossible`` is false.
    static let reason: Comment =
        "neither root nor a user namespace may mount a file system here, so no small disk can be made"

    private let holder: ChildProcess
    private let folder: String
    private let entry: [String]

    /// - Parameter folder: an empty one, which the disk lies over.
    init(over folder: String, megabytes: Int) throws {
        guard let way = Self.way else { throw ScenarioFault("\(Self.reason)") }
        self.folder = folder
        holder = try ChildProcess(
            "/usr/bin/unshare",
            way.unshare + [
                "/bin/sh", "-c",
                "mount -t tmpfs -o size=\(megabytes)m,mode=700 none . && cd . && echo mounted && exec sleep infinity",
            ], in: folder)
        _ = try holder.line(.output, beginning: "mounted")
        entry = ["--target", "\(holder.pid)"] + way.enter
    }

    deinit { holder.signal(SIGKILL) }

    /// The folder on the disk, as the test itself sees it.
    var outside: String { "/proc/\(holder.pid)/root\(folder)" }

    /// Starts a program on the disk.
    func start(
        _ path: String, _ arguments: [String], environment: [String: String]
    ) throws -> ChildProcess {
        try ChildProcess(
            "/usr/bin/nsenter", entry + ["/usr/bin/env", "-C", folder, path] + arguments, in: "/",
            environment: environment)
    }

    /// Takes all the room there is, but for less than a page.
    func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ScenarioFault("\(filler): error \(errno)") }
        defer { close(file) }
        let block = [UInt8](repeating: 0x20, count: 1 << 20)
        var size = block.count
        while size >= 1024 {
            let written = write(file, block, size)
            if written < size { size /= 2 }
        }
    }

    /// Gives it back.
    func free() throws {
        guard unlink(filler) == 0 else { throw ScenarioFault("\(filler): error \(errno)") }
    }

    /// Makes the disk read-only, or writable again; nobody may have a file of it open for writing.
    func remount(_ mode: String) throws {
        let ending = try start("/bin/mount", ["-o", "remount,\(mode)", folder], environment: [:])
            .ending()
        guard ending.status == 0 else { throw ScenarioFault("remount: \(ending.messages)") }
    }

    private var filler: String { outside + "/filler" }
}

extension SmallDisk {
    /// The options with which a mount namespace is made and entered.
    private struct Way {
        var unshare: [String]
        var enter: [String]

        static let asRoot = Way(
            unshare: ["--mount", "--propagation", "private"], enter: ["--mount"])
        static let asUser = Way(
            unshare: ["--user", "--map-root-user"] + asRoot.unshare,
            enter: ["--user", "--preserve-credentials"] + asRoot.enter)
    }

    static var isPossible: Bool { way != nil }

    /// The first one that works.
    private static let way: Way? = [Way.asRoot, .asUser].first { way in
        do {
            return try ChildProcess(
                "/usr/bin/unshare",
                way.unshare + ["/bin/sh", "-c", "mount -t tmpfs -o size=1m none /tmp"], in: "/"
            ).ending().status == 0
        } catch {
            return false
        }
    }
}
