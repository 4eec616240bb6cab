// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("House rules of the sources")
struct SourceRuleTests {
    private static let header = [
        "// Countersign: tamper-evident access proxy", "// SPDX-License-Identifier: Apache-2.0",
    ]
    /// Rooms whose business is to print.
    private static let printing = [
        "Sources/Commands/", "Sources/countersign/", "Sources/countersign-verify/",
        "Testing/countersign-drill/",
    ]

    /// What is not wanted, and why.
    private static let banned = [
        ("try?", "an error is returned or recorded, never dropped"),
        ("try!", "an error is returned or recorded, never a crash"),
        ("as!", "a forced cast crashes"),
        ("fatalError(", "use precondition with an invariant's name"),
        ("assert(", "use precondition: it is on in release"),
        ("assertionFailure(", "use precondition: it is on in release"),
        ("sleep(", "wait for an event, not for time"),
        ("usleep(", "wait for an event, not for time"),
        ("DispatchQueue", "threads and event loops are named and owned"),
        ("NSLock", "use Mutex"),
        ("debugPrint(", "left-over debugging"),
        ("dump(", "left-over debugging"),
        ("NSLog(", "left-over debugging"),
        ("public ", "package access is enough"),
        ("@testable", "tests see package declarations"),
    ]

    @Test("Sources hold no banned call")
    func bannedCalls() throws {
        for file in Repository.sources {
            let source = SourceText(try Repository.text(file))
            for (text, why) in Self.banned {
                let lines = source.lines(holding: text)
                #expect(lines.isEmpty, "\(file), lines \(lines): \(text): \(why)")
            }
        }
    }

    @Test("Only the command line prints")
    func printing() throws {
        for file in Repository.sources
        where !Self.printing.contains(where: { file.hasPrefix($0) }) {
            let lines = SourceText(try Repository.text(file)).lines(holding: "print(")
            #expect(lines.isEmpty, "\(file), lines \(lines): prints")
        }
    }

    /// Where a clock of the system may be read, and what for. Everywhere else the time is handed in.
    private static let clocks: [(text: String, files: Set<String>)] = [
        // The proxy's and the commands' only clocks.
        ("clock_gettime(", ["Sources/Server/Running/SystemClocks.swift"]),
        // Ages in verifiers, and whether a certificate has expired: whole seconds that no record holds.
        (
            "time(nil)",
            [
                "Sources/countersign-verify/SystemClock.swift",
                "Sources/Transport/Services/TLSProblem.swift",
            ]
        ),
        // When threads wake, how old a reading is, how long a disk takes, when a connection is given up: lengths of time, no dates.
        ("DispatchTime.now", ["Sources/Ledger/Ledger+Threads.swift"]),
        (
            "ContinuousClock",
            [
                "Sources/Catalog/SQLite/SQLiteConnection.swift",
                "Sources/Search/SearchDeadline.swift",
                "Sources/AuditorAPI/Tail/SharedSnapshot.swift",
                "Sources/AuditorAPI/Tail/TailStream.swift",
                "Sources/Server/Running/LogChecking.swift",
                "Sources/Console/Content/CurrentLog.swift",
                "Sources/Commands/Catalog/CatalogRebuildCommand.swift",
                "Sources/Commands/Log/Export/ExportProgress.swift",
                "Sources/Commands/Network/RunningServer.swift",
                "Sources/Server/Running/CatalogKeeping.swift",
                "Sources/Server/Running/OutputsKeeping.swift",
                "Sources/Server/Running/ProxyServer.swift",
                "Sources/Ledger/Intake/Intake.swift",
                "Sources/Ledger/Running/GroupWriter.swift",
                "Sources/Ledger/Running/GroupWriter+Landing.swift",
                "Sources/Ledger/Running/Signal.swift",
                "Sources/Ledger/Running/LedgerMeters.swift",
                "Sources/Ledger/Running/StatusBoard.swift",
                "Sources/Ledger/Running/SyncPace.swift",
                "Sources/Ledger/Running/UnsyncedGroups.swift",
                "Testing/countersign-drill/Auditor.swift",
                "Testing/countersign-drill/DrillCommand.swift",
            ]
        ),
        ("SuspendingClock", []), ("gettimeofday(", []), ("timespec_get(", []), ("Date()", []),
        ("Date.now", []), ("CFAbsoluteTime", []),
    ]

