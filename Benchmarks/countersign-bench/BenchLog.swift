// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Ledger
import LedgerFiles
import Merkle
import SignedNotes
import SystemPackage

/// A log on the measured disk, in its own folder.
struct BenchLog {
    let directory: FilePath
    let state: FilePath
    let signer: NoteSigner
    let options: LedgerOptions

    init(in folder: FilePath, named name: String) throws {
        guard let key = KeyName("bench.countersign.example/log") else { throw BenchFault.badName }
        directory = folder.appending(name)
        state = folder.appending(name + ".state")
        signer = NoteSigner(name: key, key: Curve25519.Signing.PrivateKey())
        options = LedgerOptions(origin: LogOrigin(key), producer: "bench", software: "bench")
    }

    /// - Parameters:
    ///   - delay: milliseconds added to every sync.
    ///   - durability: what an acknowledged record survives.
    func open(
        syncDelay delay: Double = 0, durability: LogDurability = .synced
    ) throws -> Ledger {
        var options = options
        options.durability = durability
        let files = try FileStorage(directory: directory, state: state, key: nil)
        return try Ledger.open(
            delay > 0 ? SlowStorage(files, syncDelayMilliseconds: delay) : files,
            signers: [signer],
            options: options,
            clock: LedgerClock(
                now: { Stopwatch.wallClock },
                facts: {
                    ClockFacts(
                        source: "bench", offsetMicroseconds: 0, errorMicroseconds: 0,
                        isSynchronized: true)
                }),
            randomness: BufferedRandomness(source: .kernel))
    }

    /// Writes so many accesses of many people, and now and then that somebody read them.
    func fill(_ records: Int) throws {
        let ledger = try open()
        var crowd = CrowdRecords(for: ledger, records: records, seed: 1)
        let port = Throttle()
        let id = ledger.addPort(port)
        for number in 0..<records {
            let draft = crowd.next(Double(number) / Double(records))
            port.enter()
            try ledger.append(draft, tally: .allowed, port: id, ticket: 0, waking: number % 64 == 0)
            if number % 5000 == 0 {
                port.enter()
                try ledger.append(
                    crowd.reading(), tally: .uncounted, port: id, ticket: 0, waking: true)
            }
        }
        ledger.wakeWriter()
        if let poisoned = ledger.close() { throw BenchFault.stopped("\(poisoned)") }
    }
}

enum BenchFault: Error {
    case badName
    case stopped(String)
}
