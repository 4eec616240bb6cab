// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages

/// An output as its server shows it, for people.
struct ShownOutput {
    private let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    var name: String { json["name"]?.string ?? "?" }

    private func count(_ name: String) -> Int64 { json[name]?.integer ?? 0 }

    /// How it does, in one line.
    var text: SafeText {
        var text = standing
        if let again = json["again"]?.integer {
            text = text + "; repeats what is before \(again)"
        }
        if count("rejected") > 0 {
            text =
                text
                + SafeText(
                    "; \(count("rejected")) not taken by the receiver, see `log query 'action:output.reject'`",
                    .caution)
        }
        if count("left_out") > 0 {
            text = text + SafeText("; \(count("left_out")) left out, see `output.gap`", .bad)
        }
        if let caution = json["caution"]?.string {
            text = text + SafeText("; \(caution)", .caution)
        }
        return text
    }

    private var standing: SafeText {
        let behind = "\(count("lag_records")) records behind, \(count("lag_seconds")) s"
        let position = "up to \(count("next"))"
        if json["state"]?.string == "failing", let cause = json["cause"]?.string {
            return SafeText(
                "\(position), \(behind); failed \(count("failures_in_row")) times, again in \(count("retry_seconds")) s: \(cause)",
                json["trouble"]?.bool == true ? .bad : .caution)
        }
        guard count("lag_records") > 0 else {
            let left = count("rejected") + count("left_out")
            return "\(position): \(left > 0 ? "nothing waits" : "has every record")"
        }
        let text: SafeText = "\(position), \(behind)"
        return json["trouble"]?.bool == true ? text.toned(.bad) : text
    }
}
