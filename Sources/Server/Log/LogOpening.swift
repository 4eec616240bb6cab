// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Disclosures
package import Ledger
import LedgerFiles
package import Messages
package import Settings
import SignedNotes
import SystemPackage

/// Opens the configured log, for the server and for commands that record something while no server runs; or finds out
/// whether it would open.
package struct LogOpening {
    private let log: LogSettings
    private let producer: String
    private let configHash: String
    private let adoption: Adoption?

    /// - Parameter adoption: what somebody takes upon themselves.
    package init(_ deployment: Deployment, producer: String, adoption: Adoption? = nil) {
        log = deployment.settings.log
        configHash = deployment.configHash
        self.producer = producer
        self.adoption = adoption
    }

    /// Where a log's files are.
    struct Place {
        let directory: FilePath
        let state: FilePath
        let key: FilePath
    }

    /// Reads the signing keys; everything else that opening needs follows from the configuration.
    func parts() throws(CommandFailure) -> (Place, [NoteSigner], LedgerOptions) {
        let signers = try SigningKey.read(log)
        var options = LedgerOptions(
            origin: LogOrigin(signers[0].name), producer: producer,
            software: SoftwareVersion.current)
        options.publishEvery = log.publish.every
        options.durability = log.durability
        options.configHash = configHash
        options.adoption = adoption
        let place = Place(
            directory: FilePath(log.directory.text), state: FilePath(log.state.text),
            key: FilePath(log.keyFile.text))
        return (place, signers, options)
    }

    package func open() throws(CommandFailure) -> Ledger {
        try act { place, signers, options in
            try Ledger.open(
                FileStorage(directory: place.directory, state: place.state, key: place.key),
                signers: signers, options: options, clock: .system,
                randomness: BufferedRandomness(source: .kernel))
        }
    }

    /// What opening would find; it changes nothing, and fails as opening would.
    package func examine() throws(CommandFailure) -> RecoveryReport {
        try act { place, signers, options in
            try Ledger.examine(
                OverlaidStorage(FileStorage(examining: place.directory, state: place.state)),
                signers: signers, options: options, randomness: BufferedRandomness(source: .kernel))
        }
    }

    private func act<Value>(
        _ body: (Place, [NoteSigner], LedgerOptions) throws -> Value
    ) throws(CommandFailure) -> Value {
        do {
            let (place, signers, options) = try parts()
            return try body(place, signers, options)
        } catch let failure as CommandFailure {
            throw failure
        } catch let fault as DirectoryFault {
            throw CommandFailure(.failure, "\(fault.description)")
        } catch let fault as OpenFault {
            throw CommandFailure(fault.code.status, "\(fault.description)")
        } catch {
            throw CommandFailure(.failure, "the log cannot be opened: \(String(describing: error))")
        }
    }
}

extension OpenFault.Code {
    /// The exit code that tells scripts what is wrong.
    fileprivate var status: ExitStatus {
        switch self {
        case .storage: .failure
        case .damaged, .untrustedCheckpoint: .integrityFailure
        case .rolledBack, .forked: .rollback
        case .foreignOrigin: .usage
        }
    }
}
