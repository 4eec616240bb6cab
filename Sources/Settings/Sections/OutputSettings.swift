// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// An element of `outputs`: where records go as they come.
package struct OutputSettings: Hashable, Sendable {
    /// How records are written.
    package enum Form: String, CaseIterable, Sendable {
        /// The record itself, and its index.
        case native
        case ocsf
        case cef
    }

    /// Personal values that can be opened.
    package enum Group: String, CaseIterable, Sendable {
        case who
        case `where`
        case what
        case payload
    }

    /// Where an output begins that has no position yet.
    package enum Start: String, CaseIterable, Sendable {
        case beginning
        case now
    }

    /// Where records go; exactly one is configured.
    package enum Receiver: Hashable, Sendable {
        case file(FileOutputSettings)
        case syslog(SyslogOutputSettings)
        case relp(SyslogOutputSettings)
        case webhook(WebhookOutputSettings)
        case otlp(OTLPOutputSettings)
        case splunk(SplunkOutputSettings)
    }

    package var name: String
    package var form = Form.native
    package var disclosed: [Group] = []
    /// Which records go there, in the query language; nil: all.
    package var query: String?
    package var start = Start.beginning
    /// Nil: nothing is ever left out.
    package var mostLag: Duration?
    var file: FileOutputSettings?
    var syslog: SyslogOutputSettings?
    var relp: SyslogOutputSettings?
    var webhook: WebhookOutputSettings?
    var otlp: OTLPOutputSettings?
    var splunk: SplunkOutputSettings?

    package var receiver: Receiver {
        if let file { return .file(file) }
        if let syslog { return .syslog(syslog) }
        if let webhook { return .webhook(webhook) }
        if let otlp { return .otlp(otlp) }
        if let splunk { return .splunk(splunk) }
        guard let relp else {
            preconditionFailure("PlaceholdersNeverEscape: an output without a receiver")
        }
        return .relp(relp)
    }

    private static let kinds = ["file", "syslog", "relp", "webhook", "otlp", "splunk"]

    static let section = Section(
        start: OutputSettings(name: ""),
        keys: [
            Key(
                "name", \.name, .name, isRequired: true,
                "The name of the output in status, metrics and records, under which its position is kept. Unique; "
                    + "under another name it begins anew.",
                example: "siem"),
            Key(
                "format", \.form, .choice(),
                "How records are written: as they are with their index, as events of OCSF 1.8.0, or as lines of CEF.",
                example: "ocsf"),
            Key(
                "disclose", \.disclosed, .set(of: .choice(), isEmptyAllowed: true),
                "Groups of personal values that are opened. What has left cannot be erased: whoever gets it has to be "
                    + "told of an erasure.",
                example: "[who]"),
            Key(
                "query", \.query, .optional(.text("a query", most: 4096)),
                "Which records go there, in the [query language](Query.md); nothing personal can be asked for. Without "
                    + "it, indices have no gaps at the receiver, which proves that nothing is missing.",
                example: "\"is:denied or category:auth\"", standard: "none: every record"),
            Key(
                "from", \.start, .choice(),
                "Where an output begins that has no position yet: with the first record of the log, or with the next.",
                example: "now"),
            Key(
                "max_lag", \.mostLag,
                .optional(.duration(.seconds(60) ... .seconds(366 * 86_400))),
                "Records that are older and not delivered are left out, which is recorded as `output.gap`.",
                example: "7d", standard: "none: nothing is ever left out"),
            Key(
                "file", \.file, .optional(.section(FileOutputSettings.section)),
                "Lines in a file, which is changed for a new one by its size or age."),
            Key(
                "syslog", \.syslog, .optional(.section(SyslogOutputSettings.syslog)),
                "Messages of RFC 5424 over TCP or TLS. Receivers do not answer: RELP and files are surer."
            ),
            Key(
                "relp", \.relp, .optional(.section(SyslogOutputSettings.relp)),
                "The same over RELP, whose receivers answer every message."),
            Key(
                "webhook", \.webhook, .optional(.section(WebhookOutputSettings.section)),
                "Signed deliveries by the conventions of Standard Webhooks."),
            Key(
                "otlp", \.otlp, .optional(.section(OTLPOutputSettings.section)),
                "Log records of OpenTelemetry, by OTLP/HTTP in JSON."),
            Key(
                "splunk", \.splunk, .optional(.section(SplunkOutputSettings.section)),
                "Events for Splunk's HTTP Event Collector."),
        ],
        checks: [
            Check { _, place, reading in
                let given = kinds.filter { place[$0] != nil }
                guard given.count != 1 else { return }
                let names = Names.either(kinds.map { "`\($0)`" })
                reading.note(
                    given.isEmpty ? .missing : .conflict, at: place,
                    given.isEmpty
                        ? "\(names) is missing"
                        : "only one of \(names) can be given; make an output of each")
            },
            Check("format", "webhook", "otlp", "splunk") { output, place, reading in
                let isHTTP = output.webhook != nil || output.otlp != nil || output.splunk != nil
                guard isHTTP, output.form == .cef else { return }
                reading.note(
                    .conflict, at: place.nearest("format"),
                    "receivers by HTTP take JSON; use `native` or `ocsf`")
            },
        ])
}

/// `outputs[].file`: lines in a file.
package struct FileOutputSettings: Hashable, Sendable {
    package var path: ResolvedPath
    /// At this size a new file is begun.
    package var mostBytes = 100 << 20
    /// Nil: not by age.
    package var mostAge: Duration?
    /// How many files are kept besides the one that is written.
    package var kept = 10
    /// Whether lines are on the disk before they count as delivered.
    package var isSynced = true

    static let section = Section(
        start: FileOutputSettings(path: .placeholder),
        keys: [
            Key(
                "path", \.path, .path, isRequired: true,
                "The file. Earlier ones stand beside it, with the index of their first record at the end of the name.",
                example: "/var/log/countersign/records.ndjson"),
            Key(
                "rotate_size", \.mostBytes, .bytes(.kibi(4) ... .gibi(1024)),
                "At this size the file is renamed, and a new one begun.", example: "1GiB"),
            Key(
                "rotate_age", \.mostAge,
                .optional(.duration(.seconds(60) ... .seconds(366 * 86_400))),
                "The same at this age.", example: "1d", standard: "none: by size only"),
            Key(
                "keep", \.kept, .integer(0...100_000),
                "How many earlier files are kept; older ones are removed.", example: "30"),
            Key(
                "fsync", \.isSynced, .flag,
                "Whether lines have to be on the disk to count as delivered.",
                example: "false"),
        ])
}
