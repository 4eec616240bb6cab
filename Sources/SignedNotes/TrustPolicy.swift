// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which logs and witnesses a verifier trusts, and how many witnesses it requires
/// (C2SP tlog-policy).
package struct TrustPolicy: Sendable {
    /// A log that is trusted for its own origin, which is the key's name.
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
    /// All keys of logs and witnesses.
    package let knownKeys: KnownKeys

    /// A policy without witnesses: the log's own signature is enough.
    ///
    /// Several keys of one name are keys of one log, before and after a rotation. Nil when two
    /// different keys share name and key id.
    package init?(logKeys: [NoteVerifierKey]) {
        self.init(
            logs: logKeys.map { Log(key: $0, url: nil) }, witnesses: [], quorum: .none)
    }

    /// Keys whose signatures cannot be checked here, those of logs first: they are ignored.
    package var uncheckedKeys: [NoteVerifierKey] {
        (logs.map(\.key) + witnesses.map(\.key)).filter { !$0.isUsable }
    }

    /// The same policy with more log keys; nil when two different keys share name and key id.
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
