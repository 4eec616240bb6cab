// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Catalog

@Suite struct `A catalog in a file` {
    @Test func `goes on where it was`() throws {
        var generator = CatalogLeaves(seed: 30, step: 20_000_000, actors: 20)
        let leaves = (0..<900).map { _ in generator.next() }
        let folder = try TestDirectory()
        // Opened anew for every batch, so that open accesses and numbers come from the file.
        for start in stride(from: 0, to: leaves.count, by: 90) {
            let catalog = try SampleCatalog.open(folder)
            #expect(try catalog.position()?.size ?? 0 == UInt64(start))
            try SampleCatalog.append(leaves[start..<start + 90], to: catalog, batch: 37)
            try catalog.close()
        }
        let catalog = try SampleCatalog.open(folder)
        let naive = try NaiveCatalog(leaves)
        for unit in [CatalogUnit.access, .record] {
            let query = CatalogQuery(unit: unit)
            #expect(try catalog.all(query, by: 100).map(\.index) == naive.rows(query, .newestFirst))
            let facets = try catalog.facets(
                query, of: [.stage, .zone], most: 99, within: .seconds(60))
            for facet in facets {
                let values = facet.values.map { ($0.text, $0.count) }
                #expect(Dictionary(uniqueKeysWithValues: values) == naive.facet(query, facet.field))
            }
        }
    }

