// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Merkle
package import RecordForms

/// Records as messages of RFC 5424, framed by their length (RFC 6587 §3.4.1, RFC 5425 §4.3).
package struct SyslogForm: Hashable, Sendable {
    package var form: DerivedForm
    /// 0 to 23; 13 is the log audit.
    package var facility: Int
    /// The private enterprise number under which structured data is named.
    package var enterprise: Int
    /// Of a message, without its length in front.
    package var mostBytes: Int
    /// Whether the text begins with a byte order mark, as RFC 5424 §6.4 wants it and readers of JSON do not.
    package var hasMark: Bool

    package init(
        form: DerivedForm, facility: Int, enterprise: Int, mostBytes: Int, hasMark: Bool
    ) {
        self.form = form
        self.facility = facility
        self.enterprise = enterprise
        self.mostBytes = mostBytes
        self.hasMark = hasMark
    }

    /// A record's message.
    package func message(_ record: OutputRecord) -> [UInt8] {
        let mark: [UInt8] = hasMark ? [0xEF, 0xBB, 0xBF] : []
        let head = Array(head(record, isShortened: false).utf8) + mark
        let whole = record.line(form)
        guard head.count + whole.count - 1 > mostBytes else { return head + whole.dropLast() }
        let shortHead = Array(self.head(record, isShortened: true).utf8) + mark
        let short = record.line(form, most: mostBytes - shortHead.count + 1)
        return shortHead + short.dropLast()
    }

    /// The same with its length in front.
    package func frame(_ record: OutputRecord) -> [UInt8] {
        let message = message(record)
        return Array("\(message.count) ".utf8) + message
    }

    private func head(_ record: OutputRecord, isShortened: Bool) -> String {
        let content = record.record
        let priority = facility * 8 + Self.severity(content.severity)
        let time = content.time?.rfc3339 ?? "-"
        let host = Self.name(content.producer, most: 255)
        let event = Self.name(content.action, most: 32)
        var data = "index=\"\(record.index.value)\" size=\"\(record.signedSize.count)\""
        if let uid = content.uid?.text { data += " uid=\"\(uid)\"" }
        if let origin = content.origin { data += " log=\"\(Self.escaped(origin))\"" }
        if isShortened { data += " truncated=\"true\"" }
        return
            "<\(priority)>1 \(time) \(host) countersign - \(event) [countersign@\(enterprise) \(data)] "
    }

    /// RFC 5424 §6.2.1 counts down from 7.
    private static func severity(_ severity: Severity?) -> Int {
        switch severity {
        case .informational, nil: 6
        case .low: 5
        case .medium: 4
        case .high: 3
        case .critical: 2
        case .fatal: 1
        }
    }

    /// A name of visible ASCII characters; `-` where there is none.
    private static func name(_ text: String?, most: Int) -> String {
        let bytes = (text ?? "").utf8.map { (0x21...0x7E).contains($0) ? $0 : 0x5F }
        return bytes.isEmpty ? "-" : String(decoding: bytes.prefix(most), as: UTF8.self)
    }

    /// A value of structured data (RFC 5424 §6.3.3).
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { shown, character in
            if character == "\"" || character == "\\" || character == "]" { shown += "\\" }
            shown.append(character)
        }
    }
}
