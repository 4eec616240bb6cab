// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures

/// A file that decides who is let in, as found by a configuration: an item of `change.files`.
package struct DecidingFile: Hashable, Sendable {
    /// As named in the configuration.
    package var path: String
    /// What it is for, such as `api_keys`, `jwks` or `client_ca`.
    package var purpose: String
    /// `sha256:` and hex of its bytes.
    package var digest: String

    package init(path: String, purpose: String, digest: String) {
        self.path = path
        self.purpose = purpose
        self.digest = digest
    }
}

/// The keys that let callers in, by their ids: `SOURCE/ID`.
package struct CredentialRoll: Hashable, Sendable {
    /// Id → everything that is said of the key, so that changing its roles or end counts as a
    /// change.
    package var keys: [String: String]
    /// Keys that have ended for good although a file says otherwise: an older file was put back.
    package var revived: Set<String>

    package init(keys: [String: String] = [:], revived: Set<String> = []) {
        self.keys = keys
        self.revived = revived
    }
}

/// What a new configuration changes: `change` of `config.loaded` and `config.rejected`.
package struct ConfigurationChange: Hashable, Sendable {
    /// One state of everything that decides.
    package struct State: Hashable, Sendable {
        /// `sha256:` and hex of the configuration's effective form.
        package var configuration: String
        package var files: [DecidingFile]
        package var roll: CredentialRoll
        /// Whether these are all files; otherwise no others could be read.
        package var isWhole: Bool

        package init(
            configuration: String, files: [DecidingFile], roll: CredentialRoll, isWhole: Bool
        ) {
            self.configuration = configuration
            self.isWhole = isWhole
            self.files = files.sorted { ($0.path, $0.purpose) < ($1.path, $1.purpose) }
            self.roll = roll
        }

        /// One digest of the configuration and all files: if it differs, something changed. Nil where files are
        /// missing.
        package var digest: String? {
            guard isWhole else { return nil }
            return ContentDigest.of(
                .object([
                    JSONMember("configuration", .string(configuration)),
                    JSONMember(
                        "files",
                        .array(
                            files.map { file in
                                .object([
                                    JSONMember("path", .string(file.path)),
                                    JSONMember("purpose", .string(file.purpose)),
                                    JSONMember("sha256", .string(file.digest)),
                                ])
                            })),
                ]))
        }
    }

    /// What was to change: `configuration`, or `credentials` if only key files were read again.
    package enum Object: String, CaseIterable, Sendable {
        case configuration
        case credentials
    }

    package var object: Object
    /// Nil at a start.
    package var before: State?
    /// Nil if nothing could be read.
    package var after: State?

    package init(object: Object, before: State?, after: State?) {
        self.object = object
        self.before = before
        self.after = after
    }

    /// `change`, in as many pieces as its lists need.
    var pieces: [[JSONMember]] {
        var members: [JSONMember] = []
        members.add("after_config", after?.configuration)
        members.add("after_sha256", after?.digest)
        members.add("before_config", before?.configuration)
        members.add("before_sha256", before?.digest)
        members.add("object", object.rawValue)
        let lists: [(String, [JSONValue])] = [
            ("files", files), ("keys_added", keys { old, new in old == nil && new != nil }),
            ("keys_changed", keys { old, new in old != nil && new != nil && old != new }),
            ("keys_refused", (after?.roll.revived ?? []).sorted().map { .string($0) }),
            ("keys_removed", keys { old, new in old != nil && new == nil }),
        ]
        let most = RecordLimits.arrayItems
        let count = max(1, lists.map { ($0.1.count + most - 1) / most }.max() ?? 1)
        return (0..<count).map { piece in
            members
                + lists.compactMap { name, items in
                    let part = items.dropFirst(piece * most).prefix(most)
                    return part.isEmpty ? nil : JSONMember(name, .array(Array(part)))
                }
        }
    }

    private var files: [JSONValue] {
        (after?.files ?? []).map { file in
            var members: [JSONMember] = []
            let old = before?.files.first { ($0.path, $0.purpose) == (file.path, file.purpose) }
            if let old, old.digest != file.digest { members.add("before_sha256", old.digest) }
            members.add("path", file.path)
            members.add("purpose", file.purpose)
            members.add("sha256", file.digest)
            return .object(members)
        }
    }

    /// A rejected change adds and removes nothing, so it lists no keys.
    private func keys(_ isListed: (String?, String?) -> Bool) -> [JSONValue] {
        guard let after else { return [] }
        let old = before?.roll.keys ?? [:]
        return Set(old.keys).union(after.roll.keys.keys)
            .filter { isListed(old[$0], after.roll.keys[$0]) }
            .sorted().map { .string($0) }
    }
}