    @Test func `is readable by its owner only, also one that was not`() throws {
        let folder = try TestDirectory()
        func modes() throws -> [String: Int?] {
            try Dictionary(
                uniqueKeysWithValues: folder.files.map { name in
                    let path = folder.path.appending(name).string
                    let attributes = try FileManager.default.attributesOfItem(atPath: path)
                    return (name, (attributes[.posixPermissions] as? Int).map { $0 & 0o077 })
                })
        }
        let first = try SampleCatalog.open(folder)
        let names = Set([SQLiteCatalog.fileName, SQLiteCatalog.fileName + "-wal"])
        #expect(names.isSubset(of: try modes().keys))
        #expect(try modes().values.allSatisfy { $0 == 0 })
        try first.close()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644],
            ofItemAtPath: folder.path.appending(SQLiteCatalog.fileName).string)
        let second = try SampleCatalog.open(folder)
        #expect(try modes().values.allSatisfy { $0 == 0 })
        try second.close()
    }

    @Test func `has all of a batch or nothing when it is cut off`() throws {
        let sample = try SampleCatalog(500, seed: 31)
        // What a killed process leaves: the file and the write-ahead log as they are on the disk, cut anywhere.
        let whole = try sample.folder.read(SQLiteCatalog.fileName + "-wal")
        for cut in stride(from: 0, through: whole.count, by: max(1, whole.count / 7)) {
            let copy = try TestDirectory()
            try copy.write(
                try sample.folder.read(SQLiteCatalog.fileName), to: SQLiteCatalog.fileName)
            try copy.write(Array(whole.prefix(cut)), to: SQLiteCatalog.fileName + "-wal")
            let catalog = try SampleCatalog.open(copy)
            let size = try catalog.position()?.size ?? 0
            #expect(size == 0 || size == 500)
            #expect(try catalog.count(CatalogQuery(), within: .seconds(60)).records == Int64(size))
            try SampleCatalog.append(sample.leaves[Int(size)...], to: catalog)
            #expect(try catalog.count(CatalogQuery(), within: .seconds(60)).records == 500)
        }
    }

    @Test func `is set aside if it is damaged or of another log, and begun anew`() throws {
        let now = UTCInstant(microseconds: 1_795_000_000_000_000)
        func check(_ change: (TestDirectory) throws -> Void, _ code: CatalogFailure.Code) throws {
            let parent = try TestDirectory()
            let folder = CatalogFolder(parent.path.appending("catalog"))
            let first = try folder.open(origin: SampleCatalog.origin, tokens: nil, now: now)
            var generator = CatalogLeaves(seed: 32)
            try SampleCatalog.append([generator.next()], to: first.catalog)
            try first.catalog.rest()
            try first.catalog.close()
            try change(parent)
            let again = try folder.open(origin: SampleCatalog.origin, tokens: nil, now: now)
            #expect(again.setAside?.failure.code == code)
            #expect(
                again.setAside?.path.lastComponent?.string
                    == "catalog.damaged-2026-11-18T110640000000Z")
            #expect(try again.catalog.position() == nil)
            #expect(parent.files.contains { $0.hasPrefix("catalog.damaged-") })
            try again.catalog.close()
        }
        let file = "catalog/" + SQLiteCatalog.fileName
        try check(
            {
                try $0.write(
                    Array("no database at all, but a text".utf8)
                        + [UInt8](repeating: 7, count: 5000), to: file)
            }, .damaged)
        try check({ try $0.tamper(file) { $0.removeLast($0.count - 5000) } }, .damaged)
        try check(
            { try $0.tamper(file) { for place in 4096..<$0.count { $0[place] ^= 0x55 } } }, .damaged
        )
        try check(
            { parent in
                let other = try SQLiteCatalog(
                    writing: parent.path.appending(file), origin: SampleCatalog.origin, tokens: nil)
                try other.close()
                let connection = try SQLiteConnection(parent.path.appending(file), isWriter: true)
                try connection.exclusively { (connection) throws(CatalogFailure) in
                    try connection.execute(
                        "UPDATE meta SET value = 'b.example' WHERE key = 'origin'")
                }
                try connection.close()
            }, .otherLog)
    }

    @Test func `of a newer version is left alone and named`() throws {
        let sample = try SampleCatalog(10, seed: 33)
        try sample.catalog.close()
        let file = sample.folder.path.appending(SQLiteCatalog.fileName)
        let connection = try SQLiteConnection(file, isWriter: true)
        try connection.exclusively { (connection) throws(CatalogFailure) in
            try connection.execute("PRAGMA user_version = \(SQLiteSchema.version + 1)")
        }
        try connection.close()
        let failure = #expect(throws: CatalogFailure.self) { try SampleCatalog.open(sample.folder) }
        #expect(failure?.code == .newer)
        let folder = CatalogFolder(sample.folder.path)
        let now = UTCInstant(microseconds: 0)
        #expect(throws: CatalogFailure.self) {
            try folder.open(origin: SampleCatalog.origin, tokens: nil, now: now)
        }
        #expect(sample.folder.files.contains(SQLiteCatalog.fileName))
    }

    @Test func `is read by others without a trace in its write-ahead log`() throws {
        // field-audit 10: one connection alone writes and checkpoints.
        let sample = try SampleCatalog(2000, seed: 34)
        let copy = try sample.folder.copy()
        let wal = SQLiteCatalog.fileName + "-wal"
        let before = try copy.read(wal)
        #expect(!before.isEmpty)
        let reader = try SQLiteCatalog(
            reading: copy.path.appending(SQLiteCatalog.fileName), origin: SampleCatalog.origin,
            tokens: nil)
        #expect(try reader.count(CatalogQuery(), within: .seconds(60)).records == 2000)
        #expect(throws: CatalogFailure.self) { try reader.forget(subject: "sub_1") }
        try reader.close()
        #expect(try copy.read(wal) == before)
    }

    @Test func `cuts its write-ahead log off when it rests, and reads go on`() throws {
        // field-audit 9: only TRUNCATE makes the file smaller.
        let sample = try SampleCatalog(5000, seed: 35)
        let wal = SQLiteCatalog.fileName + "-wal"
        _ = try sample.catalog.all(CatalogQuery(), by: 500)
        #expect(try sample.catalog.walBytes() > 0)
        try sample.catalog.rest()
        #expect(try sample.folder.read(wal).isEmpty)
        #expect(try sample.catalog.all(CatalogQuery(unit: .record), by: 500).count == 5000)
    }

    @Test func `on a full disk says so, keeps what it has, and catches up`() throws {
        let sample = try SampleCatalog(1000, seed: 36)
        let writing = try #require(sample.catalog.writer)
        func pages(_ limit: String) throws {
            try writing.connection.exclusively { (connection) throws(CatalogFailure) in
                _ = try connection.number("PRAGMA max_page_count = \(limit)")
            }
        }
        // SQLite refuses pages beyond the limit as it does on a full disk.
        try pages("1")
        var generator = CatalogLeaves(seed: 37, actors: 3000)
        let more = sample.leaves + (0..<4000).map { _ in generator.next() }
        let failure = #expect(throws: CatalogFailure.self) {
            try SampleCatalog.append(more[1000...], to: sample.catalog, batch: 4000)
        }
        #expect(failure?.code == .diskFull)
        #expect(try sample.catalog.position()?.size == 1000)
        #expect(try sample.catalog.count(CatalogQuery(), within: .seconds(60)).records == 1000)
        try pages("1000000")
        try SampleCatalog.append(more[1000...], to: sample.catalog, batch: 4000)
        let naive = try NaiveCatalog(more)
        #expect(
            try sample.catalog.all(CatalogQuery(), by: 1000).map(\.index)
                == naive.rows(CatalogQuery(), .newestFirst))
    }
}