    @Test("Clocks are read in a few named places")
    func clocks() throws {
        for file in Repository.sources {
            let source = SourceText(try Repository.text(file))
            for (text, files) in Self.clocks where !files.contains(file) {
                let lines = source.lines(holding: text)
                #expect(lines.isEmpty, "\(file), lines \(lines): \(text): the time is handed in")
            }
        }
    }

    @Test("What simulations and planted bugs need is used by nothing else")
    func simulations() throws {
        // The ledger declares it.
        for file in Repository.product where !file.hasPrefix("Sources/Ledger/") {
            let source = SourceText(try Repository.text(file))
            for text in [
                "openWithoutThreads", "writeWaiting", "forgetGaps", ".reproducible(",
            ] where !file.hasSuffix("BufferedRandomness.swift") {
                let lines = source.lines(holding: text)
                #expect(lines.isEmpty, "\(file), lines \(lines): \(text)")
            }
        }
    }

    @Test("Tests neither sleep nor are switched off")
    func tests() throws {
        for file in Repository.files(below: "Tests/", ending: ".swift") {
            let source = SourceText(try Repository.text(file))
            for text in ["sleep(", "usleep(", ".disabled(", ".enabled(if: false", "XCTSkip"] {
                let lines = source.lines(holding: text)
                #expect(lines.isEmpty, "\(file), lines \(lines): \(text)")
            }
        }
    }

    @Test("Every Swift file begins with the two header lines and ends within 400 lines")
    func headersAndLength() throws {
        let tests = Repository.files(below: "Tests/", ending: ".swift")
        for file in Repository.sources + tests {
            let lines = try Repository.lines(file)
            #expect(Array(lines.prefix(2)) == Self.header, "\(file): header")
            #expect(lines.count <= 401, "\(file): \(lines.count) lines; split it by ideas")
        }
    }

    @Test("Types are named after what they are")
    func typeNames() throws {
        let pattern =
            /\b(?:struct|class|enum|actor|protocol) (\w*(?:Manager|Helper|Util|Utils|Common|Impl))\b/
        for file in Repository.sources {
            for line in SourceText(try Repository.text(file)).code
            where ["Manager", "Helper", "Util", "Common", "Impl"].contains(where: line.contains) {
                let name = line.firstMatch(of: pattern).map { String($0.1) }
                #expect(name == nil, "\(file): \(name ?? "")")
            }
        }
    }

    @Test("What the compiler cannot check carries its proof")
    func proofs() throws {
        for file in Repository.sources {
            let lines = try Repository.lines(file)
            let source = SourceText(lines.joined(separator: "\n"))
            for text in ["@unchecked Sendable", "nonisolated(unsafe)"] {
                for number in source.lines(holding: text) {
                    let near = lines[max(0, number - 7)..<number]
                    let hasProof = near.contains { $0.contains("Safe:") }
                    #expect(hasProof, "\(file):\(number): no line with `Safe:` and the proof")
                }
            }
        }
    }

    @Test("No file knows the machine it was written on")
    func machinePaths() throws {
        let folders = ["work", "home", "Users", "root"].map { "/\($0)/" }
        let text = [
            ".swift", ".md", ".py", ".sh", "Makefile", ".yaml", ".yml", ".json", ".txt", "run",
        ]
        for file in Repository.files
        where text.contains(where: { file.hasSuffix($0) }) || file.hasPrefix("Scripts/") {
            for (number, line) in try Repository.lines(file).enumerated() {
                // `…/home/…` inside a longer path or an address is somebody else's.
                let found = folders.contains { folder in
                    line.hasPrefix(folder) || line.contains(" " + folder)
                        || line.contains("\"" + folder) || line.contains("`" + folder)
                }
                #expect(!found, "\(file):\(number + 1): path of one machine")
            }
        }
    }
}
