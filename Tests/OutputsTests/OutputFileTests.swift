// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Foundation
import LogReading
import Merkle
import Outputs
import RecordForms
import SystemPackage
import TestSupport
import Testing

@Suite struct `An output's file` {
    private let folder: TestDirectory
    private let state: TestDirectory

    init() throws {
        folder = try TestDirectory()
        state = try TestDirectory()
    }

    private func sender(
        _ form: DerivedForm = .native, mostBytes: Int64 = 1 << 20, mostAge: Duration? = nil,
        kept: Int = 100, now: UTCInstant = UTCInstant(microseconds: 1_795_000_000_000_000)
    ) -> sending FileSender {
        FileSender(
            FileSender.Options(
                path: folder.path.appending("records.ndjson"), form: form, mostBytes: mostBytes,
                mostAge: mostAge, kept: kept, isSynced: true), now: { now })
    }

    private func lines(_ name: String = "records.ndjson") throws -> [String] {
        let text = String(decoding: try folder.read(name), as: UTF8.self)
        #expect(text.hasSuffix("\n"))
        return text.split(separator: "\n").map(String.init)
    }

    private func indices(_ lines: some Sequence<String>) throws -> [Int64] {
        try lines.map { line in
            let value = try JSONParser.parse(Array(line.utf8), as: .strict, deepest: 32)
            return try #require(
                value["index"]?.integer ?? value[path: "unmapped", "countersign", "index"]?.integer)
        }
    }

    private func goBack(to index: UInt64, _ log: LedgerLog) throws {
        try OutputPlan(
            name: "siem", origin: "audit.example.com/test", directory: log.directory.path,
            state: state.path, start: .beginning, mostLag: nil, disclosed: []
        ).goBack(to: index)
    }

    @Test(arguments: [DerivedForm.native, .ocsf])
    func `begins with a line about itself and has a line for each record`(
        form: DerivedForm
    ) throws {
        let log = try LedgerLog(20)
        let output = try DrivenOutput(log.directory, sender(form), state: state)
        output.pass()
        let lines = try lines()
        let head = try JSONParser.parse(Array(lines[0].utf8), as: .strict, deepest: 2)
        #expect(head["log"]?.string == "audit.example.com/test")
        #expect(head["first"]?.integer == 0)
        #expect(head["output"]?.string == "siem")
        #expect(head["format"]?.string == form.rawValue)
        let size = try LogSnapshot(directory: log.directory.path).size.count
        #expect(try indices(lines.dropFirst()) == Array(0..<Int64(size)))
    }

    @Test func `is renamed when it is full, and the oldest go`() throws {
        let log = try LedgerLog(200)
        let output = try DrivenOutput(
            log.directory, sender(mostBytes: 20_000, kept: 3), state: state)
        output.pass()
        let names = folder.files
        #expect(names.count == 4)
        var found: [Int64] = []
        for name in names.filter({ $0 != "records.ndjson" }).sorted() + ["records.ndjson"] {
            let lines = try lines(name)
            let head = try JSONParser.parse(Array(lines[0].utf8), as: .strict, deepest: 2)
            let held = try indices(lines.dropFirst())
            #expect(head["first"]?.integer == held.first)
            #expect(try folder.read(name).count <= 20_000)
            found += held
        }
        let size = Int64(try LogSnapshot(directory: log.directory.path).size.count)
        let first = try #require(found.first)
        #expect(first > 0)
        #expect(found == Array(first..<size))
    }

    @Test func `is renamed at its age`() throws {
        let log = try LedgerLog(5)
        let output = try DrivenOutput(
            log.directory, sender(mostAge: .seconds(60)), state: state)
        output.pass()
        #expect(output.engine.close() == nil)
        try goBack(to: 2, log)
        let later = try DrivenOutput(
            log.directory,
            sender(
                mostAge: .seconds(60), now: UTCInstant(microseconds: 1_795_000_060_000_000)),
            state: state)
        later.pass()
        #expect(folder.files == ["records.ndjson", "records.ndjson.000000000000"])
    }

    @Test func `loses a line that a crash cut short, and gets it whole`() throws {
        let log = try LedgerLog(20)
        let output = try DrivenOutput(log.directory, sender(), state: state)
        output.pass()
        let whole = try lines()
        // As if the last three records had been written just before the crash, and no position after that.
        try folder.tamper("records.ndjson") { $0.removeLast(30) }
        let position = try JSONParser.parse(
            state.read("outputs/siem.position"), as: .strict, deepest: 2)
        let size = try #require(position["next"]?.integer)
        try goBack(to: UInt64(size - 3), log)
        let again = try DrivenOutput(log.directory, sender(), state: state)
        again.pass()
        let lines = try lines()
        let found = try indices(lines.dropFirst())
        #expect(found == Array(0..<size - 1) + Array(size - 3..<size))
        #expect(Set(lines) == Set(whole))
    }

    @Test func `is begun anew after somebody else has renamed it`() throws {
        let log = try LedgerLog(5)
        let output = try DrivenOutput(log.directory, sender(), state: state)
        output.pass()
        try FileManager.default.moveItem(
            atPath: folder.path.appending("records.ndjson").string,
            toPath: folder.path.appending("moved").string)
        #expect(output.engine.replay(from: 3))
        output.engine.reopen()
        output.pass()
        let size = Int64(try LogSnapshot(directory: log.directory.path).size.count)
        #expect(try indices(lines().dropFirst()) == Array(3..<size))
        #expect(try indices(lines("moved").dropFirst()) == Array(0..<size))
    }

    @Test(arguments: [false, true])
    func `has personal values of the groups that are opened, and no others`(
        isOpened: Bool
    ) throws {
        let log = try LedgerLog(5)
        let output = try DrivenOutput(
            log.directory, sender(), state: state, disclosed: isOpened ? [.what] : [])
        output.pass()
        let text = try lines().joined(separator: "\n")
        #expect(text.contains("/v1/invoices/3") == isOpened)
        #expect(!text.contains("src.ip"))
    }

    @Test func `is no link and no folder`() throws {
        let log = try LedgerLog(5)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("records.ndjson").string,
            withDestinationPath: folder.path.appending("elsewhere").string)
        let output = try DrivenOutput(log.directory, sender(), state: state)
        output.pass()
        #expect(output.standing.lastFailure?.code == .file)
        #expect(!folder.files.contains("elsewhere"))
    }
}
