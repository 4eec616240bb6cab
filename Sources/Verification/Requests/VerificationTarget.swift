// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
package import LogReading
package import SignedNotes
package import SystemPackage

/// What a path leads to, if it can be verified.
package enum VerificationTarget: Sendable {
    /// A log directory, live or not.
    case log(FilePath)
    /// A static tlog-tiles directory.
    case tiles(FilePath)
    /// A `.tlog-proof` file.
    case proof(TlogProof)
    /// Records with their disclosures and proofs, at least one.
    case records([RecordEnvelope])

    /// Finds out what is at a path.
    package init(_ path: FilePath) throws(VerificationFault) {
        let isPack: Bool
        do throws(LogReadFailure) {
            let manifest = try PathKind(path.appending(PackFile.manifest.name))
            let records = try PathKind(path.appending(PackFile.records.name))
            isPack = manifest == .file && records == .file
        } catch {
            throw .unreadable(error)
        }
        guard !isPack else { throw .isPack(path) }
        do throws(LogReadFailure) {
            if try PathKind(path) == .folder {
                self = try Self.directory(path)
                return
            }
        } catch {
            throw .unreadable(error)
        }
        let bytes: [UInt8]
        do throws(LogReadFailure) {
            bytes = try ReadableFile.contents(of: path)
        } catch {
            throw .unreadable(error)
        }
        if bytes.first == UInt8(ascii: "{") {
            do throws(EnvelopeFault) {
                self = .records(try RecordEnvelope.list(bytes))
            } catch {
                throw .badRecord(path, error)
            }
        } else {
            do throws(TlogProofFault) {
                self = .proof(try TlogProof(bytes))
            } catch {
                throw .badProof(path, error)
            }
        }
    }

    private static func directory(_ path: FilePath) throws(LogReadFailure) -> VerificationTarget {
        for name in ["segments", LogLayout.commits(0), LogLayout.checkpointJournal] {
            if try PathKind(path.appending(name)) != nil { return .log(path) }
        }
        guard try PathKind(path.appending(LogLayout.checkpoint)) != nil else {
            throw LogReadFailure(.missing, path.appending(LogLayout.checkpoint))
        }
        return .tiles(path)
    }
}
