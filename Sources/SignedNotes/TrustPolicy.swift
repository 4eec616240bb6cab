// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which logs and witnesses a verifier trusts, and how many of the witnesses it asks for
/// (C2SP tlog-policy).
package struct TrustPolicy: Sendable {
    /// A log that is trusted to have its own origin; the key's name is the origin.
    package struct Log: Hashable, Sendable {
        package let key: NoteVerifierKey
        package let url: String?
    }

    /// A witness that may count towards the quorum.
    package struct Witness: Hashable, Sendable {
        package let key: NoteVerifierKey
        package let url: String?
    }

    package let logs: [Log]
    package let witnesses: [Witness]
    package let quorum: Quorum
    let knownKeys: KnownKeys

    /// A policy without witnesses: the log's own signature is enough.
    ///
    /// Several keys of one name are those between which the log's key was changed. Nil when two
    /// different keys share name and key id.
    package init?(logKeys: [NoteVerifierKey]) {
        self.init(
            logs: logKeys.map { Log(key: $0, url: nil) }, witnesses: [], quorum: .none)
    }

    /// Keys whose signatures cannot be checked here, logs' first: they count for nothing.
    package var uncheckedKeys: [NoteVerifierKey] {
        (logs.map(\.key) + witnesses.map(\.key)).filter { !$0.isUsable }
    }

    /// The same policy with further keys of logs; nil when two different keys share name and key id.
    package func adding(logKeys: [NoteVerifierKey]) -> TrustPolicy? {
        TrustPolicy(
            logs: logs + logKeys.map { Log(key: $0, url: nil) }, witnesses: witnesses,
            quorum: quorum)
    }

    init?(logs: [Log], witnesses: [Witness], quorum: Quorum) {
        guard let known = KnownKeys(logs.map(\.key) + witnesses.map(\.key)) else { return nil }
        self.logs = logs
        self.witnesses = witnesses
        self.quorum = quorum
        knownKeys = known
    }
}
