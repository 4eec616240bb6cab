// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Identity
package import Messages
package import Settings

/// When API keys end or have ended, kept apart from the files that say so: restoring an older key file revives no key.
///
/// The file `keys.ended` in `log.state`: a line for each key, with its digest and the moment of its end. An end that
/// has passed is final; one in the future is whatever the key file says. Without the file, nothing is remembered.
package struct EndedKeys: Equatable {
    /// Its name in the state folder.
    package static let name = "keys.ended"
    /// How many keys are remembered; beyond that, those that ended longest ago are forgotten.
    package static let most = 50_000
    private static let mostBytes = 8 << 20

    private var ends: [String: UTCInstant] = [:]
    /// What the file holds.
    private var stored: [String: UTCInstant] = [:]

    package init() {}

    /// Reads what is remembered; a damaged file is refused, because somebody may have wanted it to forget.
    package init(in folder: ResolvedPath) throws(CommandFailure) {
        let path = LocalFile.path(of: Self.name, in: folder.text)
        guard let bytes = try LocalFile.read(path, most: Self.mostBytes) else { return }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words.count == 2, let digest = APIKeyDigest(words[0]),
                let end = UTCInstant(rfc3339: String(words[1]))
            else {
                throw CommandFailure(
                    .failure,
                    "\(path), which remembers the API keys that have ended, is damaged; restore it. Where it is lost, look through the key files for keys that were withdrawn, and remove it."
                )
            }
            ends[digest.text] = end
        }
        stored = ends
    }

    /// Compares what a key file says about a key with what is remembered, and remembers it.
    ///
    /// - Parameter end: when the key ends, as its file says; nil for never.
    /// - Returns: the moment at which the key ended for good, where its file says otherwise.
    package mutating func take(
        _ digest: APIKeyDigest, end: UTCInstant?, now: UTCInstant
    ) -> UTCInstant? {
        if let known = ends[digest.text], known <= now, end.map({ known < $0 }) ?? true {
            return known
        }
        ends[digest.text] = end
        return nil
    }

    /// Writes what was learned to disk, before anything is reported to be in force.
    package func write(in folder: ResolvedPath) throws(CommandFailure) {
        guard ends != stored else { return }
        let lines = ends.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.suffix(Self.most)
            .map { "\($0.key) \($0.value.rfc3339)\n" }
        try LocalFile.replace(
            LocalFile.path(of: Self.name, in: folder.text), Array(lines.joined().utf8),
            isSecret: true)
    }
}

/// An API key that is refused although its file says that it is valid.
package struct RevivedKey {
    /// `SOURCE/ID`, as in records.
    package let name: String
    package let file: String
    package let ended: UTCInstant

    /// For people who start, check or examine a proxy.
    package var finding: SafeText {
        "API key \(name) ended at \(ended.rfc3339) and stays refused, though \(file) says otherwise: an older file was put back"
    }

    package static let remedy: SafeText =
        "restore the newest key file; `countersign token mint` makes a new key for whoever is to have access again"
}
