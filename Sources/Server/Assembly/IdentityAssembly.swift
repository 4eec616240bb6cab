// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
import Identity
import Policy
import Messages
import Settings

/// Reads key files and key sets, and builds the sources that may vouch for a caller.
struct IdentityAssembly {
    let settings: DeploymentSettings
    let files: DecidingFiles
    /// The keys that let callers in.
    private(set) var roll = CredentialRoll()
    /// What was skipped, for `check`, `doctor` and the server's messages.
    private(set) var notes: [SafeText] = []
    /// The keys that have ended, including those that end according to these files.
    private(set) var ended: EndedKeys
    /// Keys that these files try to revive, and that are refused.
    private(set) var revived: [RevivedKey] = []
    private let surroundings: Surroundings

    /// - Parameter ended: what is remembered.
    init(
        settings: DeploymentSettings, files: DecidingFiles, ended: EndedKeys,
        surroundings: Surroundings
    ) {
        self.settings = settings
        self.files = files
        self.ended = ended
        self.surroundings = surroundings
    }

    /// - Parameter before: the sources in force until now.
    mutating func sources(
        generation: UInt64, digestKey: SymmetricKey, after before: IdentitySources?
    ) throws(CommandFailure) -> IdentitySources {
        var keys: [APIKeySource] = []
        var issuers: [TrustedIssuer] = []
        var certificates: CertificateSource?
        for source in settings.identity {
            switch source.source {
            case .apiKeys(let found):
                keys.append(
                    APIKeySource(
                        name: source.name, keys: try storedKeys(found.file, of: source.name),
                        fields: Set(found.fields.map { CredentialField(name: $0) })))
            case .jwks(let found): issuers.append(try issuer(found, of: source.name))
            case .mtls(let found):
                certificates = try certificateSource(found, name: source.name)
            }
            files.putDown()
        }
        do throws(IdentityConfigurationFault) {
            return IdentitySources(
                generation: SourcesGeneration(generation), keys: try APIKeyRing(keys),
                tokens: try TokenVerifier(issuers, digestKey: digestKey),
                certificates: certificates, after: before)
        } catch {
            throw CommandFailure(.usage, "identity: \(error.message)")
        }
    }

    private mutating func storedKeys(
        _ path: ResolvedPath, of source: String
    ) throws(CommandFailure) -> [StoredAPIKey] {
        let text = ConfigurationText(
            file: path.text, folder: LocalFile.folder(of: path.text),
            bytes: try files.read(path, .apiKeys))
        let entries: [APIKeyEntry]
        do throws(SettingsFaults) {
            entries = try APIKeyFile.read(text, sources: surroundings.sources)
        } catch {
            throw CommandFailure(error)
        }
        var keys: [StoredAPIKey] = []
        for entry in entries {
            guard let digest = APIKeyDigest(entry.digest) else {
                throw CommandFailure(
                    .usage, "\(path.text): the digest of key \(entry.id) is malformed.")
            }
            let name = "\(source)/\(entry.id)"
            let end = [entry.expires, entry.revoked].compactMap(\.self).min()
            let past = ended.take(digest, end: end, now: surroundings.now())
            keys.append(
                StoredAPIKey(
                    id: entry.id, digest: digest, name: entry.name, kind: entry.kind,
                    roles: entry.roles, expires: entry.expires, revoked: past ?? entry.revoked))
            if let past {
                revived.append(RevivedKey(name: name, file: path.text, ended: past))
                roll.revived.insert(name)
            } else if entry.revoked == nil {
                // A revoked key is not on the roll: its revocation shows as its removal.
                roll.keys[name] = entry.fingerprint
            }
        }
        return keys
    }

    private mutating func issuer(
        _ found: JWKSSettings, of source: String
    ) throws(CommandFailure) -> TrustedIssuer {
        let text = try files.read(found.file, .keySet)
        let keys: KeySet
        do {
            keys = try KeySet(parsing: text)
        } catch {
            throw CommandFailure(.usage, "\(found.file.text): \(error.message)")
        }
        for note in keys.notes {
            notes.append(
                "\(found.file.text): key \(note.index) is left out: \(note.cause.rawValue)")
        }
        for id in keys.ids { roll.keys["\(source)/\(id)"] = "" }
        let algorithms = Set(found.algorithms.map(\.verified))
        guard keys.canVerify(algorithms) else {
            let names = found.algorithms.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "\(found.file.text): The key set has no key for \(names); set algs to what its keys are for, or ask the issuer for its signing keys."
            )
        }
        return TrustedIssuer(
            issuer: found.issuer, audiences: found.audience,
            algorithms: algorithms, clockSkew: found.clockSkew,
            types: Set(found.types.map(\.verified)),
            authorizedParties: Set(found.authorizedParties),
            roleClaims: found.rolesClaims.compactMap { ClaimPath($0) },
            knownRoles: knownRoles, keys: keys, subjectClaims: found.subjectClaims,
            fields: Set(found.fields.map { CredentialField(name: $0) }))
    }

    /// The roles that some rule names: others in a token decide nothing and need not be recorded.
    private var knownRoles: Set<String> {
        Set(settings.services.flatMap(\.rules).flatMap { $0.rule.conditions.roles ?? [] })
    }

    private func certificateSource(
        _ found: MTLSSettings, name: String
    ) throws(CommandFailure) -> CertificateSource {
        try CertificateAuthorities(settings: settings, files: files).check(found, name: name)
        let subject: CertificateSource.SubjectName =
            switch found.subjectFrom {
            case .uri: .uri
            case .spiffe: .spiffe
            case .dns: .dns
            }
        do throws(IdentityConfigurationFault) {
            return try CertificateSource(
                name: name, subject: subject, kind: found.kind, roles: found.roles)
        } catch {
            throw CommandFailure(.usage, "identity \(name): \(error.message)")
        }
    }
}

extension JWKSSettings.Algorithm {
    fileprivate var verified: TokenAlgorithm {
        switch self {
        case .es256: .es256
        case .edDSA: .edDSA
        case .rs256: .rs256
        }
    }
}

extension JWKSSettings.TokenType {
    fileprivate var verified: TokenType {
        switch self {
        case .absent: .absent
        case .jwt: .jwt
        case .accessToken: .accessToken
        }
    }
}
