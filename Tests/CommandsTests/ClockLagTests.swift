// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages
import SystemPackage
import TestSupport
import Testing

@Suite struct `A clock that is behind the newest record` {
    /// A configured log whose newest record is of a day after the time at which commands run.
    private func folder() async throws -> (TestDirectory, now: UTCInstant) {
        let folder = try TestDirectory()
        let run = await CommandRun.of("init", "--dir", folder.path.string)
        try #require(run.status == .success, "\(run.messages)")
        var log = try BuiltLog()
        log.start(BuiltLog.id(1))
        for (name, bytes) in try log.signedFiles() { try folder.write(bytes, to: "log/\(name)") }
        return (folder, UTCInstant(microseconds: log.clock - 86_400_000_000))
    }

    @Test func `is not called no time ago, and the doctor says so`() async throws {
        let (folder, now) = try await folder()
        let configuration = ["-c", folder.path.appending("countersign.yaml").string]
        let status = await CommandRun.of(["status"] + configuration, now: now)
        #expect(status.output.contains("86400 s ahead of the clock"), "\(status.output)")
        let json = await CommandRun.of(["status", "--json"] + configuration, now: now)
        #expect(json.output.contains(#""newest_age_seconds":-86400"#), "\(json.output)")
        let doctor = await CommandRun.of(["doctor"] + configuration, now: now)
        #expect(
            doctor.output.contains("the clock is 86400 s behind the newest record"),
            "\(doctor.output)")
        let later = UTCInstant(microseconds: now.microseconds + 86_460_000_000)
        #expect(
            await CommandRun.of(["status"] + configuration, now: later).output
                .contains(", 60 s ago"))
        #expect(
            !(await CommandRun.of(["doctor"] + configuration, now: later).output
                .contains("behind the newest record")))
    }
}
