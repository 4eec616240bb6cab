// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A number that the proxy counts, as Prometheus reads it (text format 0.0.4).
package struct Metric: Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// Only grows while the process runs.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// One value, apart from others of its name by its labels.
    package struct Sample: Hashable, Sendable {
        package var labels: [Label]
        package var value: UInt64

        package init(_ value: UInt64, labels: [Label] = []) {
            self.value = value
            self.labels = labels
        }
    }

    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var name: String
    /// One sentence for people.
    package var help: String
    package var kind: Kind
    package var samples: [Sample]

    package init(_ name: String, help: String, kind: Kind, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }
}

extension [Metric] {
    /// All metrics as one page.
    var page: String {
        var page = ""
        for metric in self {
            page +=
                "# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
            for sample in metric.samples {
                let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
                let list = labels.isEmpty ? "" : "{" + labels.joined(separator: ",") + "}"
                page += "\(metric.name)\(list) \(sample.value)\n"
            }
        }
        return page
    }

    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
    }
}
