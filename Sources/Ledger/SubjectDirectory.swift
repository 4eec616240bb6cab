// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
package import Crypto
package import Disclosures
internal import Merkle
internal import Synchronization

/// Who is who: the provider's subject on one side, the opaque id and its key on the other.
///
/// The mapping is kept outside the log, as a keyed digest, so that erasing a slot leaves a
/// meaningless id. Asked once for each verified credential, not for each request.
package final class SubjectDirectory: Sendable {
    private struct State: ~Copyable {
        var keys: [Hash256: SubjectKey]
        /// Where each is, by its id.
        var lookups: [SubjectID: Hash256]
        var randomness: BufferedRandomness
    }

    private let state: Mutex<State>
    private let secret: SymmetricKey

    /// Everybody who showed no credential.
    package let anonymous: SubjectKey
    /// Whoever the services belong to.
    package let tenant: SubjectKey

    /// - Parameters:
    ///   - keys: the subjects with a live slot.
    ///   - secret: 32 bytes that outlive the process.
    init(keys: [SubjectKey], secret: [UInt8], randomness: consuming BufferedRandomness) {
        var special: [SubjectID: SubjectKey] = [:]
        for id in [SubjectID.anonymous, .tenant] {
            special[id] =
                keys.first { $0.id == id }
                ?? SubjectKey(id: id, lookup: .zero, randomness: &randomness)
        }
        guard let anonymous = special[.anonymous], let tenant = special[.tenant] else {
            preconditionFailure("SpecialSubjectsExist: made just above")
        }
        self.anonymous = anonymous
        self.tenant = tenant
        self.secret = SymmetricKey(data: secret)
        let known = Dictionary(
            keys.filter { $0.lookup != .zero }.map { ($0.lookup, $0) },
            uniquingKeysWith: { first, _ in first })
        state = Mutex(
            State(
                keys: known,
                lookups: Dictionary(
                    known.map { ($0.value.id, $0.key) }, uniquingKeysWith: { first, _ in first }),
                randomness: randomness))
    }

    /// The key under which token ids are digested for records: the same for as long as the log
    /// lives, so that records of one token can be recognised as such.
    package var tokenDigestKey: SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, info: Array("countersign/token-digest/v1".utf8),
            outputByteCount: 32)
    }

    /// The key that leads to the salts of questions which are about nobody in particular, for as long as the log lives:
    /// whoever asks the same, records call it the same, and nobody else can try what it was.
    package var questionKey: SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, info: Array("countersign/query/salt/v1".utf8),
            outputByteCount: 32)
    }

    /// These subjects' keys are destroyed, and with them who they were: whoever comes back gets another id.
    func forget(_ ids: Set<SubjectID>) {
        guard !ids.isEmpty else { return }
        state.withLock { state in
            for (lookup, key) in state.keys where ids.contains(key.id) {
                key.noteDestroyed()
                state.keys[lookup] = nil
                state.lookups[key.id] = nil
            }
        }
    }

    /// What a subject is looked up by: first in Unicode's composed form, so that one name is one person however it was
    /// typed; then as it is, and decomposed, as directories have it that were begun before.
    private func lookups(issuer: String, subject: String) -> [Hash256] {
        var spellings = [subject.composed]
        for other in [subject, subject.decomposed]
        where !spellings.contains(where: { $0.utf8.elementsEqual(other.utf8) }) {
            spellings.append(other)
        }
        return spellings.map {
            SubjectKey.lookup(issuer: issuer, subject: $0, directorySecret: secret)
        }
    }

    /// The id of a subject that has one.
    package func known(issuer: String, subject: String) -> SubjectID? {
        let lookups = lookups(issuer: issuer, subject: subject)
        return state.withLock { state in
            for lookup in lookups {
                if let known = state.keys[lookup] { return known.id }
            }
            return nil
        }
    }

    /// The key of an id; nil where it is destroyed, or there never was one.
    package func key(of id: SubjectID) -> SubjectKey? {
        switch id {
        case anonymous.id: anonymous
        case tenant.id: tenant
        default: state.withLock { state in state.lookups[id].flatMap { state.keys[$0] } }
        }
    }

    /// The key of a subject; a new one if it has none. That becomes durable with the first record
    /// that discloses something under it.
    package func key(issuer: String, subject: String) -> SubjectKey {
        let lookups = lookups(issuer: issuer, subject: subject)
        return state.withLock { state in
            for lookup in lookups {
                if let known = state.keys[lookup] { return known }
            }
            let lookup = lookups[0]
            let id = SubjectID(randomness: &state.randomness)
            let key = SubjectKey(id: id, lookup: lookup, randomness: &state.randomness)
            state.keys[lookup] = key
            state.lookups[id] = lookup
            return key
        }
    }
}
