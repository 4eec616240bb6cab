// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Identity
import LogReading
import Messages
import Settings

/// What still may lead to people once their keys are destroyed, and what to do about it: as far as this program can know.
struct PrivacyLeftovers {
    /// An API key or a certificate that records name.
    struct Credential {
        let id: String
        let records: Int
        /// The key file that still says whose it is.
        let file: String?
    }

    let credentials: [Credential]
    /// Records with a path or query that another key than theirs seals, and the months under which.
    let paths: (records: Int, months: [Period])
    /// Why a key file could not be looked at.
    private(set) var unread: [SafeText] = []

    var isEmpty: Bool { credentials.isEmpty && paths.records == 0 }

    init(of tally: PrivacyTally, _ settings: DeploymentSettings) {
        var holders: [String: String] = [:]
        if !tally.credentials.isEmpty {
            for file in KeyFile.all(in: settings) {
                do throws(CommandFailure) {
                    for key in try file.keys() { holders[key.id] = file.path }
                } catch {
                    // An erasure is no less done for that.
                    unread.append(error.message ?? "a key file cannot be read")
                }
            }
        }
        credentials = tally.credentials.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            Credential(id: $0.key, records: $0.value, file: holders[$0.key])
        }
        paths = (tally.paths.values.reduce(0, +), tally.paths.keys.sorted())
    }

    /// Most credentials that are said one by one.
    private static let most = 8

    /// For people, a line for each thing.
    var lines: [SafeText] {
        var lines: [SafeText] = []
        for one in credentials.prefix(Self.most) {
            let count: SafeText =
                "\(one.records) \(one.records == 1 ? "record names" : "records name")"
            guard let file = one.file else {
                lines.append(
                    "stays: " + count
                        + " the key or certificate \(one.id); no key file of this configuration says whose it is, but a copy of one, or whoever issued it, may"
                )
                continue
            }
            lines.append(
                "stays: " + count
                    + " the API key \(one.id), and \(file) says whose it is: `countersign token rotate \(one.id)` makes a key with another id if they go on, `countersign token revoke \(one.id)` ends it; then take its entry out of the file, and out of copies"
            )
        }
        if credentials.count > Self.most {
            lines.append(
                "stays: the ids of \(credentials.count - Self.most) more keys or certificates; --json lists them"
            )
        }
        if paths.records > 0 {
            let months = SafeText("\(paths.months.map(\.text).joined(separator: ", "))")
            lines.append(
                "stays: \(paths.records) paths or queries, which may hold a name, under the log's own key until their months expire ("
                    + months + "): `countersign privacy expire MONTH`")
        }
        for why in unread { lines.append("not looked at: " + why) }
        return lines
    }

    var json: JSONMember {
        JSONMember(
            "stays",
            .object([
                JSONMember(
                    "credentials",
                    .array(
                        credentials.map {
                            .object([
                                JSONMember("id", .string($0.id)),
                                JSONMember("records", .integer(Int64($0.records))),
                                JSONMember("file", $0.file.map { .string($0) } ?? .null),
                            ])
                        })),
                JSONMember(
                    "paths",
                    .object([
                        JSONMember("records", .integer(Int64(paths.records))),
                        JSONMember("months", .array(paths.months.map { .string($0.text) })),
                    ])),
            ]))
    }
}
