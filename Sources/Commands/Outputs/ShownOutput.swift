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
        guard let cause else { return summary }
        return summary + ": " + cause
    }

    /// The same without the cause of a failure.
    var summary: SafeText {
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

    /// What is wrong now, and what to do; nil where nothing is.
    var cause: SafeText? {
        json["state"]?.string == "failing" ? json["cause"]?.string.map { "\($0)" } : nil
    }

    /// How far it is, and since when it fails.
    var standing: SafeText {
        let (next, behind) = (count("next"), count("lag_records"))
        let isTrouble = json["trouble"]?.bool == true
        var text: SafeText
        if behind > 0 {
            text =
                "has \(next) of \(next + behind) records, \(behind) behind for \(count("lag_seconds")) s"
        } else if count("rejected") + count("left_out") > 0 {
            text = "is done with all \(next) records"
        } else if let query = json["query"]?.string {
            text = "has every record of its query, \(query) (up to \(next))"
        } else {
            text = "has every record (\(next))"
        }
        if json["state"]?.string == "failing" {
            let (times, retry) = (count("failures_in_row"), count("retry_seconds"))
            text = text + "; failed \(times) \(times == 1 ? "time" : "times"), again "
            text = text + (retry > 0 ? "in \(retry) s" : "now")
            return text.toned(isTrouble ? .bad : .caution)
        }
        return isTrouble ? text.toned(.bad) : text
    }
}
